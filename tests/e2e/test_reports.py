"""Reports: the same numbers in every form, counted again here by SQL of the test's own."""
import datetime
import sqlite3

import html5lib
import pytest

import kepu as harness
from kepu import INVALID, NOT_FOUND, SHANGHAI

TODAY = datetime.datetime.now(SHANGHAI).date()
YEAR = str(TODAY.year)


def ago(days):
    return (TODAY - datetime.timedelta(days=days)).isoformat()


@pytest.fixture(scope="module")
def office(binaries):
    """A small district with a past: events of two departments, people who came, hours, past figures."""
    one = harness.Kepu(config="[office]\nname = 西夏区科协\n").start()
    for i, (lead, indicator) in enumerate([("nongye", "farmers"), ("nongye", "rural-leaders"), ("keji", "engineer-courses")]):
        one.json("event", "add", "--title", f"<培训>{i}", "--slug", f"past-{i}", "--start", f"{ago(60)} 09:00",
                 "--duration", "2h", "--repeat", "FREQ=WEEKLY;COUNT=20", "--lead", lead, "--indicator", indicator)
        for week in range(3):
            one.json("event", "headcount", f"past-{i}", "--on", ago(60 - 7 * week), str(10 * (i + 1) + week))
    one.json("event", "cancel", "past-0", "--on", ago(60 - 21))
    one.json("event", "add", "--title", "现场课", "--slug", "now", "--start", "-1h", "--duration", "3h", "--lead", "nongye",
             "--role", "学员=50:participant", "--role", "帮手=9", "--indicator", "farmers", "--indicator", "rural-leaders")
    on = one.occurrences("now")[0]["recurrence_id"][:10]
    for i in range(4):
        person = one.json("volunteer", "add", "--name", f"王{'一二三四'[i]}", "--phone", harness.phone(i), "--source", "教师")["id"]
        made = one.json("signup", "add", "--volunteer", person, "--event", "now", "--on", on, "--role", "帮手" if i == 3 else "学员")
        one.json("signup", "attend", made["id"])
    one.json("target", "record", "farmers", "--amount", "1200", "--at", "2023-06-30", "--note", "2023年年报")
    yield one
    one.close()


@pytest.fixture(scope="module")
def count(office):
    if harness.STORE.startswith("postgres"):
        pytest.skip("the recount opens the SQLite file")
    db = sqlite3.connect(office.state / "kepu.db")
    yield lambda sql, *args: db.execute(sql, args).fetchone()[0]
    db.close()


NOW = "strftime('%s','now') * 1000"
ON = "o.event_id IN (SELECT id FROM event WHERE status <> 'cancelled')"
HELD = f"o.status NOT IN ('cancelled', 'tentative') AND {ON} AND o.end_ms <= {NOW}"
CAME = ("SELECT DISTINCT s.volunteer_id, s.occurrence_id FROM signup s, occurrence_role r WHERE r.occurrence_id = s.occurrence_id"
        " AND r.name = s.role AND r.participant AND s.state = 'attended'")


def test_the_whole_s_numbers_are_those_of_the_rows(office, count):
    totals = office.json("report", "plan")["totals"]
    people = count(f"SELECT COUNT(*) FROM ({CAME})") + count("SELECT SUM(headcount) FROM occurrence WHERE status <> 'cancelled'")
    assert totals["sessions"] == count(f"SELECT COUNT(*) FROM occurrence o WHERE {HELD}")
    assert totals["people"] == people
    assert totals["volunteers"] == count("SELECT COUNT(*) FROM volunteer WHERE status = 'active'") == 4
    assert totals["minutes"] == count("SELECT COALESCE(SUM(counted), 0) FROM hours_entry")
    assert sum(totals[s] for s in ("reached", "ahead", "on", "behind", "unknown")) == totals["targets"] == 28


@pytest.mark.parametrize("slug", ["farmers", "rural-leaders", "engineer-courses"])
def test_a_target_s_number_is_that_of_its_rows(office, count, slug):
    found = {t["slug"]: t for t in office.json("report", "plan")["targets"]}[slug]
    tagged = f"o.event_id IN (SELECT event_id FROM event_indicator WHERE slug = '{slug}') AND o.status <> 'cancelled'"
    if slug == "farmers":
        want = 1200 + count(f"SELECT COUNT(*) FROM ({CAME}) c, occurrence o WHERE o.id = c.occurrence_id AND {tagged}")
        want += count(f"SELECT SUM(headcount) FROM occurrence o WHERE {tagged}")
        assert found["source"] == "2023年年报"
    elif slug == "rural-leaders":
        want = count(f"SELECT COUNT(DISTINCT c.volunteer_id) FROM ({CAME}) c, occurrence o WHERE o.id = c.occurrence_id AND {tagged}")
    else:
        want = count(f"SELECT COUNT(*) FROM occurrence o WHERE {HELD} AND {tagged}")
    assert found["value"] == want == office.json("target", "show", slug)["value"] > 0


def test_a_department_s_numbers_are_those_of_its_events(office, count):
    report = office.json("report", "department", "nongye")
    led = "event_id IN (SELECT id FROM event WHERE lead = 'nongye' AND status <> 'cancelled')"
    assert [d["slug"] for d in report["departments"]] == ["nongye"]
    one = report["departments"][0]
    assert one["sessions"] == report["totals"]["sessions"] == count(f"SELECT COUNT(*) FROM occurrence o WHERE {HELD} AND {led}")
    assert one["people"] == sum(e["people"] for e in report["events"])
    assert {e["lead"] for e in report["events"]} == {"nongye"}
    assert {t["section"] for t in report["targets"]} == {"A2"} and one["leads"] == ["A2"]
    assert "三下乡" in office.ctl("report", "department", "kexie").out + office.ctl("report", "department", "nongye").out


def test_departments_add_up_to_the_whole(office):
    whole = office.json("report", "department")
    assert len(whole["departments"]) == 21
    for name in ("sessions", "people", "events"):
        assert sum(d[name] for d in whole["departments"]) == whole["totals"][name] == sum(
            e.get(name, 1) for e in whole["events"])


def test_a_period_holds_its_own_and_nothing_else(office):
    assert office.json("report", "events", "--period", "2023")["totals"]["sessions"] == 0
    year = office.json("report", "events", "--period", YEAR)
    halves = [office.json("report", "events", "--period", f"{YEAR}-H{n}") for n in (1, 2)]
    quarters = [office.json("report", "events", "--period", f"{YEAR}-Q{n}") for n in (1, 2, 3, 4)]
    months = [office.json("report", "events", "--period", f"{YEAR}-{n:02}") for n in range(1, 13)]
    for parts in (halves, quarters, months):
        for name in ("sessions", "people"):
            assert sum(p["totals"][name] for p in parts) == year["totals"][name]
    assert (year["from"], year["to"]) == (f"{YEAR}-01-01", f"{YEAR}-12-31")
    assert sum(b["people"] for b in year["trend"]) == year["totals"]["people"]
    entered = {t["slug"]: t for t in office.json("report", "plan", "--period", "2023")["targets"]}["farmers"]
    assert (entered["value"], entered["recent"]) == (1200, 1200)
    assert {t["slug"]: t for t in office.json("report", "plan", "--period", "2022")["targets"]}["farmers"]["value"] == 0


@pytest.mark.parametrize("period", ["2025-H3", "2025-13", "25", "2025-", "now", "2025-Q0"])
def test_what_is_no_period_is_refused(office, period):
    assert "2025-H1" in office.error("report", "plan", "--period", period, code=INVALID)


def test_over_the_plan_s_whole_time_what_came_in_is_the_value(office):
    found = {t["slug"]: t for t in office.json("report", "plan")["targets"]}["farmers"]
    assert found["recent"] == found["value"] > 1200


def test_unknown_departments_are_named(office):
    assert "nongye" in office.error("report", "department", "nongyee", code=NOT_FOUND)


@pytest.mark.parametrize("verb", [["plan"], ["department"], ["department", "kexie"], ["volunteers"], ["events"]])
def test_a_page_to_print_is_valid_without_script_and_says_what_markdown_says(office, verb):
    page = office.ctl("report", *verb, "-o", "html").out
    html5lib.HTMLParser(strict=True).parse(page)
    assert "<script" not in page and "size:A4" in page and "<培训>" not in page
    assert 'lang="zh-CN"' in page and "西夏区科协" in page and f"{TODAY.year}年{TODAY.month}月{TODAY.day}日" in page
    words = office.ctl("report", *verb, "-o", "md").out
    assert words.startswith("# ") and words == office.ctl("report", *verb).out
    english = office.ctl("report", *verb, "--lang", "en").out
    assert "1. " in english and english != words


def test_charts_have_their_table(office):
    page = office.ctl("report", "plan", "-o", "html").out
    assert page.count("<svg") == 1 and 'role="img"' in page
    assert "| 时段 | 场次 | 人次 |" in office.ctl("report", "plan").out


def test_other_forms_are_lists(office):
    lines = office.ctl("report", "events", "-o", "csv").out.split("\r\n")
    assert lines[0].startswith("slug,title,lead") and len(lines) == 4 + 2
    assert office.ctl("report", "plan", "-o", "name").out.split()[0] == "volunteers"
    office.ctl("event", "list", "-o", "html", code=INVALID)


def test_what_has_no_date_is_asked_for_until_it_has(office):
    asked = {p["slug"] for p in office.json("status")["undated"]}
    assert {"science-day", "robot-contest"} <= asked and "fire-day" not in asked
    gaps = {(g["kind"], g["slug"]) for g in office.json("report", "department", "kexie")["gaps"]}
    assert ("undated", "science-day") in gaps
    office.json("preset", "apply", "robot-contest", "--start", f"{TODAY.year}-12-20")
    assert "robot-contest" not in {p["slug"] for p in office.json("status")["undated"]}


def test_gaps_are_said_as_officials_say_them(kepu, tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("slug,title,kind\na,一村,village\nb,二村,village\n", encoding="utf-8")
    kepu.json("unit", "import", path)
    kepu.json("target", "record", "village-coverage", "--amount", "1", "--unit", "a")
    kepu.json("target", "record", "open-facilities", "--amount", "5", "--of", "10")
    kepu.json("target", "record", "farmers", "--amount", "100", "--at", ago(10), "--force")
    kepu.json("target", "record", "workers", "--amount", "4000", "--at", ago(300), "--force")
    words = kepu.ctl("report", "plan", "-o", "md").out
    for sentence in ("2个单位中还有1个未达标", "尚缺40个百分点", "“‘产业+科普’示范基地”进度落后，尚缺2个。",
                     "“文化科技卫生‘三下乡’”", "尚缺4,900人次，按目前进度十年内不能完成", "| 十年以后 |",
                     "| 90% | 50 |", "| 5,000人次 | 4,000 |"):
        assert sentence in words, (sentence, words)
    english = kepu.ctl("report", "plan", "-o", "md", "--lang", "en").out
    for sentence in ("of 2 units 1 are not there yet", "40 percentage points missing", "| 5,000 人次 | 4,000 |",
                     "4,900 人次 missing; at the present pace it takes more than ten years"):
        assert sentence in english, (sentence, english)


def test_over_the_plan_s_time_a_yearly_target_says_what_each_year_came_to(kepu):
    kepu.event("early", start="2022-05-01 09:00", repeat="FREQ=MONTHLY;COUNT=10", indicator="elder-health")
    kepu.event("late", start=f"{ago(1)} 09:00", indicator="elder-health")
    kepu.json("target", "record", "pupils", "--amount", "8", "--of", "10", "--at", "2023-06-01")
    found = {t["slug"]: t for t in kepu.json("report", "plan")["targets"]}
    years = {y["year"]: y["value"] for y in found["elder-health"]["years"]}
    last = int(ago(1)[:4])
    assert years == {str(y): {2022: 8, 2023: 2, last: 1}.get(y, 0) for y in range(2021, TODAY.year + 1)}
    assert {y["year"]: y["value"] for y in found["pupils"]["years"]}["2023"] == 80 and found["farmers"]["years"] == []
    assert "2021年0、2022年8、2023年2、" in kepu.ctl("report", "plan", "-o", "md").out
    for year in ("2022", "2023"):
        then = {t["slug"]: t for t in kepu.json("report", "plan", "--period", year)["targets"]}["elder-health"]
        assert then["value"] == years[year] and then["years"] == []
