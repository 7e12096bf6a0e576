"""Days off, series that are changed in the middle, and a tz database that changes under a running office."""
import datetime
import json
import pathlib
import shutil

import pytest

from kepu import CONFLICT, INVALID, unique

ZONES = pathlib.Path("/usr/share/zoneinfo")


def starts(desk, slug, first, last, status=None):
    items = desk.items("event", "occurrences", slug, "--from", first, "--to", last)
    return [i["start"][:16] for i in items if status is None or i["status"] == status]


# The State Council's calendar of 2026: 1–7 October off, 20 September and 10 October worked.
@pytest.mark.parametrize(
    "policy, wanted",
    [
        ("keep", ["2026-09-24", "2026-10-01", "2026-10-08"]),
        ("skip", ["2026-09-24", "2026-10-08"]),
        ("next-workday", ["2026-09-24", "2026-10-08", "2026-10-08"]),
        ("prev-workday", ["2026-09-24", "2026-09-30", "2026-10-08"]),
    ],
)
def test_a_policy_meets_the_national_day(desk, policy, wanted):
    slug = unique("policy")
    desk.event(slug, start="2026-09-24 09:00", repeat="FREQ=WEEKLY;COUNT=3", holiday_policy=policy)
    assert starts(desk, slug, "2026-09-01", "2026-11-01") == [day + "T09:00" for day in wanted]
    kept = [
        i["recurrence_id"][:10]
        for i in desk.items("event", "occurrences", slug, "--from", "2026-09-01", "--to", "2026-11-01")
    ]
    assert "2026-10-01" in kept or policy == "skip", "an occurrence is known by its original date, wherever it went"


def test_a_make_up_workday_is_a_workday_and_a_sunday_is_not(desk):
    slug = unique("sunday")
    desk.event(slug, start="2026-09-20 09:00", repeat="FREQ=WEEKLY;COUNT=2", holiday_policy="next-workday")
    assert starts(desk, slug, "2026-09-01", "2026-11-01") == ["2026-09-20T09:00", "2026-09-28T09:00"]


def test_skipping_days_off_leaves_ordinary_weekends_alone(desk):
    slug = unique("saturday")
    desk.event(slug, start="2026-09-26 09:00", repeat="FREQ=WEEKLY;COUNT=4", holiday_policy="skip")
    assert starts(desk, slug, "2026-09-01", "2026-11-01") == ["2026-10-10T09:00", "2026-10-17T09:00"]


def test_the_office_s_own_day_off_goes_before_the_published_one(kepu):
    kepu.event("own", start="2027-11-17 09:00", repeat="FREQ=WEEKLY;COUNT=3", holiday_policy="skip")
    day = {"year": 2027, "papers": [], "days": [{"name": "校庆", "date": "2027-11-24", "isOffDay": True}]}
    kepu.ctl("holiday", "import", "-", "--local", stdin=json.dumps(day))
    assert starts(kepu, "own", "2027-11-01", "2027-12-31") == ["2027-11-17T09:00", "2027-12-01T09:00"]
    assert {"date": "2027-11-24", "name": "校庆", "off": True} in kepu.items("holiday", "list", "--year", "2027")


def test_the_same_days_off_again_change_no_event(kepu):
    kepu.event("own", start="2027-11-17 09:00", repeat="FREQ=WEEKLY;COUNT=3", holiday_policy="skip")
    day = json.dumps({"days": [{"name": "校庆", "date": "2027-11-24", "isOffDay": True}]})
    kepu.ctl("holiday", "import", "-", "--local", stdin=day)
    once = kepu.json("event", "show", "own")
    kepu.ctl("holiday", "import", "-", "--local", stdin=day)
    again = kepu.json("event", "show", "own")
    assert (once["sequence"], once["version"], once["updated"]) == (again["sequence"], again["version"], again["updated"])


def test_a_calendar_of_days_off_with_a_bad_line_changes_nothing(desk):
    before = desk.items("holiday", "list")
    bad = {
        "year": 2028,
        "papers": [],
        "days": [
            {"name": "元旦", "date": "2028-01-01", "isOffDay": True},
            {"name": "?", "date": "2028-02-30", "isOffDay": True},
        ],
    }
    assert "2028-02-30" in desk.error("holiday", "import", "-", code=INVALID, stdin=json.dumps(bad))
    assert desk.items("holiday", "list") == before


# Changing a series in the middle


@pytest.fixture
def series(desk):
    slug = unique("series")
    desk.event(slug, start="2027-03-03 14:00", duration="2h", repeat="FREQ=WEEKLY;COUNT=6", role="讲解员=3")
    person = desk.json("volunteer", "add", "--name", "李强", "--phone", f"139{abs(hash(slug)) % 10 ** 8:08d}")["id"]
    desk.json("signup", "add", "--volunteer", person, "--event", slug, "--on", "2027-03-24")
    return slug, person


def test_from_a_date_on_the_series_splits_and_everything_goes_along(desk, series):
    slug, person = series
    later = desk.json("event", "edit", slug, "--on", "2027-03-24", "--this-and-future", "--title", "下半程")
    assert (later["slug"], later["split_from"], later["title"]) == (slug + "-2", slug, "下半程")
    assert [s[:10] for s in starts(desk, slug, "2027-01-01", "2028-01-01")] == [
        "2027-03-03",
        "2027-03-10",
        "2027-03-17",
    ]
    assert [s[:10] for s in starts(desk, slug + "-2", "2027-01-01", "2028-01-01")] == [
        "2027-03-24",
        "2027-03-31",
        "2027-04-07",
    ]
    (signup,) = desk.items("signup", "list", "--volunteer", person)
    assert (signup["event"], signup["recurrence_id"][:10], signup["state"]) == (slug + "-2", "2027-03-24", "confirmed")


def test_a_new_time_takes_the_sign_ups_of_the_same_date_along(desk, series):
    slug, person = series
    desk.json("event", "edit", slug, "--all", "--start", "2027-03-03 16:00")
    assert starts(desk, slug, "2027-03-24", "2027-03-25") == ["2027-03-24T16:00"]
    (signup,) = desk.items("signup", "list", "--volunteer", person)
    assert signup["recurrence_id"][:16] == "2027-03-24T16:00"


def test_a_change_that_leaves_sign_ups_without_a_date_asks_first(desk, series):
    slug, person = series
    change = ["event", "edit", slug, "--all", "--start", "2027-03-04 14:00", "--repeat", "FREQ=WEEKLY;COUNT=6;BYDAY=TH"]
    before = desk.items("event", "occurrences", slug)
    assert "2027-03-24" in desk.error(*change, code=CONFLICT)
    assert desk.items("event", "occurrences", slug) == before
    desk.json(*change, "--yes")
    assert [s[:10] for s in starts(desk, slug, "2027-03-20", "2027-03-31", "scheduled")] == ["2027-03-25"]
    (signup,) = desk.items("signup", "list", "--volunteer", person)
    assert signup["recurrence_id"][:10] == "2027-03-24", "the sign-up is not forgotten"
    assert starts(desk, slug, "2027-03-24", "2027-03-25", "cancelled") == ["2027-03-24T14:00"]


def test_without_a_scope_nothing_is_guessed(desk, series):
    slug, _ = series
    said = desk.error("event", "edit", slug, "--title", "x", code=2)
    assert "--all" in said and "--this" in said


def test_one_occurrence_has_a_title_venue_and_places_of_its_own(desk, series):
    slug, _ = series
    one = desk.json(
        "event", "edit", slug, "--on", "2027-03-10", "--this", "--title", "特别场", "--venue", "广场", "--role", "讲解员=9"
    )
    assert (one["title"], one["venue"], one["roles"][0]["capacity"]) == ("特别场", "广场", 9)
    others = [o for o in desk.items("event", "occurrences", slug) if o["recurrence_id"][:10] != "2027-03-10"]
    assert {(o["title"], o["roles"][0]["capacity"]) for o in others} == {("科普讲座", 3)}


def test_a_rule_that_names_a_time_gives_it_to_the_start_and_two_times_are_asked_back(desk):
    slug = unique("told")
    desk.event(slug, start="2027-03-03", duration="2h", repeat="每周三 14:00")
    assert starts(desk, slug, "2027-03-01", "2027-03-11") == ["2027-03-03T14:00", "2027-03-10T14:00"]
    said = desk.error("event", "add", "--title", "x", "--start", "2027-03-03 09:00", "--repeat", "每周三 14:00", code=INVALID)
    assert "09:00" in said and "14:00" in said
    desk.json("event", "edit", slug, "--all", "--repeat", "每周三 16:00")
    assert starts(desk, slug, "2027-03-01", "2027-03-11") == ["2027-03-03T16:00", "2027-03-10T16:00"]


# A new tz database


def test_when_a_zone_s_rules_change_occurrences_keep_their_local_time(make_kepu, tmp_path):
    zones = tmp_path / "zoneinfo"
    (zones / "Asia").mkdir(parents=True)
    shutil.copy(ZONES / "Asia/Shanghai", zones / "Asia/Shanghai")
    kepu = make_kepu()
    kepu.env["TZDIR"] = str(zones)
    kepu.start()
    kepu.event("walk", start="2027-05-12 09:00", repeat="FREQ=WEEKLY;COUNT=3")
    kepu.json("channel", "add", "ops", "--kind", "webhook", "--url", "http://127.0.0.1:9/hook", "--allow-private")
    kepu.json("reminder", "add", "--event", "walk", "--before", "1d", "--channel", "ops")
    before = [d["due"] for d in kepu.items("delivery", "list", "--event", "walk")]
    kepu.stop()
    shutil.copy(ZONES / "Asia/Tokyo", zones / "Asia/Shanghai")
    kepu.start()
    assert [o["start"] for o in kepu.items("event", "occurrences", "walk")][0] == "2027-05-12T09:00:00+09:00"
    after = [d["due"] for d in kepu.items("delivery", "list", "--event", "walk")]
    hour = datetime.timedelta(hours=1)
    assert [datetime.datetime.fromisoformat(d) + hour for d in after] == [
        datetime.datetime.fromisoformat(d) for d in before
    ]
