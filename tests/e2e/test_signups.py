"""Sign-ups: never more than there are places, never the same person twice."""
import concurrent.futures
import json

import pytest

import kepu as harness
from kepu import CONFLICT, INVALID, NOT_FOUND, unique

DAY = "2027-05-12"


def add(desk, who, slug, *more, day=DAY):
    return ["signup", "add", "--volunteer", who["id"], "--event", slug, "--on", day, *more]


def occurrence_role(desk, slug, role=None):
    roles = desk.occurrences(slug)[0]["roles"]
    return roles[0] if role is None else next(r for r in roles if r["name"] == role)


def counts(desk, slug):
    r = occurrence_role(desk, slug)
    return r["confirmed"], r["waitlisted"], r["free"]


@pytest.fixture
def full(desk):
    """An event for two, with two people signed up: (slug, their sign-ups)."""
    slug = unique("full")
    desk.event(slug, role="引导员=2")
    return slug, [desk.json(*add(desk, desk.volunteer(), slug)) for _ in range(2)]


def test_a_sign_up_names_its_person_place_and_date(desk):
    desk.event("s-one", role="讲解员=3")
    who = desk.volunteer()
    s = desk.json(*add(desk, who, "s-one"))
    assert harness.SIGNUP <= set(s) and s["id"].startswith("s-")
    assert (s["volunteer"], s["event"], s["role"], s["state"]) == (who["id"], "s-one", "讲解员", "confirmed")
    assert s["recurrence_id"].startswith(DAY)
    assert desk.json("signup", "show", s["id"])["id"] == s["id"]
    assert counts(desk, "s-one") == (1, 0, 2)


def test_a_full_role_refuses_and_says_so(desk, full):
    slug, _ = full
    e = desk.ctl(*add(desk, desk.volunteer(), slug), "--json", code=CONFLICT).error()
    assert e["code"] == "full" and "引导员" in e["message"] + str(e["hint"])
    assert counts(desk, slug) == (2, 0, 0)


def test_the_waiting_list_keeps_its_order_and_the_first_is_promoted(desk, full):
    slug, taken = full
    waiting = [desk.json(*add(desk, desk.volunteer(), slug, "--waitlist")) for _ in range(3)]
    assert [s["state"] for s in waiting] == ["waitlisted"] * 3
    assert [s["position"] for s in waiting] == [1, 2, 3]
    assert counts(desk, slug) == (2, 3, 0)
    desk.json("signup", "cancel", taken[1]["id"])
    now = [desk.json("signup", "show", s["id"]) for s in waiting]
    assert [s["state"] for s in now] == ["confirmed", "waitlisted", "waitlisted"]
    assert [s["position"] for s in now[1:]] == [1, 2]
    assert counts(desk, slug) == (2, 2, 0)


def test_somebody_who_leaves_the_waiting_list_promotes_nobody(desk, full):
    slug, _ = full
    first, second = [desk.json(*add(desk, desk.volunteer(), slug, "--waitlist")) for _ in range(2)]
    desk.json("signup", "cancel", first["id"])
    assert desk.json("signup", "show", second["id"])["state"] == "waitlisted"
    assert counts(desk, slug) == (2, 1, 0)


def test_nobody_is_signed_up_twice_for_the_same(desk):
    desk.event("s-twice", role="讲解员=3")
    who = desk.volunteer()
    s = desk.json(*add(desk, who, "s-twice"))
    desk.ctl(*add(desk, who, "s-twice"), code=CONFLICT)
    desk.ctl(*add(desk, who, "s-twice", "--force"), code=CONFLICT)
    assert counts(desk, "s-twice") == (1, 0, 2)
    desk.json("signup", "cancel", s["id"])
    assert desk.json(*add(desk, who, "s-twice"))["state"] == "confirmed"


def test_overlapping_shifts_are_refused_unless_forced_and_touching_ones_are_not(desk):
    desk.event("s-a", start="2027-05-12 09:00", duration="2h", role="讲解员=3")
    desk.event("s-b", start="2027-05-12 10:00", duration="2h", role="讲解员=3")
    desk.event("s-c", start="2027-05-12 11:00", duration="1h", role="讲解员=3")
    who = desk.volunteer()
    desk.json(*add(desk, who, "s-a"))
    assert desk.ctl(*add(desk, who, "s-b"), "--json", code=CONFLICT).error()["code"] == "overlap"
    assert counts(desk, "s-b") == (0, 0, 3)
    desk.json(*add(desk, who, "s-c"))
    desk.json(*add(desk, who, "s-b", "--force"))


def test_the_role_is_named_where_there_are_several(desk):
    desk.event("s-roles", role=["讲解员=1", "引导员=2"])
    who = desk.volunteer()
    assert desk.ctl(*add(desk, who, "s-roles"), code=None).code in (harness.USAGE, INVALID)
    desk.ctl(*add(desk, who, "s-roles", "--role", "讲解"), code=None)
    assert desk.items("signup", "list", "--event", "s-roles") == []
    assert desk.json(*add(desk, who, "s-roles", "--role", "引导员"))["role"] == "引导员"
    assert occurrence_role(desk, "s-roles", "引导员")["free"] == 1


def test_places_belong_to_an_occurrence(desk):
    desk.event("s-weekly", role="讲解员=1", repeat="FREQ=WEEKLY;BYDAY=WE")
    desk.json(*add(desk, desk.volunteer(), "s-weekly", day="2027-05-12"))
    desk.json(*add(desk, desk.volunteer(), "s-weekly", day="2027-05-19"))
    desk.ctl(*add(desk, desk.volunteer(), "s-weekly", day="2027-05-19"), code=CONFLICT)
    assert len(desk.items("signup", "list", "--event", "s-weekly", "--on", "2027-05-19")) == 1
    assert len(desk.items("signup", "list", "--event", "s-weekly")) == 2


def test_sign_ups_go_along_with_a_moved_occurrence(desk):
    desk.event("s-moved", role="讲解员=2")
    s = desk.json(*add(desk, desk.volunteer(), "s-moved"))
    desk.json("event", "move", "s-moved", "--on", DAY, "--to", "2027-05-13 09:00")
    assert [x["id"] for x in desk.items("signup", "list", "--event", "s-moved", "--on", DAY)] == [s["id"]]
    assert counts(desk, "s-moved") == (1, 0, 1)


def test_a_cancelled_occurrence_takes_nobody(desk):
    desk.event("s-off", role="讲解员=2")
    desk.json("event", "cancel", "s-off", "--on", DAY)
    desk.ctl(*add(desk, desk.volunteer(), "s-off"), code=CONFLICT)


def test_a_capacity_is_not_lowered_below_what_is_taken_without_force(desk, full):
    slug, _ = full
    desk.ctl("event", "edit", slug, "--all", "--role", "引导员=1", code=CONFLICT)
    assert counts(desk, slug) == (2, 0, 0)
    desk.json("event", "edit", slug, "--all", "--role", "引导员=3")
    assert counts(desk, slug) == (2, 0, 1)


def test_lists_are_filtered(desk, full):
    slug, taken = full
    desk.json("signup", "cancel", taken[0]["id"])
    assert [s["id"] for s in desk.items("signup", "list", "--event", slug, "--state", "confirmed")] == [taken[1]["id"]]
    assert [s["id"] for s in desk.items("signup", "list", "--volunteer", taken[0]["volunteer"])] == [taken[0]["id"]]


def test_a_sign_up_is_cancelled_once(desk, full):
    _, taken = full
    desk.json("signup", "cancel", taken[0]["id"])
    assert desk.ctl("signup", "cancel", taken[0]["id"], code=None).code in (0, CONFLICT)
    desk.ctl("signup", "cancel", "s-nosuch", code=NOT_FOUND)


@pytest.mark.parametrize(
    "flags, code",
    [
        ({"--volunteer": "v-nosuch"}, {NOT_FOUND}),
        ({"--event": "no-such-event"}, {NOT_FOUND}),
        ({"--on": "2027-05-13"}, {NOT_FOUND}),
        ({"--on": "2027-02-30"}, {INVALID}),
        ({"--role": "驾驶员"}, {NOT_FOUND, INVALID}),
    ],
)
def test_what_names_nothing_is_named(desk, flags, code):
    slug = unique("names")
    desk.event(slug, role="讲解员=2")
    args = {"--volunteer": desk.volunteer()["id"], "--event": slug, "--on": DAY, "--role": "讲解员", **flags}
    result = desk.ctl("signup", "add", *[x for pair in args.items() for x in pair], "--json", code=None)
    assert result.code in code, result
    (value,) = flags.values()
    assert value in result.said()
    assert desk.items("signup", "list", "--event", slug) == []


def test_fifty_at_once_for_seven_places_are_seven(desk):
    desk.event("s-rush", role="讲解员=7")
    people = [desk.volunteer() for _ in range(50)]
    commands = [desk.popen(*add(desk, who, "s-rush", "--json")) for who in people]
    ends = [(p, *p.communicate(timeout=harness.COMMAND_S)) for p in commands]
    codes = sorted(p.returncode for p, _, _ in ends)
    assert codes == [0] * 7 + [CONFLICT] * 43
    assert counts(desk, "s-rush") == (7, 0, 0)
    told = {json.loads(out)["volunteer"] for p, out, _ in ends if p.returncode == 0}
    kept = {s["volunteer"] for s in desk.items("signup", "list", "--event", "s-rush")}
    assert told == kept


def test_a_rush_with_a_waiting_list_keeps_everybody_and_loses_no_place(desk):
    desk.event("s-queue", role="讲解员=7")
    people = [desk.volunteer() for _ in range(40)]

    def sign_up(who):
        return desk.api("POST", "/signups", {"volunteer": who["id"], "event": "s-queue", "on": DAY, "waitlist": True})

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        taken = [a.json() for a in pool.map(sign_up, people)]
    assert sorted(s["state"] for s in taken) == ["confirmed"] * 7 + ["waitlisted"] * 33
    confirmed = [s["id"] for s in taken if s["state"] == "confirmed"]
    with concurrent.futures.ThreadPoolExecutor(7) as pool:
        answers = list(pool.map(lambda i: desk.api("POST", f"/signups/{i}/cancel", {}), confirmed))
    assert {a.status for a in answers} == {200}
    assert counts(desk, "s-queue") == (7, 26, 0)
    waiting = desk.items("signup", "list", "--event", "s-queue", "--state", "waitlisted")
    assert sorted(s["position"] for s in waiting) == list(range(1, 27))


def test_a_cancelled_occurrence_ends_its_sign_ups_with_its_reason(desk, full):
    slug, taken = full
    waiting = desk.json(*add(desk, desk.volunteer(), slug, "--waitlist"))
    desk.json("event", "cancel", slug, "--on", DAY, "--reason", "下雨")
    shown = [desk.json("signup", "show", s["id"]) for s in (*taken, waiting)]
    assert [(s["state"], s["reason"]) for s in shown] == [("cancelled", "下雨")] * 3
    assert counts(desk, slug) == (0, 0, 2)
    assert "cancelled with its occurrence" in str(desk.json("audit", "list", "--object", waiting["id"]))


def test_a_cancelled_event_ends_its_sign_ups(desk, full):
    slug, taken = full
    desk.json("event", "cancel", slug, "--reason", "改为明年")
    assert desk.json("signup", "show", taken[0]["id"])["reason"] == "改为明年"


def test_a_move_keeps_its_sign_ups_and_names_shifts_that_overlap_now(desk):
    a, b = unique("move"), unique("move")
    desk.event(a, start=f"{DAY} 09:00", duration="2h", role="讲解员=3")
    desk.event(b, start=f"{DAY} 14:00", duration="2h", role="讲解员=3")
    who = desk.volunteer()
    mine, other = desk.json(*add(desk, who, a)), desk.json(*add(desk, who, b))
    desk.json(*add(desk, desk.volunteer(), a))
    moved = desk.json("event", "move", a, "--on", DAY, "--to", f"{DAY} 12:00")
    assert moved["notes"] == []
    moved = desk.json("event", "move", a, "--on", DAY, "--to", f"{DAY} 13:00")
    assert len(moved["notes"]) == 1 and mine["id"] in moved["notes"][0] and other["id"] in moved["notes"][0]
    assert desk.json("signup", "show", mine["id"])["state"] == "confirmed"


def test_a_role_asks_for_skills_and_force_is_written_down(desk):
    slug = unique("skills")
    desk.event(slug, role="讲解员=3:skills=讲解+英语")
    who = desk.volunteer()
    e = desk.ctl(*add(desk, who, slug), "--json", code=CONFLICT).error()
    assert "讲解" in e["message"] and e["field"] == "role"
    desk.json("volunteer", "edit", who["id"], "--skill", "讲解", "--skill", "英语")
    assert desk.json(*add(desk, who, slug))["state"] == "confirmed"
    s = desk.json(*add(desk, desk.volunteer(), slug, "--force"))
    assert "lacks" in str(desk.json("audit", "list", "--object", s["id"]))


def test_sign_up_has_a_window_and_a_limit(desk):
    slug = unique("window")
    desk.event(slug, role="讲解员=3", **{"signup-opens": "1h", "signup-limit": "1"})
    assert desk.ctl(*add(desk, desk.volunteer(), slug), "--json", code=CONFLICT).error()["field"] == "on"
    desk.json("event", "edit", slug, "--signup-opens", "2020-01-01")
    assert desk.json(*add(desk, desk.volunteer(), slug))["state"] == "confirmed"
    desk.json("event", "edit", slug, "--signup-closes", "2020-01-02")
    desk.ctl(*add(desk, desk.volunteer(), slug), code=CONFLICT)
    desk.ctl("event", "edit", slug, "--signup-closes", "someday", code=INVALID)
    desk.ctl("event", "edit", slug, "--signup-limit", "-1", code=INVALID)


def test_a_role_says_how_many_may_be_in_line(desk, tmp_path):
    slug = unique("line")
    event = desk.event(slug, role=["讲解员=1/1:waitlist=1:skills=讲解", "引导员=1:waitlist=0", "听众=1:participant"])
    assert [r["waitlist_max"] for r in event["roles"]] == [1, 0, None] and event["roles"][0]["skills"] == ["讲解"]
    assert [r["waitlist_max"] for r in desk.occurrences(slug)[0]["roles"]] == [1, 0, None]

    def people(role):
        who = desk.volunteer()
        desk.json("volunteer", "edit", who["id"], "--skill", "讲解")
        return add(desk, who, slug, "--role", role, "--waitlist")

    states = [desk.json(*people("讲解员"))["state"] for _ in range(2)]
    assert states == ["confirmed", "waitlisted"]
    e = desk.ctl(*people("讲解员"), "--json", code=CONFLICT).error()
    assert e["field"] == "role" and "(1)" in e["message"]
    assert [desk.json(*people("引导员"))["state"] for _ in range(3)] == ["confirmed", "waitlisted", "waitlisted"]
    file = tmp_path / "one.ics"
    desk.ctl("export", slug, file)
    roles = ["讲解员=1/1:skills=讲解:waitlist=2", "引导员=1", "听众=1:participant"]
    desk.ctl("event", "edit", slug, "--all", *(word for r in roles for word in ("--role", r)))
    assert desk.json(*people("讲解员"))["position"] == 2
    desk.ctl("event", "remove", slug, "--force")
    desk.ctl("import", file)
    assert [r["waitlist_max"] for r in desk.json("event", "show", slug)["roles"]] == [1, 0, None]
    for bad in ("-1", "100001", "x", "1:waitlist=2", ""):
        desk.ctl("event", "edit", slug, "--all", "--role", f"讲解员=1:waitlist={bad}", code=INVALID)
