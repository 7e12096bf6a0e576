"""The counter of volunteers: how many, how fast, and when there will be 4,000; against the rows counted otherwise."""
import datetime
import os
import time

import pytest

from kepu import phone
from people import person, sql

DAY_MS = 86_400_000


def register(kepu, days_ago, status="active"):
    """People who came so many days ago, written straight into the table."""
    now = int(time.time() * 1000)
    sql(
        kepu,
        "INSERT INTO volunteer (code, name, name_key, phone_sealed, phone_index, org, source, town, status,"
        " consent_version, consent_basis, minutes, created_ms, version)"
        f" VALUES (?, 'x', ?, ?, ?, '', '', '', '{status}', '', 'organisation', 0, ?, 1)",
        many=[
            (f"v-{status[0]}{i}", f"{status}{i}", b"", os.urandom(16), int(now - days * DAY_MS - 60_000))
            for i, days in enumerate(days_ago)
        ],
    )


def counted(kepu):
    """The same by other means: every row by itself, in Python."""
    now = int(time.time() * 1000)
    rows = [r for r in sql(kepu, "SELECT status, created_ms FROM volunteer") if r[0] == "active"]
    return len(rows), *(sum(1 for r in rows if r[1] > now - days * DAY_MS) for days in (30, 365))


def figures(kepu):
    target, progress = kepu.json("target", "show", "volunteers"), kepu.get("/progress.json").json()
    for name in ("value", "target", "percent", "pace", "pace_year", "forecast", "forecast_from", "forecast_to", "sure"):
        assert progress[name] == target[name], name
    assert (target["value"], target["pace"], target["pace_year"]) == counted(kepu)
    assert target["target"] == 4000
    return target


def day(text):
    return datetime.date.fromisoformat(text)


def in_days(target):
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    return (day(target["forecast"]) - today).days


def test_with_nobody_there_is_no_day_to_name(kepu):
    t = figures(kepu)
    assert (t["value"], t["pace"], t["pace_year"], t["percent"]) == (0, 0, 0, 0)
    assert t["forecast"] is None and t["sure"] is None and "30" in t["reason"]


def test_with_few_the_day_is_a_guess_and_says_so(kepu):
    register(kepu, [1, 9, 200])
    t = figures(kepu)
    assert (t["value"], t["pace"], t["pace_year"]) == (3, 2, 3)
    assert t["forecast"] is None or t["sure"] == "low"
    assert "2" in t["reason"]


def test_a_steady_stream_names_a_day_and_is_sure_of_it(kepu):
    register(kepu, [i / 2 for i in range(720)])  # two a day for a year
    t = figures(kepu)
    assert (t["value"], t["pace"], t["pace_year"]) == (720, 60, 720)
    assert in_days(t) == -(-(4000 - 720) * 30 // 60)
    assert t["sure"] == "high"
    assert day(t["forecast_from"]) <= day(t["forecast"]) <= day(t["forecast_to"])
    assert (day(t["forecast_to"]) - day(t["forecast_from"])).days < 60


def test_a_rush_after_a_quiet_year_gives_a_range_and_little_trust(kepu):
    register(kepu, [300 + i / 10 for i in range(100)] + [5] * 200)
    t = figures(kepu)
    assert (t["pace"], t["pace_year"]) == (200, 300)
    assert in_days(t) == -(-(4000 - 300) * 30 // 200)
    assert t["sure"] == "low"
    assert (day(t["forecast_to"]) - day(t["forecast_from"])).days > 365


def test_who_stopped_coming_leaves_no_forecast(kepu):
    register(kepu, [40 + i for i in range(50)])
    t = figures(kepu)
    assert (t["pace"], t["pace_year"], t["forecast"]) == (0, 50, None)
    assert t["reason"]


def test_only_those_who_are_there_count(kepu):
    register(kepu, [3] * 10)
    register(kepu, [3] * 4, status="resting")
    a, b = person(kepu, 79_500_001, "甲先生"), person(kepu, 79_500_002, "乙先生")
    c, d = person(kepu, 79_500_003, "丙先生"), person(kepu, 79_500_004, "丁先生")
    assert figures(kepu)["value"] == 14
    kepu.json("volunteer", "edit", a["id"], "--status", "resting")
    kepu.json("volunteer", "erase", b["id"], "--yes")
    kepu.json("volunteer", "merge", c["id"], d["id"], "--yes")
    assert figures(kepu)["value"] == 11
    kepu.json("volunteer", "edit", a["id"], "--status", "active")
    kepu.json("volunteer", "import", "-", stdin=f"name,phone\n戊先生,{phone(79_500_005)}\n丙先生,{phone(79_500_003)}\n")
    assert figures(kepu)["value"] == 13
    assert kepu.json("status")["counts"]["volunteers"] == 13
    assert "13" in kepu.get("/progress.svg").text


def test_once_it_is_reached_it_says_so(kepu):
    register(kepu, [i % 300 for i in range(4001)])
    t = figures(kepu)
    assert (t["value"], t["state"], t["forecast"]) == (4001, "reached", None)
    assert t["percent"] >= 100 and "reached" in t["reason"]


@pytest.mark.parametrize("lang, word", [("zh", "新增"), ("en", "came")])
def test_the_reason_is_in_the_readers_language(kepu, lang, word):
    register(kepu, [3] * 10)
    assert word in kepu.json("target", "show", "volunteers", "--lang", lang)["reason"]
    assert word in kepu.get("/progress.json?lang=" + lang).json()["reason"]
