#!/usr/bin/python3
"""One role with one place, many clients at once, kill -9 in the middle: exactly one is confirmed, and everyone is told the truth.

Each round is an event of its own. All clients ask at the same moment, the daemon is killed somewhere in between and started again
on the same state; whoever got no answer asks once more under the same request id. On PostgreSQL with KEPU_TEST_STORE.

    ROUNDS=100 SEED=1 tests/crash/last_place.py
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import kepu as harness  # noqa: E402

CLIENTS = 200
KILL_AFTER_S = (0.0, 0.12)
ATTEMPTS_MAX = 20
DAY = "2027-05-12"


class LastPlace:
    def __init__(self, rounds, seed, clients=CLIENTS, say=print):
        self.rounds, self.random, self.clients, self.say = rounds, random.Random(seed), clients, say
        self.kepu = harness.Kepu()
        self.killed_between = 0  # rounds in which the kill took answers away

    def run(self):
        try:
            self.kepu.start()
            self.people = self.add_people()
            for number in range(self.rounds):
                self.round(number)
                if (number + 1) % 10 == 0:
                    self.say(f"{number + 1} rounds, {self.killed_between} with answers taken away by the kill")
        finally:
            self.kepu.close()

    def add_people(self):
        lines = ["name,phone"] + [f"志愿者{n}号,137{n:08d}" for n in range(self.clients)]
        path = self.kepu.dir / "people.csv"
        path.write_text("\n".join(lines) + "\n")
        self.kepu.json("volunteer", "import", str(path))
        return [v["id"] for v in self.kepu.items("volunteer", "list")]

    def ask(self, who, slug, key):
        """(status, body), or None where the daemon was gone before it answered."""
        connection = harness.UnixHTTP(self.kepu.socket)
        try:
            connection.request("POST", "/api/v1/signups",
                               json.dumps({"volunteer": who, "event": slug, "on": DAY}),
                               {"Content-Type": "application/json", "Idempotency-Key": key})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def round(self, number):
        slug = f"last-{number}"
        self.kepu.event(slug, role="讲解员=1")
        keys = [f"{self.random.getrandbits(128):032x}" for _ in self.people]
        answers = [None] * len(self.people)
        ready = threading.Barrier(len(self.people) + 1)

        def client(i):
            ready.wait()
            answers[i] = self.ask(self.people[i], slug, keys[i])

        threads = [threading.Thread(target=client, args=(i,)) for i in range(len(self.people))]
        for t in threads:
            t.start()
        ready.wait()
        time.sleep(self.random.uniform(*KILL_AFTER_S))
        self.kepu.kill9()
        for t in threads:
            t.join()
        missing = [i for i, a in enumerate(answers) if a is None]
        self.killed_between += 0 < len(missing) < len(answers)
        self.kepu.start()
        self.ask_again(slug, keys, answers, missing)
        self.check(slug, answers)
        self.kepu.json("event", "remove", slug, "--force")  # so that nobody's shift overlaps the next one

    def ask_again(self, slug, keys, answers, missing):
        for i in missing:
            for _ in range(ATTEMPTS_MAX):
                answers[i] = self.ask(self.people[i], slug, keys[i])
                if answers[i] and answers[i][0] != 503:
                    break

    def check(self, slug, answers):
        told = [body["id"] for status, body in answers if status == 201]
        refused = [body["code"] for status, body in answers if status != 201]
        kept = self.kepu.items("signup", "list", "--event", slug)
        role = self.kepu.occurrences(slug)[0]["roles"][0]
        assert len(told) == 1, f"{slug}: {len(told)} were told that they have the place"
        assert [s["id"] for s in kept] == told and kept[0]["state"] == "confirmed", f"{slug}: {kept}, told {told}"
        assert set(refused) == {"full"}, f"{slug}: {sorted(set(refused))}"
        assert (role["confirmed"], role["free"]) == (1, 0), role


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS", 100)))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", random.randrange(1 << 30))))
    options = parser.parse_args()
    print(f"the last place, {options.rounds} rounds, seed {options.seed}, {harness.STORE.split(':')[0]}", flush=True)
    LastPlace(options.rounds, options.seed, say=lambda text: print(text, flush=True)).run()
    print("exactly one each time, and everyone was told the truth")


if __name__ == "__main__":
    main()
