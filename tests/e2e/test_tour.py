"""The tour of the README, in order, as an organiser would type it; a person who follows it must not be disappointed."""
import csv
import pathlib

import pytest

import kepu as harness
from kepu import CONFLICT, NOT_FOUND, moment, phone, rule_parts, wait_until

SLUG = "science-day-main"
THOUSAND = pathlib.Path(__file__).resolve().parents[1] / "data" / "volunteers-1000.csv"


@pytest.fixture(scope="module")
def tour(desk):
    """The event of the tour, added by the command line that the README prints."""
    return desk.json(
        "event",
        "add",
        "--title",
        "全国科普日主场活动",
        "--start",
        "2027-09-18 09:00",
        "--duration",
        "8h",
        "--repeat",
        "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA",
        "--category",
        "science-day",
        "--lead",
        "kexie",
        "--audience",
        "public",
        "--role",
        "讲解员=10/5",
        "--role",
        "引导员=20",
        "--slug",
        SLUG,
    )


@pytest.fixture(scope="module")
def changed(desk, tour):
    """…with one occurrence moved and one cancelled."""
    moved = desk.json("event", "move", SLUG, "--on", "2028-09-16", "--to", "2028-09-17 10:00")
    cancelled = desk.json("event", "cancel", SLUG, "--on", "2029-09-15", "--reason", "暴雨")
    return moved, cancelled


def test_event_add_answers_with_the_event_as_it_was_understood(tour):
    assert harness.EVENT <= set(tour)
    assert (tour["slug"], tour["title"], tour["category"]) == (SLUG, "全国科普日主场活动", "science-day")
    assert (tour["lead"], tour["partners"], tour["audiences"]) == ("kexie", [], ["public"])
    assert (tour["start"], tour["end"]) == ("2027-09-18T09:00:00+08:00", "2027-09-18T17:00:00+08:00")
    assert (tour["tz"], tour["all_day"], tour["status"]) == ("Asia/Shanghai", False, "confirmed")
    assert rule_parts(tour["rrule"]) == {"FREQ=YEARLY", "BYMONTH=9", "BYDAY=3SA"}
    assert tour["holiday_policy"] == "keep" and tour["split_from"] is None
    roles = {r["name"]: (r["capacity"], r["minimum"], r["participant"]) for r in tour["roles"]}
    assert roles["讲解员"] == (10, 5, False)
    assert roles["引导员"][0] == 20 and not roles["引导员"][2]


def test_event_add_echoes_the_rule_and_the_next_dates_in_the_table_form(desk):
    said = desk.ctl(
        "event",
        "add",
        "--title",
        "社区科普",
        "--start",
        "2027-05-12 14:00",
        "--duration",
        "2h",
        "--repeat",
        "FREQ=WEEKLY;BYDAY=WE;COUNT=3",
        "--slug",
        "echo-test",
    ).out
    assert "echo-test" in said and "2027-05-12" in said and "2027-05-19" in said and "2027-05-26" in said


def test_event_list_and_show_have_it(desk, tour, changed):
    assert SLUG in [e["slug"] for e in desk.items("event", "list")]
    shown = desk.json("event", "show", SLUG)
    assert {k: shown[k] for k in ("slug", "title", "start", "end", "roles")} == {
        k: tour[k] for k in ("slug", "title", "start", "end", "roles")
    }
    assert "全国科普日主场活动" in desk.ctl("event", "show", SLUG).out


def test_occurrences_follow_the_rule_with_one_moved_and_one_cancelled(desk, changed):
    found = desk.occurrences(SLUG, "--from", "2027-01-01", "--to", "2031-01-01")
    assert all(harness.OCCURRENCE <= set(o) for o in found)
    assert [o["recurrence_id"][:10] for o in found] == ["2027-09-18", "2028-09-16", "2029-09-15", "2030-09-21"]
    assert [o["start"] for o in found] == [
        "2027-09-18T09:00:00+08:00",
        "2028-09-17T10:00:00+08:00",
        "2029-09-15T09:00:00+08:00",
        "2030-09-21T09:00:00+08:00",
    ]
    assert [o["status"] for o in found] == ["scheduled", "moved", "cancelled", "scheduled"]
    assert {o["event"] for o in found} == {SLUG}
    role = {r["name"]: r for r in found[0]["roles"]}["讲解员"]
    assert harness.ROLE <= set(role)
    assert (role["capacity"], role["confirmed"], role["free"]) == (10, 0, 10)


def test_a_moved_occurrence_keeps_its_identity_and_its_length(changed):
    moved, cancelled = changed
    assert moved["recurrence_id"].startswith("2028-09-16") and moved["status"] == "moved"
    assert moment(moved["end"]) - moment(moved["start"]) == moment("2027-09-18T17:00:00+08:00") - moment(
        "2027-09-18T09:00:00+08:00"
    )
    assert cancelled["recurrence_id"].startswith("2029-09-15") and cancelled["status"] == "cancelled"


def test_an_edit_changes_what_it_names_and_nothing_else(desk, tour, changed):
    before = desk.json("event", "show", SLUG)
    after = desk.json("event", "edit", SLUG, "--all", "--description", "主场在科技馆")
    assert after["description"] == "主场在科技馆"
    assert after["version"] > before["version"]
    same = harness.EVENT - {"description", "version", "updated", "sequence"}
    assert {k: after[k] for k in same} == {k: before[k] for k in same}


def test_presets_are_listed_and_one_becomes_an_event(desk):
    assert "disaster-prevention-day" in [p["slug"] for p in desk.items("preset", "list")]
    event = desk.json("preset", "apply", "disaster-prevention-day")
    assert harness.EVENT <= set(event) and event["slug"] == "disaster-prevention-day"
    found = desk.occurrences("disaster-prevention-day", "-N", "3")
    assert len(found) == 3 and all(o["recurrence_id"][5:10] == "05-12" for o in found)


def test_volunteers_come_one_by_one_and_by_the_thousand(desk, tmp_path):
    one = desk.json("volunteer", "add", "--name", "王科普", "--phone", "13912345678", "--org", "科技馆", "--consent")
    assert harness.VOLUNTEER <= set(one) and one["phone"] == "139****5678" and one["consent_at"]
    before = len(desk.items("volunteer", "list"))
    path = THOUSAND
    if not path.exists():
        path = tmp_path / "volunteers.csv"
        with open(path, "w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["name", "phone", "org", "source"])
            rows.writerows([f"志愿者{i}", phone(i), "宁夏大学", "高校学生"] for i in range(1000))
    assert desk.json("volunteer", "import", path)["imported"] == 1000
    assert len(desk.items("volunteer", "list")) == before + 1000


def test_signups_are_taken_listed_cancelled_and_refused_when_full(desk, tour):
    desk.event("tour-full", role="引导员=2")
    people = [desk.volunteer() for _ in range(3)]
    taken = [
        desk.json("signup", "add", "--volunteer", p["id"], "--event", "tour-full", "--on", "2027-05-12")
        for p in people[:2]
    ]
    assert all(harness.SIGNUP <= set(s) and s["state"] == "confirmed" and s["role"] == "引导员" for s in taken)
    full = desk.ctl(
        "signup", "add", "--volunteer", people[2]["id"], "--event", "tour-full", "--on", "2027-05-12", code=CONFLICT
    )
    assert full.out == "" and full.err.strip()
    assert len(desk.items("signup", "list", "--event", "tour-full")) == 2
    assert desk.json("signup", "cancel", taken[0]["id"])["state"] == "cancelled"
    desk.json("signup", "add", "--volunteer", people[2]["id"], "--event", "tour-full", "--on", "2027-05-12")


def test_a_role_may_be_named_in_chinese_on_any_date_of_the_rule(desk, tour, changed):
    who = desk.volunteer()
    for date in ("2027-09-18", "2028-09-16", "2041-09-21"):
        s = desk.json("signup", "add", "--volunteer", who["id"], "--event", SLUG, "--on", date, "--role", "讲解员")
        assert s["recurrence_id"].startswith(date) and s["event"] == SLUG
    desk.ctl(
        "signup",
        "add",
        "--volunteer",
        who["id"],
        "--event",
        SLUG,
        "--on",
        "2041-09-20",
        "--role",
        "讲解员",
        code=NOT_FOUND,
    )


def test_the_road_to_four_thousand_counts_people(desk):
    before = desk.json("target", "show", "volunteers")
    assert harness.TARGET <= set(before) and before["target"] == 4000
    assert before["value"] == len(desk.items("volunteer", "list"))
    desk.volunteer()
    assert desk.json("target", "show", "volunteers")["value"] == before["value"] + 1
    assert "4000" in desk.ctl("target", "show", "volunteers").out.replace(",", "").replace(" ", "")


def test_a_channel_is_added_and_tested_and_a_reminder_arrives_signed_and_on_time(desk, receiver, tmp_path):
    desk.json(
        "channel",
        "add",
        "ops",
        "--kind",
        "webhook",
        "--url",
        receiver.url(),
        "--allow-private",
        "--secret-file",
        receiver.secret_file(tmp_path),
    )
    desk.ctl("channel", "test", "ops")
    test = receiver.wait(1)[0]
    assert test.wrong is None
    due, start = harness.in_s(3600 + 4)
    desk.event("tour-soon", start=start, duration="1h", title="防震演练")
    desk.json("reminder", "add", "--event", "tour-soon", "--before", "1h", "--channel", "ops")
    came = receiver.wait(2, deadline_s=15)[1]
    assert came.wrong is None and came.json()["data"]["event"] == "tour-soon"
    assert -0.1 <= came.at - (due - 3600) <= 2
    one = wait_until(lambda: desk.delivery(event="tour-soon", state="delivered"), what="the delivery's final state")[0]
    assert harness.DELIVERY <= set(one) and [a["outcome"] for a in one["attempts"]] == ["ok"]
    assert desk.ctl("delivery", "list", "--event", "tour-soon").out.strip()


def test_status_fits_on_one_screen(desk, tour):
    lines = desk.ctl("status").out.splitlines()
    assert 0 < len(lines) <= 40 and max(map(len, lines)) <= 120
    assert isinstance(desk.json("status"), dict)
