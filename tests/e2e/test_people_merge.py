"""Two records of one person become one, with everything that hangs on the second."""
import random

import pytest

from kepu import CONFLICT, INVALID, NOT_FOUND, phone, unique
from people import AHEAD, past_sign_up, person, shift, sign_up, sql, state


@pytest.fixture
def two(kepu):
    """(daemon, the one to keep, the other one): the same woman, registered twice."""
    keep = person(kepu, 78_000_001, "马秀兰", "--org", "第三中学", "--skill", "讲解")
    other = person(
        kepu, 78_000_002, "马秀蓝", "--org", "三中", "--town", "宁华路", "--skill", "讲解", "--skill", "急救", "--consent",
        "--email", "ma@example.org",
    )
    return kepu, keep, other


def merge(kepu, keep, other, *more, **how):
    return kepu.json("volunteer", "merge", keep["id"], other["id"], *(more or ["--yes"]), **how)


def test_what_the_second_has_the_first_has_now(two):
    kepu, keep, other = two
    signups = [sign_up(kepu, other, shift(kepu, day=f"2027-05-1{i}"), day=f"2027-05-1{i}") for i in range(3)]
    result = merge(kepu, keep, other)
    assert (result["merged"], result["signups"], result["cancelled"]) == (other["id"], 3, 0)
    v = kepu.json("volunteer", "show", keep["id"])
    assert (v["name"], v["org"], v["town"], v["email"]) == ("马秀兰", "第三中学", "宁华路", "ma@example.org")
    assert v["skills"] == ["讲解", "急救"] and v["consent_at"] == other["consent_at"]
    assert v == {**v, **result["volunteer"]}
    assert sorted(result["filled"]) == ["consent_at", "email", "skills", "town"]
    mine = kepu.items("signup", "list", "--volunteer", keep["id"])
    assert {s["id"] for s in mine} == {s["id"] for s in signups}
    assert {s["volunteer"] for s in mine} == {keep["id"]}
    assert kepu.json("target", "show", "volunteers")["value"] == 1
    assert [x["id"] for x in kepu.items("volunteer", "list")] == [keep["id"]]
    assert kepu.items("volunteer", "list", "--status", "erased") == []


def test_the_second_is_an_alias_and_says_so(two):
    kepu, keep, other = two
    merge(kepu, keep, other)
    slug = shift(kepu)
    for args in (
        ["volunteer", "show", other["id"]],
        ["volunteer", "edit", other["id"], "--town", "T"],
        ["volunteer", "export", other["id"]],
        ["volunteer", "erase", other["id"], "--yes"],
        ["volunteer", "link", other["id"]],
        ["volunteer", "merge", other["id"], keep["id"], "--yes"],
        ["signup", "list", "--volunteer", other["id"]],
        ["signup", "add", "--volunteer", other["id"], "--event", slug, "--on", AHEAD],
    ):
        said = kepu.error(*args, code=NOT_FOUND)
        assert keep["id"] in said and other["id"] in said, args


def test_who_comes_again_by_the_second_ones_number_is_the_first(two):
    kepu, keep, other = two
    merge(kepu, keep, other)
    said = kepu.error("volunteer", "add", "--name", "马秀蓝", "--phone", phone(78_000_002), code=CONFLICT)
    assert keep["id"] in said
    answer = kepu.json("volunteer", "import", "-", stdin=f"name,phone\n马秀蓝,{phone(78_000_002)}\n")
    assert (answer["imported"], answer["existing"]) == (0, 1)


def test_links_of_the_second_open_the_first_until_renewed(two):
    kepu, keep, other = two
    link = kepu.json("volunteer", "link", other["id"])["url"].rsplit("/", 1)[1]
    assert merge(kepu, keep, other)["links"] is True
    page = kepu.get(f"/v/{link}")
    assert page.status_code == 200 and "马秀兰" in page.text
    renewed = kepu.json("volunteer", "link", keep["id"])["url"].rsplit("/", 1)[1]
    assert kepu.get(f"/v/{link}").status_code == 404
    assert kepu.get(f"/v/{renewed}").status_code == 200


def test_a_calendar_of_the_second_shows_the_firsts_shifts_until_renewed(two):
    kepu, keep, other = two
    url = kepu.json("feed", "rotate", other["id"])["url"]
    path = "/" + url.split("/", 3)[3]
    slug = shift(kepu)
    sign_up(kepu, keep, slug)
    merge(kepu, keep, other)
    assert kepu.get(path).text.count("BEGIN:VEVENT") == 1
    kepu.json("feed", "rotate", keep["id"])
    assert kepu.get(path).status_code == 404


@pytest.mark.parametrize("first", ["keep", "other"])
def test_of_two_sign_ups_for_one_place_the_stronger_stays_and_the_freed_place_goes_on(two, first):
    kepu, keep, other = two
    slug = shift(kepu)
    strong, weak = (keep, other) if first == "keep" else (other, keep)
    has, waits = sign_up(kepu, strong, slug), sign_up(kepu, weak, slug, "--waitlist")
    result = merge(kepu, keep, other)
    assert result["cancelled"] == 1
    assert (state(kepu, has), state(kepu, waits)) == ("confirmed", "cancelled")
    role = kepu.occurrences(slug)[0]["roles"][0]
    assert (role["confirmed"], role["waitlisted"]) == (1, 0)


def test_two_places_of_one_person_free_one_for_the_first_in_line(two):
    kepu, keep, other = two
    slug = shift(kepu, 2)
    mine, theirs = sign_up(kepu, keep, slug), sign_up(kepu, other, slug)
    line = sign_up(kepu, kepu.volunteer(), slug, "--waitlist")
    merge(kepu, keep, other)
    assert sorted([state(kepu, mine), state(kepu, theirs)]) == ["cancelled", "confirmed"]
    assert state(kepu, line) == "confirmed"


def test_in_line_twice_the_earlier_place_stays(two):
    kepu, keep, other = two
    slug = shift(kepu)
    sign_up(kepu, kepu.volunteer(), slug)
    early, late = sign_up(kepu, other, slug, "--waitlist"), sign_up(kepu, keep, slug, "--waitlist")
    merge(kepu, keep, other)
    assert (state(kepu, early), state(kepu, late)) == ("waitlisted", "cancelled")


def test_hours_go_along_and_the_ledger_stays_sound(two):
    kepu, keep, other = two
    slug, twice = shift(kepu, 3, day="2026-03-03"), shift(kepu, 3, day="2026-03-10")
    one = past_sign_up(kepu, other, slug)
    kepu.json("signup", "attend", one, "--minutes", "120")
    for who in (keep, other):
        s = past_sign_up(kepu, who, twice, unique("s-t"))
        kepu.json("signup", "attend", s, "--minutes", "60")
    assert kepu.json("volunteer", "show", other["id"])["hours"] == 3
    result = merge(kepu, keep, other)
    assert result["cancelled"] == 1
    assert kepu.json("volunteer", "show", keep["id"])["hours"] == 3  # 2 + 1: the same hour is not counted twice
    kepu.ctl("check")
    assert kepu.json("check")["state"] == "sound"


def test_merging_asks_first_and_a_dry_run_shows_what_would_move(two):
    kepu, keep, other = two
    sign_up(kepu, other, shift(kepu))
    assert "--yes" in kepu.error("volunteer", "merge", keep["id"], other["id"], code=CONFLICT)
    would = merge(kepu, keep, other, "--dry-run")
    assert (would["signups"], would["merged"]) == (1, other["id"])
    assert kepu.json("volunteer", "show", other["id"])["name"] == "马秀蓝"
    kepu.ctl("volunteer", "merge", keep["id"], keep["id"], "--yes", code=INVALID)
    kepu.ctl("volunteer", "merge", keep["id"], "v-nobody", "--yes", code=NOT_FOUND)


def test_both_ids_find_the_merge_in_the_audit(two):
    kepu, keep, other = two
    merge(kepu, keep, other)
    entries = kepu.items("audit", "list", "--object", keep["id"])
    assert {"volunteer merge", "volunteer add"} <= {a["operation"] for a in entries}
    assert sum(a["operation"] == "volunteer add" for a in entries) == 2
    assert keep["id"] in kepu.items("audit", "list", "--object", other["id"])[0]["detail"]


def test_erasing_the_first_takes_what_was_known_by_the_second_too(two):
    kepu, keep, other = two
    third = person(kepu, 78_000_003, "马秀兰兰")
    merge(kepu, other, third)
    merge(kepu, keep, other)
    kepu.json("volunteer", "erase", keep["id"], "--yes")
    assert sql(kepu, "SELECT COUNT(*) FROM volunteer WHERE name_key <> '' OR name <> ''") == [(0,)]
    for number, name in ((78_000_001, "马秀兰"), (78_000_002, "马秀蓝"), (78_000_003, "马秀兰兰")):
        person(kepu, number, name)
    assert kepu.json("target", "show", "volunteers")["value"] == 3


def test_any_order_of_merges_and_sign_ups_never_oversells_nor_loses_anybody(kepu):
    """Random steps against counts made anew from the rows."""
    dice = random.Random(7)
    slugs = [shift(kepu, 2, day=f"2027-05-{10 + i}") for i in range(3)]
    days = {slug: f"2027-05-{10 + i}" for i, slug in enumerate(slugs)}
    alive = [kepu.volunteer(78_100_000 + i) for i in range(8)]
    for step in range(60):
        if dice.random() < 0.75 or len(alive) < 3:
            slug = dice.choice(slugs)
            who = dice.choice(alive)["id"]
            kepu.ctl("signup", "add", "--volunteer", who, "--event", slug, "--on", days[slug], "--waitlist", code=None)
        elif dice.random() < 0.6:
            keep, other = dice.sample(alive, 2)
            merge(kepu, keep, other)
            alive.remove(other)
            alive.append(kepu.volunteer(78_200_000 + step))
        else:
            gone = dice.choice(alive)
            kepu.json("volunteer", "erase", gone["id"], "--yes")
            alive.remove(gone)
            alive.append(kepu.volunteer(78_300_000 + step))
    for slug in slugs:
        rows = kepu.items("signup", "list", "--event", slug)
        role = kepu.occurrences(slug)[0]["roles"][0]
        confirmed = [s for s in rows if s["state"] == "confirmed"]
        waiting = [s for s in rows if s["state"] == "waitlisted"]
        assert (role["confirmed"], role["waitlisted"]) == (len(confirmed), len(waiting))
        assert len(confirmed) <= 2 and (not waiting or len(confirmed) == 2)
        people = [s["volunteer"] for s in confirmed + waiting]
        assert len(people) == len(set(people)) and set(people) <= {v["id"] for v in alive}
    assert kepu.json("target", "show", "volunteers")["value"] == len(alive)
