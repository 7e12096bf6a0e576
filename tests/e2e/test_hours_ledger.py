"""Hours: a ledger that shows every change made behind its back, a second person's approval, certificates."""
import concurrent.futures
import re
import sqlite3
import subprocess

import pytest
import requests

import kepu as harness
from kepu import CONFLICT, FAILED, INVALID, NOT_ALLOWED, NOT_FOUND, USAGE, unique
from pages import is_a_page
from test_hours_attendance import HOUR, Shift

sqlite_only = pytest.mark.skipif(harness.STORE != "sqlite", reason="opens the database's file")


@pytest.fixture
def second(desk, tmp_path):
    """Another organiser: runs kepuctl with a token of their own."""
    return colleague(desk, tmp_path)


def colleague(desk, tmp_path, role="organizer"):
    made = desk.json("token", "add", unique("t"), "--role", role)
    path = tmp_path / "token"
    path.write_text(made["token"])
    door = ["--server", desk.base, "--token-file", str(path)]
    return lambda *args, **more: desk.ctl(*door, "--json", *args, local=False, **more)


def add(desk, who, *more):
    return desk.json("hours", "add", "--volunteer", who["id"], *more)


def hours(desk, who):
    return desk.json("volunteer", "show", who["id"])["hours"]


def test_an_entry_by_hand_counts_when_somebody_else_has_approved_it(desk, second):
    who = desk.volunteer()
    h = add(desk, who, "--hours", "1.5", "--note", "布置展板")
    assert (h["state"], h["minutes"], h["kind"], h["approved_by"]) == ("pending", 90, "manual", None)
    assert hours(desk, who) == 0
    e = desk.ctl("hours", "approve", h["id"], "--json", code=NOT_ALLOWED)
    assert h["who"] in e.said()
    assert [x["id"] for x in desk.json("hours", "list", "--volunteer", who["id"], "--state", "pending")["items"]] == [h["id"]]
    done = second("hours", "approve", h["id"]).json()
    assert done["state"] == "counted" and done["approved_by"].startswith("token:")
    assert hours(desk, who) == 1.5
    second("hours", "approve", h["id"], code=CONFLICT)
    assert desk.json("hours", "list", "--volunteer", who["id"], "--state", "pending")["items"] == []


def test_bad_entries_by_hand_are_refused(desk):
    who = desk.volunteer()["id"]
    base = ["hours", "add", "--volunteer", who]
    desk.ctl(*base, "--note", "x", "--json", code=INVALID)
    desk.ctl(*base, "--minutes", "0", "--note", "x", "--json", code=INVALID)
    desk.ctl(*base, "--minutes", "-30", "--note", "x", "--json", code=INVALID)
    desk.ctl(*base, "--minutes", "30", "--json", code=INVALID)
    assert "--force" in desk.ctl(*base, "--minutes", "2000", "--note", "x", "--json", code=CONFLICT).said()
    desk.ctl(*base, "--minutes", "30", "--on", "2030-01-01", "--note", "x", "--json", code=INVALID)
    desk.ctl(*base, "--minutes", "30", "--hours", "1", "--note", "x", code=USAGE)
    desk.ctl("hours", "add", "--volunteer", "v-none", "--minutes", "30", "--note", "x", "--json", code=NOT_FOUND)
    desk.ctl("hours", "add", "--corrects", "h-none", "--minutes", "30", "--json", code=NOT_FOUND)
    desk.ctl("hours", "approve", "h-none", "--json", code=NOT_FOUND)
    assert desk.json("hours", "list", "--volunteer", who)["items"] == []


def test_corrections_are_new_entries_that_refer_to_the_old(desk, second):
    shift = Shift(desk, began_s=HOUR)
    s = shift.sign_up()
    desk.json("signup", "attend", s["id"], "--minutes", "100")
    who = {"id": s["volunteer"]}
    first = desk.json("hours", "list", "--volunteer", who["id"])["items"][0]
    desk.ctl("hours", "add", "--volunteer", who["id"], "--event", shift.slug, "--minutes", "10", "--json", code=CONFLICT)
    h = desk.json("hours", "add", "--corrects", first["id"], "--minutes", "70", "--note", "早退")
    assert (h["refers"], h["volunteer"], h["event"], h["state"]) == (first["id"], who["id"], shift.slug, "pending")
    assert shift.state(s)["minutes"] == 100
    second("hours", "approve", h["id"])
    assert shift.state(s)["minutes"] == 70
    assert hours(desk, who) == round(70 / 60 - 0.0005, 3)
    items = desk.json("hours", "list", "--volunteer", who["id"])["items"]
    assert [(e["kind"], e["counted"]) for e in items] == [("service", 100), ("manual", 0), ("approval", -30)]
    assert items[0] == first, "an entry never changes"
    gone = desk.json("hours", "add", "--corrects", h["id"], "--minutes", "0", "--note", "认错人")
    second("hours", "approve", gone["id"])
    assert hours(desk, who) == 0


def test_an_outdated_correction_is_not_approved(desk, second):
    s = Shift(desk, began_s=HOUR).sign_up()
    desk.json("signup", "attend", s["id"], "--minutes", "100")
    first = desk.json("hours", "list", "--volunteer", s["volunteer"])["items"][0]
    h = desk.json("hours", "add", "--corrects", first["id"], "--minutes", "70")
    desk.json("signup", "attend", s["id"], "--minutes", "80")
    second("hours", "approve", h["id"], code=CONFLICT)
    assert hours(desk, {"id": s["volunteer"]}) == 1.333


def test_rounding_and_stars_are_configured(make_kepu):
    kepu = make_kepu(config="[hours]\nround = 30m\nrounding = down\nstars = 1, 2, 3\n").start()
    s = Shift(kepu, began_s=HOUR).sign_up()
    assert kepu.json("signup", "attend", s["id"], "--minutes", "149")["minutes"] == 120
    assert kepu.json("volunteer", "show", s["volunteer"])["stars"] == 2
    bad = kepu.dir / "bad.conf"
    for wrong in ("stars = 3, 2", "stars = many", "round = 2w", "rounding = sideways"):
        bad.write_text(f"[hours]\n{wrong}\n")
        done = subprocess.run([harness.KEPUD, "--config", bad, "--check-config"], capture_output=True, text=True)
        assert done.returncode != 0 and wrong.split()[0] in done.stderr, (wrong, done.stderr)


def test_many_at_once_make_one_chain(desk):
    shift = Shift(desk, began_s=HOUR, role="讲解员=40")
    made = [shift.sign_up() for _ in range(24)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda s: desk.json("signup", "attend", s["id"], "--minutes", "30"), made))
    items = desk.items("hours", "list", "--event", shift.slug)
    assert len(items) == 24 and len({e["hash"] for e in items}) == 24
    everything = desk.items("hours", "list")
    assert [e["number"] for e in everything] == list(range(1, len(everything) + 1))
    assert desk.json("check")["state"] == "sound"


# --- behind the ledger's back


def ledger(kepu):
    """Five entries of two people, the daemon stopped."""
    shift = Shift(kepu, began_s=HOUR)
    for minutes in (60, 30):
        s = shift.sign_up()
        kepu.json("signup", "attend", s["id"], "--minutes", str(minutes))
        kepu.json("signup", "attend", s["id"], "--minutes", str(minutes + 5))
    h = add(kepu, {"id": s["volunteer"]}, "--minutes", "20", "--note", "搬展板")
    assert kepu.json("check") == {**kepu.json("check"), "state": "sound", "problems": [], "entries": 5}
    kepu.stop()
    return h


TAMPERINGS = {
    "changed": "UPDATE hours_entry SET minutes = 600 WHERE number = 2",
    "who": "UPDATE hours_entry SET who = 'uid:1' WHERE number = 1",
    "removed": "DELETE FROM hours_entry WHERE number = 3",
    "inserted": "INSERT INTO hours_entry SELECT 6, 'h-forged', kind, 6, 0, volunteer, signup, event, occurrence, day,"
    " 60, 60, how, who, at_ms, NULL, NULL, NULL, hash FROM hours_entry WHERE number = 1",
    "reordered": "UPDATE hours_entry SET number = 9 WHERE number = 2; UPDATE hours_entry SET number = 2 WHERE number = 3;"
    "UPDATE hours_entry SET number = 3 WHERE number = 9",
    "cut": "DELETE FROM hours_entry WHERE number = 5",
    "cut with its head": "DELETE FROM hours_entry WHERE number = 5; UPDATE hours_head SET number = 4,"
    " hash = (SELECT hash FROM hours_entry WHERE number = 4)",
    "emptied": "DELETE FROM hours_entry; UPDATE hours_head SET number = 0, hash = x'', seal = x''",
    "note": "UPDATE hours_entry SET note = '搬了一年展板' WHERE number = 5",
    "sum": "UPDATE volunteer SET minutes = minutes + 600 WHERE minutes > 0",
    "sign-up": "UPDATE signup SET minutes = 600 WHERE minutes > 0",
    "places": "UPDATE occurrence_role SET taken = 0 WHERE taken > 0",
    "foreign key": "PRAGMA foreign_keys = OFF; UPDATE signup SET occurrence_id = 9999 WHERE id = 1",
}


@sqlite_only
@pytest.mark.parametrize("how", TAMPERINGS)
def test_check_finds_what_was_done_behind_the_ledgers_back(kepu, how):
    ledger(kepu)
    db = sqlite3.connect(kepu.state / "kepu.db")
    db.executescript(TAMPERINGS[how])
    db.commit()
    db.close()
    kepu.start()
    result = kepu.ctl("check", "--json", code=FAILED)
    assert re.search(r'"problems":\s*\[\s*"', result.out) or "wrong" in result.err, result
    if how in ("cut", "changed"):
        shift = Shift(kepu, began_s=HOUR)
        kepu.json("signup", "attend", shift.sign_up()["id"])
        kepu.ctl("check", code=FAILED)  # a later entry hides nothing


@sqlite_only
def test_a_forgotten_note_leaves_the_chain_whole(kepu):
    ledger(kepu)
    db = sqlite3.connect(kepu.state / "kepu.db")
    db.executescript("UPDATE hours_entry SET note = NULL, note_salt = NULL")
    db.close()
    kepu.start()
    assert kepu.json("check")["state"] == "sound"


# --- certificates


def certified(desk, minutes=90):
    s = Shift(desk, began_s=HOUR).sign_up(who=desk.volunteer(name="王小芳"))
    desk.json("signup", "attend", s["id"], "--minutes", str(minutes))
    return s, desk.json("hours", "certificate", s["volunteer"])


def page(desk, path, lang="en"):
    return requests.get(desk.base + path, headers={"Accept-Language": lang}, timeout=20)


def test_a_certificate_is_verified_by_anybody(desk):
    s, c = certified(desk)
    assert (c["state"], c["minutes"], c["hours"], c["name"]) == ("valid", 90, 1.5, "王小芳")
    again = desk.json("hours", "verify", c["code"].upper().replace("-", " "))
    assert again["state"] == "valid" and again["name"] == "王**" and again["volunteer"] is None
    assert again["recorded_by"] == c["recorded_by"] != []
    shown = page(desk, "/verify/" + c["code"].replace("-", ""))
    assert shown.status_code == 200 and "1.5" in shown.text and "王**" in shown.text and "王小芳" not in shown.text
    is_a_page(shown)
    assert "属实" in page(desk, "/verify/" + c["code"], "zh").text


def test_what_is_no_certificate_is_said_to_be_untrue(desk):
    desk.ctl("hours", "verify", "0000-0000-0000-0000", "--json", code=NOT_FOUND)
    desk.ctl("hours", "verify", "rubbish", "--json", code=NOT_FOUND)
    shown = page(desk, "/verify/0000000000000000")
    assert shown.status_code == 404 and "not true" in shown.text.lower()
    desk.ctl("hours", "certificate", desk.volunteer()["id"], "--json", code=CONFLICT)
    desk.ctl("hours", "certificate", "v-none", "--json", code=NOT_FOUND)


def test_a_correction_withdraws_it_and_later_service_does_not(desk):
    s, c = certified(desk)
    desk.json("hours", "add", "--volunteer", s["volunteer"], "--minutes", "30", "--note", "x")
    assert desk.json("hours", "verify", c["code"])["state"] == "valid"
    desk.json("signup", "attend", s["id"], "--minutes", "30")
    result = desk.ctl("hours", "verify", c["code"], code=FAILED)
    assert "withdrawn" in result.out
    shown = page(desk, "/verify/" + c["code"])
    assert shown.status_code == 200 and "withdrawn" in shown.text.lower()


def test_a_period_is_certified(desk, second):
    who = desk.volunteer()
    for day, minutes in (("2025-05-01", 60), ("2025-08-01", 30), ("2026-01-01", 15)):
        h = add(desk, who, "--minutes", str(minutes), "--on", day, "--note", "讲解")
        second("hours", "approve", h["id"])
    first_half = desk.json("hours", "certificate", who["id"], "--period", "2025-H1")
    assert (first_half["minutes"], first_half["from"], first_half["to"]) == (60, "2025-01-01", "2025-06-30")
    assert desk.json("hours", "certificate", who["id"], "--period", "2025")["minutes"] == 90
    c = desk.json("hours", "certificate", who["id"], "--from", "2025-08-01")
    assert c["minutes"] == 45 and c["approved_by"] and c["approved_by"] != c["recorded_by"]
    desk.ctl("hours", "certificate", who["id"], "--period", "25-H3", "--json", code=INVALID)
    desk.ctl("hours", "certificate", who["id"], "--from", "2026-01-01", "--to", "2025-01-01", "--json", code=INVALID)


@sqlite_only
def test_a_certificate_changed_behind_kepus_back_is_not_true(kepu):
    _, c = certified(kepu)
    kepu.stop()
    db = sqlite3.connect(kepu.state / "kepu.db")
    db.execute("UPDATE certificate SET minutes = 6000")
    db.commit()
    db.close()
    kepu.start()
    kepu.ctl("hours", "verify", c["code"], "--json", code=NOT_FOUND)
