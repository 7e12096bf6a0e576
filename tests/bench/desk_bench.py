"""
Every command that somebody waits for, asked over one connection through a daemon's socket while it holds five years
of a district (district.py), beside the cheapest request there is: one SELECT 1. A round is a day at the desk, so that
each command finds what it is about.
"""
import datetime
import http.client
import json
import os
import statistics
import time
import urllib.parse

import kepu as harness

ROUNDS = 9
READS = {
    "status": "/status", "version": "/version", "event list, a page": "/events?limit=100", "event show": "/events/d-7",
    "event occurrences": "/events/d-7/occurrences?limit=50", "preset list": "/presets",
    "volunteer list, a page": "/volunteers?limit=100",
    "volunteer list, a name": "/volunteers?q=" + urllib.parse.quote("志愿者77"),
    "volunteer show": "/volunteers/{person}", "signup list, of an event": "/signups?event=d-7",
    "signup list, of a volunteer": "/signups?volunteer={person}", "signup list, a page": "/signups?limit=100",
    "signup list, of a state": "/signups?state=confirmed&limit=100", "signup show": "/signups/s-d77",
    "hours list": "/hours?limit=100", "hours list, pending": "/hours?state=pending&limit=100",
    "target list": "/targets", "target show": "/targets/farmers",
    "target show --entries": "/targets/farmers/entries?limit=100",
    "target show --grid": "/targets/school-lectures/grid", "department list": "/departments", "category list": "/categories",
    "audience list": "/audiences", "venue list": "/venues", "unit list": "/units", "unit show": "/units/school-01",
    "channel list": "/channels", "reminder list": "/reminders", "delivery list": "/deliveries?limit=100",
    "feed list": "/feeds", "holiday list": "/holidays", "plan list": "/plans", "plan show": "/plans/2021-2025",
    "token list": "/tokens", "audit list": "/audit?limit=100",
}


class Desk:
    """An administrator at the socket and a colleague with a token, and how long each of their commands took."""

    def __init__(self, kepu):
        self.kepu, self.times = kepu, {}
        self.here = harness.UnixHTTP(kepu.socket)
        made = kepu.json("token", "add", "colleague", "--role", "organizer")
        self.there, self.token = http.client.HTTPConnection(kepu.listening), made["token"]

    def ask(self, name, method, path, body=None, connection=None, **headers):
        connection = connection or self.here
        data = json.dumps(body or {}).encode() if method != "GET" else None
        begin = time.perf_counter()
        connection.request(method, path, body=data, headers={"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read()
        self.times.setdefault(name, []).append((time.perf_counter() - begin) * 1000)
        assert answer.status < 300, (name, path, answer.status, text[:400])
        return json.loads(text) if text.startswith(b"{") else None

    def do(self, name, path, /, **body):
        return self.ask(name, "POST", "/api/v1" + path, body)


def person(desk, number):
    phone = f"139{os.getpid() % 1000:03}{number:05}"
    return desk.do("volunteer add", "/volunteers", name=f"新人{number}", phone=phone)["id"]


def people_at_an_event(desk, n):
    slug = f"now-{n}"
    start = (datetime.datetime.now(harness.SHANGHAI) - datetime.timedelta(hours=1)).isoformat(timespec="seconds")
    desk.do("event add", "/events", title="现场课", slug=slug, start=start, duration="3h", lead="nongye",
            indicators=["farmers"],
            roles=[{"name": "学员", "capacity": 50, "participant": True}, {"name": "帮手", "capacity": 9}])
    on = start[:10]
    helper, learner, other = (person(desk, 10 * n + i) for i in range(3))
    first = desk.do("signup add", "/signups", volunteer=helper, event=slug, on=on, role="帮手")["id"]
    second = desk.do("signup add", "/signups", volunteer=learner, event=slug, on=on, role="学员")["id"]
    third = desk.do("signup add", "/signups", volunteer=other, event=slug, on=on, role="学员")["id"]
    desk.do("signup check-in", f"/signups/{first}/check-in", at=start)
    desk.do("signup check-out", f"/signups/{first}/check-out")
    desk.do("signup attend", f"/signups/{second}/attend")
    desk.do("signup no-show", f"/signups/{second}/no-show")
    desk.do("signup excuse", f"/signups/{second}/excuse")
    desk.do("signup cancel", f"/signups/{third}/cancel")
    desk.do("event headcount", f"/events/{slug}/headcount", on=on, count=40)
    return slug, helper, other


def hours(desk, helper):
    made = desk.do("hours add", "/hours", volunteer=helper, minutes=30, note="布展")["id"]
    desk.ask("hours approve", "POST", f"/api/v1/hours/{made}/approve", {}, desk.there,
             Authorization="Bearer " + desk.token)
    code = desk.do("hours certificate", f"/volunteers/{helper}/certificate")["code"]
    desk.ask("hours verify", "GET", f"/api/v1/hours/verify/{code}")


def people(desk, helper, other, n):
    desk.ask("volunteer edit", "PATCH", f"/api/v1/volunteers/{helper}", {"org": "一中"})
    desk.do("volunteer merge", f"/volunteers/{helper}/merge?yes=1", other=other)
    desk.do("volunteer link", f"/volunteers/{helper}/link")
    desk.do("volunteer erase", f"/volunteers/{person(desk, 10 * n + 5)}/erase?yes=1")


def series(desk, n):
    slug = f"series-{n}"
    desk.do("event add, a series", "/events", title="系列课", slug=slug, start="2027-03-03T14:00", duration="2h",
            repeat="FREQ=WEEKLY")
    desk.ask("event edit --all", "PATCH", f"/api/v1/events/{slug}", {"title": "系列讲座", "scope": "all"})
    desk.ask("event edit --this", "PATCH", f"/api/v1/events/{slug}",
             {"title": "加场", "on": "2027-03-10", "scope": "this"})
    desk.do("event move", f"/events/{slug}/move", on="2027-03-17", to="2027-03-18T09:00")
    desk.do("event cancel --on", f"/events/{slug}/cancel", on="2027-03-24")
    desk.do("event clone", f"/events/{slug}/clone", slug=f"copy-{n}", start="2027-04-01T14:00")
    desk.do("event cancel", f"/events/{slug}/cancel")
    desk.ask("event remove", "DELETE", f"/api/v1/events/copy-{n}")
    desk.do("event add --provisional", "/events", title="待定", slug=f"maybe-{n}", start="2027-05-05T14:00",
            duration="2h", provisional=True)
    desk.do("event confirm", f"/events/maybe-{n}/confirm")
    desk.do("preset apply", "/presets/fire-day/apply", slug=f"fire-{n}")


def office(desk, n):
    desk.do("target record", "/targets/farmers/record", amount=3, note="名册")
    desk.do("target set", "/targets/literacy/set", value=12 + n % 10 / 10)
    desk.do("unit add", "/units", slug=f"new-{n}", title="新学校", kind="school")
    desk.do("department add", "/departments", slug=f"new-{n}", title="新部门")
    desk.ask("department edit", "PATCH", f"/api/v1/departments/new-{n}", {"title": "某部门"})
    desk.do("venue add", "/venues", slug=f"new-{n}", title="文化馆")
    desk.do("token add", "/tokens", name=f"t-{n}", role="viewer")
    desk.ask("token revoke", "DELETE", f"/api/v1/tokens/t-{n}")
    desk.do("channel add", "/channels", name=f"c-{n}", kind="webhook", url="https://example.org/hook")
    desk.do("channel pause", f"/channels/c-{n}/pause")
    rule = desk.do("reminder add", "/reminders", event=f"now-{n}", before="1h", channels=[f"c-{n}"])["id"]
    desk.ask("reminder edit", "PATCH", f"/api/v1/reminders/{rule}", {"before": "2h"})
    desk.ask("reminder remove", "DELETE", f"/api/v1/reminders/{rule}")
    desk.do("time explain", "/time/explain", words="每周三 14:00")


def day(desk, n):
    desk.ask("SELECT 1", "GET", "/readyz")
    _, helper, other = people_at_an_event(desk, n)
    for name, path in READS.items():
        desk.ask(name, "GET", "/api/v1" + path.replace("{person}", helper))
    hours(desk, helper)
    people(desk, helper, other, n)
    series(desk, n)
    office(desk, n)


def measure(kepu, first=0):
    """Medians by command, in milliseconds, after a day that isn't measured."""
    desk = Desk(kepu)
    day(desk, first)
    desk.times.clear()
    for n in range(first + 1, first + ROUNDS + 1):
        day(desk, n)
        for _ in range(5):
            desk.ask("SELECT 1", "GET", "/readyz")
    return {name: statistics.median(found) for name, found in desk.times.items()}
