"""Events and their occurrences: adding, showing, editing, moving, cancelling."""
import pytest

import kepu as harness
from kepu import CONFLICT, INVALID, NOT_FOUND, USAGE, moment, rule_parts, unique

WEEKLY = "FREQ=WEEKLY;BYDAY=WE"


def starts(found):
    return [o["start"] for o in found]


def test_a_single_event_has_one_occurrence(desk):
    e = desk.event("single", start="2027-03-23 09:30", duration="1h30m")
    assert e["rrule"] in (None, "") and e["end"] == "2027-03-23T11:00:00+08:00"
    found = desk.occurrences("single")
    assert starts(found) == ["2027-03-23T09:30:00+08:00"] and found[0]["title"] == e["title"]


def test_an_event_without_a_slug_gets_one(desk):
    e = desk.json("event", "add", "--title", "无名活动", "--start", "2027-05-12 09:00")
    assert len(e["slug"]) == 8 and e["slug"].startswith("e-")
    assert desk.json("event", "show", e["slug"])["uid"] == e["uid"]


def test_what_add_answers_show_shows(desk):
    added = desk.event(
        "same-answer",
        role=["讲解员=3", "听众=100:participant"],
        partner=["jiaoyu", "keji"],
        audience=["youth", "teachers"],
        venue="西夏区科技馆",
        description="第一行\n第二行",
    )
    shown = desk.json("event", "show", "same-answer")
    assert {k: shown[k] for k in harness.EVENT} == {k: added[k] for k in harness.EVENT}
    assert added["partners"] == ["jiaoyu", "keji"] and set(added["audiences"]) == {"youth", "teachers"}
    assert added["venue"] == "西夏区科技馆" and added["description"] == "第一行\n第二行"
    assert {r["name"]: r["participant"] for r in added["roles"]} == {"讲解员": False, "听众": True}


def test_a_venue_may_be_one_of_the_list(desk):
    desk.json("venue", "add", "--slug", "keji-guan", "--title", "科技馆")
    assert desk.event("at-venue", venue="keji-guan")["venue"] in ("keji-guan", "科技馆")


def test_an_all_day_event_has_dates(desk):
    e = desk.json(
        "event", "add", "--title", "科普月", "--start", "2027-09-01", "--all-day", "--duration", "30d", "--slug", "all-day"
    )
    assert e["all_day"] is True and e["start"].startswith("2027-09-01")
    assert desk.occurrences("all-day")[0]["start"].startswith("2027-09-01")


def test_every_zone_works_and_times_carry_its_offset(desk):
    e = desk.event("new-york", start="2027-03-10 09:00", tz="America/New_York", repeat="FREQ=DAILY;COUNT=8")
    assert e["start"] == "2027-03-10T09:00:00-05:00"
    assert starts(desk.occurrences("new-york"))[3:6] == [
        "2027-03-13T09:00:00-05:00",
        "2027-03-14T09:00:00-04:00",
        "2027-03-15T09:00:00-04:00",
    ]


def test_an_offset_in_the_start_counts(desk):
    assert moment(desk.event("offset", start="2027-05-12T01:00:00Z")["start"]) == moment("2027-05-12T09:00:00+08:00")


def test_a_start_in_a_dst_gap_takes_the_offset_before_it(desk):
    desk.event("gap", start="2027-03-13 02:30", tz="America/New_York", repeat="FREQ=DAILY;COUNT=3")
    found = [moment(s) for s in starts(desk.occurrences("gap"))]
    assert found[1] == moment("2027-03-14T02:30:00-05:00")
    assert found[2] == moment("2027-03-15T02:30:00-04:00")


def test_a_start_that_does_not_match_the_rule_moves_to_the_first_match_and_is_told(desk):
    said = desk.ctl(
        "event",
        "add",
        "--title",
        "周三讲堂",
        "--start",
        "2027-05-10 14:00",
        "--duration",
        "1h",
        "--repeat",
        WEEKLY,
        "--slug",
        "mismatch",
    )
    assert "2027-05-12" in said.out + said.err
    assert desk.json("event", "show", "mismatch")["start"] == "2027-05-12T14:00:00+08:00"
    assert starts(desk.occurrences("mismatch", "-N", "2", "--from", "2027-01-01")) == [
        "2027-05-12T14:00:00+08:00",
        "2027-05-19T14:00:00+08:00",
    ]


@pytest.mark.parametrize(
    "rule, want",
    [
        ("FREQ=DAILY;COUNT=3", ["2027-05-12", "2027-05-13", "2027-05-14"]),
        ("FREQ=DAILY;INTERVAL=2;UNTIL=20270516T010000Z", ["2027-05-12", "2027-05-14", "2027-05-16"]),
        ("FREQ=WEEKLY;BYDAY=WE,FR;COUNT=4", ["2027-05-12", "2027-05-14", "2027-05-19", "2027-05-21"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=3", ["2027-05-12", "2027-05-26", "2027-06-09"]),
        ("FREQ=MONTHLY;BYDAY=2WE;COUNT=3", ["2027-05-12", "2027-06-09", "2027-07-14"]),
        ("FREQ=MONTHLY;BYMONTHDAY=12;COUNT=3", ["2027-05-12", "2027-06-12", "2027-07-12"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-20;COUNT=3", ["2027-05-12", "2027-06-11", "2027-07-12"]),
        ("FREQ=MONTHLY;BYDAY=-3WE;COUNT=2", ["2027-05-12", "2027-06-16"]),
        ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=12;COUNT=3", ["2027-05-12", "2028-05-12", "2029-05-12"]),
    ],
)
def test_rules_without_a_library_to_blame(desk, rule, want):
    e = desk.event(start="2027-05-12 09:00", repeat=rule)
    found = desk.occurrences(e["slug"], "--from", "2027-01-01", "--to", "2040-01-01")
    assert [s[:10] for s in starts(found)] == want
    assert {s[10:] for s in starts(found)} == {"T09:00:00+08:00"}


@pytest.mark.parametrize(
    "words, parts",
    [
        ("每年9月第三个周六", {"FREQ=YEARLY", "BYMONTH=9", "BYDAY=3SA"}),
        ("every third saturday of september", {"FREQ=YEARLY", "BYMONTH=9", "BYDAY=3SA"}),
    ],
)
def test_rules_may_be_said_in_words(desk, words, parts):
    e = desk.event(start="2027-09-18 09:00", repeat=words)
    assert rule_parts(e["rrule"]) == parts


def test_occurrences_take_a_window_whose_start_is_in_and_whose_end_is_out(desk):
    desk.event("window", repeat=WEEKLY)
    found = desk.occurrences("window", "--from", "2027-05-19 09:00", "--to", "2027-06-02 09:00")
    assert [s[:10] for s in starts(found)] == ["2027-05-19", "2027-05-26"]
    assert len(desk.occurrences("window", "-N", "7", "--from", "2027-05-12")) == 7


def test_occurrences_with_an_end_are_all_of_them(desk):
    desk.event("daily-many", repeat="FREQ=DAILY")
    assert len(desk.occurrences("daily-many", "--from", "2027-05-12", "--to", "2030-05-12")) == 1096


def test_occurrences_far_away_are_worked_out_as_well(desk):
    desk.event("far", repeat="FREQ=YEARLY;BYMONTH=5;BYDAY=2WE")
    assert starts(desk.occurrences("far", "--from", "2090-01-01", "--to", "2091-01-01")) == [
        "2090-05-10T09:00:00+08:00"
    ]


def test_one_occurrence_is_moved_and_found_by_its_original_date(desk):
    desk.event("mover", repeat=WEEKLY)
    moved = desk.json("event", "move", "mover", "--on", "2027-05-19", "--to", "2027-05-20 15:00")
    assert (moved["start"], moved["end"]) == ("2027-05-20T15:00:00+08:00", "2027-05-20T17:00:00+08:00")
    again = desk.json("event", "move", "mover", "--on", "2027-05-19", "--to", "2027-05-21 08:00")
    assert again["recurrence_id"] == moved["recurrence_id"] and again["start"] == "2027-05-21T08:00:00+08:00"
    found = desk.occurrences("mover", "--from", "2027-05-12", "--to", "2027-06-01")
    assert [s[:10] for s in starts(found)] == ["2027-05-12", "2027-05-21", "2027-05-26"]


def test_an_occurrence_moved_out_of_a_window_is_not_in_it_and_one_moved_in_is(desk):
    desk.event("in-out", repeat=WEEKLY)
    desk.json("event", "move", "in-out", "--on", "2027-05-19", "--to", "2027-07-01 09:00")
    assert "2027-05-19" not in [
        o["start"][:10] for o in desk.occurrences("in-out", "--from", "2027-05-18", "--to", "2027-05-20")
    ]
    assert "2027-07-01" in [
        o["start"][:10] for o in desk.occurrences("in-out", "--from", "2027-07-01", "--to", "2027-07-02")
    ]


def test_a_single_event_is_moved_on_its_date(desk):
    desk.event("move-single")
    assert (
        desk.json("event", "move", "move-single", "--on", "2027-05-12", "--to", "2027-05-13 09:00")["start"]
        == "2027-05-13T09:00:00+08:00"
    )
    assert starts(desk.occurrences("move-single")) == ["2027-05-13T09:00:00+08:00"]


def test_one_occurrence_is_retitled_and_the_others_are_not(desk):
    desk.event("retitle", repeat=WEEKLY)
    one = desk.json("event", "edit", "retitle", "--on", "2027-05-19", "--this", "--title", "特别讲座", "--venue", "体育馆")
    assert (one["title"], one["venue"], one["recurrence_id"][:10]) == ("特别讲座", "体育馆", "2027-05-19")
    found = desk.occurrences("retitle", "--from", "2027-05-12", "--to", "2027-06-01")
    assert [o["title"] for o in found] == ["科普讲座", "特别讲座", "科普讲座"]


def test_cancelled_occurrences_are_listed_as_such(desk):
    desk.event("canceller", repeat=WEEKLY)
    desk.json("event", "cancel", "canceller", "--on", "2027-05-19", "--reason", "场地停电")
    found = desk.occurrences("canceller", "--from", "2027-05-12", "--to", "2027-06-01")
    assert [o["status"] for o in found] == ["scheduled", "cancelled", "scheduled"]


def test_a_whole_event_is_cancelled(desk):
    desk.event("cancel-all", repeat=WEEKLY)
    assert desk.json("event", "cancel", "cancel-all", "--reason", "取消")["status"] == "cancelled"
    assert {o["status"] for o in desk.occurrences("cancel-all", "-N", "3", "--from", "2027-05-12")} == {"cancelled"}


def test_an_edit_of_a_series_says_of_what(desk):
    desk.event("scope", repeat=WEEKLY)
    desk.ctl("event", "edit", "scope", "--title", "改名", code=USAGE)
    assert desk.json("event", "show", "scope")["title"] == "科普讲座"
    assert desk.json("event", "edit", "scope", "--all", "--title", "改名")["title"] == "改名"


@pytest.mark.parametrize("scope", [[], ["--all"]])
def test_an_edit_of_a_single_event_needs_not(desk, scope):
    e = desk.event()
    assert desk.json("event", "edit", e["slug"], *scope, "--title", "改名")["title"] == "改名"


def test_an_edit_raises_version_and_sequence_where_the_time_changes(desk):
    before = desk.event("sequence")
    after = desk.json("event", "edit", "sequence", "--all", "--start", "2027-05-12 10:00", "--duration", "2h")
    assert after["version"] > before["version"] and after["sequence"] > before["sequence"]
    assert starts(desk.occurrences("sequence")) == ["2027-05-12T10:00:00+08:00"]


def test_if_version_protects_from_overwriting(desk):
    v = desk.event("versioned")["version"]
    assert desk.json("event", "edit", "versioned", "--title", "第一次", "--if-version", v)["version"] > v
    assert (
        desk.ctl("event", "edit", "versioned", "--title", "第二次", "--if-version", v, "--json", code=CONFLICT).error()[
            "code"
        ]
        == "changed"
    )
    assert desk.json("event", "show", "versioned")["title"] == "第一次"


def test_a_provisional_event_is_tentative_until_it_is_confirmed(desk):
    assert desk.event("tentative", provisional=True)["status"] == "tentative"
    assert desk.occurrences("tentative")[0]["status"] == "tentative"
    assert desk.json("event", "confirm", "tentative")["status"] == "confirmed"
    assert desk.occurrences("tentative")[0]["status"] == "scheduled"


def test_a_headcount_is_kept_with_the_occurrence(desk):
    e = desk.event("counted", start="2025-05-12 09:00")
    assert desk.json("event", "headcount", e["slug"], "--on", "2025-05-12", "180", "--note", "门票")["headcount"] == 180
    found = desk.occurrences("counted", "--from", "2025-01-01", "--to", "2026-01-01")
    assert [(o["headcount"], o["status"]) for o in found] == [(180, "past")]


def test_a_clone_is_another_event(desk):
    e = desk.event("original", role="讲解员=4")
    c = desk.json("event", "clone", "original", "--slug", "copy", "--start", "2028-05-12 09:00")
    assert (c["slug"], c["title"], c["start"][:10]) == ("copy", e["title"], "2028-05-12")
    assert c["uid"] != e["uid"] and [r["capacity"] for r in c["roles"]] == [4]


def test_an_event_is_removed_unless_people_are_signed_up(desk):
    desk.event("removable")
    desk.json("event", "remove", "removable", "--yes")
    desk.ctl("event", "show", "removable", code=NOT_FOUND)
    desk.event("held", role="讲解员=4")
    desk.json("signup", "add", "--volunteer", desk.volunteer()["id"], "--event", "held", "--on", "2027-05-12")
    desk.ctl("event", "remove", "held", code=CONFLICT)
    assert desk.json("event", "show", "held")["slug"] == "held"


def test_lists_are_filtered(desk):
    desk.event("f-lecture", category="science-day", lead="keji", audience="farmers")
    for flags in (["--category", "science-day"], ["--lead", "keji"], ["--audience", "farmers"]):
        found = [e["slug"] for e in desk.items("event", "list", *flags)]
        assert "f-lecture" in found and "single" not in found


@pytest.mark.parametrize("length, code", [(1, 0), (200, 0), (201, INVALID)])
def test_titles_have_one_to_two_hundred_characters(desk, length, code):
    desk.ctl(
        "event", "add", "--title", "科" * length, "--start", "2027-05-12 09:00", "--slug", unique("title"), code=code
    )


DRY = [
    lambda d: ["event", "add", "--title", "不留痕", "--start", "2027-05-12 09:00", "--slug", "dry-new"],
    lambda d: ["event", "edit", "dry", "--all", "--title", "不留痕"],
    lambda d: ["event", "edit", "dry", "--on", "2027-05-19", "--this", "--title", "不留痕"],
    lambda d: ["event", "move", "dry", "--on", "2027-05-19", "--to", "2027-05-20 09:00"],
    lambda d: ["event", "cancel", "dry", "--on", "2027-05-19"],
    lambda d: ["event", "cancel", "dry"],
    lambda d: ["event", "remove", "dry", "--yes"],
    lambda d: ["event", "clone", "dry", "--slug", "dry-copy"],
    lambda d: ["preset", "apply", "fire-day"],
    lambda d: ["volunteer", "add", "--name", "不留痕", "--phone", "13700000001"],
    lambda d: ["signup", "add", "--volunteer", d.dry_person, "--event", "dry", "--on", "2027-05-12"],
    lambda d: ["channel", "add", "dry-channel", "--kind", "ntfy", "--url", "https://ntfy.example.org/topic"],
    lambda d: ["reminder", "add", "--event", "dry", "--before", "1d"],
]


def everything(desk):
    seen = {noun: desk.items(noun, "list") for noun in ("event", "volunteer", "signup", "channel", "reminder")}
    return seen, desk.occurrences("dry", "--from", "2027-05-01", "--to", "2027-07-01")


@pytest.fixture(scope="module")
def dry(desk):
    desk.event("dry", repeat=WEEKLY, role="讲解员=4")
    desk.dry_person = desk.volunteer()["id"]
    return desk


@pytest.mark.parametrize("command", DRY, ids=lambda c: "-".join(c(type("D", (), {"dry_person": "v"}))[:2]))
def test_a_dry_run_answers_and_changes_nothing(dry, command):
    before = everything(dry)
    said = dry.json(*command(dry), "--dry-run")
    assert isinstance(said, dict) and said
    assert everything(dry) == before


def test_a_dry_run_shows_what_would_be(dry):
    would = dry.json("event", "edit", "dry", "--all", "--title", "将会如此", "-n")
    assert would["title"] == "将会如此" and dry.json("event", "show", "dry")["title"] == "科普讲座"


def test_a_dry_run_fails_where_the_real_one_would(dry):
    dry.ctl("event", "add", "--title", "不行", "--start", "2027-02-30 09:00", "-n", code=INVALID)
    dry.ctl("event", "add", "--title", "不行", "--start", "2027-02-20 09:00", "--slug", "dry", "-n", code=CONFLICT)
