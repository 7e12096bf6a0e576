"""Attendance: who came, from when to when; corrected by new entries, nothing half done."""
import datetime
import sqlite3
import time

import pytest

import kepu as harness
from kepu import CONFLICT, DONE, INVALID, NOT_FOUND, SHANGHAI, USAGE, unique, wait_until

HOUR = 3600


def local(epoch_s, form="%Y-%m-%dT%H:%M:%S+08:00"):
    return datetime.datetime.fromtimestamp(epoch_s, SHANGHAI).strftime(form)


class Shift:
    """An event that began a while ago: its slug, date, and people signed up."""

    def __init__(self, desk, began_s=0, length_s=4 * HOUR, role="讲解员=20", begins=None):
        self.desk = desk
        self.slug = unique("shift")
        self.start = int(time.time()) - began_s
        self.day = local(self.start, "%Y-%m-%d")
        roles = role if isinstance(role, list) else [role]
        flags = [part for r in roles for part in ("--role", r)]
        desk.json("event", "add", "--title", "科普讲座", "--slug", self.slug, "--start", local(self.start),
                  "--end", local(self.start + length_s), *flags)

    def sign_up(self, role=None, who=None):
        who = who or self.desk.volunteer()
        more = ["--role", role] if role else []
        return self.desk.json("signup", "add", "--volunteer", who["id"], "--event", self.slug, "--on", self.day, *more)

    def at(self, minutes):
        return local(self.start + minutes * 60)

    def state(self, s):
        return self.desk.json("signup", "show", s["id"])


@pytest.fixture
def shift(desk):
    return Shift(desk, began_s=HOUR)


def test_check_in_and_check_out_make_the_minutes(desk, shift):
    s = shift.sign_up()
    assert desk.json("signup", "check-in", s["id"], "--at", shift.at(0))["state"] == "attended"
    out = desk.json("signup", "check-out", s["id"], "--at", shift.at(45))
    assert (out["minutes"], out["closed"]) == (45, False)
    assert desk.json("volunteer", "show", s["volunteer"])["hours"] == 0.75


def test_two_check_ins_and_two_check_outs_are_refused(desk, shift):
    s = shift.sign_up()
    desk.json("signup", "check-in", s["id"])
    before = shift.state(s)
    e = desk.ctl("signup", "check-in", s["id"], "--json", code=CONFLICT)
    assert s["id"] in e.said() and "--at" in e.said()
    assert shift.state(s) == before
    desk.json("signup", "check-out", s["id"])
    desk.ctl("signup", "check-out", s["id"], "--json", code=CONFLICT)


def test_a_check_out_before_the_check_in_is_refused(desk, shift):
    s = shift.sign_up()
    desk.ctl("signup", "check-out", s["id"], "--json", code=CONFLICT)
    desk.json("signup", "check-in", s["id"], "--at", shift.at(30))
    e = desk.ctl("signup", "check-out", s["id"], "--at", shift.at(10), "--json", code=INVALID)
    assert e.error()["field"] == "at"
    assert shift.state(s)["checked_out"] is None


def test_times_are_corrected_by_saying_them_again(desk, shift):
    s = shift.sign_up()
    desk.json("signup", "check-in", s["id"], "--at", shift.at(0))
    desk.json("signup", "check-out", s["id"], "--at", shift.at(50))
    assert desk.json("signup", "check-out", s["id"], "--at", shift.at(40))["minutes"] == 40
    assert desk.json("signup", "check-in", s["id"], "--at", shift.at(10))["minutes"] == 30
    assert desk.json("volunteer", "show", s["volunteer"])["hours"] == 0.5
    steps = shift.state(s)["history"]
    assert [x["kind"] for x in steps] == ["check-in", "check-out", "check-out", "check-in"]
    assert {x["how"] for x in steps} == {"desk"} and all(x["who"] and x["at"] and x["time"] for x in steps)
    kinds = [e["kind"] for e in desk.json("hours", "list", "--volunteer", s["volunteer"])["items"]]
    assert kinds == ["service", "correction", "correction"]


def test_a_check_in_for_another_day_is_asked(desk):
    later = Shift(desk, began_s=-3 * 24 * HOUR)
    s = later.sign_up()
    for verb in ("check-in", "attend", "no-show"):
        e = desk.ctl("signup", verb, s["id"], "--json", code=CONFLICT)
        assert "--force" in e.said(), verb
    desk.ctl("signup", "check-in", s["id"], "--at", later.at(0), "--json", code=CONFLICT)
    assert later.state(s)["state"] == "confirmed"
    assert desk.json("signup", "check-in", s["id"], "--force")["state"] == "attended"


def test_attended_counts_the_shift_and_no_show_takes_it_back(desk, shift):
    s = shift.sign_up()
    assert desk.json("signup", "attend", s["id"])["minutes"] == 240
    assert desk.json("signup", "no-show", s["id"])["minutes"] == 0
    assert desk.json("volunteer", "show", s["volunteer"])["hours"] == 0
    assert desk.json("signup", "attend", s["id"], "--minutes", "90")["minutes"] == 90
    assert desk.json("signup", "excuse", s["id"])["state"] == "excused"
    assert desk.json("volunteer", "show", s["volunteer"])["hours"] == 0
    desk.ctl("signup", "attend", s["id"], "--minutes", "-1", "--json", code=INVALID)
    desk.ctl("signup", "attend", s["id"], "--minutes", "2000", "--json", code=CONFLICT)


def test_participants_earn_no_hours(desk):
    shift = Shift(desk, began_s=HOUR, role=["讲解员=2", "观众=9:participant"])
    s = shift.sign_up(role="观众")
    assert desk.json("signup", "attend", s["id"])["minutes"] == 0
    assert desk.json("hours", "list", "--volunteer", s["volunteer"])["items"] == []


def paper(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text)
    return str(path)


def attend_list(desk, shift, path, **more):
    return desk.ctl("signup", "attend", "--event", shift.slug, "--on", shift.day, "--file", path, "--json", **more)


def test_a_paper_list_is_entered_whole(desk, shift, tmp_path):
    people = [desk.volunteer() for _ in range(4)]
    made = [shift.sign_up(who=p) for p in people]
    text = (
        "volunteer,name,in,out,minutes,note\n"
        f"{people[0]['id']},,{shift.at(0)},{shift.at(60)},,\n"
        f",{people[1]['name']},,,75,走得早\n"
        f"{people[2]['id']},,,,,\n"
    )
    path = paper(tmp_path, text)
    assert attend_list(desk, shift, path).json() == {"attended": 3, "unchanged": 0, "lines": 3}
    assert [shift.state(s)["minutes"] for s in made] == [60, 75, 240, 0]
    assert shift.state(made[3])["state"] == "confirmed"
    assert attend_list(desk, shift, path).json() == {"attended": 0, "unchanged": 3, "lines": 3}


@pytest.mark.parametrize(
    "line,field",
    [
        ("s-0000000000,,,", "line 3, id"),
        ("{other},,,", "line 3, id"),
        ("{second},25:99,,", "line 3, in"),
        ("{second},{out},{in},", "line 3, out"),
        ("{second},,,many", "line 3, minutes"),
        ("{first},,,", "line 3"),
        ("{second},,", "line 3"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(desk, shift, tmp_path, line, field):
    first, second, other = shift.sign_up(), shift.sign_up(), Shift(desk, began_s=HOUR).sign_up()
    names = {"first": first["id"], "second": second["id"], "other": other["id"], "in": shift.at(0), "out": shift.at(9)}
    path = paper(tmp_path, f"id,in,out,minutes\n{first['id']},,,\n{line.format(**names)}\n")
    e = attend_list(desk, shift, path, code=INVALID)
    said = e.said()
    assert "3" in said and (field in said or "lines 2 and 3" in said), said
    assert [shift.state(s)["state"] for s in (first, second)] == ["confirmed"] * 2
    assert desk.json("hours", "list", "--volunteer", first["volunteer"])["items"] == []


def test_several_ids_at_once_or_none(desk, shift):
    a, b = shift.sign_up(), shift.sign_up()
    desk.ctl("signup", "attend", a["id"], b["id"], "s-0000000000", "--json", code=INVALID)
    assert shift.state(a)["state"] == "confirmed"
    assert desk.json("signup", "attend", a["id"], b["id"])["attended"] == 2
    desk.ctl("signup", "attend", code=USAGE)
    desk.ctl("signup", "attend", "s-0000000000", "--json", code=NOT_FOUND)


def test_the_clock_closes_what_nobody_checked_out_even_after_downtime(kepu):
    shift = Shift(kepu, began_s=60, length_s=64)
    s = shift.sign_up()
    kepu.json("signup", "check-in", s["id"], "--at", shift.at(0))
    kepu.stop()
    wait_until(lambda: time.time() > shift.start + 65, 30, "the shift's end")
    kepu.start()
    closed = wait_until(lambda: (x := shift.state(s))["checked_out"] and x, 20, "the close")
    assert closed["closed"] is True and closed["minutes"] == 1
    assert harness.moment(closed["checked_out"]).timestamp() == shift.start + 64
    later = kepu.json("signup", "check-out", s["id"], "--at", local(shift.start + 185))
    assert (later["closed"], later["minutes"]) == (False, 3)


def test_a_headcount_is_kept_with_its_history(kepu):
    kepu.event("crowd", start="2025-05-12 09:00")
    count = ["event", "headcount", "crowd", "--on", "2025-05-12"]
    kepu.ctl(*count, "--json", "--", "-1", code=INVALID)
    assert "--force" in kepu.ctl(*count, "3000000", "--json", code=CONFLICT).said()
    assert kepu.occurrences("crowd")[0]["headcount"] is None
    kepu.json(*count, "120", "--note", "门票")
    assert kepu.json(*count, "180")["headcount"] == 180
    assert kepu.json(*count, "3000000", "--force")["headcount"] == 3000000
    if harness.STORE == "sqlite":
        db = sqlite3.connect(kepu.state / "kepu.db")
        rows = db.execute("SELECT people, note FROM headcount_entry ORDER BY id").fetchall()
        assert rows == [(120, "门票"), (180, ""), (3000000, "")]
