"""Bad input: each a clear error with its exit code that names the thing, and nothing half done."""
import subprocess

import pytest

import kepu as harness
from kepu import CONFLICT, INVALID, NOT_FOUND, USAGE, unique

GOOD = {"--title": "坏输入", "--start": "2027-05-12 09:00", "--duration": "1h"}


def add(**changes):
    """`event add` with flags changed or left out: (slug, arguments)."""
    slug = unique("bad")
    flags = {**GOOD, "--slug": slug, **{"--" + k.replace("_", "-"): v for k, v in changes.items()}}
    return slug, ["event", "add", *[x for k, v in flags.items() if v is not None for x in (k, v)]]


# what is changed → what the error must name
INVALID_VALUES = [
    ({"start": "2027-02-30"}, "2027-02-30"),
    ({"start": "2027-02-29 09:00"}, "2027-02-29"),
    ({"start": "2027-13-01"}, "2027-13-01"),
    ({"start": "2027-05-12 25:00"}, "25:00"),
    ({"start": "2027-05-12 09:61"}, "09:61"),
    ({"start": "gestern"}, "gestern"),
    ({"start": ""}, "start"),
    ({"end": "2027-05-12 08:00", "duration": None}, "end"),
    ({"end": "2027-05-32", "duration": None}, "2027-05-32"),
    ({"duration": "-1h"}, "-1h"),
    ({"duration": "1 fortnight"}, "1 fortnight"),
    ({"duration": "99999999999999999999h"}, "duration"),
    ({"tz": "Mars/Olympus"}, "Mars/Olympus"),
    ({"tz": "../../etc/passwd"}, "../../etc/passwd"),
    ({"repeat": "FREQ=YEARLY;BYMONTH=13"}, "13"),
    ({"repeat": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "repeat"),
    ({"repeat": "FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=31"}, "repeat"),
    ({"repeat": "FREQ=DAILY;UNTIL=20200101T000000Z"}, "repeat"),
    ({"repeat": "FREQ=DAILY;COUNT=0"}, "COUNT"),
    ({"repeat": "FREQ=DAILY;INTERVAL=0"}, "INTERVAL"),
    ({"repeat": "FREQ=DAILY;COUNT=3;UNTIL=20280101T000000Z"}, "UNTIL"),
    ({"repeat": "FREQ=WEEKLY;BYDAY=XX"}, "XX"),
    ({"repeat": "FREQ=MONTHLY;BYDAY=0MO"}, "0MO"),
    ({"repeat": "FREQ=HOURLY"}, "HOURLY"),
    ({"repeat": "FREQ=SECONDLY"}, "SECONDLY"),
    ({"repeat": "FREQ=SOMETIMES"}, "SOMETIMES"),
    ({"repeat": "BYMONTH=5"}, "FREQ"),
    ({"repeat": "偶尔吧"}, "偶尔吧"),
    ({"repeat": "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1"}, "HEBREW"),
    ({"role": "讲解员=0"}, "讲解员"),
    ({"role": "讲解员=-1"}, "讲解员"),
    ({"role": "讲解员=many"}, "讲解员"),
    ({"role": "讲解员=5/6"}, "讲解员"),
    ({"role": "讲解员=5/-1"}, "讲解员"),
    ({"role": "讲解员=99999999999999999999"}, "讲解员"),
    ({"role": "=5"}, "role"),
    ({"role": "讲解员"}, "讲解员"),
    ({"role": "讲解员=5:spectator"}, "spectator"),
    ({"title": ""}, "title"),
    ({"title": "   "}, "title"),
    ({"title": "长" * 201}, "title"),
    ({"slug": "Not A Slug"}, "Not A Slug"),
    ({"slug": "中文"}, "中文"),
    ({"slug": "-"}, "slug"),
    ({"holiday_policy": "perhaps"}, "perhaps"),
]


@pytest.mark.parametrize("changes, named", INVALID_VALUES, ids=lambda v: str(v)[:50])
def test_an_invalid_value_is_named_and_nothing_is_made(desk, changes, named):
    before = desk.items("event", "list")
    slug, args = add(**changes)
    assert named in desk.error(*args, code=INVALID)
    plain = desk.ctl(*args, code=INVALID)
    assert plain.out == "" and named in plain.err
    assert desk.items("event", "list") == before
    desk.ctl("event", "show", slug, code=NOT_FOUND)


@pytest.mark.parametrize(
    "changes, meant",
    [
        ({"category": "science-dya"}, "science-day"),
        ({"lead": "kexi"}, "kexie"),
        ({"partner": "jiaoyv"}, "jiaoyu"),
        ({"audience": "publik"}, "public"),
        ({"indicator": "volunters"}, "volunteers"),
    ],
)
def test_a_mistyped_slug_of_the_plan_is_told_what_was_meant(desk, changes, meant):
    slug, args = add(**changes)
    result = desk.ctl(*args, "--json", code=None)
    assert result.code in (NOT_FOUND, INVALID), result
    said = result.said()
    assert meant in said and list(changes.values())[0] in said
    desk.ctl("event", "show", slug, code=NOT_FOUND)


@pytest.mark.parametrize(
    "args, meant",
    [
        (["evnt", "list"], "event"),
        (["event", "lst"], "list"),
        (["event", "list", "--catgory", "x"], "--category"),
        (["event", "add", "--titel", "x", "--start", "2027-05-12"], "--title"),
        (["sttus"], "status"),
        (["event", "list", "-o", "jsn"], "json"),
    ],
)
def test_a_mistyped_word_is_told_what_was_meant(desk, args, meant):
    result = desk.ctl(*args, code=None)
    assert result.code in (USAGE, INVALID) and meant in result.err and result.out == ""


@pytest.mark.parametrize(
    "args",
    [
        ["event"],
        ["event", "show"],
        ["event", "add", "--title", "x"],
        ["event", "add", "--start", "2027-05-12"],
        ["event", "list", "--lead"],
        ["event", "show", "a", "b"],
        ["signup", "add", "--volunteer", "v-1"],
        ["volunteer", "add", "--name", "x"],
        ["event", "move", "x", "--on", "2027-05-12"],
        ["--no-such-flag"],
        ["event", "headcount", "x", "--on", "2027-05-12"],
    ],
)
def test_what_is_missing_or_too_much_is_a_usage_error(desk, args):
    result = desk.ctl(*args, code=USAGE)
    assert result.err.strip()


def test_a_mistyped_event_is_told_what_was_meant(desk):
    desk.event("spelling-bee")
    for args in (
        ["event", "show", "speling-bee"],
        ["event", "occurrences", "spelling-be"],
        ["event", "cancel", "spelling-beee"],
        ["signup", "list", "--event", "spelling-bea"],
    ):
        assert "spelling-bee" in desk.error(*args, code=NOT_FOUND)


def test_a_taken_slug_is_refused_and_the_first_event_unchanged(desk):
    first = desk.event("taken-slug")
    assert "taken-slug" in desk.error(
        "event", "add", "--title", "第二个", "--start", "2027-05-12", "--slug", "taken-slug", code=CONFLICT
    )
    now = desk.json("event", "show", "taken-slug")
    assert {k: now[k] for k in harness.EVENT} == {k: first[k] for k in harness.EVENT}


@pytest.mark.parametrize(
    "args, code, named",
    [
        (["event", "move", "bad-moves", "--on", "2027-05-12", "--to", "2027-02-30"], INVALID, "2027-02-30"),
        (["event", "move", "bad-moves", "--on", "2027-05-13", "--to", "2027-05-14"], NOT_FOUND, "2027-05-13"),
        (["event", "move", "bad-moves", "--on", "2027-05-32", "--to", "2027-05-14"], INVALID, "2027-05-32"),
        (["event", "cancel", "bad-moves", "--on", "2027-05-13"], NOT_FOUND, "2027-05-13"),
        (["event", "edit", "bad-moves", "--all", "--role", "讲解员=-3"], INVALID, "讲解员"),
        (["event", "edit", "bad-moves", "--on", "2027-05-13", "--this", "--title", "x"], NOT_FOUND, "2027-05-13"),
        (["event", "edit", "bad-moves", "--all", "--title", ""], INVALID, "title"),
        (["event", "occurrences", "bad-moves", "--from", "never"], INVALID, "never"),
        (["event", "occurrences", "bad-moves", "-N", "0"], INVALID, "0"),
        (["event", "occurrences", "bad-moves", "-N", "-3"], INVALID, "-3"),
        (["event", "headcount", "bad-moves", "--on", "2027-05-12", "--", "-5"], INVALID, "-5"),
        (["event", "clone", "bad-moves", "--slug", "bad-moves"], CONFLICT, "bad-moves"),
    ],
)
def test_bad_changes_change_nothing(desk, args, code, named):
    if not [e for e in desk.items("event", "list") if e["slug"] == "bad-moves"]:
        desk.event("bad-moves", repeat="FREQ=WEEKLY;BYDAY=WE", role="讲解员=3")
    window = ["--from", "2027-05-01", "--to", "2027-07-01"]
    before = desk.json("event", "show", "bad-moves"), desk.occurrences("bad-moves", *window)
    assert named in desk.error(*args, code=code)
    assert (desk.json("event", "show", "bad-moves"), desk.occurrences("bad-moves", *window)) == before


def test_text_that_is_not_utf8_is_refused(desk):
    done = subprocess.run(
        [
            str(harness.KEPUCTL).encode(),
            b"--socket",
            str(desk.socket).encode(),
            b"event",
            b"add",
            b"--title",
            b"\xff\xfe",
            b"--start",
            b"2027-05-12",
            b"--slug",
            b"not-utf8",
        ],
        capture_output=True,
        env=harness.environment(desk.dir),
        timeout=harness.COMMAND_S,
    )
    assert done.returncode == INVALID and done.stdout == b""
    desk.ctl("event", "show", "not-utf8", code=NOT_FOUND)


def test_control_characters_do_not_get_into_a_feed(desk):
    slug = unique("control")
    result = desk.ctl(
        "event", "add", "--title", "响铃\x07标题\x1b[31m", "--start", "2027-05-12 09:00", "--slug", slug, code=None
    )
    assert result.code in (0, INVALID)
    if result.code == 0:
        assert b"\x07" not in desk.get(f"/feeds/event/{slug}.ics").content
        assert "\x1b" not in desk.ctl("event", "show", slug).out


def test_a_very_long_argument_is_refused(desk):
    assert desk.ctl(
        "event", "add", "--title", "x", "--start", "2027-05-12", "--description", "y" * 120_000, code=None
    ).code in (0, INVALID)
    desk.ctl("event", "show", "z" * 100_000, code=NOT_FOUND)
