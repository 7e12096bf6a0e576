"""Backups: the whole state as one file, and back to it while the daemon serves."""
import os
import shutil
import stat
import subprocess

import pytest
import requests

import kepu as harness
from kepu import CONFLICT, DONE, FAILED, INVALID, NOT_ALLOWED, USAGE, unique

pytestmark = pytest.mark.skipif(harness.STORE != "sqlite", reason="PostgreSQL has pg_dump")


def slugs(kepu):
    return sorted(e["slug"] for e in kepu.items("event", "list"))


@pytest.fixture
def saved(kepu, tmp_path):
    """A state with one event and one person signed up, and its backup."""
    kepu.event("first", role="讲解员=3")
    who = kepu.volunteer()
    kepu.json("signup", "add", "--volunteer", who["id"], "--event", "first", "--on", "2027-05-12")
    path = tmp_path / "backup.db"
    kepu.ctl("backup", str(path))
    return path


def test_a_backup_is_one_file_for_its_owner_only(kepu, saved):
    assert stat.S_IMODE(os.stat(saved).st_mode) == 0o600
    assert os.listdir(saved.parent) == ["backup.db"]
    assert saved.read_bytes()[:15] == b"SQLite format 3"
    kepu.ctl("backup", "/nowhere/b.db", "--json", code=FAILED)
    kepu.ctl("backup", code=USAGE)


def test_a_restore_is_served_when_the_command_returns(kepu, saved):
    feed = kepu.base + "/feeds/all.ics"
    before = requests.get(feed, timeout=20).text
    kepu.event("second")
    kepu.ctl("event", "remove", "first", "--force")
    assert "second" in requests.get(feed, timeout=20).text
    done = kepu.json("restore", str(saved), "--replace")
    assert (done["events"], done["volunteers"], done["signups"]) == (1, 1, 1)
    assert slugs(kepu) == ["first"]
    assert requests.get(feed, timeout=20).text == before
    assert requests.get(kepu.base + "/events/second", timeout=20).status_code == 404
    assert requests.get(kepu.base + "/events/first", timeout=20).status_code == 200
    assert kepu.json("check")["state"] == "sound"
    kepu.event("third")
    kepu.restart() if hasattr(kepu, "restart") else (kepu.stop(), kepu.start())
    assert slugs(kepu) == ["first", "third"]


def test_what_is_there_is_not_lost_by_mistake(kepu, saved):
    kepu.event("second")
    assert "--replace" in kepu.ctl("restore", str(saved), "--json", code=CONFLICT).said()
    kepu.json("restore", str(saved), "--replace", "--dry-run")
    assert slugs(kepu) == ["first", "second"]


@pytest.mark.parametrize("broken", ["cut", "text", "empty", "flipped"])
def test_a_broken_file_changes_nothing(kepu, saved, broken):
    data = bytearray(saved.read_bytes())
    if broken == "cut":
        data = data[: len(data) // 2]
    elif broken == "text":
        data = b"hello"
    elif broken == "empty":
        data = b""
    else:
        for at in range(4096, len(data), 4096):
            data[at : at + 8] = b"\xff" * 8
    saved.write_bytes(bytes(data))
    kepu.ctl("restore", str(saved), "--replace", "--json", code=INVALID)
    assert slugs(kepu) == ["first"] and kepu.json("check")["state"] == "sound"


def test_another_offices_backup_is_refused(kepu, make_kepu, tmp_path):
    other = make_kepu().start()
    other.ctl("backup", str(tmp_path / "other.db"))
    kepu.ctl("restore", str(tmp_path / "other.db"), "--json", code=CONFLICT)


def test_only_administrators_back_up(kepu, tmp_path):
    token = tmp_path / "token"
    token.write_text(kepu.json("token", "add", unique("t"), "--role", "organizer")["token"])
    door = ["--server", kepu.base, "--token-file", str(token)]
    kepu.ctl(*door, "backup", str(tmp_path / "b.db"), local=False, code=NOT_ALLOWED)
    assert not (tmp_path / "b.db").exists()


def test_a_backup_is_restored_offline_into_a_new_state(kepu, saved, tmp_path):
    state = tmp_path / "new"
    state.mkdir()
    shutil.copy(kepu.state / "key", state / "key")
    (tmp_path / "c").write_text("")
    run = [harness.KEPUD, "--config", tmp_path / "c", "--state-dir", state, "--socket", tmp_path / "s", "--restore"]
    done = subprocess.run([*run, saved], capture_output=True, text=True, timeout=60)
    assert done.returncode == DONE, done.stderr
    wrong = subprocess.run([*run, "/nowhere"], capture_output=True, text=True, timeout=60)
    assert wrong.returncode == 1 and "/nowhere" in wrong.stderr
    busy = [*run]
    busy[busy.index("--state-dir") + 1] = kepu.state
    assert subprocess.run([*busy, saved], capture_output=True, timeout=60).returncode != 0
    import sqlite3

    db = sqlite3.connect(state / "kepu.db")
    assert db.execute("SELECT slug FROM event").fetchall() == [("first",)]
