"""kepud --copy-to: a state moves to another database, whole, or not at all."""
import subprocess

import pytest

import kepu as harness
from postgres_fixtures import *  # noqa: F401,F403
from postgres_fixtures import run


@pytest.fixture
def old(daemons, monkeypatch):
    """A daemon on SQLite with something of everything, stopped."""
    monkeypatch.setattr(harness, "STORE", "sqlite")
    one = daemons(None).start()
    one.event("kept", repeat="FREQ=WEEKLY;BYDAY=WE;COUNT=5", role="讲解员=3")
    one.json("event", "edit", "kept", "--on", "2027-05-26", "--this-and-future", "--title", "后半段")
    who = one.volunteer(1)["id"]
    one.api("POST", "/signups", {"volunteer": who, "event": "kept", "on": "2027-05-12"})
    one.json("event", "headcount", "kept", "--on", "2027-05-12", 40)
    one.json("channel", "add", "hook", "--kind", "webhook", "--url", "https://example.org/x")
    one.json("reminder", "add", "--event", "kept", "--before", "1h", "--channel", "hook")
    one.feeds = {path: one.get(path).content for path in ("/feeds/all.ics", "/feeds/event/kept.ics")}
    one.said = everything(one)
    one.stop()
    return one


def everything(one):
    lists = [("event",), ("volunteer", "--reveal"), ("signup",), ("channel",), ("reminder",), ("target",), ("delivery",)]
    return {noun: one.items(noun, "list", *more) for noun, *more in lists}


def copy(one, to, lang="en_US.UTF-8", code=0):
    done = subprocess.run([harness.KEPUD, "--config", one.config, "--state-dir", one.state, "--copy-to", to],
                          capture_output=True, text=True, env={**harness.environment(one.dir, lang), **one.env})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def without_what_the_day_changes(said):
    return {noun: [{k: v for k, v in item.items() if k not in ("pace", "forecast")} for item in items]
            for noun, items in said.items()}


def test_everything_is_there_and_goes_on(daemons, old, database):
    assert "copied" in copy(old, database)
    new = daemons(database).start("--public-url", old.base)
    assert without_what_the_day_changes(everything(new)) == without_what_the_day_changes(old.said)
    for path, content in old.feeds.items():
        assert new.get(path).content == content
    new.event("next", role="讲解员=3")
    who = new.volunteer(2)["id"]
    assert new.api("POST", "/signups", {"volunteer": who, "event": "next", "on": "2027-05-12"}).status == 201
    assert new.json("event", "move", "kept", "--on", "2027-05-19", "--to", "2027-05-20 09:00")


def test_and_back_again_the_same_rows(daemons, old, database, monkeypatch):
    copy(old, database)
    back = daemons(None)
    moved = daemons(database)
    copy(moved, f"sqlite:{back.state}/kepu.db")
    rows = {path: subprocess.run(["sqlite3", path, ".dump --data-only"], capture_output=True, text=True, check=True).stdout
            for path in (old.state / "kepu.db", back.state / "kepu.db")}
    ours, theirs = ([line for line in text.splitlines() if "sqlite_sequence" not in line] for text in rows.values())
    assert sorted(ours) == sorted(theirs) and len(ours) > 100
    back.start("--public-url", old.base)
    assert without_what_the_day_changes(everything(back)) == without_what_the_day_changes(old.said)


def test_what_is_not_empty_is_left_as_it_is(daemons, old, database):
    one = daemons(database).start()
    one.event("mine")
    one.stop()
    before = run(database, "SELECT slug, title FROM event ORDER BY id")
    said = copy(old, database, code=1)
    assert "not empty" in said and "--copy-to" in said and "nothing was written" in said
    assert "不是空的" in copy(old, database, "zh_CN.UTF-8", code=1)
    assert run(database, "SELECT slug, title FROM event ORDER BY id") == before


def test_a_copy_that_fails_leaves_nothing_and_can_be_repeated(daemons, old, database):
    one = daemons(database).start()
    one.stop()
    tables = [name for name, in run(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                                              " AND tablename <> 'schema_version'")]
    run(database, f"TRUNCATE {', '.join(tables)} CASCADE", "ALTER TABLE signup ADD CONSTRAINT never CHECK (id < 0)")
    assert "never" in copy(old, database, code=1)
    assert all(run(database, f"SELECT COUNT(*) FROM {table}") == [(0,)] for table in tables)
    run(database, "ALTER TABLE signup DROP CONSTRAINT never")
    copy(old, database)
    assert run(database, "SELECT COUNT(*) FROM signup") == [(1,)]


def test_it_is_refused_while_a_kepud_runs_on_either(daemons, old, database):
    old.start()
    assert str(old.pid) in copy(old, database, code=1)
    old.stop()
    other = daemons(database).start()
    assert "stop every kepud" in copy(old, database, code=1)
    other.stop()


def test_another_key_and_nothing_to_copy_are_refused(daemons, old, database, tmp_path):
    key = tmp_path / "key"
    kept = key.read_bytes()
    key.write_bytes(b"k" * 32)
    assert "another key" in copy(old, database, code=1)
    key.unlink()
    assert "key" in copy(old, database, code=1)
    key.write_bytes(kept)
    key.chmod(0o600)
    assert "nothing to copy" in copy(daemons(None), database, code=1)
    assert "address of a database" in copy(old, "mysql://h/x", code=1)
    assert "no such database" in copy(old, database.replace("kepu_", "gone_"), code=1)
    copy(old, database)
