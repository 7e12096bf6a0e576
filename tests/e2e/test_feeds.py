"""Feeds: calendars that other programs read without complaint, and that agree with kepuctl."""
import datetime
import gzip
import http.client
import re
import subprocess
import zlib

import pytest

import kepu as harness
import oracle
from kepu import SHANGHAI, moment

MAIN = "feed-main"
LONG = "这是一个很长很长的标题，用来检验折行绝不会把一个汉字切成两半，也不会切开表情🎈或者组合字符é，逗号分号;和反斜杠\\都要转义"
HOSTILE = "换行在这里\n逗号, 分号; 反斜杠\\ 引号\" <b>&amp;</b> BEGIN:VEVENT"

# What a client can compute: these go out as one master with its rule.
SERIES = {
    "feed-daily": ("2027-05-12 09:00", "FREQ=DAILY;COUNT=40"),
    "feed-every-third-day": ("2027-05-12 09:00", "FREQ=DAILY;INTERVAL=3"),
    "feed-weekdays": ("2027-05-12 18:30", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
    "feed-fortnight": ("2027-05-12 09:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;UNTIL=20280101T000000Z"),
    "feed-third-saturday": ("2027-05-15 09:00", "FREQ=MONTHLY;BYDAY=3SA"),
    "feed-last-day": ("2027-05-31 09:00", "FREQ=MONTHLY;BYMONTHDAY=-1"),
    "feed-last-friday": ("2027-05-28 23:30", "FREQ=MONTHLY;BYDAY=-1FR"),
    "feed-yearly": ("2027-09-18 09:00", "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA"),
    "feed-two-months": ("2027-05-12 00:00", "FREQ=YEARLY;BYMONTH=5,10;BYMONTHDAY=12"),
    "feed-leap-day": ("2028-02-29 09:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
}
ELSEWHERE = {
    "feed-new-york": ("2027-01-06 02:30", "America/New_York", "FREQ=DAILY"),
    "feed-london": ("2027-01-06 01:30", "Europe/London", "FREQ=WEEKLY;BYDAY=SU,WE"),
    "feed-lord-howe": ("2027-01-06 09:00", "Australia/Lord_Howe", "FREQ=WEEKLY;BYDAY=WE"),
    "feed-urumqi": ("2027-01-06 09:00", "Asia/Urumqi", "FREQ=MONTHLY;BYDAY=1WE"),
}


@pytest.fixture(scope="module")
def office(desk):
    """Every kind of event that a feed has to carry."""
    desk.event(
        MAIN,
        start="2027-09-18 09:00",
        duration="8h",
        title="全国科普日主场活动",
        category="science-day",
        lead="kexie",
        partner="jiaoyu",
        audience="public",
        venue="西夏区科技馆",
        repeat="FREQ=YEARLY;BYMONTH=9;BYDAY=3SA",
    )
    desk.json("event", "move", MAIN, "--on", "2028-09-16", "--to", "2028-09-17 10:00")
    desk.json("event", "cancel", MAIN, "--on", "2029-09-15", "--reason", "暴雨")
    desk.json("event", "edit", MAIN, "--on", "2030-09-21", "--this", "--title", "科普日十周年")
    for slug, (start, rule) in SERIES.items():
        desk.event(slug, start=start, repeat=rule)
    for slug, (start, zone, rule) in ELSEWHERE.items():
        desk.event(slug, start=start, tz=zone, repeat=rule)
    desk.event("feed-long", title=LONG, description=HOSTILE)
    desk.event("feed-provisional", provisional=True)
    desk.json(
        "event",
        "add",
        "--title",
        "科普月",
        "--start",
        "2027-09-01",
        "--all-day",
        "--duration",
        "30d",
        "--slug",
        "feed-all-day",
        "--repeat",
        "FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=1",
    )
    desk.json("preset", "apply", "disaster-prevention-day")
    desk.json("preset", "apply", "double-ninth")
    return desk


def feed(desk, path="/feeds/all.ics", **headers):
    r = desk.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    assert r.status_code == 200, r.text
    assert r.headers["Content-Type"].replace(" ", "").lower() == "text/calendar;charset=utf-8"
    return r.content


def event_feed(desk, slug):
    return feed(desk, f"/feeds/event/{slug}.ics")


ALL = [
    "/feeds/all.ics",
    f"/feeds/event/{MAIN}.ics",
    "/feeds/category/science-day.ics",
    "/feeds/audience/public.ics",
    "/feeds/department/kexie.ics",
]


@pytest.mark.parametrize("path", ALL)
def test_every_feed_is_a_calendar_that_others_read(office, path):
    raw = feed(office, path)
    calendar = oracle.parse(raw)
    assert str(calendar["VERSION"]) == "2.0" and calendar["PRODID"] and str(calendar["METHOD"]) == "PUBLISH"
    found = [str(e["SUMMARY"]) for e in oracle.events(raw)]
    assert "全国科普日主场活动" in found
    for e in oracle.events(raw):
        assert not e.errors and {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "LAST-MODIFIED"} <= set(e)
        assert "ATTENDEE" not in e and "VALARM" not in [c.name for c in e.subcomponents]


def test_a_department_s_feed_has_what_it_leads_and_what_it_helps_with(office):
    assert MAIN in feed(office, "/feeds/department/jiaoyu.ics").decode()


@pytest.mark.parametrize("path", ALL)
def test_lines_end_in_crlf_and_folds_never_cut_a_character(office, path):
    raw = feed(office, path)
    assert (
        raw.endswith(b"END:VCALENDAR\r\n")
        and b"\n" not in raw.replace(b"\r\n", b"")
        and b"\r" not in raw.replace(b"\r\n", b"")
    )
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75, line
        line.decode()
    assert b"RSCALE" not in raw


def test_text_comes_back_as_it_was_said(office):
    (e,) = oracle.events(event_feed(office, "feed-long"))
    assert str(e["SUMMARY"]) == LONG
    assert HOSTILE in str(e["DESCRIPTION"])
    assert len(oracle.events(event_feed(office, "feed-long"))) == 1


def test_what_a_calendar_program_likes_to_know_is_there(office):
    text = oracle.unfold(feed(office))
    lines = text.split("\r\n")
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines and "X-PUBLISHED-TTL:PT1H" in lines
    head = text[: text.index("BEGIN:V", 20)]
    assert re.search(r"^NAME[;:]", head, re.M) and re.search(r"^X-WR-CALNAME[;:]", head, re.M)
    assert re.search(r"^SOURCE;VALUE=URI:http.*/feeds/all\.ics\r?$", head, re.M)
    assert re.search(r"^COLOR:", text, re.M)
    main = oracle.series(feed(office))[office.json("event", "show", MAIN)["uid"]][0]
    assert str(main["LOCATION"]) == "西夏区科技馆" and MAIN in str(main["URL"]) and "CATEGORIES" in main


def test_a_series_is_one_master_with_its_overrides(office):
    uid = office.json("event", "show", MAIN)["uid"]
    master, overrides = oracle.series(event_feed(office, MAIN))[uid]
    assert {k: [str(x) for x in v] for k, v in master["RRULE"].items() if k not in ("INTERVAL", "WKST")} == {
        "FREQ": ["YEARLY"],
        "BYMONTH": ["9"],
        "BYDAY": ["3SA"],
    }
    by_day = {k.date().isoformat(): v for k, v in overrides.items()}
    moved, cancelled, retitled = (by_day[d] for d in ("2028-09-16", "2029-09-15", "2030-09-21"))
    assert moved["DTSTART"].dt.astimezone(SHANGHAI).isoformat() == "2028-09-17T10:00:00+08:00"
    assert str(cancelled["STATUS"]) == "CANCELLED"
    assert str(retitled["SUMMARY"]) == "科普日十周年"
    assert str(master["STATUS"]) == "CONFIRMED"
    for o in overrides.values():
        assert o["RECURRENCE-ID"].params.get("TZID") == master["DTSTART"].params.get("TZID") == "Asia/Shanghai"


def test_provisional_dates_are_tentative(office):
    (e,) = oracle.events(event_feed(office, "feed-provisional"))
    assert str(e["STATUS"]) == "TENTATIVE"


def test_an_all_day_event_has_dates_and_ends_the_day_after(office):
    e = next(e for e in oracle.events(event_feed(office, "feed-all-day")) if "RRULE" in e)
    assert e["DTSTART"].dt == datetime.date(2027, 9, 1)
    end = e["DTEND"].dt if "DTEND" in e else e["DTSTART"].dt + e["DURATION"].dt
    assert end == datetime.date(2027, 10, 1)


@pytest.mark.parametrize(
    "slug",
    [
        MAIN,
        "feed-provisional",
        "feed-long",
        "feed-all-day",
        *SERIES,
        *ELSEWHERE,
        "disaster-prevention-day",
        "double-ninth",
    ],
)
def test_an_independent_expansion_of_the_feed_equals_the_occurrences(office, slug):
    start = datetime.datetime(2027, 1, 1, tzinfo=SHANGHAI)
    # what clients can't compute goes out two years ahead only
    end = datetime.datetime(2028 if slug == "double-ninth" else 2031, 1, 1, tzinfo=SHANGHAI)
    found = [
        o
        for o in office.occurrences(slug, "--from", start.isoformat(), "--to", end.isoformat())
        if o["status"] != "cancelled"
    ]
    if office.json("event", "show", slug)["all_day"]:
        want = sorted((o["start"][:10], o["title"]) for o in found)
    else:
        want = sorted((moment(o["start"]).astimezone(datetime.timezone.utc), o["title"]) for o in found)
    got = oracle.instances(event_feed(office, slug), start, end)
    assert want and got == want


def test_the_feed_of_all_is_the_feeds_of_each_together(office):
    start, end = (datetime.datetime(2027, 5, 1, tzinfo=SHANGHAI), datetime.datetime(2027, 8, 1, tzinfo=SHANGHAI))
    one_by_one = []
    for e in office.items("event", "list"):
        one_by_one += oracle.instances(event_feed(office, e["slug"]), start, end)
    assert sorted(map(str, oracle.instances(feed(office), start, end))) == sorted(map(str, one_by_one))


@pytest.mark.parametrize("slug", ["feed-daily", *ELSEWHERE])
def test_zones_are_defined_right_for_every_instance(office, slug):
    """Read by the feed's own VTIMEZONE, a time is the instant that the system's zone database says."""
    raw = event_feed(office, slug)
    zones = {str(z["TZID"]): z.to_tz() for z in oracle.parse(raw).walk("VTIMEZONE")}
    e = next(e for e in oracle.events(raw) if "RRULE" in e)
    tzid = e["DTSTART"].params["TZID"]
    assert tzid in zones, f"{tzid} is used but not defined"
    zone = oracle.zone_of(e["DTSTART"])
    assert tzid == office.json("event", "show", slug)["tz"]
    for at in [datetime.datetime(2027, m, 20, 12) for m in range(1, 13)]:
        assert zones[tzid].localize(at).utcoffset() == at.replace(tzinfo=zone).utcoffset(), at


def test_every_zone_that_is_used_is_defined_and_no_other(office):
    text = oracle.unfold(feed(office))
    used = set(re.findall(r";TZID=\"?([^:;\"]+)", text))
    defined = re.findall(r"BEGIN:VTIMEZONE\r\nTZID:([^\r]+)", text)
    assert sorted(defined) == sorted(used)


KHAL = """[calendars]
[[kepu]]
path = {0}/calendar
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Asia/Shanghai
default_timezone = Asia/Shanghai
[sqlite]
path = {0}/khal.db
[default]
default_calendar = kepu
"""


def khal(folder, *args):
    done = subprocess.run(
        ["/usr/bin/khal", "-c", folder / "config", *args],
        capture_output=True,
        text=True,
        timeout=120,
        env={**harness.environment(folder), "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "error" not in done.stderr.lower() and "critical" not in done.stderr.lower(), done.stderr
    return done.stdout


def test_khal_imports_it_and_shows_the_moved_and_not_the_cancelled(office, tmp_path):
    (tmp_path / "config").write_text(KHAL.format(tmp_path))
    (tmp_path / "feed.ics").write_bytes(event_feed(office, MAIN))
    khal(tmp_path, "import", "--batch", "-a", "kepu", str(tmp_path / "feed.ics"))
    shown = [
        khal(tmp_path, "list", "--day-format", "", "--format", "{start-long} {title} {status}", f"{year}-09-01", "30d")
        .strip()
        .removesuffix(" CONFIRMED")
        for year in range(2027, 2031)
    ]
    assert shown[0] == "2027-09-18 09:00 全国科普日主场活动"
    assert shown[1] == "2028-09-17 10:00 全国科普日主场活动"
    assert shown[2] == "" or "CANCELLED" in shown[2]
    assert shown[3] == "2030-09-21 09:00 科普日十周年"


def test_khal_imports_the_feed_of_all(office, tmp_path):
    (tmp_path / "config").write_text(KHAL.format(tmp_path))
    (tmp_path / "feed.ics").write_bytes(feed(office))
    khal(tmp_path, "import", "--batch", "-a", "kepu", str(tmp_path / "feed.ics"))
    shown = khal(tmp_path, "list", "--day-format", "", "--format", "{start-date} {title}", "2027-05-12", "1d")
    assert "科普讲座" in shown and LONG[:20] in shown


# --- HTTP


def test_an_etag_is_strong_and_saves_the_second_trip(office):
    r = office.get("/feeds/all.ics")
    tag = r.headers["ETag"]
    assert re.fullmatch(r'"[^"]+"', tag), "strong"
    assert r.headers["Last-Modified"] and "Cache-Control" in r.headers
    again = office.get("/feeds/all.ics", headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b"" and again.headers["ETag"] == tag
    assert office.get("/feeds/all.ics", headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
    assert office.get("/feeds/all.ics", headers={"If-None-Match": "*"}).status_code == 304
    assert office.get("/feeds/all.ics", headers={"If-None-Match": '"other"'}).status_code == 200


def test_if_modified_since_counts_where_no_tag_is_given(office):
    r = office.get("/feeds/all.ics")
    since = {"If-Modified-Since": r.headers["Last-Modified"]}
    assert office.get("/feeds/all.ics", headers=since).status_code == 304
    assert office.get("/feeds/all.ics", headers={**since, "If-None-Match": '"other"'}).status_code == 200
    assert (
        office.get("/feeds/all.ics", headers={"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}).status_code == 200
    )


def test_gzip_is_another_representation_with_its_own_tag(office):
    plain = office.get("/feeds/all.ics")
    packed = office.get("/feeds/all.ics", headers={"Accept-Encoding": "gzip"}, stream=True)
    raw = packed.raw.read(decode_content=False)
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content and len(raw) < len(plain.content)
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for r in (plain, packed):
        assert "accept-encoding" in r.headers["Vary"].lower()
    assert zlib.decompressobj(31).decompress(raw)
    assert (
        office.get(
            "/feeds/all.ics", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
        ).status_code
        == 304
    )


@pytest.mark.parametrize("accepted, coding", [
    ("gzip;q=0", None), ("gzip; q=0.000, *", None), ("identity, gzip;q=0.5", None), ("br", None), ("*;q=0", None),
    ("x-gzip", "gzip"), ("GZIP;q=0.001", "gzip"), ("deflate, *;q=0.1", "gzip"), ("gzip, identity;q=0", "gzip"),
])
def test_what_is_accepted_is_weighed(office, accepted, coding):
    r = office.get("/feeds/all.ics", headers={"Accept-Encoding": accepted})
    assert r.headers.get("Content-Encoding") == coding and r.headers["Vary"] == "Accept-Encoding"


def test_a_list_may_stand_on_several_lines(office):
    tag = office.get("/feeds/all.ics", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    c = http.client.HTTPConnection(office.listening)
    c.putrequest("GET", "/feeds/all.ics", skip_accept_encoding=True)
    for name, value in [("If-None-Match", '"other"'), ("Accept-Encoding", "br"), ("accept-encoding", "gzip"),
                        ("If-None-Match", tag)]:
        c.putheader(name, value)
    c.endheaders()
    assert c.getresponse().status == 304
    c.close()


@pytest.mark.parametrize("path", ALL)
def test_head_is_get_without_the_body(office, path):
    get, head = office.get(path), office.get(path, "HEAD")
    assert head.status_code == 200 and head.content == b""
    for name in ("Content-Type", "ETag", "Last-Modified", "Content-Length"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND", "REPORT", "PATCH"])
def test_a_feed_is_only_read(office, method):
    r = office.get("/feeds/all.ics", method)
    assert r.status_code == 405 and {"GET", "HEAD"} <= {m.strip() for m in r.headers["Allow"].split(",")}


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/event/nirgends.ics",
        "/feeds/category/nirgends.ics",
        "/feeds/audience/nirgends.ics",
        "/feeds/department/nirgends.ics",
        "/feeds/nirgends.ics",
        "/feeds/volunteer/nirgends.ics",
        "/feeds/all",
        "/feeds/event/..%2f..%2fetc%2fpasswd.ics",
    ],
)
def test_feeds_that_are_not_there_are_404(office, path):
    assert office.get(path).status_code in (404, 400 if "%2f" in path else 404)


def test_a_change_is_in_the_feed_when_its_command_returns_and_changes_the_tag(office):
    before = office.get("/feeds/all.ics")
    office.event("feed-now", title="刚刚添加")
    after = office.get(
        "/feeds/all.ics",
        headers={"If-None-Match": before.headers["ETag"], "If-Modified-Since": before.headers["Last-Modified"]},
    )
    assert after.status_code == 200 and after.headers["ETag"] != before.headers["ETag"]
    assert "刚刚添加" in oracle.unfold(after.content)
    office.json("event", "move", "feed-now", "--on", "2027-05-12", "--to", "2027-05-15 09:00")
    assert office.get("/feeds/all.ics", headers={"If-None-Match": after.headers["ETag"]}).status_code == 200


def test_sequence_and_last_modified_move_with_the_event_and_uid_stays(office):
    office.event("feed-sequence")
    (before,) = oracle.events(event_feed(office, "feed-sequence"))
    office.json("event", "edit", "feed-sequence", "--start", "2027-05-12 10:00")
    (after,) = oracle.events(event_feed(office, "feed-sequence"))
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"]) and after["UID"] == before["UID"]
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt


def test_the_same_data_is_the_same_bytes_again_and_after_a_restart(kepu):
    kepu.event("bytes", repeat="FREQ=WEEKLY;BYDAY=WE")
    kepu.json("event", "cancel", "bytes", "--on", "2027-05-19")
    first = kepu.get("/feeds/all.ics")
    assert kepu.get("/feeds/all.ics").content == first.content
    kepu.restart()
    again = kepu.get("/feeds/all.ics")
    assert again.content == first.content and again.headers["ETag"] == first.headers["ETag"]


def test_one_occurrence_is_downloaded(office):
    raw = feed(office, f"/events/{MAIN}/2028-09-16.ics")
    (e,) = oracle.events(raw)
    assert e["DTSTART"].dt.astimezone(SHANGHAI).isoformat() == "2028-09-17T10:00:00+08:00"


def test_alarms_come_only_when_asked_for(office):
    (e,) = oracle.events(feed(office, "/feeds/event/feed-long.ics?alarm=1d"))
    (alarm,) = [c for c in e.subcomponents if c.name == "VALARM"]
    assert alarm["TRIGGER"].dt == datetime.timedelta(days=-1)
    assert office.get("/feeds/event/feed-long.ics?alarm=oops").status_code in (400, 422)


def test_feeds_are_listed_with_their_addresses(office):
    found = office.items("feed", "list")
    assert any(f["url"].endswith("/feeds/all.ics") and f["webcal"].startswith("webcal") for f in found)
