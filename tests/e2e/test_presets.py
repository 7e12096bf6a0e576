"""Presets: the year's recurring events, ready to apply."""
import pytest

import kepu as harness
from kepu import INVALID, NOT_FOUND, rule_parts

PLAN = """science-day science-month tech-week disaster-prevention-day meteorological-day fire-day safety-month
science-workers-day double-ninth food-safety-week innovation-week elder-health-week three-to-countryside farmers-quiz
youth-innovation-contest youth-science-festival campus-tech-festival robot-contest science-drama science-talk-contest
experiment-show school-lecture school-trip science-bus farmer-training rural-skills committee-training worker-training
engineer-course senior-course health-lecture smart-device-class anti-fraud-talk old-experts official-training field-visit
lab-open-day exhibition-open emergency-drill zhihui""".split()

DAYS = {
    "disaster-prevention-day": "05-12",
    "meteorological-day": "03-23",
    "fire-day": "11-09",
    "science-workers-day": "05-30",
}


def test_the_plan_s_presets_are_all_there(desk):
    assert set(PLAN) <= {p["slug"] for p in desk.items("preset", "list")}


@pytest.mark.parametrize("slug", PLAN)
def test_each_is_shown(desk, slug):
    p = desk.json("preset", "show", slug)
    assert p["slug"] == slug and p["title"] and p["basis"] in ("rule", "announced", "series")


@pytest.mark.parametrize("slug", DAYS)
def test_a_fixed_day_becomes_a_yearly_event(desk, slug):
    e = desk.json("preset", "apply", slug)
    assert harness.EVENT <= set(e)
    assert (e["slug"], e["category"], e["tz"], e["status"]) == (slug, slug, "Asia/Shanghai", "confirmed")
    assert "FREQ=YEARLY" in rule_parts(e["rrule"])
    found = desk.occurrences(slug, "--from", "2028-01-01", "--to", "2031-01-01")
    assert [o["recurrence_id"][:10] for o in found] == [f"{y}-{DAYS[slug]}" for y in (2028, 2029, 2030)]


def test_science_day_is_provisional_on_the_third_saturday_of_september(desk):
    assert desk.json("preset", "apply", "science-day")["status"] == "tentative"
    found = desk.occurrences("science-day", "--from", "2028-01-01", "--to", "2031-01-01")
    assert {o["recurrence_id"][:10] for o in found} >= {"2028-09-16", "2029-09-15", "2030-09-21"}
    assert {o["status"] for o in found} == {"tentative"}


def test_the_double_ninth_follows_the_moon(desk):
    desk.json("preset", "apply", "double-ninth")
    found = desk.occurrences("double-ninth", "--from", "2027-01-01", "--to", "2031-01-01")
    assert [o["recurrence_id"][:10] for o in found] == ["2027-10-08", "2028-10-26", "2029-10-16", "2030-10-05"]


def test_applied_twice_it_makes_a_second_event(desk):
    assert desk.json("preset", "apply", "safety-month")["slug"] == "safety-month"
    assert desk.json("preset", "apply", "safety-month")["slug"] == "safety-month-2"


def test_what_is_said_beside_it_wins(desk):
    e = desk.json("preset", "apply", "meteorological-day", "--slug", "weather", "--title", "气象日开放", "--lead", "yingji")
    assert (e["slug"], e["title"], e["lead"]) == ("weather", "气象日开放", "yingji")


def test_a_mistyped_preset_is_not_found_and_the_right_one_suggested(desk):
    for verb in ("show", "apply"):
        assert "fire-day" in desk.error("preset", verb, "fire-dya", code=NOT_FOUND)
    desk.ctl("preset", "apply", "fire-day", "--slug", "Not A Slug", code=INVALID)
