#!/usr/bin/python3
"""
A tour of kepu, scripted: a daemon on a state of its own, kepuctl as an organiser types it, and a small receiver that
shows the chat messages as they arrive. Ends by itself; the exit code is 0 only if everything came out as it should.
"""
import datetime
import json
import os
import pathlib
import shlex
import sys
import textwrap
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "e2e"))

import kepu as harness  # noqa: E402
import receiver as receivers  # noqa: E402

THOUSAND = pathlib.Path(__file__).resolve().parent / "data" / "volunteers-1000.csv"
LINES_SHOWN = 14
EVENT = "science-day-main"
DUE_IN_S = 6
COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(code, text):
    return f"\x1b[{code}m{text}\x1b[0m" if COLOUR else text


class Screen:
    """What the tour prints; messages arrive in between."""

    def __init__(self):
        self.lock = threading.Lock()
        self.chapters = 0

    def say(self, text=""):
        with self.lock:
            print(text, flush=True)

    def chapter(self, zh, en):
        self.chapters += 1
        self.say("\n" + paint("1;36", f"━━ {self.chapters}  {zh}") + paint("36", f"  {en}"))

    def command(self, args):
        self.say("\n" + paint("1", "$ kepuctl " + " ".join(shown(a) for a in args)))

    def output(self, text, most=LINES_SHOWN):
        lines = text.rstrip("\n").splitlines()
        self.say(textwrap.indent("\n".join(lines[:most]), "  "))
        if len(lines) > most:
            self.say(paint("2", f"  … {len(lines) - most} 行 / more lines"))

    def fine(self, text):
        self.say(paint("32", "  ✓ " + text))


def shown(argument):
    text = str(argument)
    if isinstance(argument, pathlib.Path):
        text = argument.name
    return text if text.startswith("--") or shlex.quote(text) == text else '"' + text + '"'


class Group(receivers.Receiver):
    """The chat group: shows each message as it comes."""

    def __init__(self, screen):
        super().__init__()
        self.screen = screen

    def take(self, handler, body):
        wrong = receivers.verify(self.secret, handler.headers, body, time.time())
        clock = datetime.datetime.now(harness.SHANGHAI).strftime("%H:%M:%S")
        lines = [f"┌─ 💬 ops  {clock}  ({wrong or '签名无误 signed'})"]
        lines += ["│ " + line for line in json.loads(body)["data"]["text"].splitlines()] + ["└─"]
        self.screen.say("\n" + paint("33", textwrap.indent("\n".join(lines), "      ")))
        super().take(handler, body)


class Tour:
    def __init__(self, screen):
        self.screen = screen
        self.kepu = harness.Kepu()
        self.group = Group(screen).start()

    def ctl(self, *args, code=harness.DONE, most=LINES_SHOWN):
        """One command as it is typed and what came of it."""
        self.screen.command(args)
        result = self.kepu.ctl(*args, code=code, lang="zh_CN.UTF-8")
        self.screen.output(result.out + result.err, most)
        if code:
            self.screen.fine(f"退出码 / exit code {code}")
        return result

    def events(self):
        self.screen.chapter("每年九月第三个周六", "a yearly event, in words or as a rule")
        self.ctl("event", "add", "--title", "全国科普日主场活动", "--start", "2027-09-18 09:00", "--duration", "8h",
                 "--repeat", "每年9月第三个周六", "--category", "science-day", "--lead", "kexie", "--audience", "public",
                 "--role", "讲解员=10/5", "--role", "引导员=2", "--slug", EVENT, most=20)
        self.ctl("event", "move", EVENT, "--on", "2028-09-16", "--to", "2028-09-17 10:00")
        self.ctl("event", "cancel", EVENT, "--on", "2029-09-15", "--reason", "暴雨")
        self.ctl("event", "occurrences", EVENT, "--to", "2032-01-01")
        found = [o["status"] for o in self.kepu.occurrences(EVENT, "--to", "2032-01-01")]
        assert found == ["scheduled", "moved", "cancelled", "scheduled", "scheduled"], found
        self.ctl("preset", "apply", "disaster-prevention-day", most=6)
        self.ctl("time", "explain", "农历九月初九")

    def people(self):
        self.screen.chapter("一千名志愿者", "a thousand volunteers, and the road to 4,000")
        self.ctl("volunteer", "import", THOUSAND)
        self.ctl("target", "show", "volunteers")
        assert self.kepu.json("target", "show", "volunteers")["value"] == 1000

    def signups(self):
        self.screen.chapter("报名，报满为止", "sign-ups until the role is full, never one more")
        people = [v["id"] for v in self.kepu.items("volunteer", "list")[:3]]
        place = ["--event", EVENT, "--on", "2027-09-18", "--role", "引导员"]
        short = ["--fields", "id,name,role,state"]
        for who in people[:2]:
            self.ctl("signup", "add", "--volunteer", who, *place, *short)
        self.ctl("signup", "add", "--volunteer", people[2], *place, code=harness.CONFLICT)
        self.ctl("signup", "add", "--volunteer", people[2], *place, "--waitlist", *short)
        self.ctl("signup", "list", "--event", EVENT)
        first = next(s for s in self.kepu.items("signup", "list", "--event", EVENT) if s["volunteer"] == people[0])
        self.ctl("signup", "cancel", first["id"], *short)
        states = {s["volunteer"]: s["state"] for s in self.kepu.items("signup", "list", "--event", EVENT)}
        assert states == {people[0]: "cancelled", people[1]: "confirmed", people[2]: "confirmed"}, states
        self.screen.fine("空出的名额，候补的人当场递补 / the first in line has the place at once")

    def messages(self):
        self.screen.chapter("提醒发到群里", "a reminder in the chat group, signed and on time")
        secret = self.group.secret_file(self.kepu.dir)
        self.ctl("channel", "add", "ops", "--kind", "webhook", "--url", self.group.url(), "--allow-private",
                 "--secret-file", secret, most=4)
        self.ctl("channel", "test", "ops", "--fields", "id,channel,kind,state")
        start, text = harness.in_s(3600 + DUE_IN_S)
        self.ctl("event", "add", "--title", "防震演练", "--start", text, "--duration", "1h", "--venue", "科技馆", "--slug",
                 "drill", most=4)
        self.ctl("reminder", "add", "--event", "drill", "--before", "1h", "--channel", "ops", most=4)
        self.screen.say(paint("2", f"  {DUE_IN_S} 秒内到点，等着 … / due within {DUE_IN_S} seconds"))
        came = self.group.wait(2, deadline_s=DUE_IN_S + 10)[1]
        late_s = came.at - (start - 3600)
        assert came.wrong is None and came.json()["data"]["event"] == "drill", came.body
        assert -0.1 <= late_s <= 2, f"{late_s:.1f} s late"
        self.screen.fine(f"到点后 {max(late_s, 0) * 1000:.0f} 毫秒送达 / {max(late_s, 0) * 1000:.0f} ms after its time")
        harness.wait_until(lambda: self.kepu.delivery(event="drill", state="delivered"), what="delivered")
        self.ctl("delivery", "list")

    def calendar(self):
        self.screen.chapter("手机日历", "a calendar that every phone can follow")
        path = f"/feeds/event/{EVENT}.ics"
        answer = self.kepu.get(path)
        self.screen.say("\n" + paint("1", "$ curl " + self.kepu.base + path))
        assert answer.status_code == 200, answer.status_code
        text = answer.content.decode().replace("\r\n", "\n").replace("\n ", "")
        kept = ("BEGIN:VEVENT", "SUMMARY", "DTSTART", "RRULE", "RECURRENCE-ID", "STATUS", "END:VEVENT")
        inside = text[text.index("BEGIN:VEVENT"):]
        self.screen.output("\n".join(line for line in inside.splitlines() if line.startswith(kept)), 24)
        assert "STATUS:CANCELLED" in text and "RECURRENCE-ID" in text and "RRULE:FREQ=YEARLY" in text
        again = self.kepu.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304, again.status_code
        self.screen.fine("没有变化时只答 304 / unchanged: 304")

    def run(self):
        self.screen.say(paint("1", "kepu：一个区的科普值班台") + "  the duty desk of a district's science popularisation office")
        self.kepu.start()
        self.screen.say(f"kepud  {self.kepu.base}  （状态在临时目录 / a state of its own, removed afterwards）")
        for part in (self.events, self.people, self.signups, self.messages, self.calendar):
            part()
        self.screen.chapter("一屏看清", "everything on one screen")
        self.ctl("status", most=40)
        self.kepu.close()
        self.screen.say("\n" + paint("1;32", "演示结束，一切如所料。") + "  That was the tour; everything came out as it should.")

    def release(self):
        self.group.stop()
        self.kepu.kill9()
        harness.shutil.rmtree(self.kepu.dir, ignore_errors=True)


def main():
    tour = Tour(Screen())
    try:
        tour.run()
    except AssertionError as e:
        tour.screen.say(paint("31", f"\n不如所料 / not as it should be: {e}"))
        return 1
    finally:
        tour.release()
    return 0


if __name__ == "__main__":
    sys.exit(main())
