"""Time: `time expand` is the engine's own window, and other engines agree with what is seen through it."""
import datetime
import json
import os
import random
import zoneinfo

import pytest

import kepu as harness
import rules
from kepu import INVALID, rule_parts

SEED = int(os.environ.get("KEPU_TEST_SEED", "20270512"))
RULES = int(os.environ.get("KEPU_TEST_RULES", "3000"))
LIMIT = 15
CASES = harness.DATA / "rrule" / "cases.jsonl"


def expand(desk, rrule, start="20260919T090000", tz="Asia/Shanghai", count=10, *more):
    return desk.json("time", "expand", "--start", start, "--tz", tz, "--rrule", rrule, *more, "-N", count)


def batch(desk, lines):
    """Answers to JSON lines, one each, in order."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    answers = [json.loads(a) for a in desk.ctl("time", "expand", "--batch", "-", stdin=text).out.splitlines()]
    assert len(answers) == len(lines)
    return answers


def line(dtstart, rrule, tzid=None, limit=LIMIT, **more):
    return {
        "id": more.pop("id", "x"),
        "dtstart": dtstart,
        "value": "DATE-TIME" if "T" in dtstart else "DATE",
        "tzid": tzid,
        "rrule": [rrule] if isinstance(rrule, str) else rrule,
        "exrule": [],
        "exdate": [],
        "rdate": [],
        "limit": limit,
        **more,
    }


def test_the_third_saturday_of_september(desk):
    e = expand(desk, "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA", count=3)
    assert e["instances"] == ["20260919T090000", "20270918T090000", "20280916T090000"]
    assert e["utc"] == ["20260919T010000Z", "20270918T010000Z", "20280916T010000Z"]
    assert e["complete"] is False


def test_dates_are_left_out_and_put_in(desk):
    e = expand(
        desk,
        "FREQ=DAILY;COUNT=4",
        "20260919T090000",
        "Asia/Shanghai",
        10,
        "--exdate",
        "20260920T090000",
        "--exdate",
        "20260922T090000",
        "--rdate",
        "20261001T100000",
    )
    assert e["instances"] == ["20260919T090000", "20260921T090000", "20261001T100000"] and e["complete"] is True


def test_it_begins_where_it_is_told_to(desk):
    e = expand(desk, "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA", "20260919T090000", "Asia/Shanghai", 2, "--from", "2090-01-01")
    assert e["instances"] == ["20900916T090000", "20910915T090000"]


def test_a_date_is_a_date(desk):
    (a,) = batch(desk, [line("19980101", "FREQ=DAILY;COUNT=2")])
    assert a["instances"] == ["19980101", "19980102"] and a["complete"] is True and a["id"] == "x"


def test_floating_times_have_no_instants(desk):
    (a,) = batch(desk, [line("19980101T090000", "FREQ=DAILY;COUNT=2")])
    assert a["utc"] is None and a["instances"] == ["19980101T090000", "19980102T090000"]


def test_a_start_that_is_not_of_its_rule_is_left_out(desk):
    assert expand(desk, "FREQ=WEEKLY;BYDAY=WE", "20270510T140000", count=2)["instances"] == [
        "20270512T140000",
        "20270519T140000",
    ]


def test_a_gap_takes_the_offset_before_it_and_the_day_after_its_own(desk):
    e = expand(desk, "FREQ=DAILY", "20270313T023000", "America/New_York", 3)
    assert e["instances"] == ["20270313T023000", "20270314T023000", "20270315T023000"]
    assert e["utc"] == ["20270313T073000Z", "20270314T073000Z", "20270315T063000Z"]


def test_what_exists_twice_is_the_first(desk):
    e = expand(desk, "FREQ=DAILY", "20271106T013000", "America/New_York", 3)
    assert e["utc"] == ["20271106T053000Z", "20271107T053000Z", "20271108T063000Z"]


def test_shanghai_had_summer_time(desk):
    e = expand(desk, "FREQ=MONTHLY", "19880115T090000", count=12)
    assert [u[9:11] for u in e["utc"]] == ["01", "01", "01", "01", "00", "00", "00", "00", "01", "01", "01", "01"]


@pytest.mark.parametrize(
    "zone",
    [
        "America/New_York",
        "Europe/London",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Shanghai",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "UTC",
    ],
)
def test_instants_are_those_of_the_system_s_zones(desk, zone):
    (a,) = batch(desk, [line("20260101T123000", "FREQ=DAILY;INTERVAL=5", zone, 400)])
    at = zoneinfo.ZoneInfo(zone)
    want = [
        datetime.datetime.strptime(i, rules.FORM)
        .replace(tzinfo=at)
        .astimezone(datetime.timezone.utc)
        .strftime(rules.FORM)
        + "Z"
        for i in a["instances"]
    ]
    assert len(want) == 400 and a["utc"] == want


def test_lunar_dates(desk):
    e = expand(desk, "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=9", "20261018T090000", count=5)
    assert [i[:8] for i in e["instances"]] == ["20261018", "20271008", "20281026", "20291016", "20301005"]
    e = expand(desk, "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "20270206T000000", count=4)
    assert [i[:8] for i in e["instances"]] == ["20270206", "20280126", "20290213", "20300203"]
    desk.error(
        "time",
        "expand",
        "--start",
        "20270101T000000",
        "--tz",
        "Asia/Shanghai",
        "--rrule",
        "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1",
        "-N",
        "3",
        code=INVALID,
    )


BAD = [
    "FREQ=YEARLY;BYMONTH=13",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;COUNT=2;UNTIL=20300101T000000",
    "FREQ=WEEKLY;BYDAY=0MO",
    "FREQ=NEVER",
    "BYDAY=MO",
    "",
    "FREQ=DAILY;FREQ=DAILY",
    "FREQ=DAILY;COUNT=-1",
    "FREQ=MONTHLY;BYMONTHDAY=32",
    "FREQ=YEARLY;BYWEEKNO=54",
    "FREQ=DAILY;BYHOUR=24",
    "FREQ=DAILY;UNTIL=20301301T000000",
    "FREQ=DAILY;BYSETPOS=0",
    "FREQ=DAILY;INTERVAL=99999999999999999999",
    "FREQ=DAILY;COUNT=",
    "FREQ=MONTHLY;BYDAY=255SU",
]


@pytest.mark.parametrize("rule", BAD)
def test_bad_rules_are_refused(desk, rule):
    result = desk.ctl(
        "time", "expand", "--start", "20270101T000000", "--rrule", rule, "-N", "3", "--json", code=INVALID
    )
    assert result.error()["message"]


NEVER = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=HOURLY;BYHOUR=1;BYMONTH=4;BYMONTHDAY=31",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
    "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=6",
    "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
    "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=30",
    "FREQ=SECONDLY;INTERVAL=86400;BYHOUR=5",
]


def test_rules_that_never_yield_are_an_error_or_an_empty_complete_list(desk):
    """From 1 March 2027, 00:00: none of them ever matches, and each must say so at once."""
    for rule, a in zip(NEVER, batch(desk, [line("20270301T000000", r) for r in NEVER])):
        assert ("error" in a) or (a["instances"] == [] and a["complete"] is True), (rule, a)


def test_rules_that_yield_all_the_time_are_bounded(desk):
    (a,) = batch(desk, [line("20270101T000000", "FREQ=SECONDLY", limit=5)])
    assert a["instances"][-1] == "20270101T000004" and a["complete"] is False
    (a,) = batch(desk, [line("20270101T000000", "FREQ=SECONDLY", limit=10**9)])
    assert "error" in a or len(a["instances"]) < 10**7


def test_every_line_is_answered_in_order_whatever_it_holds(desk):
    good = line("20270101T090000", "FREQ=DAILY", limit=2)
    lines = [
        {**good, "id": "a"},
        "not json",
        {**good, "id": "b", "rrule": ["FREQ=YEARLY;BYMONTH=13"]},
        {},
        "[]",
        "null",
        '"\\u0000"',
        {**good, "id": "c", "dtstart": "20270230T090000"},
        {**good, "id": "d", "tzid": "Mars/Olympus"},
        "{" * 1000,
        {**good, "id": "e", "rrule": "FREQ=DAILY"},
        {**good, "id": "f", "limit": -1},
        {**good, "id": "z"},
    ]
    answers = batch(desk, lines)
    assert answers[0]["id"] == "a" and answers[-1]["id"] == "z"
    assert answers[0]["instances"] == answers[-1]["instances"] == ["20270101T090000", "20270102T090000"]
    for n in (1, 2, 3, 4, 5, 6, 7, 8, 9):
        assert answers[n]["error"], lines[n]
    assert answers[2]["id"] == "b" and answers[2]["error"]["message"] and answers[7]["id"] == "c"


def test_a_batch_comes_from_a_file_too(desk, tmp_path):
    path = tmp_path / "lines"
    path.write_text(json.dumps(line("20270101T090000", "FREQ=DAILY", limit=1)) + "\n")
    assert json.loads(desk.ctl("time", "expand", "--batch", path).out)["instances"] == ["20270101T090000"]


def test_random_rules_as_dateutil_reads_them(desk):
    """Seeded; KEPU_TEST_SEED and KEPU_TEST_RULES choose others."""
    rng = random.Random(SEED)
    cases = [rules.make(rng) for _ in range(RULES)]
    form = lambda at, is_date: at.strftime("%Y%m%d" if is_date else rules.FORM)
    answers = batch(desk, [line(form(s, d), rules.text(r, d), id=str(n)) for n, (s, d, r) in enumerate(cases)])
    wrong = []
    for n, ((start, is_date, rule), answer) in enumerate(zip(cases, answers)):
        found, ended, horizon = rules.dateutil_says(start, is_date, rule, LIMIT)
        want = [form(at, is_date) for at in found]
        assert answer["id"] == str(n)
        got = answer.get("instances", [])
        if horizon is not None:
            got = [i for i in got if i <= form(horizon, is_date)]
        right = got == want and ("error" not in answer or not want)
        if right and "error" not in answer and ended != (len(want) == LIMIT):  # known to be all, or known not to be
            right = answer["complete"] is ended
        if not right:
            wrong.append(
                f"{form(start, is_date)} {rules.text(rule, is_date)}\n  dateutil {want[:6]} ended={ended}\n  kepu     {str(answer)[:300]}"
            )
    assert not wrong, f"{len(wrong)} of {len(cases)} rules (KEPU_TEST_SEED={SEED}):\n" + "\n".join(wrong[:8])


@pytest.mark.skipif(not CASES.exists(), reason=f"{CASES} is not there (KEPU_REFERENCE_DATA)")
def test_reference_cases_of_other_engines(desk):
    cases = [json.loads(text) for text in CASES.read_text().splitlines()]
    fields = ("id", "dtstart", "value", "tzid", "rrule", "exrule", "exdate", "rdate", "start_at")
    lines = [
        {**{k: c[k] for k in fields if k in c}, "limit": max(1, len(c.get("expected") or [])) + bool(c.get("complete"))}
        for c in cases
    ]
    wrong = []
    for c, a in zip(cases, batch(desk, lines)):
        if c["expect"] == "error":
            right = "error" in a
        elif "error" in a:
            right = bool(c.get("rfc5545_issues")) or not c["expected"]
        else:
            # The list is the rule's; from start_at on, the same one must come.
            wanted = [i for i in c["expected"] if i >= c.get("start_at", "")]
            right = a["instances"] == wanted and (not c.get("complete") or a["complete"] is True)
            if right and c.get("expected_utc") and a["utc"] is not None:
                right = a["utc"] == c["expected_utc"]
        if not right:
            wrong.append(
                f"{c['id']} {c['dtstart']} {c['rrule']}\n  want {str(c.get('expected'))[:200]}\n  got  {str(a)[:200]}"
            )
    assert not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong[:8])


# --- words


@pytest.mark.parametrize(
    "words, parts",
    [
        ("每年9月第三个周六", {"FREQ=YEARLY", "BYMONTH=9", "BYDAY=3SA"}),
        ("every third saturday of september", {"FREQ=YEARLY", "BYMONTH=9", "BYDAY=3SA"}),
        ("每周三 14:00", {"FREQ=WEEKLY", "BYDAY=WE"}),
        ("每两周周五", {"FREQ=WEEKLY", "INTERVAL=2", "BYDAY=FR"}),
        ("农历九月初九", {"RSCALE=CHINESE", "FREQ=YEARLY", "BYMONTH=9", "BYMONTHDAY=9"}),
        ("every day", {"FREQ=DAILY"}),
    ],
)
def test_words_are_read_as_a_rule_and_its_next_dates(desk, words, parts):
    e = desk.json("time", "explain", words)
    assert parts <= rule_parts(e["rule"]) <= parts | {"INTERVAL=1", "WKST=MO", "BYHOUR=14", "BYMINUTE=0", "BYSECOND=0"}
    assert len(e["next"]) == 5 and all(n["start"] and n["weekday"] for n in e["next"])
    said = desk.ctl("time", "explain", words).out
    assert "FREQ=" in said and e["next"][0]["start"][:10] in said


def test_a_moment_is_explained_too(desk):
    e = desk.json("time", "explain", "下周六下午3点")
    at = datetime.datetime.fromisoformat(e["next"][0]["start"])
    assert at.weekday() == 5 and at.hour == 15 and not e["rule"]


@pytest.mark.parametrize("words", ["偶尔吧", "every blue moon", "", "9月第六个周六", "2027-02-30"])
def test_words_that_mean_nothing_are_refused(desk, words):
    desk.ctl("time", "explain", words, code=INVALID)
