"""`kepuctl check`: every column of the ledger, of certificates and of what is counted, changed behind kepu's back."""
import re

import pytest

import kepu as harness
from kepu import FAILED
from people import connect
from test_hours_attendance import HOUR, Shift
from test_hours_ledger import colleague

# All columns; of certificates all but the address of the sheet to print.
LEDGER = "number code kind root refers volunteer signup event occurrence day minutes counted how who at_ms note note_salt note_hash hash"
CERTIFICATE = "code volunteer from_day to_day minutes head who issued_ms seal"


@pytest.fixture(scope="module")
def office(binaries, tmp_path_factory):
    """Entries of every kind, a certificate, a headcount, and people who came, stayed away and were excused."""
    one = harness.Kepu().start()
    other = colleague(one, tmp_path_factory.mktemp("token"))
    shift = Shift(one, began_s=HOUR, role=["讲解员=20", "学员=20:participant"])
    helper, twin = shift.sign_up("讲解员"), Shift(one, began_s=HOUR).sign_up()
    for minutes in (60, 45):
        one.json("signup", "attend", helper["id"], "--minutes", str(minutes))
    one.json("signup", "attend", twin["id"], "--minutes", "30")
    by_hand = one.json("hours", "add", "--volunteer", helper["volunteer"], "--minutes", "20", "--note", "搬展板")
    other("hours", "approve", by_hand["id"], "--note", "属实")
    one.json("hours", "certificate", helper["volunteer"])
    one.json("volunteer", "merge", helper["volunteer"], twin["volunteer"], "--yes")
    for verb in ("attend", "no-show", "excuse"):
        one.json("signup", verb, shift.sign_up("学员")["id"])
    one.json("event", "headcount", shift.slug, "--on", shift.day, "33")
    one.behind = connect(one)
    if one.behind[1] == "?":
        one.behind[0].isolation_level = None
    else:
        one.behind[0].autocommit = True
    yield one
    one.behind[0].close()
    one.close()


def sql(office, statement, values=()):
    db, place = office.behind
    cursor = db.cursor()
    cursor.execute(statement.replace("?", place), values)
    return cursor.fetchall() if cursor.description else []


def altered(value):
    """Another value of the same kind."""
    if isinstance(value, (bytes, memoryview)):
        return bytes([bytes(value)[0] ^ 1]) + bytes(value)[1:] if len(value) else b"\1"
    return value + 1000 if isinstance(value, int) else (value or "") + "x"


def problems(office):
    """What `check` says is wrong, in one text."""
    found = office.api("GET", "/check", headers={"Accept-Language": "en"}).json()
    assert found["state"] == ("faulty" if found["problems"] else "sound")
    return "\n".join(found["problems"])


def tampered(office, table, column, key, at):
    """What `check` says while one cell isn't as kepu wrote it, which is put back afterwards."""
    ((old,),) = sql(office, f"SELECT {column} FROM {table} WHERE {key} = ?", (at,))
    new = altered(old)
    sql(office, f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (new, at))
    said = problems(office)
    sql(office, f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (old, new if column == key else at))
    return said


def test_the_office_is_sound_and_has_everything(office):
    kinds = {row[0] for row in sql(office, "SELECT kind FROM hours_entry")}
    assert kinds == {"service", "correction", "manual", "approval", "transfer"}
    assert problems(office) == ""
    office.ctl("check")
    ((number,),) = sql(office, "SELECT MIN(number) FROM hours_entry")
    sql(office, "UPDATE hours_entry SET minutes = minutes + 1 WHERE number = ?", (number,))
    said = [office.ctl("check", "--lang", lang, code=FAILED) for lang in ("en", "zh")]
    sql(office, "UPDATE hours_entry SET minutes = minutes - 1 WHERE number = ?", (number,))
    assert f"entry {number} " in said[0].err and f"第 {number} 条" in said[1].err, said


@pytest.mark.parametrize("column", LEDGER.split())
def test_a_changed_cell_of_the_ledger_is_found_and_its_entry_named(office, column):
    for number, note in sql(office, "SELECT number, note FROM hours_entry ORDER BY number"):
        if column in ("note_salt", "note_hash") and note is None:
            continue
        said = tampered(office, "hours_entry", column, "number", number)
        assert re.search(rf"entr(y|ies) {number}\b", said), (column, number, said)
    assert problems(office) == ""


@pytest.mark.parametrize("column", CERTIFICATE.split())
def test_a_changed_cell_of_a_certificate_is_found_and_the_certificate_named(office, column):
    ((code,),) = sql(office, "SELECT code FROM certificate")
    said = tampered(office, "certificate", column, "code", code)
    assert "certificate " + code[:4] in said, said
    assert problems(office) == ""


@pytest.mark.parametrize("column", ["number", "hash", "seal"])
def test_a_changed_end_of_the_ledger_is_found(office, column):
    assert "hours: " in tampered(office, "hours_head", column, "id", 1)
    assert problems(office) == ""


@pytest.mark.parametrize(
    "table, column, where, words",
    [
        ("volunteer", "minutes", "minutes > 0", "the ledger comes to"),
        ("signup", "minutes", "minutes > 0", "the ledger comes to"),
        ("occurrence_role", "taken", "taken > 0", "places are said to be taken"),
        ("occurrence", "attended", "attended > 0", "participants are said to have come"),
        ("occurrence", "headcount", "headcount > 0", "headcount says 1033; what was entered is 33"),
        ("headcount_entry", "people", "people > 0", "headcount says 33; what was entered is 1033"),
    ],
)
def test_a_changed_number_is_found(office, table, column, where, words):
    ((row,),) = sql(office, f"SELECT id FROM {table} WHERE {where} LIMIT 1") if table != "occurrence_role" else [(None,)]
    if row is None:
        sql(office, f"UPDATE {table} SET {column} = {column} + 1 WHERE {where}")
        said = problems(office)
        sql(office, f"UPDATE {table} SET {column} = {column} - 1 WHERE {where}")
    else:
        said = tampered(office, table, column, "id", row)
    assert words in said
    assert problems(office) == ""


def test_an_attendance_that_nobody_wrote_down_is_found(office):
    for old, new in (("no_show", "attended"), ("excused", "attended"), ("attended", "no_show")):
        ((row, code),) = sql(office, "SELECT id, code FROM signup WHERE state = ? ORDER BY id DESC LIMIT 1", (old,))
        sql(office, "UPDATE signup SET state = ? WHERE id = ?", (new, row))
        said = problems(office)
        sql(office, "UPDATE signup SET state = ? WHERE id = ?", (old, row))
        assert f"{code} {new}" in said, said
    assert problems(office) == ""


def test_approved_by_who_had_made_it_is_said_in_words(office):
    ((who,),) = sql(office, "SELECT m.who FROM hours_entry m WHERE kind = 'manual'")
    ((number, approver),) = sql(office, "SELECT number, who FROM hours_entry WHERE kind = 'approval'")
    sql(office, "UPDATE hours_entry SET who = ? WHERE number = ?", (who, number))
    said = problems(office)
    sql(office, "UPDATE hours_entry SET who = ? WHERE number = ?", (approver, number))
    assert f"entry {number} approves" in said and "who had made it" in said
    assert problems(office) == ""


def test_removed_moved_and_forged_entries_are_found(office):
    rows = sql(office, "SELECT number FROM hours_entry ORDER BY number")
    names = LEDGER.replace("note note_salt", "note, note_salt").replace(" ", ", ").replace(",,", ",")
    for number, in rows:
        ((*kept,),) = sql(office, f"SELECT {names} FROM hours_entry WHERE number = ?", (number,))
        sql(office, "DELETE FROM hours_entry WHERE number = ?", (number,))
        said = problems(office)
        assert re.search(rf"entries {number} to {number}", said), said
        marks = ", ".join("?" * len(kept))
        sql(office, f"INSERT INTO hours_entry ({names}) VALUES ({marks})", kept)
    last = rows[-1][0]
    for a, b in ((1, 2), (2, last)):
        for x, y in ((a, -1), (b, a), (-1, b)):
            sql(office, "UPDATE hours_entry SET number = ? WHERE number = ?", (y, x))
        said = problems(office)
        for x, y in ((a, -1), (b, a), (-1, b)):
            sql(office, "UPDATE hours_entry SET number = ? WHERE number = ?", (y, x))
        assert f"entry {a} " in said and f"entry {b} " in said, said
    copied = names.replace("number", f"{last + 1}").replace("code", "'h-forged'")
    sql(office, f"INSERT INTO hours_entry ({names}) SELECT {copied} FROM hours_entry WHERE number = 1")
    said = problems(office)
    sql(office, "DELETE FROM hours_entry WHERE code = 'h-forged'")
    assert f"entries {last + 1} to {last + 1} were added" in said, said
    assert problems(office) == ""


@pytest.mark.skipif(harness.STORE != "sqlite", reason="works on the file of a stopped daemon")
def test_a_certificate_tells_of_a_ledger_that_was_emptied_with_all_its_sums(kepu):
    s = Shift(kepu, began_s=HOUR).sign_up()
    kepu.json("signup", "attend", s["id"], "--minutes", "60")
    kepu.json("hours", "certificate", s["volunteer"])
    kepu.behind = connect(kepu)
    kepu.behind[0].isolation_level = None
    sql(kepu, "DELETE FROM hours_entry")
    sql(kepu, "UPDATE hours_head SET number = 0, hash = x'', seal = x''")
    for table in ("signup", "volunteer"):
        sql(kepu, f"UPDATE {table} SET minutes = 0")
    kepu.behind[0].close()
    assert "the ledger no longer says" in problems(kepu)
