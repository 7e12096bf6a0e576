"""Feeds judged by python-icalendar and python-dateutil: what they make of a feed is what `event occurrences` says."""
import datetime
import random
import re
import sqlite3
import time

import pytest

import oracle
import rules
from kepu import SHANGHAI, STORE, moment, phone, wait_until

ZONES = ["Asia/Shanghai"] * 4 + ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Jerusalem",
                                 "Africa/Cairo", "Asia/Urumqi", "America/St_Johns", "UTC"]
CASES = 60
ACTS_MAX = 6
LUNAR = ["RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=9", "RSCALE=CHINESE;FREQ=MONTHLY;BYMONTHDAY=15"]


def window(rng):
    """Within what goes out as explicit instances: 12 months back to 24 ahead."""
    today = datetime.datetime.now(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - datetime.timedelta(days=rng.choice([0, 300])), today + datetime.timedelta(days=rng.choice([400, 700]))


def random_rule(rng):
    """A rule of the kinds that dateutil gets right, daily at most; icalendar drops a rule with 12SA or the like."""
    while True:
        _, is_date, rule = rules.make(rng)
        if rule["FREQ"] in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY") and not {"BYHOUR", "BYMINUTE"} & set(rule) and \
                all(abs(n or 0) < 10 for n, _ in rule.get("BYDAY", [])):
            return is_date, rule


def add(desk, rng, slug):
    """A random event; None where its rule has no date."""
    all_day, rule = random_rule(rng)
    start = datetime.datetime(2027, rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23), rng.choice([0, 30]))
    if "UNTIL" in rule:
        rule["UNTIL"] = start + datetime.timedelta(days=rng.randint(0, 700))
    zone = rng.choice(ZONES)
    args = ["event", "add", "--title", slug, "--slug", slug, "--tz", zone, "--start",
            start.date().isoformat() if all_day else start.isoformat(" ", "minutes"),
            "--duration", rng.choice(["1d", "3d"] if all_day else ["45m", "2h", "26h"])]
    args += ["--all-day"] if all_day else []
    if rng.random() < .15:
        args += ["--repeat", rng.choice(LUNAR)]
    elif rng.random() < .9:
        args += ["--repeat", rules.text(rule, all_day)]
    if rng.random() < .2:
        args += ["--holiday-policy", rng.choice(["skip", "next-workday", "prev-workday"])]
    if rng.random() < .2:
        args += ["--provisional"]
    done = desk.ctl("--json", *args, code=None)
    assert done.code in (0, 6), done
    return done.json() if done.code == 0 else None


def act(desk, rng, event):
    """Moves, cancels, retitles or excludes one of the next dates."""
    ahead = [o for o in desk.items("event", "occurrences", event["slug"], "-N", "12") if o["status"] != "cancelled"]
    if not ahead:
        return
    on = rng.choice(ahead)["recurrence_id"][:16]
    what = rng.choice(["move", "move", "cancel", "title", "exdate", "rdate", "day"])
    day = datetime.date.fromisoformat(on[:10])
    other = (day + datetime.timedelta(days=rng.randint(1, 9))).isoformat()
    if what == "move":
        desk.ctl("event", "move", event["slug"], "--on", on, "--to", other, code=None)
    elif what == "cancel":
        desk.ctl("event", "cancel", event["slug"], "--on", on, "--reason", "暴雨；改期", code=None)
    elif what == "title" and event["rrule"]:
        desk.ctl("event", "edit", event["slug"], "--on", on, "--this", "--title", "改名", code=None)
    elif event["rrule"]:
        flag = {"exdate": ["--exdate", on.replace("T", " ")], "day": ["--exdate", on[:10]], "rdate": ["--rdate", other]}[
            what if what != "title" else "day"]
        desk.ctl("event", "edit", event["slug"], "--all", *flag, code=None)


def said(desk, event, start, end):
    """What kepuctl says, in the oracle's words."""
    dates = event["all_day"]
    from_to = [(at.date() if dates else at).isoformat() for at in (start, end)]
    found = desk.occurrences(event["slug"], "--from", from_to[0], "--to", from_to[1])
    return sorted((o["start"][:10] if dates else moment(o["start"]).astimezone(datetime.timezone.utc), o["title"])
                  for o in found if o["status"] != "cancelled")


@pytest.mark.parametrize("seed", range(CASES))
def test_a_feed_expanded_by_others_has_the_same_dates(desk, seed):
    rng = random.Random(f"feeds {seed}")
    event = add(desk, rng, f"judged-{seed}")
    if event is None:
        pytest.skip("a rule without a date")
    for _ in range(rng.randint(0, ACTS_MAX)):
        act(desk, rng, event)
    start, end = window(rng)
    raw = desk.get(f"/feeds/event/{event['slug']}.ics").content
    assert oracle.instances(raw, start, end) == said(desk, event, start, end), oracle.unfold(raw)
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


def test_all_of_them_in_one_feed_have_uids_of_their_own(desk):
    uids = [(str(e["UID"]), str(e["RECURRENCE-ID"].dt) if "RECURRENCE-ID" in e else None)
            for e in oracle.events(desk.get("/feeds/all.ics").content)]
    assert len(uids) == len(set(uids))


def test_every_preset_s_feed_has_its_dates(kepu):
    start, end = (datetime.datetime(2027, 1, 1, tzinfo=SHANGHAI), datetime.datetime(2028, 9, 1, tzinfo=SHANGHAI))
    for preset in kepu.items("preset", "list"):
        done = kepu.ctl("--json", "preset", "apply", preset["slug"], code=None)
        if done.code != 0:
            continue        # those without a date of their own
        event = done.json()
        raw = kepu.get(f"/feeds/event/{event['slug']}.ics").content
        assert oracle.instances(raw, start, end) == said(kepu, event, start, end), preset["slug"]


# --- the pains of others

def modified(kepu, path="/feeds/all.ics"):
    return kepu.get(path).headers["Last-Modified"]


def test_apple_a_deletion_moves_last_modified(kepu):
    """Apple trusts If-Modified-Since: a 304 after a deletion would leave the event standing for ever."""
    kepu.event("stays")
    kepu.event("goes")
    before = modified(kepu)
    kepu.json("event", "remove", "goes", "--yes")
    r = kepu.get("/feeds/all.ics", headers={"If-Modified-Since": before})
    assert r.status_code == 200 and b"goes" not in r.content


def test_apple_changes_in_one_second_are_all_seen(kepu):
    kepu.event("busy", title="0")
    for n in range(1, 6):
        before = modified(kepu)
        kepu.json("event", "edit", "busy", "--title", str(n))
        r = kepu.get("/feeds/all.ics", headers={"If-Modified-Since": before})
        assert r.status_code == 200 and f"SUMMARY:{n}\r\n".encode() in r.content


def test_a_last_modified_outlives_a_restart_and_an_alarm_has_the_same(kepu):
    kepu.event("one")
    before = modified(kepu)
    kepu.restart()
    assert modified(kepu) == before == modified(kepu, "/feeds/all.ics?alarm=1h")


def test_a_change_elsewhere_moves_no_other_feed(kepu):
    kepu.event("mine", category="science-day")
    kepu.event("theirs", category="tech-week")
    before = kepu.get("/feeds/category/science-day.ics")
    kepu.json("event", "edit", "theirs", "--title", "新名")
    after = kepu.get("/feeds/category/science-day.ics")
    for name in ("ETag", "Last-Modified"):
        assert after.headers[name] == before.headers[name]
    kepu.json("event", "edit", "theirs", "--category", "science-day")
    assert "新名" in oracle.unfold(kepu.get("/feeds/category/science-day.ics").content)
    kepu.json("event", "edit", "theirs", "--category", "tech-week")
    assert "新名" not in oracle.unfold(kepu.get("/feeds/category/science-day.ics").content)


def next_second():
    """Stamps have whole seconds: what comes now is later than what was."""
    now = int(time.time())
    wait_until(lambda: int(time.time()) > now, what="the next second")


def stamps(kepu, slug):
    """(SEQUENCE, LAST-MODIFIED) by RECURRENCE-ID, None for the master."""
    return {e["RECURRENCE-ID"].dt if "RECURRENCE-ID" in e else None: (e["SEQUENCE"], e["LAST-MODIFIED"].dt)
            for e in oracle.events(kepu.get(f"/feeds/event/{slug}.ics").content)}


def test_android_a_date_moved_and_moved_back_is_newer_than_both(kepu):
    """Subscriptions there take a series anew only when the newest LAST-MODIFIED of its parts is later than before."""
    kepu.event("club", start="2027-01-06 09:00", repeat="FREQ=WEEKLY;BYDAY=WE")
    seen = []
    for to in ("2027-01-14", "2027-01-13"):
        next_second()
        kepu.json("event", "move", "club", "--on", "2027-01-13", "--to", to)
        (on, newest), = [(k, v) for k, v in stamps(kepu, "club").items() if k]
        assert on.date() == datetime.date(2027, 1, 13)
        seen.append(newest)
    assert seen[1] > seen[0]
    start, end = (datetime.datetime(2027, 1, 1, tzinfo=SHANGHAI), datetime.datetime(2027, 2, 1, tzinfo=SHANGHAI))
    raw = kepu.get("/feeds/event/club.ics").content
    assert [at.astimezone(SHANGHAI).day for at, _ in oracle.instances(raw, start, end)] == [6, 13, 20, 27]


def test_android_new_words_of_a_venue_a_category_a_department_are_a_change(kepu):
    kepu.json("venue", "add", "museum", "--title", "科技馆", "--address", "北京路1号")
    kepu.event("talk", venue="museum", category="tech-week", lead="kexie")
    for edit in (["venue", "edit", "museum", "--address", "南京路2号"], ["category", "edit", "tech-week", "--title", "科技周"],
                 ["department", "edit", "kexie", "--title", "区科协"]):
        before = stamps(kepu, "talk")[None]
        next_second()
        kepu.json(*edit)
        after = stamps(kepu, "talk")[None]
        assert edit[-1] in oracle.unfold(kepu.get("/feeds/event/talk.ics").content)
        assert after[1] > before[1] and after[0] == before[0], edit
    before = kepu.get("/feeds/event/talk.ics").content
    next_second()
    kepu.json("venue", "edit", "museum", "--address", "南京路2号")
    kepu.json("venue", "edit", "museum", "--town", "宁华路街道")
    assert kepu.get("/feeds/event/talk.ics").content == before, "nothing that it shows"


def test_a_sequence_moves_with_what_is_shown_and_nothing_moves_when_nothing_is_new(kepu):
    kepu.event("talk", title="讲座", audience="public", role="讲解员=2", repeat="FREQ=WEEKLY;BYDAY=WE")
    edit = ["event", "edit", "talk", "--all"]
    before, made = stamps(kepu, "talk")[None], kepu.json("event", "show", "talk")
    next_second()
    same = kepu.json(*edit, "--title", "讲座", "--audience", "public")
    assert (same["version"], same["updated"]) == (made["version"], made["updated"])
    assert stamps(kepu, "talk")[None] == before
    assert kepu.json(*edit, "--role", "讲解员=3")["version"] > made["version"]
    assert stamps(kepu, "talk")[None][0] == before[0]
    kepu.json(*edit, "--title", "报告")
    assert stamps(kepu, "talk")[None] > before
    assert stamps(kepu, "talk")[None][0] == before[0] + 1
    kepu.json("event", "move", "talk", "--on", "2027-05-19", "--to", "2027-05-20")
    moved = stamps(kepu, "talk")
    next_second()
    kepu.json("event", "move", "talk", "--on", "2027-05-19", "--to", "2027-05-20")
    assert stamps(kepu, "talk") == moved, "it was there already"


def test_google_one_uid_is_one_event_also_where_instances_are_explicit(kepu):
    kepu.event("lunar", start="2027-01-01 09:00", repeat=LUNAR[0])
    found = oracle.events(kepu.get("/feeds/event/lunar.ics").content)
    uid = kepu.json("event", "show", "lunar")["uid"]
    assert len(found) >= 2 and len({str(e["UID"]) for e in found}) == len(found)
    for e in found:
        assert str(e["UID"]) == e["DTSTART"].dt.strftime("%Y%m%dT%H%M%S-") + uid and "RRULE" not in e


def test_xiaomi_durations_have_a_t(kepu):
    text = kepu.get("/feeds/all.ics?alarm=90m").text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text and "P1H" not in text


def test_outlook_zones_with_summer_time_are_rules_from_1970(kepu):
    kepu.event("far", tz="America/New_York", repeat="FREQ=DAILY")
    text = kepu.get("/feeds/all.ics").text
    assert "DTSTART:19700308T020000\r\n" in text and "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n" in text
    assert text.count("BEGIN:DAYLIGHT") == text.count("BEGIN:STANDARD") == 1


def test_an_empty_calendar_is_still_one(kepu):
    calendar = oracle.parse(kepu.get("/feeds/category/tech-week.ics").content)
    assert [c.name for c in calendar.subcomponents] == ["VTIMEZONE"]


def test_what_hangs_on_a_link_does_not_matter(kepu):
    kepu.event("one")
    plain = kepu.get("/feeds/all.ics")
    assert kepu.get("/feeds/all.ics?utm_source=wechat&lang=xx").headers["ETag"] == plain.headers["ETag"]
    assert kepu.get("/feeds/all.ics", headers={"Accept-Language": "en"}).headers["ETag"] == plain.headers["ETag"]
    assert "Science events" in kepu.get("/feeds/all.ics?lang=en").text


@pytest.mark.parametrize("alarm", ["59s", "31d", "x", "-1h"])
def test_an_alarm_out_of_bounds_is_refused(desk, alarm):
    assert desk.get(f"/feeds/all.ics?alarm={alarm}").status_code in (400, 422)


def test_a_split_series_stays_in_the_feed_of_the_first(kepu):
    kepu.event("club", start="2027-01-06 09:00", repeat="FREQ=WEEKLY;BYDAY=WE")
    kepu.json("event", "edit", "club", "--on", "2027-03-03", "--this-and-future", "--title", "新社团")
    start, end = (datetime.datetime(2027, 1, 1, tzinfo=SHANGHAI), datetime.datetime(2027, 6, 1, tzinfo=SHANGHAI))
    got = oracle.instances(kepu.get("/feeds/event/club.ics").content, start, end)
    assert len(got) == 21 and {t for _, t in got} == {"科普讲座", "新社团"}


def test_an_event_cancelled_as_a_whole_says_so(kepu):
    kepu.event("off", start="2027-01-06 09:00", repeat="FREQ=WEEKLY;BYDAY=WE")
    kepu.json("event", "cancel", "off", "--reason", "疫情")
    (e,) = oracle.events(kepu.get("/feeds/event/off.ics").content)
    assert str(e["STATUS"]) == "CANCELLED" and "疫情" in str(e["DESCRIPTION"])


# --- one's own

def renew(kepu, who):
    """The path of a person's calendar, from a new address on."""
    answer = kepu.api("POST", f"/volunteers/{who}/feed")
    assert answer.status == 200, answer
    url = answer.json()["url"]
    return url[url.index("/feeds/"):]


def test_a_volunteer_s_calendar_has_the_shifts_and_goes_with_them(kepu):
    kepu.event("shift", title="科普讲座", role="讲解员=2")
    who = kepu.json("volunteer", "add", "--name", "张三", "--phone", phone(1))["id"]
    old, path = renew(kepu, who), renew(kepu, who)
    assert oracle.events(kepu.get(path).content) == []
    signup = kepu.json("signup", "add", "--volunteer", who, "--event", "shift", "--on", "2027-05-12")["id"]
    r = kepu.get(path)
    (e,) = oracle.events(r.content)
    assert "科普讲座" in str(e["SUMMARY"]) and "讲解员" in str(e["SUMMARY"]) and str(e["TRANSP"]) == "OPAQUE"
    assert "private" in r.headers["Cache-Control"] and path not in r.text and "张三" not in r.text
    kepu.json("event", "move", "shift", "--on", "2027-05-12", "--to", "2027-05-13")
    (e,) = oracle.events(kepu.get(path).content)
    assert e["DTSTART"].dt.date() == datetime.date(2027, 5, 13)
    kepu.json("signup", "cancel", signup)
    assert oracle.events(kepu.get(path).content) == []
    other = "/feeds/volunteer/nobody.ics"
    revoked, wrong = kepu.get(old), kepu.get(other)
    assert revoked.status_code == wrong.status_code == 404
    assert revoked.text.replace(old, other) == wrong.text, "the same but for the address"


@pytest.mark.skipif(STORE != "sqlite", reason="turns the time back in the database file")
def test_ninety_days_after_it_was_cancelled_a_date_is_just_left_out(kepu):
    kepu.event("weekly", start="2027-01-06 09:00", repeat="FREQ=WEEKLY;BYDAY=WE")
    kepu.json("event", "cancel", "weekly", "--on", "2027-02-03")
    assert oracle.unfold(kepu.get("/feeds/event/weekly.ics").content).count("STATUS:CANCELLED") == 1
    before = modified(kepu, "/feeds/event/weekly.ics")
    kepu.stop()
    with sqlite3.connect(kepu.state / "kepu.db") as db:
        db.execute("UPDATE occurrence SET cancelled_ms = cancelled_ms - ? WHERE status = 'cancelled'", (91 * 86400000,))
    kepu.start()
    r = kepu.get("/feeds/event/weekly.ics", headers={"If-Modified-Since": before})
    text = oracle.unfold(r.content)
    assert "EXDATE;TZID=Asia/Shanghai:20270203T090000" in text and "CANCELLED" not in text
    assert len(re.findall("BEGIN:VEVENT", text)) == 1
