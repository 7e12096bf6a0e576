"""Calendar files: what other programs write comes in, reported by component; what goes out comes back the same."""
import collections
import json

import icalendar
import pytest

import kepu as harness
from kepu import CONFLICT, DONE, INVALID, NOT_FOUND, PARTLY, moment

ICS = harness.DATA / "ics"
OWN = harness.REPO / "tests" / "data" / "ics"

# What of each file is taken and what refused; the rest of its components give way to newer ones in the same file.
FILES = {
    "ical4j__overlaps.ics": (5, 0),
    "ical4j__rfc5545-sec3.6.5.ics": (0, 0),
    "icalendar__alarm_thunderbird_future.ics": (1, 0),
    "icalendar__event_with_recurrence_exdates_on_different_lines.ics": (1, 0),
    "icalendar__invalid_duration.ics": (1, 0),
    "icalendar__rfc_7529.ics": (2, 2),  # ETHIOPIC and HEBREW are not kepu's
    "icalendar__rfc_7986_conferences.ics": (0, 1),  # no DTSTART
    "icalendar__rfc_7986_image.ics": (0, 6),  # no DTSTART, VTODO, VJOURNAL
    "icalnet__Outlook2007LineFolds.ics": (1, 0),
    "icalnet__USHolidays.ics": (36, 0),
    "node-ical__Office-2012-owa.ics": (4, 0),
    "node-ical__badRRULE.ics": (2, 1),
    "node-ical__bad_custom_ms_tz.ics": (3, 0),
    "node-ical__bad_ms_tz.ics": (1, 0),
    "node-ical__daily-count-exdate-recurrence-id.ics": (2, 0),
    "node-ical__dst-transition-rules.ics": (1, 0),
    "node-ical__duplicate-uid-sequence.ics": (2, 0),
    "node-ical__exchange_whole_day_moved_recurrence.ics": (2, 0),
    "node-ical__recurrence-sequence.ics": (5, 0),
    "node-ical__vtimezone-year-0001-dtstart.ics": (1, 0),
    "node-ical__whole_day_moved_over_dst_change_berlin.ics": (2, 0),
}

reference = pytest.mark.skipif(not ICS.is_dir(), reason=f"no reference calendars in {ICS}")


def calendar(*components, head=""):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *([head] if head else []), *components, "END:VCALENDAR", ""])


def vevent(uid, start=":20270512T010000Z", *lines, title="讲座"):
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART{start}", f"SUMMARY:{title}", *lines, "END:VEVENT"])


def load(one, source, code=DONE, *flags):
    """Imports a path, or text through standard input; the report."""
    text = isinstance(source, str)
    return one.ctl("--json", "import", "-" if text else source, *flags, stdin=source if text else None, code=code).json()


def tally(report):
    counts = {k: report[k] for k in ("imported", "updated", "unchanged", "refused")}
    outcomes = collections.Counter(c["outcome"] for c in report["components"])
    names = {"imported": "added"}
    assert counts == {k: outcomes[names.get(k, k)] for k in counts}, report
    return tuple(counts.values())


def slug_of(report, i=0):
    return report["components"][i]["slug"]


def starts(one, slug):
    return [o["start"] for o in one.occurrences(slug)]


# What other programs write


@reference
def test_every_reference_file_is_in_the_table():
    assert {p.name for p in ICS.glob("*.ics")} == set(FILES)


@reference
@pytest.mark.parametrize("name", sorted(FILES))
def test_reference_files_come_in_once(kepu, name):
    taken, refused = FILES[name]
    code = PARTLY if refused else DONE
    first = load(kepu, ICS / name, code)
    added, updated, given_way, not_taken = tally(first)
    assert (added, updated, not_taken) == (taken, 0, refused), first
    before = kepu.json("event", "list")
    second = load(kepu, ICS / name, code)
    assert tally(second) == (0, 0, taken + given_way, refused), second
    assert kepu.json("event", "list") == before
    for c in first["components"]:
        assert bool(c["reason"]) == (c["outcome"] == "refused") and c["line"] > 0


@reference
def test_reference_times_are_right(kepu):
    def first(name):
        slug = slug_of(load(kepu, ICS / name, None))
        return kepu.json("event", "show", slug), kepu.occurrences(slug)

    e, found = first("node-ical__daily-count-exdate-recurrence-id.ics")
    assert e["tz"] == "America/Los_Angeles"
    assert [o["start"][:16] for o in found] == [
        "2015-07-06T12:00", "2015-07-09T12:00", "2015-07-09T15:00", "2015-07-11T12:00", "2015-07-12T12:00",
        "2015-07-13T12:00", "2015-07-14T12:00", "2015-07-15T12:00"]  # fmt: skip
    moved = found[2]
    assert moved["title"] == "More Treasure Hunting" and moved["venue"] == "The other island"
    assert moved["recurrence_id"] == "2015-07-07T12:00:00-07:00" and moved["end"] == "2015-07-09T16:00:00-07:00"

    e, found = first("node-ical__exchange_whole_day_moved_recurrence.ics")
    days = [o["start"][:10] for o in found]
    assert e["all_day"] and days[:4] == ["2026-02-19", "2026-02-24", "2026-02-27", "2026-03-03"]
    assert days[-1] == "2026-08-18"  # UNTIL=20260817T220000Z is midnight in Berlin

    _, found = first("node-ical__whole_day_moved_over_dst_change_berlin.ics")
    assert [o["start"][:10] for o in found] == ["2024-10-27", "2024-10-29", "2024-10-30"]

    e, _ = first("node-ical__bad_ms_tz.ics")
    assert e["start"] == "2020-08-25T10:35:00-04:00"
    e, _ = first("node-ical__vtimezone-year-0001-dtstart.ics")
    assert e["start"] == "2024-06-01T10:00:00+02:00"
    e, _ = first("node-ical__Office-2012-owa.ics")
    assert moment(e["start"]) == moment("2020-10-28T02:30:00Z")
    e, found = first("icalendar__event_with_recurrence_exdates_on_different_lines.ics")
    assert len(found) == 15 - 5 and e["tz"] == "Europe/Vienna"
    _, found = first("icalendar__rfc_7529.ics")
    assert [o["start"][:10] for o in found][:4] == ["2013-02-10", "2014-01-31", "2015-02-19", "2016-02-08"]

    slug = slug_of(load(kepu, ICS / "node-ical__recurrence-sequence.ics"))
    assert [(o["start"][8:16], o["title"][:12]) for o in kepu.occurrences(slug)] == [
        ("01T10:00", "Daily Meetin"), ("02T14:00", "Moved to aft"), ("03T15:00", "Newer overri"),
        ("04T09:00", "Morning slot"), ("04T10:00", "Daily Meetin"), ("04T15:00", "Afternoon sl"),
        ("05T10:00", "Daily Meetin")]  # fmt: skip


def test_broken_parts_never_cost_the_good_ones(kepu):
    report = load(kepu, OWN / "broken.ics", PARTLY)
    outcomes = {c["uid"].split("@")[0]: c for c in report["components"]}
    assert [n for n, c in outcomes.items() if c["outcome"] == "added"] == ["good-1", "good-2"]
    assert {c["outcome"] for n, c in outcomes.items() if not n.startswith("good")} == {"refused"}
    assert outcomes["todo"]["kind"] == "VTODO" and "VTODO" in outcomes["todo"]["reason"]
    assert any("VALARM" in n for n in report["notes"])
    first, second = (kepu.json("event", "show", outcomes[n]["slug"]) for n in ("good-1", "good-2"))
    assert first["category"] == "science-day" and first["start"] == "2027-03-01T01:00:00+00:00"
    assert second["status"] == "tentative" and second["all_day"]
    assert tally(load(kepu, OWN / "broken.ics", PARTLY)) == (0, 0, 2, 5)


def test_rules_that_events_do_not_have_are_written_as_dates_or_refused(kepu):
    report = load(kepu, OWN / "rules.ics", PARTLY)
    by_uid = {c["uid"].split("@")[0]: c for c in report["components"]}
    assert {n for n, c in by_uid.items() if c["outcome"] == "refused"} == {"two-endless", "hourly"}

    def days(name):
        return [s[5:16] for s in starts(kepu, by_uid[name]["slug"])]

    assert days("two-rules")[:5] == ["03-01T09:00", "03-02T09:00", "03-03T09:00", "03-08T09:00", "03-15T09:00"]
    assert [d[:5] for d in days("exrule")] == ["03-01", "03-02", "03-03", "03-04", "03-05", "03-08", "03-09", "03-10"]
    assert days("dates") == ["03-01T09:00", "03-03T09:00", "03-05T10:00", "03-07T09:00"]
    assert days("never-on-start") == ["03-01T09:00", "03-04T09:00", "03-11T09:00"]
    assert by_uid["never-on-start"]["notes"] and by_uid["two-rules"]["notes"]
    assert tally(load(kepu, OWN / "rules.ics", PARTLY)) == (0, 0, 4, 2)


def test_this_and_future_splits_the_series(kepu):
    report = load(kepu, OWN / "this-and-future.ics")
    slug, later = slug_of(report, 0), slug_of(report, 1)
    assert slug != later and kepu.json("event", "show", later)["split_from"] == slug
    assert [s[:16] for s in starts(kepu, slug)] == ["2027-03-03T14:00", "2027-03-18T09:00"]
    found = kepu.occurrences(later)
    # COUNT=8 from 3 March; the fourth and what follows, a day and an hour later; 7 April was left out.
    assert [o["start"][:16] for o in found] == [
        "2027-03-25T15:00", "2027-04-01T15:00", "2027-04-15T15:00", "2027-04-22T15:00"]  # fmt: skip
    assert [o["status"] for o in found] == ["scheduled", "cancelled", "scheduled", "scheduled"]
    assert found[0]["title"] == "科学实验课（改到周四）" and found[0]["venue"] == "西夏区少年宫"
    assert found[0]["end"][:16] == "2027-03-25T16:00"
    assert tally(load(kepu, OWN / "this-and-future.ics")) == (0, 0, 4, 0)


# Identity


def test_a_newer_version_updates_and_an_older_one_does_not(desk):
    uid = harness.unique("version")
    slug = slug_of(load(desk, calendar(vevent(uid, ":20270512T010000Z", "SEQUENCE:2", title="第二版"))))
    changed = load(desk, calendar(vevent(uid, ":20270512T020000Z", "SEQUENCE:3", title="第三版")))
    assert tally(changed) == (0, 1, 0, 0) and slug_of(changed) == slug
    e = desk.json("event", "show", slug)
    assert e["title"] == "第三版" and e["start"] == "2027-05-12T02:00:00+00:00" and e["sequence"] == 3
    old = load(desk, calendar(vevent(uid, ":20270512T010000Z", "SEQUENCE:2", title="第二版")))
    assert tally(old) == (0, 0, 1, 0) and "3" in old["components"][0]["notes"][-1]
    assert desk.json("event", "show", slug)["title"] == "第三版"


def test_content_that_changed_under_the_same_sequence_updates(desk):
    uid = harness.unique("same")
    slug = slug_of(load(desk, calendar(vevent(uid, title="甲"))))
    assert tally(load(desk, calendar(vevent(uid, title="乙")))) == (0, 1, 0, 0)
    assert desk.json("event", "show", slug)["title"] == "乙" and desk.json("event", "show", slug)["sequence"] == 1


def test_what_was_changed_here_is_not_undone_by_the_same_file(desk):
    uid = harness.unique("local")
    series = vevent(uid, ";TZID=Asia/Shanghai:20270512T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3")
    override = vevent(uid, ";TZID=Asia/Shanghai:20270519T100000", "RECURRENCE-ID;TZID=Asia/Shanghai:20270519T090000")
    text = calendar(series, override)
    slug = slug_of(load(desk, text))
    desk.json("event", "edit", slug, "--all", "--title", "本地改名", "--role", "讲解员=3")
    desk.json("event", "move", slug, "--on", "2027-05-19", "--to", "2027-05-20 08:00")
    desk.json("event", "cancel", slug, "--on", "2027-05-26")
    before = desk.json("event", "show", slug), desk.occurrences(slug)
    assert tally(load(desk, text)) == (0, 0, 2, 0)
    assert (desk.json("event", "show", slug), desk.occurrences(slug)) == before


def test_overrides_reach_events_that_are_here_already(desk):
    uid = harness.unique("later")
    slug = slug_of(load(desk, calendar(vevent(uid, ":20270512T010000Z", "RRULE:FREQ=WEEKLY;COUNT=3"))))
    cancel = vevent(uid, ":20270519T010000Z", "RECURRENCE-ID:20270519T010000Z", "STATUS:CANCELLED")
    assert tally(load(desk, calendar(cancel, head="METHOD:CANCEL"))) == (0, 1, 0, 0)
    assert [o["status"] for o in desk.occurrences(slug)] == ["scheduled", "cancelled", "scheduled"]
    assert tally(load(desk, calendar(cancel))) == (0, 0, 1, 0)


def test_an_override_without_its_series_is_an_event_by_itself(desk):
    uid = harness.unique("alone")
    text = calendar(vevent(uid, ":20270519T030000Z", "RECURRENCE-ID:20270519T010000Z"))
    report = load(desk, text)
    assert tally(report) == (1, 0, 0, 0) and report["components"][0]["notes"]
    assert len(desk.occurrences(slug_of(report))) == 1
    assert tally(load(desk, text)) == (0, 0, 1, 0)


def test_events_without_a_uid_are_known_again(desk):
    text = calendar(vevent("x", title=harness.unique("no uid")).replace("UID:x\r\n", ""))
    assert tally(load(desk, text)) == (1, 0, 0, 0) and tally(load(desk, text)) == (0, 0, 1, 0)


# Zones, texts


def test_zones_that_had_to_be_guessed_are_told(desk):
    def noted(start):
        report = load(desk, calendar(vevent(harness.unique("tz"), start, "DURATION:PT1H")))
        return desk.json("event", "show", slug_of(report))["start"], " ".join(report["components"][0]["notes"])

    assert noted(";TZID=China Standard Time:20270512T090000") == ("2027-05-12T09:00:00+08:00", "")
    assert noted(";TZID=/freeassociation.sourceforge.net/Europe/Paris:20270512T090000") == ("2027-05-12T09:00:00+02:00", "")
    assert noted(":20270512T010000Z") == ("2027-05-12T01:00:00+00:00", "")
    start, notes = noted(":20270512T090000")
    assert start == "2027-05-12T09:00:00+08:00" and "Asia/Shanghai" in notes
    start, notes = noted(";TZID=Nowhere/Special:20270512T090000")
    assert start == "2027-05-12T09:00:00+08:00" and "Nowhere/Special" in notes


def test_texts_are_cleaned_and_cut(desk):
    text = calendar(vevent(harness.unique("text"), ":20270512T010000Z", "DESCRIPTION:一\\n二\x07", "LOCATION:" + "地" * 300,
                           title="题" * 300))  # fmt: skip
    report = load(desk, text)
    e = desk.json("event", "show", slug_of(report))
    assert (len(e["title"]), len(e["venue"]), e["description"]) == (200, 200, "一\n二")
    assert report["components"][0]["notes"]


def test_refusals_leave_nothing_behind(desk):
    """A change that would strand a sign-up is refused; the rest of the file is taken."""
    uid, other = harness.unique("strand"), harness.unique("other")
    weekly = ";TZID=Asia/Shanghai:20270512T090000", "DURATION:PT1H", "X-KEPU-SLUG:" + uid, "X-KEPU-ROLE:讲解员=3"
    load(desk, calendar(vevent(uid, *weekly, "RRULE:FREQ=WEEKLY;COUNT=3")))
    person = desk.volunteer()
    desk.json("signup", "add", "--volunteer", person["id"], "--event", uid, "--on", "2027-05-26")
    before = desk.json("event", "show", uid)
    text = calendar(vevent(uid, *weekly, "RRULE:FREQ=WEEKLY;COUNT=2", title="改"), vevent(other))
    report = load(desk, text, PARTLY)
    assert [c["outcome"] for c in report["components"]] == ["refused", "added"]
    assert desk.json("event", "show", uid) == before
    assert tally(load(desk, text, DONE, "--yes")) == (0, 1, 1, 0)
    assert desk.json("event", "show", uid)["title"] == "改"


# The command


def test_dry_run_changes_nothing(kepu):
    report = load(kepu, OWN / "this-and-future.ics", DONE, "--dry-run")
    assert tally(report) == (4, 0, 0, 0)
    assert kepu.items("event", "list") == []


def test_what_is_no_calendar_is_an_error(desk):
    for text in ("hello", "", "name,phone\n"):
        assert desk.ctl("import", "-", stdin=text, code=INVALID).out == ""
    assert desk.ctl("import", "/nowhere.ics", code=None).code == INVALID
    assert tally(load(desk, calendar())) == (0, 0, 0, 0)


def test_a_file_too_large_is_refused(desk):
    desk.ctl("import", "-", stdin="BEGIN:VCALENDAR\n" + "X-A:" + "x" * 9_000_000, code=INVALID)


def test_the_report_is_for_people_too(desk):
    told = desk.ctl("import", OWN / "broken.ics", lang="zh_CN.UTF-8", code=PARTLY)
    assert "VTODO" in told.out and "未采纳" in told.out and "没有导入" in told.err


def test_five_thousand_events_come_in_within_seconds(kepu):
    text = calendar(*[vevent(f"many-{i}", ":20270512T010000Z", "DURATION:PT1H", title=f"第{i}场") for i in range(5000)])
    assert tally(load(kepu, text)) == (5000, 0, 0, 0)
    assert tally(load(kepu, text)) == (0, 0, 5000, 0)
    load_code = kepu.ctl("import", "-", stdin=text.replace("END:VCALENDAR", vevent("one-more") + "\r\nEND:VCALENDAR"),
                         code=INVALID)  # fmt: skip
    assert "5000" in load_code.err


# Out and back in


@pytest.fixture
def office(kepu):
    """One of everything that an export has to say."""
    kepu.json("venue", "add", "--slug", "keji-guan", "--title", "科技馆")
    kepu.json("unit", "add", "--slug", "school-3", "--title", "三小", "--kind", "school")
    kepu.event("single", venue="keji-guan", lead="kexie", partner=["jiaoyu", "keji"], audience=["youth"], unit="school-3",
               role=["讲解员=30/3", "听众, 家长=100:participant"], indicator="volunteers", category="science-bus",
               description="第一行\n第二行；逗号，反斜杠\\")  # fmt: skip
    kepu.event("weekly", repeat="FREQ=WEEKLY;BYDAY=WE;COUNT=12", role="讲解员=3")
    kepu.json("event", "move", "weekly", "--on", "2027-05-19", "--to", "2027-05-20 14:00")
    kepu.json("event", "cancel", "weekly", "--on", "2027-05-26", "--reason", "下雨")
    kepu.json("event", "edit", "weekly", "--on", "2027-06-02", "--this", "--title", "特别场", "--venue", "操场",
              "--role", "讲解员=5", "--role", "摄影=1")  # fmt: skip
    kepu.json("event", "edit", "weekly", "--on", "2027-06-23", "--this-and-future", "--start", "2027-06-23 15:00")
    kepu.event("lunar", start="2027-10-08 09:00", repeat="RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=9")
    kepu.event("policy", start="2027-09-18 09:00", repeat="FREQ=YEARLY;BYMONTH=9;BYDAY=3SA", holiday_policy="next-workday")
    kepu.event("new-york", start="2027-03-10 09:00", tz="America/New_York", repeat="FREQ=DAILY;UNTIL=20270320T130000Z")
    kepu.json("event", "add", "--slug", "days", "--title", "科普周", "--all-day", "--start", "2027-09-13", "--duration", "7d",
              "--repeat", "FREQ=YEARLY;UNTIL=20300913", "--provisional")  # fmt: skip
    kepu.event("called-off", repeat="FREQ=DAILY;COUNT=2")
    kepu.json("event", "cancel", "called-off", "--reason", "经费")
    load(kepu, OWN / "rules.ics", PARTLY)
    return kepu


SAME = ("title description category lead partners audiences venue start end all_day tz rdates exdates holiday_policy "
        "indicators unit status split_from uid").split()  # fmt: skip


def all_of(one):
    events = {e["slug"]: {k: e[k] for k in SAME} for e in (one.json("event", "show", x["slug"])
                                                           for x in one.items("event", "list"))}  # fmt: skip
    for slug, e in events.items():
        e["roles"] = [(r["name"], r["capacity"], r["minimum"], r["participant"])
                      for r in one.json("event", "show", slug)["roles"]]  # fmt: skip
        e["occurrences"] = [
            ({k: o[k] for k in ("recurrence_id", "start", "end", "title", "venue", "status")},
             [(r["name"], r["capacity"]) for r in o["roles"]])
            for o in one.items("event", "occurrences", slug, "--from", "2015-01-01", "--to", "2035-01-01")]  # fmt: skip
    return events


def test_export_and_import_give_the_same_events_and_occurrences(office, make_kepu):
    text = office.ctl("export").out
    other = make_kepu().start()
    other.json("venue", "add", "--slug", "keji-guan", "--title", "科技馆")
    other.json("unit", "add", "--slug", "school-3", "--title", "三小", "--kind", "school")
    report = load(other, text)
    assert report["refused"] == 0 and not any(c["notes"] for c in report["components"] if c["uid"].startswith("x")), report
    assert all_of(other) == all_of(office)
    again = load(other, text)
    assert again["imported"] == again["updated"] == 0, [c for c in again["components"] if c["outcome"] != "unchanged"]


def test_an_export_changes_nothing_where_it_came_from(office):
    before = all_of(office), office.json("event", "list")
    report = load(office, office.ctl("export").out)
    assert tally(report)[0:2] == (0, 0) and report["refused"] == 0, report
    assert (all_of(office), office.json("event", "list")) == before


def test_a_feed_of_one_s_own_read_back_changes_nothing(office, tmp_path):
    """Its texts have lines added, and dates of lunar rules UIDs of their own: taken, they would stand there twice."""
    path = tmp_path / "all.ics"
    path.write_bytes(office.get("/feeds/all.ics?alarm=1d&lang=en").content)
    before = all_of(office), office.get("/feeds/all.ics").content
    report = load(office, path)
    assert tally(report)[:2] == (0, 0) and report["refused"] == 0, report
    assert {c["slug"] for c in report["components"]} >= {"single", "weekly", "lunar", "policy"}
    assert all("kepuctl export" in " ".join(c["notes"]) for c in report["components"])
    assert (all_of(office), office.get("/feeds/all.ics").content) == before


def test_a_feed_of_another_office_comes_in_once(office, make_kepu, tmp_path):
    path = tmp_path / "all.ics"
    path.write_bytes(office.get("/feeds/all.ics").content)
    other = make_kepu().start()
    first = load(other, path)
    assert first["refused"] == 0 and tally(first)[0] > 10
    before = all_of(other)
    again = load(other, path)
    assert (again["imported"], again["updated"], again["refused"]) == (0, 0, 0), again
    assert all_of(other) == before


def test_other_programs_read_an_export(office):
    text = office.ctl("export").out
    assert all(len(line) <= 75 for line in text.encode().split(b"\r\n")) and "\n" not in text.replace("\r\n", "")
    read = icalendar.Calendar.from_ical(text)
    masters = [e for e in read.walk("VEVENT") if "RECURRENCE-ID" not in e]
    assert {str(e["X-KEPU-SLUG"]) for e in masters} == {e["slug"] for e in office.items("event", "list")}
    zones = {str(z["TZID"]) for z in read.walk("VTIMEZONE")}
    assert zones == {"Asia/Shanghai", "America/New_York"}


def test_export_takes_slugs_and_a_file(office, tmp_path):
    path = tmp_path / "two.ics"
    assert office.ctl("export", "single", "weekly", path).out == ""
    assert path.read_text().count("X-KEPU-SLUG:") == 2
    assert office.ctl("export", "lunar", "-").out.count("RSCALE=CHINESE") == 1
    assert "lunaar" in office.ctl("export", "lunaar", code=NOT_FOUND).err
    assert office.ctl("export", "single").out.count("BEGIN:VEVENT") == 1


def test_a_slug_that_is_taken_gives_way(office):
    text = office.ctl("export", "single").out.replace("UID:", "UID:other-")
    report = load(office, text)
    assert slug_of(report).startswith("e-") and report["components"][0]["notes"]


def test_names_that_the_office_has_not_are_left_out_and_told(office, make_kepu):
    other = make_kepu().start()
    report = load(other, office.ctl("export", "single").out)
    assert any("school-3" in n for n in report["components"][0]["notes"])
    e = other.json("event", "show", "single")
    assert e["unit"] in (None, "") and e["lead"] == "kexie"


def test_the_api_says_what_was_refused(desk):
    answer = desk.api("POST", "/import?lang=en", calendar(vevent(harness.unique("api")), "BEGIN:VTODO", "END:VTODO").encode(),
                      headers={"Content-Type": "text/calendar"})  # fmt: skip
    assert answer.status == 200 and json.loads(answer.body)["refused"] == 1
    assert desk.api("GET", "/export").headers["Content-Type"].startswith("text/calendar")
    assert CONFLICT  # the code of what --yes would go ahead with; within a file it is a reason
