"""Targets: what the plan counts, and how far along it is."""
import pytest

import kepu as harness
from kepu import INVALID, NOT_FOUND


def test_the_plan_s_indicators_are_all_targets(desk):
    found = {t["slug"]: t for t in desk.items("target", "list")}
    assert len(found) >= 28 and all(harness.TARGET <= set(t) for t in found.values())
    assert {s: found[s]["target"] for s in ("volunteers", "literacy", "farmers", "info-officers", "museum-visits")} == {
        "volunteers": 4000,
        "literacy": 15,
        "farmers": 5000,
        "info-officers": 15000,
        "museum-visits": 1000000,
    }
    assert found["volunteers"]["unit"] == "人"


def test_volunteers_are_counted_as_they_come(desk):
    before = desk.json("target", "show", "volunteers")["value"]
    for _ in range(3):
        desk.volunteer()
    after = desk.json("target", "show", "volunteers")
    assert after["value"] == before + 3 == len(desk.items("volunteer", "list"))
    assert 0 <= after["percent"] < 1


def test_a_manual_value_is_set_and_replaced(desk):
    assert desk.json("target", "set", "literacy", "--value", "14.2")["value"] == 14.2
    assert desk.json("target", "set", "literacy", "--value", "14.9")["value"] == 14.9
    assert desk.json("target", "show", "literacy")["value"] == 14.9


def test_records_add_up(desk):
    before = desk.json("target", "show", "farmers")["value"] or 0
    desk.json("target", "record", "farmers", "--amount", "120", "--note", "春季培训")
    assert desk.json("target", "record", "farmers", "--amount", "80")["value"] == before + 200


def test_bad_values_and_unknown_targets_are_refused(desk):
    desk.ctl("target", "set", "literacy", "--value", "许多", code=INVALID)
    assert "volunteers" in desk.error("target", "show", "volunters", code=NOT_FOUND)


@pytest.mark.parametrize(
    "noun, known", [("department", "kexie"), ("category", "science-day"), ("audience", "youth"), ("plan", None)]
)
def test_the_plan_s_words_are_listed_and_shown(desk, noun, known):
    found = [x["slug"] for x in desk.items(noun, "list")]
    assert found and (known is None or known in found)
    assert desk.json(noun, "show", known or found[0])["slug"] == (known or found[0])


def test_all_departments_of_the_plan_are_there(desk):
    assert {d["slug"] for d in desk.items("department", "list")} >= set(
        "jiaoyu kexie keji ziran huanjing tuanwei fulian nongye renshe gonghui fagai weijian yingji shichang laogan minzheng "
        "xuanchuan zuzhi zhujian wenlv caizheng".split()
    )
