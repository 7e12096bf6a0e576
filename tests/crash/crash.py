#!/usr/bin/python3
"""kill -9 at random moments, again and again, against a receiver that counts.

Each round: people write through the API and reminders fall due; the daemon is killed somewhere in between; it starts again on
the same state, and nothing that was acknowledged may be missing. At the end every reminder has one final state and the receiver
has seen it at least once, and no oftener than the attempts whose outcome the daemon wrote down as unknown allow.

    ROUNDS=300 SEED=1 tests/crash/crash.py
"""
import argparse
import collections
import http.client
import os
import pathlib
import random
import sqlite3
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import kepu as harness  # noqa: E402
import receiver as receivers  # noqa: E402

WRITERS = 4
DUE_PER_ROUND = 2
DUE_S = (2, 5)  # how far ahead a round's reminders are due
KILL_AFTER_S = (0.0, 1.5)
PLACES = 25
PAUSE_S = 0.03  # between a writer's requests: a campaign of hours is not to drown in its own people
ALL_EVERY = 25  # rounds between looks at everybody; in between those of the round are looked at
START_LATE_S = 30  # overdue sends start within this of a start
FINAL_S = 90
FINAL = ("delivered", "expired", "cancelled", "superseded", "failed")
DAY = "2027-05-12"


class Campaign:
    def __init__(self, rounds, seed, say=print):
        self.rounds, self.seed, self.say = rounds, seed, say
        self.random = random.Random(seed)
        self.kepu = harness.Kepu()
        self.receiver = receivers.Receiver().start()
        self.lock = threading.Lock()
        self.fresh = []  # those of this round
        self.people = {}  # id → name, acknowledged
        self.signups = {}  # id → (volunteer, event)
        self.under_way = 0  # requests whose answer a kill took away
        self.reminded = {}  # event slug → due, in epoch seconds
        self.starts = []
        self.done = 0
        self.number = 0
        self.wrong = []  # what a writer was answered and should not have been

    # --- what people do

    def write(self, worker):
        """One person's requests, one after the other, until the daemon is gone."""
        rng = random.Random(f"{self.seed}/{worker}/{self.number}")
        pause = threading.Event()
        while True:
            try:
                self.add_and_sign_up(rng)
                pause.wait(PAUSE_S)
            except (OSError, http.client.HTTPException, ValueError):  # cut off half way
                with self.lock:
                    self.under_way += 1
                return

    def add_and_sign_up(self, rng):
        with self.lock:
            self.number += 1
            number = self.number
        name = f"人{number}"
        answer = self.kepu.api("POST", "/volunteers", {"name": name, "phone": harness.phone(number)})
        assert answer.status == 201, answer
        who = answer.json()["id"]
        with self.lock:
            self.people[who] = name
            self.fresh.append(who)
        if rng.random() < 0.6:
            event = rng.choice(["places-1", "places-2"])
            answer = self.kepu.api("POST", "/signups", {"volunteer": who, "event": event, "on": DAY, "waitlist": True})
            assert answer.status == 201, answer
            with self.lock:
                self.signups[answer.json()["id"]] = (who, event)

    def plan_reminders(self):
        for _ in range(DUE_PER_ROUND):
            at, start = harness.in_s(3600 + self.random.randint(*DUE_S))
            slug = f"due-{len(self.reminded)}"
            self.kepu.event(slug, start=start, duration="1h")
            self.kepu.json("reminder", "add", "--event", slug, "--before", "1h", "--channel", "ops")
            self.reminded[slug] = at - 3600

    # --- the rounds

    def prepare(self):
        self.start()
        secret = self.kepu.dir / "secret"
        secret.write_text(self.receiver.secret + "\n")
        self.kepu.json(
            "channel",
            "add",
            "ops",
            "--kind",
            "webhook",
            "--url",
            self.receiver.url(),
            "--allow-private",
            "--secret-file",
            secret,
        )
        for slug in ("places-1", "places-2"):
            self.kepu.event(slug, role=f"引导员={PLACES}")

    def start(self):
        self.kepu.start()
        self.starts.append(time.time())

    def round(self):
        self.plan_reminders()
        writers = [threading.Thread(target=self.guarded, args=(w,), daemon=True) for w in range(WRITERS)]
        for w in writers:
            w.start()
        threading.Event().wait(self.random.uniform(*KILL_AFTER_S))  # the random moment itself
        self.kepu.kill9()
        for w in writers:
            w.join()
        assert not self.wrong, self.wrong[0]
        self.start()
        self.check_fresh()
        self.done += 1
        if self.done % ALL_EVERY == 0 or self.done == self.rounds:
            self.check_people()

    def guarded(self, worker):
        try:
            self.write(worker)
        except AssertionError as e:
            self.wrong.append(e)

    def run(self):
        began = time.monotonic()
        try:
            self.prepare()
            for n in range(self.rounds):
                self.round()
                if (n + 1) % 20 == 0 or n + 1 == self.rounds:
                    self.say(
                        f"{n + 1} kills, {len(self.people)} people and {len(self.signups)} sign-ups acknowledged, "
                        f"{len(self.receiver.messages)} messages, {time.monotonic() - began:.0f} s"
                    )
            self.check_reminders()
            self.kepu.stop()
            self.check_file()
            reports = self.kepu.reports()
            assert not reports, reports[0]
        except AssertionError:
            self.say(
                f"to run it again: SEED={self.seed} ROUNDS={self.rounds} {sys.argv[0]}\n--- log\n{self.kepu.log()}"
            )
            raise
        finally:
            self.receiver.stop()
            self.kepu.kill9()
            self.kepu.drop_store()
            harness.shutil.rmtree(self.kepu.dir, ignore_errors=True)

    # --- what must be true

    def check_fresh(self):
        for who in self.fresh:
            answer = self.kepu.api("GET", f"/volunteers/{who}")
            assert answer.status == 200 and answer.json()["name"] == self.people[who], f"acknowledged and lost: {who}"
        self.fresh.clear()

    def check_people(self):
        found = {v["id"]: v["name"] for v in self.kepu.items("volunteer", "list")}
        lost = set(self.people.items()) - set(found.items())
        assert not lost, f"acknowledged and lost: {sorted(lost)[:5]}"
        assert len(set(found.values())) == len(found), "somebody is there twice"
        assert len(found) - len(self.people) <= self.under_way, "more people than were ever asked for"
        signups = {s["id"]: s for s in self.kepu.items("signup", "list")}
        lost = {
            i
            for i, (who, event) in self.signups.items()
            if i not in signups or (signups[i]["volunteer"], signups[i]["event"]) != (who, event)
        }
        assert not lost, f"acknowledged and lost: {sorted(lost)[:5]}"
        for event in ("places-1", "places-2"):
            self.check_places(event, [s for s in signups.values() if s["event"] == event])

    def check_places(self, event, signups):
        states = collections.Counter(s["state"] for s in signups)
        (role,) = self.kepu.occurrences(event)[0]["roles"]
        assert states["confirmed"] == role["confirmed"] <= PLACES, (event, states, role)
        assert states["waitlisted"] == role["waitlisted"] and role["free"] == PLACES - role["confirmed"], (
            event,
            states,
            role,
        )
        assert role["waitlisted"] == 0 or role["free"] == 0, f"{event}: places free while people wait"
        assert len({s["volunteer"] for s in signups}) == len(signups), f"{event}: somebody is signed up twice"

    def check_reminders(self):
        def settled():
            found = [
                d
                for d in self.kepu.items("delivery", "list")
                if d["event"] in self.reminded and d["kind"] == "upcoming"
            ]
            return found if all(d["state"] in FINAL for d in found) else None

        deliveries = harness.wait_until(settled, FINAL_S, "a final state for every delivery")
        by_event = collections.Counter(d["event"] for d in deliveries)
        assert by_event == collections.Counter(self.reminded.keys()), "one delivery for each reminder"
        came = collections.defaultdict(list)
        for m in self.receiver.messages:
            assert m.wrong is None, m.wrong
            data = m.json()["data"]
            if m.json()["type"] == "reminder.upcoming":
                came[data["event"]].append(m)
        for d in deliveries:
            self.check_delivery(d, came[d["event"]])

    def check_delivery(self, d, came):
        unknown = sum(a["outcome"] == "unknown" for a in d["attempts"])
        assert all(a["outcome"] for a in d["attempts"]), f"an attempt without an outcome: {d}"
        assert len({m.id for m in came}) <= 1, f"one delivery has one identity: {d['event']}"
        if d["state"] == "delivered":
            assert came, f"called delivered, never received: {d}"
        else:
            # several overdue ones in a channel may be told in one message
            assert d["state"] == "superseded", f"{d['event']} ended as {d['state']}: {d}"
        assert len(came) - 1 <= unknown, f"received {len(came)} times with {unknown} unknown outcomes: {d}"
        due = self.reminded[d["event"]]
        for m in came:
            assert m.at >= due - 0.1, f"{d['event']} came {due - m.at:.1f} s early"
        if came:
            up = min((s for s in self.starts if s >= due), default=due)
            assert (
                came[0].at <= max(due, up) + START_LATE_S or unknown
            ), f"{d['event']} was {came[0].at - due:.1f} s late"

    def check_file(self):
        path = self.kepu.state / "kepu.db"
        if path.exists():
            db = sqlite3.connect(path)
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            db.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS", "300")))
    parser.add_argument(
        "--seed", type=int, default=int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    )
    args = parser.parse_args()
    print(f"{args.rounds} rounds, SEED={args.seed}", flush=True)
    Campaign(args.rounds, args.seed, lambda *a: print(*a, flush=True)).run()
    print(f"{args.rounds} kills: nothing acknowledged was lost, nothing due was forgotten")


if __name__ == "__main__":
    main()
