"""The seeds hold what the plan says. No daemon here: the files alone, as a user might have written them."""
import csv
import datetime
import io
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
from dateutil.rrule import rrulestr

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds"
DATA = ROOT / "tests" / "data"
REFERENCE = pathlib.Path(os.environ.get("KEPU_REFERENCE_DATA", ROOT.parent / "shared" / "data"))

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SPAN = re.compile(r"(\d+[smhdw])+")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LUNAR = "RSCALE=CHINESE;"

DEPARTMENTS = (
    "jiaoyu kexie keji ziran huanjing tuanwei fulian nongye renshe gonghui fagai weijian yingji shichang "
    "laogan minzheng xuanchuan zuzhi zhujian wenlv caizheng"
).split()
AUDIENCES = "youth farmers workers elderly officials public teachers".split()
PRESETS = {
    "rule": "science-day science-month tech-week disaster-prevention-day meteorological-day fire-day safety-month "
    "science-workers-day double-ninth",
    "announced": "food-safety-week innovation-week elder-health-week three-to-countryside farmers-quiz "
    "youth-innovation-contest youth-science-festival campus-tech-festival robot-contest science-drama "
    "science-talk-contest experiment-show",
    "series": "school-lecture school-trip science-bus farmer-training rural-skills committee-training worker-training "
    "engineer-course senior-course health-lecture smart-device-class anti-fraud-talk old-experts "
    "official-training field-visit lab-open-day exhibition-open emergency-drill zhihui",
}
PROVISIONAL = {"science-day", "tech-week", "innovation-week", "elder-health-week", "three-to-countryside"}

# slug: target, unit, measure, period, section
INDICATORS = {
    "volunteers": (4000, "人", "persons", "plan", "P5"),
    "literacy": (15, "%", "manual", "plan", "goal"),
    "school-trips": (1, "次", "coverage", "semester", "A1"),
    "school-lectures": (4, "次", "coverage", "semester", "A1"),
    "pupils": (90, "%", "ratio", "year", "A1"),
    "school-teachers": (1, "名", "coverage", "standing", "A1"),
    "rural-teachers": (200, "人次", "attendances", "plan", "A1"),
    "farmers": (5000, "人次", "attendances", "plan", "A2"),
    "rural-leaders": (4000, "名", "persons", "plan", "A2"),
    "rural-skills": (4000, "人次", "attendances", "plan", "A2"),
    "village-committees": (4000, "人次", "attendances", "plan", "A2"),
    "village-coverage": (90, "%", "coverage", "plan", "A2"),
    "workers": (5000, "人次", "attendances", "plan", "A3"),
    "engineer-courses": (5, "场", "sessions", "plan", "A3"),
    "senior-talent": (2000, "人次", "attendances", "plan", "A3"),
    "elder-health": (10, "场次", "sessions", "year", "A4"),
    "officials": (5000, "人次", "attendances", "plan", "A5"),
    "industry-bases": (2, "个", "entities", "plan", "P1"),
    "open-facilities": (90, "%", "ratio", "plan", "P1"),
    "industry-halls": (3, "个", "entities", "plan", "P1"),
    "info-officers": (15000, "人", "manual", "plan", "P2"),
    "activity-rooms": (10, "个", "entities", "plan", "P3"),
    "museum-visits": (1000000, "人次", "attendances", "plan", "P3"),
    "bases-national": (2, "个", "entities", "plan", "P3"),
    "bases-region": (4, "个", "entities", "plan", "P3"),
    "bases-city": (4, "个", "entities", "plan", "P3"),
    "science-plus-bases": (4, "个", "entities", "plan", "P3"),
    "demo-district": (1, "项", "milestone", "plan", "P4"),
}
# id: those who answer for the section, those who help
SECTIONS = {
    "A1": ("jiaoyu kexie", "keji ziran huanjing tuanwei fulian"),
    "A2": ("nongye renshe", "*"),
    "A3": ("renshe gonghui", "fagai keji weijian yingji shichang tuanwei fulian kexie"),
    "A4": ("weijian laogan minzheng kexie", "xuanchuan keji gonghui fulian"),
    "A5": ("zuzhi", "*"),
    "P1": ("keji kexie", "xuanchuan fagai renshe gonghui tuanwei fulian"),
    "P2": ("xuanchuan kexie keji zhujian", "*"),
    "P3": ("keji fagai wenlv kexie", "minzheng caizheng ziran"),
    "P4": ("kexie keji yingji", "*"),
    "P5": ("zuzhi renshe keji kexie", "jiaoyu nongye weijian"),
}
PER = {
    "school-trips": ["school", "semester"],
    "school-lectures": ["school", "semester"],
    "school-teachers": ["school"],
    "village-coverage": ["village"],
}
DOUBLE_NINTH = ["2026-10-18", "2027-10-08", "2028-10-26", "2029-10-16", "2030-10-05"]

# The extended colour keywords of CSS Color Module Level 3, which RFC 7986 COLOR takes its values from.
CSS3_COLORS = set(
    "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood "
    "cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray "
    "darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen "
    "darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue "
    "firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew "
    "hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan "
    "lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray "
    "lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue "
    "mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred "
    "midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid "
    "palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple red "
    "rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray "
    "slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white whitesmoke yellow "
    "yellowgreen".split()
)


def refuse_doubles(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key twice: {keys}"
    return dict(pairs)


def load(name, kind):
    with open(SEEDS / name, encoding="utf-8") as file:
        content = json.load(file, object_pairs_hook=refuse_doubles)
    assert kind in content
    return content[kind]


def by_slug(items):
    return {item["slug"]: item for item in items}


departments = load("departments.json", "departments")
audiences = load("audiences.json", "audiences")
categories = load("categories.json", "categories")
plan = load("plan-2021-2025.json", "plan")
presets = load("presets.json", "presets")
each_preset = pytest.mark.parametrize("preset", presets, ids=lambda preset: preset["slug"])
each_indicator = pytest.mark.parametrize("indicator", plan["indicators"], ids=lambda indicator: indicator["slug"])


# --- every file


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.json")), ids=lambda path: path.name)
def test_a_file_is_an_object_that_names_its_kind(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict) and len(content) >= 1


@pytest.mark.parametrize(
    "items",
    [departments, audiences, categories, presets, plan["indicators"]],
    ids=["departments", "audiences", "categories", "presets", "indicators"],
)
def test_slugs_are_well_formed_and_unique(items):
    slugs = [item["slug"] for item in items]
    assert all(SLUG.fullmatch(slug) for slug in slugs)
    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize(
    "items",
    [departments, audiences, categories, presets, plan["indicators"], plan["sections"], [plan]],
    ids=["departments", "audiences", "categories", "presets", "indicators", "sections", "plan"],
)
def test_titles_are_given_in_both_languages(items):
    for item in items:
        assert re.search("[\u4e00-\u9fff]", item["title"]) and len(item["title"]) <= 200
        assert item["title_en"] and not re.search("[\u4e00-\u9fff]", item["title_en"]) and len(item["title_en"]) <= 200


# --- departments, audiences, categories


def test_departments_are_the_21_of_the_plan_in_its_order():
    assert [department["slug"] for department in departments] == DEPARTMENTS


def test_a_department_s_name_or_alias_means_one_department():
    names = [name for department in departments for name in [department["title"], *department["aliases"]]]
    assert len(names) == len(set(names))
    assert "工会" in by_slug(departments)["gonghui"]["aliases"]
    assert "乡村振兴服务中心" in by_slug(departments)["nongye"]["aliases"]


def test_audiences_are_those_of_the_plan():
    assert [audience["slug"] for audience in audiences] == AUDIENCES


def test_there_is_a_category_for_each_preset_and_other():
    assert [category["slug"] for category in categories] == [preset["slug"] for preset in presets] + ["other"]


def test_colours_are_css3_names_and_tell_categories_apart():
    colours = [category["color"] for category in categories]
    assert set(colours) <= CSS3_COLORS
    assert len(set(colours)) == len(colours)


# --- the plan


def test_the_plan_is_open_and_has_its_five_years():
    assert (plan["slug"], plan["start"], plan["end"], plan["state"]) == (
        "2021-2025",
        "2021-01-01",
        "2025-12-31",
        "open",
    )


def test_sections_say_who_leads_and_who_helps():
    found = {section["id"]: (" ".join(section["lead"]), " ".join(section["partners"])) for section in plan["sections"]}
    assert found == SECTIONS
    assert [section["id"] for section in plan["sections"]] == list(SECTIONS)


def test_the_28_indicators_have_the_plan_s_targets():
    found = {i["slug"]: (i["target"], i["unit"], i["measure"], i["period"], i["section"]) for i in plan["indicators"]}
    assert len(found) == 28
    assert found == INDICATORS
    assert [i["slug"] for i in plan["indicators"]] == list(INDICATORS)


@each_indicator
def test_an_indicator_uses_the_known_words(indicator):
    assert indicator["measure"] in "persons attendances sessions entities ratio coverage milestone manual".split()
    assert indicator["period"] in "plan year semester standing".split()
    assert indicator["section"] == "goal" or indicator["section"] in SECTIONS
    assert isinstance(indicator["target"], int) and indicator["target"] > 0
    assert set(indicator) <= {
        "slug",
        "title",
        "title_en",
        "unit",
        "measure",
        "period",
        "target",
        "section",
        "per",
        "due",
        "standing",
    }


def test_coverage_says_what_its_cells_are_and_nothing_else_does():
    assert {i["slug"]: i["per"] for i in plan["indicators"] if "per" in i} == PER


def test_volunteers_are_what_is_true_today():
    assert [i["slug"] for i in plan["indicators"] if i.get("standing")] == ["volunteers"]


def test_due_days_lie_within_the_plan():
    due = {i["slug"]: i["due"] for i in plan["indicators"] if "due" in i}
    assert due == {"literacy": "2025-12-31"}
    assert all(plan["start"] <= day <= plan["end"] for day in due.values())


# --- presets


def test_presets_are_those_of_the_plan_in_its_order():
    assert [(preset["slug"], preset["basis"]) for preset in presets] == [
        (slug, basis) for basis, slugs in PRESETS.items() for slug in slugs.split()
    ]


@each_preset
def test_a_preset_has_just_the_documented_fields(preset):
    common = {
        "slug",
        "title",
        "title_en",
        "basis",
        "provisional",
        "rule",
        "start",
        "all_day",
        "category",
        "lead",
        "partners",
        "audiences",
        "roles",
        "indicators",
        "note",
        "note_en",
        "reminders",
    }
    assert set(preset) == common | ({"days"} if preset["all_day"] else {"start_time", "duration"})


@each_preset
def test_a_preset_s_references_resolve(preset):
    assert preset["category"] == preset["slug"] and preset["category"] in by_slug(categories)
    assert preset["lead"] in DEPARTMENTS
    assert set(preset["partners"]) <= set(DEPARTMENTS) - {preset["lead"]}
    assert preset["audiences"] and set(preset["audiences"]) <= set(AUDIENCES)
    assert set(preset["indicators"]) <= set(INDICATORS)
    for listed in (preset["partners"], preset["audiences"], preset["indicators"]):
        assert len(set(listed)) == len(listed)


@each_preset
def test_a_preset_counts_only_toward_what_occurrences_can_count_for(preset):
    by_hand = {"ratio", "entities", "milestone", "manual"}
    assert not by_hand & {INDICATORS[slug][2] for slug in preset["indicators"]}


@each_preset
def test_roles_have_room_and_a_helper_comes_first(preset):
    roles = preset["roles"]
    assert not roles[0]["participant"]
    assert len({role["name"] for role in roles}) == len(roles)
    for role in roles:
        assert set(role) == {"name", "capacity", "minimum", "participant"}
        assert role["name"] and not re.search("[=/:]", role["name"])  # --role NAME=CAPACITY/MINIMUM:participant
        assert 0 <= role["minimum"] <= role["capacity"] and role["capacity"] > 0


@each_preset
def test_what_counts_people_has_participants(preset):
    if any(INDICATORS[slug][2] in ("attendances", "persons") for slug in preset["indicators"]):
        assert any(role["participant"] for role in preset["roles"])


@each_preset
def test_times_are_readable(preset):
    if preset["all_day"]:
        assert isinstance(preset["days"], int) and 1 <= preset["days"] <= 31
    else:
        assert CLOCK.fullmatch(preset["start_time"]) and SPAN.fullmatch(preset["duration"])
    assert preset["reminders"] and all(SPAN.fullmatch(span) for span in preset["reminders"])


def span_minutes(text):
    unit = {"s": 1 / 60, "m": 1, "h": 60, "d": 1440, "w": 10080}
    return int(sum(int(n) * unit[u] for n, u in re.findall(r"(\d+)([smhdw])", text)))


@each_preset
def test_reminders_come_in_the_daytime_and_the_earliest_first(preset):
    begin = 0 if preset["all_day"] else int(preset["start_time"][:2]) * 60 + int(preset["start_time"][3:])
    spans = [span_minutes(text) for text in preset["reminders"]]
    assert spans == sorted(spans, reverse=True)
    assert all(7 * 60 <= (begin - span) % 1440 <= 20 * 60 for span in spans)


@each_preset
def test_notes_are_given_in_both_languages(preset):
    assert preset["note"].endswith("。") and preset["note_en"].endswith(".")


@each_preset
def test_a_preset_without_a_usual_day_asks_for_its_start(preset):
    if preset["basis"] == "series":
        assert preset["start"] == ""
    else:
        assert bool(preset["start"]) == bool(preset["rule"])


def test_provisional_are_the_announced_ones_with_a_usual_rule():
    assert {preset["slug"] for preset in presets if preset["provisional"]} == PROVISIONAL
    assert all(by_slug(presets)[slug]["rule"] for slug in PROVISIONAL)


@each_preset
def test_a_rule_is_understood_by_another_reader(preset):
    rule = preset["rule"]
    if not rule:
        return
    if rule.startswith(LUNAR):
        assert rule == LUNAR + "FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=9"
        return
    first = rrulestr(rule, dtstart=datetime.datetime(2026, 1, 1))[0]
    assert first.year == 2026


@each_preset
def test_the_start_is_the_first_day_its_rule_can_fall_on(preset):
    if not preset["start"] or preset["rule"].startswith(LUNAR):
        return
    days = rrulestr(preset["rule"], dtstart=datetime.datetime(2000, 1, 1)).between(
        datetime.datetime(2000, 1, 1), datetime.datetime(2040, 1, 1), inc=True
    )
    assert preset["start"] == min(day.strftime("%m-%d") for day in days)


@pytest.mark.parametrize(
    "slug, expected",
    [
        ("science-day", "2026-09-19 2027-09-18 2028-09-16"),
        ("science-month", "2026-09-01 2027-09-01"),
        ("tech-week", "2026-05-16 2027-05-15"),
        ("disaster-prevention-day", "2026-05-12 2027-05-12"),
        ("meteorological-day", "2026-03-23 2027-03-23"),
        ("fire-day", "2026-11-09 2027-11-09"),
        ("safety-month", "2026-06-01 2027-06-01"),
        ("science-workers-day", "2026-05-30 2027-05-30"),
    ],
)
def test_a_day_falls_where_the_plan_says(slug, expected):
    expected = expected.split()
    rule = rrulestr(by_slug(presets)[slug]["rule"], dtstart=datetime.datetime(2026, 1, 1))
    assert [rule[i].date().isoformat() for i in range(len(expected))] == expected


def lunar_day(year, month, day):
    """The Gregorian day of a lunar one, from the published almanac's table; not in a leap month."""
    with open(REFERENCE / "lunar" / "years.csv", encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if int(row["year"]) == year)
    leap = int(row["leap_month"])
    months_before = month - 1 + (1 if 0 < leap < month else 0)
    days = sum(29 + int(length) for length in row["month_lengths"][:months_before]) + day - 1
    return (datetime.date.fromisoformat(row["new_year"]) + datetime.timedelta(days=days)).isoformat()


def test_the_double_ninth_falls_where_the_almanac_says():
    preset = by_slug(presets)["double-ninth"]
    assert preset["start"] == "09-09"
    for day in DOUBLE_NINTH:
        year, month, date = (int(part) for part in day.split("-"))
        assert f"{year}年{month}月{date}日" in preset["note"]
    if not (REFERENCE / "lunar" / "years.csv").exists():
        pytest.skip("no reference data: set KEPU_REFERENCE_DATA to a folder with lunar/years.csv")
    assert [lunar_day(int(day[:4]), 9, 9) for day in DOUBLE_NINTH] == DOUBLE_NINTH


# --- the example volunteers


@pytest.fixture(scope="module")
def volunteers():
    text = (DATA / "volunteers-1000.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), strict=True))


def test_the_example_volunteers_are_made_the_same_every_time():
    made = subprocess.run([sys.executable, str(DATA / "make_volunteers.py")], check=True, capture_output=True).stdout
    assert made == (DATA / "volunteers-1000.csv").read_bytes()


def test_the_example_volunteers_are_a_thousand_with_numbers_of_their_own(volunteers):
    phones = [row["phone"] for row in volunteers]
    assert len(phones) == len(set(phones)) == 1000
    assert all(re.fullmatch(r"1990000\d{4}", phone) for phone in phones)


def test_the_example_volunteers_have_the_columns_of_an_import(volunteers):
    assert list(volunteers[0]) == ["name", "phone", "email", "org", "source", "skills", "town", "consent_at"]
    assert all(None not in row and None not in row.values() for row in volunteers)
    assert all(re.fullmatch(r"(v\d{4}@example\.(com|org|net))?", row["email"]) for row in volunteers)
    assert {row["source"] for row in volunteers} == {"科技工作者", "教师", "媒体从业者", "高校学生", "社区工作者", "老专家"}


def test_the_example_volunteers_hold_what_real_lists_hold(volunteers):
    names = [row["name"] for row in volunteers]
    assert all(2 <= len(name) <= 20 for name in names)
    assert sum("·" in name for name in names) >= 20
    assert sum(any(0x20000 <= ord(letter) <= 0x2A6DF for letter in name) for name in names) >= 5
    assert len(set(names)) < len(names)
    assert any("," in row["org"] for row in volunteers)
    consents = [row["consent_at"] for row in volunteers]
    assert 200 <= consents.count("") <= 500
    for text in filter(None, consents):
        assert datetime.datetime.fromisoformat(text).utcoffset() == datetime.timedelta(hours=8)
