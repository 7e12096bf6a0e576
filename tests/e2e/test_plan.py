"""Plans as data, and what their targets count: from a file, from occurrences held, from units, from past figures."""
import datetime
import json

import pytest

import kepu as harness
from kepu import CONFLICT, INVALID, NOT_FOUND, SHANGHAI

TODAY = datetime.datetime.now(SHANGHAI).date()


@pytest.fixture
def office(kepu):
    return kepu


def day(ago):
    return (TODAY - datetime.timedelta(days=ago)).isoformat()


def plan_file(tmp_path, name="plan.json", **changes):
    plan = {
        "slug": "mine",
        "title": "我们的规划",
        "start": "2026-01-01",
        "end": "2030-12-31",
        "sections": [{"id": "S1", "title": "一", "lead": ["kexie"], "partners": ["*"]}],
        "indicators": [
            {"slug": "volunteers", "title": "志愿者", "unit": "人", "measure": "persons", "period": "plan",
             "target": 5000, "section": "S1", "standing": True},
            {"slug": "farmers", "title": "农民", "unit": "人次", "measure": "attendances", "period": "plan",
             "target": 6000, "section": "S1"},
            {"slug": "engineer-courses", "title": "培训班", "unit": "场", "measure": "sessions", "period": "plan",
             "target": 8, "section": "S1"},
        ],
    }
    plan.update(changes)
    path = tmp_path / name
    path.write_text(json.dumps({"plan": plan}, ensure_ascii=False), encoding="utf-8")
    return str(path)


def value(office, slug, *flags):
    return office.json("target", "show", slug, *flags)["value"]


def held(office, slug, start, indicator, *flags):
    return office.json("event", "add", "--title", "培训", "--slug", slug, "--start", start, "--duration", "2h",
                       "--indicator", indicator, *flags)


def running(office, slug, *indicators):
    """An event of now, with a place for learners and one for helpers, and how to come to it."""
    flags = [word for one in indicators for word in ("--indicator", one)]
    office.json("event", "add", "--title", "培训", "--slug", slug, "--start", "-1h", "--duration", "3h",
                "--role", "学员=50:participant", "--role", "帮手=9", *flags)


def attend(office, slug, volunteer, role="学员"):
    on = office.occurrences(slug)[0]["recurrence_id"][:10]
    made = office.json("signup", "add", "--volunteer", volunteer, "--event", slug, "--on", on, "--role", role, "--force")
    return office.json("signup", "attend", made["id"])["id"]


# --- occurrences count by themselves


def test_sessions_count_once_they_are_over_and_right_again_when_they_change(office):
    held(office, "course", f"{day(20)} 09:00", "engineer-courses", "--repeat", "FREQ=WEEKLY;COUNT=10")
    assert value(office, "engineer-courses") == 3
    office.json("event", "move", "course", "--on", day(20), "--to", "+30d")
    assert value(office, "engineer-courses") == 2
    office.json("event", "move", "course", "--on", day(20), "--to", f"{day(19)} 09:00")
    assert value(office, "engineer-courses") == 3
    office.json("event", "cancel", "course", "--on", day(13))
    assert value(office, "engineer-courses") == 2
    office.json("event", "cancel", "course")
    assert value(office, "engineer-courses") == 0


def test_a_date_that_nobody_confirmed_counts_only_once_somebody_came(office):
    held(office, "maybe", f"{day(3)} 09:00", "engineer-courses", "--provisional")
    assert value(office, "engineer-courses") == 0
    office.json("event", "headcount", "maybe", "--on", day(3), "12")
    assert value(office, "engineer-courses") == 1


def test_learners_and_headcounts_are_attendances_and_helpers_are_not(office):
    running(office, "class", "farmers")
    people = [office.volunteer()["id"] for _ in range(3)]
    first = attend(office, "class", people[0])
    attend(office, "class", people[1])
    attend(office, "class", people[2], "帮手")
    assert value(office, "farmers") == 2
    on = office.occurrences("class")[0]["recurrence_id"][:10]
    office.json("event", "headcount", "class", "--on", on, "40")
    assert value(office, "farmers") == 42
    office.json("event", "headcount", "class", "--on", on, "30")
    assert value(office, "farmers") == 32
    office.json("signup", "no-show", first)
    assert value(office, "farmers") == 31
    office.json("signup", "attend", first)
    office.json("event", "cancel", "class")
    assert value(office, "farmers") == 0


def test_an_office_that_starts_in_the_middle_enters_what_was_held_years_ago(office):
    held(office, "old", "2022-03-05 09:00", "engineer-courses", "--repeat", "FREQ=MONTHLY;COUNT=3")
    assert value(office, "engineer-courses") == 3
    office.json("event", "add", "--title", "培训", "--slug", "untagged", "--start", "2023-03-05 09:00", "--duration", "1h")
    office.json("event", "edit", "untagged", "--all", "--indicator", "engineer-courses")
    assert value(office, "engineer-courses") == 4


def test_persons_count_once_however_often_they_come(office):
    person = office.volunteer()["id"]
    for slug in ("first", "second"):
        running(office, slug, "rural-leaders", "farmers")
        attend(office, slug, person)
    assert value(office, "rural-leaders") == 1
    assert value(office, "farmers") == 2


def test_an_event_that_names_an_indicator_twice_counts_once(office):
    office.json("event", "add", "--title", "培训", "--slug", "twice", "--start", f"{day(2)} 09:00", "--duration", "1h",
                "--indicator", "engineer-courses", "--indicator", "engineer-courses")
    assert value(office, "engineer-courses") == 1


def test_entries_add_up_to_the_value_down_to_the_sign_up(office):
    running(office, "class", "farmers")
    signups = {attend(office, "class", office.volunteer()["id"]) for _ in range(3)}
    office.json("event", "headcount", "class", "--on", office.occurrences("class")[0]["recurrence_id"][:10], "20")
    office.json("target", "record", "farmers", "--amount", "100", "--note", "春训签到表", "--at", "2024-03-05")
    entries = office.items("target", "show", "farmers", "--entries")
    assert sum(x["amount"] for x in entries) == value(office, "farmers") == 123
    assert {x["signup"] for x in entries if x["kind"] == "signup"} == signups
    assert [x["note"] for x in entries if x["kind"] == "record"] == ["春训签到表"]
    pages, cursor = [], ""
    while True:
        answer = office.api("GET", f"/targets/farmers/entries?limit=2{cursor}").json()
        pages += answer["items"]
        if not answer["next"]:
            break
        assert len(answer["items"]) == 2
        cursor = "&cursor=" + answer["next"]
    assert pages == entries


def test_a_value_that_was_set_stands_for_what_was_counted_and_counting_goes_on(office):
    held(office, "a", f"{day(3)} 09:00", "engineer-courses")
    assert office.json("target", "set", "engineer-courses", "--value", "7")["value"] == 7
    held(office, "b", f"{day(2)} 09:00", "engineer-courses")
    assert value(office, "engineer-courses") == 8
    assert sum(x["amount"] for x in office.items("target", "show", "engineer-courses", "--entries")) == 8


# --- entering


def test_a_date_outside_the_plan_is_asked_back(office):
    said = office.error("target", "record", "farmers", "--amount", "5", "--at", "2020-12-31", code=INVALID)
    assert "2021-01-01" in said and "--force" in said
    assert value(office, "farmers") == 0
    office.json("target", "record", "farmers", "--amount", "5", "--at", "2020-12-31", "--force")
    assert value(office, "farmers") == 5


def test_an_entity_is_registered_once_and_a_milestone_is_done_or_not(office):
    office.json("target", "record", "bases-city", "--amount", "1", "--name", "科技馆", "--level", "市级")
    office.error("target", "record", "bases-city", "--amount", "1", "--name", "科技馆", code=CONFLICT)
    office.json("target", "record", "bases-city", "--amount", "-1", "--name", "科技馆")
    assert office.json("target", "record", "bases-city", "--amount", "1", "--name", "科技馆")["value"] == 1
    assert office.json("target", "record", "demo-district", "--amount", "1")["state"] == "reached"
    office.error("target", "record", "demo-district", "--amount", "1", code=INVALID)


def test_values_do_not_fall_below_nought(office):
    office.error("target", "record", "farmers", "--amount", "-1", code=INVALID)
    office.error("target", "set", "farmers", "--value", "-1", code=INVALID)
    office.error("event", "headcount", "x", "--on", day(1), "-5", code=NOT_FOUND)
    assert value(office, "farmers") == 0


@pytest.mark.parametrize(
    "slug, flags, field, words",
    [
        ("farmers", ["--amount", "5", "--of", "10"], "of", "no share"),
        ("pupils", ["--amount", "9"], "of", "--of"),
        ("pupils", ["--amount", "9", "--of", "0"], "of", "more than 0"),
        ("pupils", ["--amount", "11", "--of", "10"], "amount", "more than the whole"),
        ("industry-bases", ["--amount", "1.5"], "amount", "whole"),
        ("farmers", ["--amount", "0.5"], "amount", "whole"),
        ("literacy", ["--amount", "120"], "amount", "100 at most"),
        ("farmers", ["--amount", "-1"], "amount", "fall below 0"),
    ],
)
def test_what_cannot_be_of_a_measure_is_refused_by_its_field(office, slug, flags, field, words):
    before = value(office, slug)
    found = office.ctl("--json", "target", "record", slug, *flags, code=INVALID)
    assert found.error()["field"] == field and words in found.said(), found
    assert value(office, slug) == before


def test_percentages_that_are_set_are_a_hundred_at_most_and_parts_are_corrected(office):
    for slug in ("literacy", "open-facilities", "village-coverage"):
        assert "100" in office.error("target", "set", slug, "--value", "100.1", code=INVALID)
    office.json("target", "record", "open-facilities", "--amount", "300", "--of", "400")
    assert office.json("target", "record", "open-facilities", "--amount", "-20")["value"] == 70
    assert "没有单位“nowhere”" in office.ctl("unit", "show", "nowhere", "--lang", "zh", code=NOT_FOUND).err


# --- pace


def test_trouble_comes_first_and_what_is_reached_last(office):
    office.json("target", "set", "demo-district", "--value", "1")
    states = [t["state"] for t in office.items("target", "list")]
    order = ["behind", "unknown", "on", "ahead", "reached"]
    assert states == sorted(states, key=order.index) and states[-1] == "reached"


def test_a_forecast_says_when_and_how_sure(office, tmp_path):
    office.json("plan", "import", plan_file(tmp_path))
    for i in range(12):
        office.json("target", "record", "farmers", "--amount", "100", "--at", day(5 + 25 * i), "--force")
    found = office.json("target", "show", "farmers")
    assert found["value"] == 1200 and found["recent"] == 1200 and found["sure"] in ("high", "medium")
    assert found["forecast_from"] <= found["forecast"] <= found["forecast_to"]
    left = (datetime.date.fromisoformat(found["forecast"]) - TODAY).days
    assert left == -(-4800 * found["recent_days"] // 1200)


# --- units and grids


def units(office, tmp_path, text):
    path = tmp_path / "units.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_units_come_from_a_csv_all_or_none(office, tmp_path):
    path = units(office, tmp_path, "slug,title,kind\nschool-1,一小,school\nschool-2,二小,school\n")
    assert office.json("unit", "import", path) == {"imported": 2, "existing": 0, "lines": 2}
    assert office.json("unit", "import", path) == {"imported": 0, "existing": 2, "lines": 2}
    bad = units(office, tmp_path, "slug,title,kind\nschool-3,三小,school\nSCHOOL 4,四小,school\n")
    said = office.error("unit", "import", bad, code=INVALID)
    assert "line 3" in said and "slug" in said
    assert "line 1" in office.error("unit", "import", units(office, tmp_path, "slug,titel,kind\n"), code=INVALID)
    assert [u["slug"] for u in office.items("unit", "list")] == ["school-1", "school-2"]


def test_the_grid_shows_what_each_school_is_missing_and_drafts_fill_it(office, tmp_path):
    office.json("unit", "import", units(office, tmp_path, "slug,title,kind\na,一小,school\nb,二小,school\nv,一村,village\n"))
    assert office.json("target", "show", "school-lectures")["percent"] == 0
    for i in range(4):
        held(office, f"lecture-{i}", f"2025-10-{10 + i} 09:00", "school-lectures", "--unit", "a")
    grid = office.json("target", "show", "school-lectures", "--grid")
    assert grid["kind"] == "school" and "2025-autumn" in grid["periods"] and grid["periods"][0] == "2021-spring"
    cells = {(r["unit"], c["period"]): c for r in grid["rows"] for c in r["cells"]}
    assert cells["a", "2025-autumn"]["count"] == 4 and cells["a", "2025-autumn"]["met"]
    assert not cells["b", "2025-autumn"]["met"]
    gaps = {(g["unit"], g["period"]): g["missing"] for g in grid["missing"]}
    assert gaps["b", "2025-autumn"] == 4 and ("a", "2025-autumn") not in gaps
    assert "2025-autumn" in office.ctl("target", "show", "school-lectures", "--grid").out
    office.error("target", "show", "farmers", "--grid", code=INVALID)
    before = len(office.items("event", "list"))
    planned = office.items("target", "draft", "school-lectures", "--dry-run")
    assert len(office.items("event", "list")) == before
    made = office.items("target", "draft", "school-lectures")
    assert len(made) == len(planned) == 8 and {e["unit"] for e in made} == {"a", "b"}
    assert all(e["status"] == "tentative" and e["indicators"] == ["school-lectures"] for e in made)
    assert office.items("target", "draft", "school-lectures") == []


def test_a_unit_that_does_not_fit_is_refused(office, tmp_path):
    office.json("unit", "import", units(office, tmp_path, "slug,title,kind\na,一小,school\nv,一村,village\n"))
    office.error("event", "add", "--title", "讲座", "--start", "tomorrow 9:00", "--unit", "v", "--indicator",
                 "school-lectures", code=INVALID)
    assert "village" in office.error("target", "record", "village-coverage", "--amount", "1", "--unit", "a", code=INVALID)
    office.error("target", "record", "village-coverage", "--amount", "1", code=INVALID)
    office.error("target", "record", "village-coverage", "--amount", "1", "--unit", "nowhere", code=NOT_FOUND)
    found = office.json("target", "record", "village-coverage", "--amount", "1", "--unit", "v")
    assert found["value"] == 100 and (found["met"], found["cells"]) == (1, 1)


# --- past figures


def figures(tmp_path, text):
    path = tmp_path / "figures.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_past_figures_come_from_a_csv(office, tmp_path):
    path = figures(tmp_path, "target,at,amount,value,of,name,note\n"
                             "farmers,2021-06-30,1200,,,,年报\nfarmers,2022-06-30,\"1,300\",,,,年报\n"
                             "literacy,2024-12-31,,13.1,,,调查\nopen-facilities,2023-05-01,8,,10,,\n"
                             "bases-city,2024-01-01,1,,,科技馆,\n")
    assert office.json("target", "import", path)["imported"] == 5
    assert [value(office, s) for s in ("farmers", "literacy", "open-facilities", "bases-city")] == [2500, 13.1, 80, 1]


@pytest.mark.parametrize(
    "line, where",
    [
        ("nobody,2021-06-30,5,", "line 3, target"),
        ("farmers,2021-13-30,5,", "line 3, at"),
        ("farmers,2031-01-01,5,", "line 3, at"),
        ("farmers,2021-06-30,many,", "line 3, amount"),
        ("farmers,2021-06-30,,", "line 3, amount"),
        ("farmers,2021-06-30,-5000,", "line 3, amount"),
        ("village-coverage,2021-06-30,1,nowhere", "line 3, unit"),
        ("volunteers,2021-06-30,5,", "line 3, target"),
    ],
)
def test_a_wrong_figure_is_named_by_line_and_column_and_nothing_is_kept(office, tmp_path, line, where):
    path = figures(tmp_path, f"target,at,amount,unit\nfarmers,2021-06-30,100,\n{line}\n")
    answer = office.ctl("target", "import", path, "--json", code=INVALID)
    assert json.loads(answer.err)["error"]["field"] == where
    assert value(office, "farmers") == 0


# --- plans


def test_a_plan_closes_with_its_results_and_its_successor_starts_from_them(office, tmp_path):
    office.json("target", "record", "farmers", "--amount", "4321", "--at", "2025-06-30")
    closed = office.json("plan", "close", "2021-2025")
    assert closed["state"] == "closed"
    assert {r["slug"]: r["value"] for r in closed["results"]}["farmers"] == 4321
    office.error("plan", "close", "2021-2025", code=CONFLICT)
    office.error("target", "record", "farmers", "--amount", "1", "--plan", "2021-2025", code=CONFLICT)
    assert office.json("plan", "import", plan_file(tmp_path))["slug"] == "mine"
    found = office.json("target", "show", "farmers")
    assert (found["plan"], found["target"], found["value"], found["baseline"]) == ("mine", 6000, 0, 4321)
    assert value(office, "farmers", "--plan", "2021-2025") == 4321
    assert len(office.items("target", "list")) == 3


def test_a_plan_that_is_not_over_is_closed_only_when_asked_twice(office, tmp_path):
    office.json("plan", "import", plan_file(tmp_path))
    assert "--yes" in office.error("plan", "close", "mine", code=CONFLICT)
    assert office.json("plan", "close", "mine", "--yes")["state"] == "closed"


def test_plans_that_overlap_and_plans_twice_are_refused(office, tmp_path):
    said = office.error("plan", "import", plan_file(tmp_path, start="2025-12-31"), code=CONFLICT)
    assert "2021-2025" in said
    office.json("plan", "import", plan_file(tmp_path))
    office.error("plan", "import", plan_file(tmp_path), code=CONFLICT)
    assert [p["slug"] for p in office.items("plan", "list")] == ["mine", "2021-2025"]


def broken(place):
    def change(plan):
        at = plan
        *path, key, new = place
        for step in path:
            at = at[step]
        at[key] = new
        return plan
    return change


@pytest.mark.parametrize(
    "place, field",
    [
        (("start", "2026-02-30"), "plan.start"),
        (("end", "2025-01-01"), "plan.end"),
        (("titel", "x"), "plan.titel"),
        (("sections", 0, "lead", ["nobody"]), "plan.sections[0].lead"),
        (("indicators", 1, "measure", "people"), "plan.indicators[1].measure"),
        (("indicators", 1, "target", 0), "plan.indicators[1].target"),
        (("indicators", 1, "slug", "volunteers"), "plan.indicators[1].slug"),
        (("indicators", 1, "section", "S9"), "plan.indicators[1].section"),
        (("indicators", 1, "per", ["school"]), "plan.indicators[1].per"),
        (("indicators", 1, "due", "2031-01-01"), "plan.indicators[1].due"),
        (("indicators", 1, "unit", ""), "plan.indicators[1].unit"),
    ],
)
def test_a_wrong_plan_is_named_by_its_place_and_nothing_is_kept(desk, tmp_path, place, field):
    path = plan_file(tmp_path)
    content = json.loads(open(path, encoding="utf-8").read())
    broken(place)(content["plan"])
    open(path, "w", encoding="utf-8").write(json.dumps(content))
    answer = desk.ctl("plan", "import", path, "--json", code=INVALID)
    assert json.loads(answer.err)["error"]["field"] == field
    desk.error("plan", "show", "mine", code=NOT_FOUND)


def test_a_file_that_is_no_json_is_named_by_line_and_column(desk, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text('{"plan":\n  {"slug": }}')
    assert "line 2" in desk.error("plan", "import", str(path), code=INVALID)


def test_the_plan_the_program_brings_can_be_imported_by_anybody(make_kepu, tmp_path):
    bare = make_kepu(args=["--seed", "none"]).start()
    whole = {}
    for name in ("departments.json", "plan-2021-2025.json"):
        whole.update(json.loads((harness.REPO / "seeds" / name).read_text(encoding="utf-8")))
    path = tmp_path / "whole.json"
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    assert bare.json("plan", "import", str(path))["targets"] == 28
    assert len(bare.items("target", "list")) == 28
