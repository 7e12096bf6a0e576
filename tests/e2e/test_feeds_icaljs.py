"""Feeds judged by ical.js, the calendar engine of Thunderbird and Nextcloud."""
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import subprocess

import pytest

import kepu as harness
from kepu import SHANGHAI
from test_feeds_judges import act, add, said, window

FOLDER = pathlib.Path(os.environ.get("KEPU_NODE", harness.REPO / "build" / "node"))
SCRIPT = pathlib.Path(__file__).parent / "icaljs" / "expand.cjs"
MOVED_AT_MOST = datetime.timedelta(days=60)

pytestmark = [
    pytest.mark.skipif(not shutil.which("node"), reason="no node on this machine"),
    pytest.mark.skipif(not (FOLDER / "node_modules" / "ical.js").is_dir(), reason="ical.js is not installed: make test-npm"),
]


def by_time(shown):
    return str(shown[0]), shown[1]


def instances(raw, start, end):
    """What ical.js shows between two aware instants: sorted [(start instant or date, title)]."""
    until = int((end + MOVED_AT_MOST).timestamp())
    done = subprocess.run(["node", SCRIPT, FOLDER, str(until)], input=raw, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    shown = []
    for at, title in json.loads(done.stdout):
        if isinstance(at, str):
            inside = start.date().isoformat() <= at < end.date().isoformat()
        else:
            at = datetime.datetime.fromtimestamp(at, datetime.timezone.utc)
            inside = start <= at < end
        shown += [(at, title)] if inside else []
    return sorted(shown, key=by_time)


def is_fair(event):
    """Rules that ical.js 2.2.1 itself gets right; of the others dateutil judges (test_feeds_judges.py)."""
    rule = dict(part.split("=") for part in (event["rrule"] or "FREQ=NONE").split(";"))
    days = rule.get("BYMONTHDAY", "")
    return not (
        {"BYSETPOS", "BYWEEKNO"} & set(rule)
        or "-" in days
        or (rule["FREQ"] == "DAILY" and days)
        or (rule["FREQ"] == "YEARLY" and days and "BYMONTH" not in rule)
        or (rule["FREQ"] == "MONTHLY" and "BYMONTH" in rule)
        or re.search("-.*,|,.*-", rule.get("BYDAY", ""))
    )


def add_fair(desk, rng, slug):
    for n in range(100):
        event = add(desk, rng, f"{slug}-{n}")
        if event is not None and is_fair(event):
            return event
    raise AssertionError("no rule was fair")


def feed(desk, event):
    return desk.get(f"/feeds/event/{event['slug']}.ics").content


def test_every_preset_s_feed_has_its_dates(kepu):
    start, end = datetime.datetime(2027, 1, 1, tzinfo=SHANGHAI), datetime.datetime(2028, 9, 1, tzinfo=SHANGHAI)
    judged = 0
    for preset in kepu.items("preset", "list"):
        done = kepu.ctl("--json", "preset", "apply", preset["slug"], code=None)
        if done.code != 0:
            continue  # those without a date of their own
        event = done.json()
        assert instances(feed(kepu, event), start, end) == sorted(said(kepu, event, start, end), key=by_time), preset["slug"]
        judged += 1
    assert judged > 10


def test_a_zone_whose_changes_are_listed_is_right_from_the_first(desk):
    """Ramadan moves Egypt's clocks by no rule, so its VTIMEZONE has RDATEs, beside which ical.js forgets DTSTART."""
    start, end = datetime.datetime(2027, 1, 1, tzinfo=SHANGHAI), datetime.datetime(2028, 1, 1, tzinfo=SHANGHAI)
    event = desk.event("icaljs-cairo", start="2027-06-19 16:00", tz="Africa/Cairo", repeat="FREQ=MONTHLY")
    assert instances(feed(desk, event), start, end) == said(desk, event, start, end)


def test_a_date_that_the_rule_has_too_is_shown_once(desk):
    start, end = datetime.datetime(2027, 1, 1, tzinfo=SHANGHAI), datetime.datetime(2028, 1, 1, tzinfo=SHANGHAI)
    event = desk.event("icaljs-twice", start="2027-05-12 09:00", repeat="FREQ=WEEKLY;COUNT=5")
    event = desk.json("event", "edit", event["slug"], "--all", "--rdate", "2027-05-19 09:00", "--rdate", "2027-05-20 09:00")
    raw = feed(desk, event)
    assert len(instances(raw, start, end)) == 6 and instances(raw, start, end) == said(desk, event, start, end)


@pytest.mark.parametrize("seed", range(30))
def test_a_feed_has_the_same_dates(desk, seed):
    rng = random.Random(f"ical.js {seed}")
    event = add_fair(desk, rng, f"icaljs-{seed}")
    for _ in range(rng.randint(0, 6)):
        act(desk, rng, event)
    start, end = window(rng)
    assert instances(feed(desk, event), start, end) == sorted(said(desk, event, start, end), key=by_time), feed(desk, event).decode()


def test_a_feed_of_everything_has_the_dates_of_each(desk):
    """Moved, cancelled, retitled, split, lunar, all-day, of several days, elsewhere and provisional, in one."""
    # The window of what goes out as explicit instances holds this and the next year.
    start, end = datetime.datetime(2027, 1, 1, tzinfo=SHANGHAI), datetime.datetime(2028, 6, 1, tzinfo=SHANGHAI)
    mixed = [
        desk.event("mixed-main", title="主场", start="2027-01-16 09:00", repeat="FREQ=MONTHLY;BYDAY=3SA", category="tech-week"),
        desk.event("mixed-lunar", title="重阳", start="2027-10-08 09:00", category="tech-week",
                   repeat="RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=9"),
        desk.event("mixed-days", title="三天", start="2027-05-12", all_day=True, duration="3d", category="tech-week",
                   repeat="FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=12"),
        desk.event("mixed-night", title="过夜", start="2027-03-05 20:00", duration="26h", category="tech-week",
                   repeat="FREQ=WEEKLY;BYDAY=FR;COUNT=9"),
        desk.event("mixed-york", title="纽约", start="2027-03-01 19:30", tz="America/New_York", category="tech-week",
                   repeat="FREQ=DAILY;COUNT=30"),
        desk.event("mixed-maybe", title="待定", provisional=True, category="tech-week",
                   repeat="FREQ=YEARLY;BYMONTH=5;BYDAY=2WE"),
        desk.event("mixed-split", title="前段", start="2027-02-03 09:00", repeat="FREQ=WEEKLY;BYDAY=WE", category="tech-week"),
        desk.event("mixed-workday", title="顺延", start="2027-04-30 09:00", repeat="FREQ=MONTHLY;BYMONTHDAY=-1",
                   holiday_policy="next-workday", category="tech-week"),
    ]
    desk.json("event", "move", "mixed-main", "--on", "2027-02-20", "--to", "2027-03-01 10:00")
    desk.json("event", "cancel", "mixed-main", "--on", "2027-03-20", "--reason", "暴雨")
    desk.json("event", "edit", "mixed-main", "--on", "2027-04-17", "--this", "--title", "十周年")
    desk.json("event", "edit", "mixed-split", "--on", "2027-06-02", "--this-and-future", "--title", "后段",
              "--start", "2027-06-02 14:00")
    mixed.append(desk.json("event", "show", "mixed-split-2"))
    want = sorted((x for event in mixed for x in said(desk, event, start, end)), key=by_time)
    raw = desk.get("/feeds/category/tech-week.ics").content
    assert instances(raw, start, end) == want
    assert {title for _, title in want} >= {"主场", "十周年", "前段", "后段", "重阳", "三天", "过夜", "纽约", "待定", "顺延"}
