"""The daemon and its state: starting, stopping, dying, and who may have it."""
import os
import socket
import sqlite3
import stat
import threading

import pytest

import kepu as harness
import receiver as receivers
from kepu import UNREACHABLE, moment, wait_until

only_sqlite = pytest.mark.skipif(harness.STORE.startswith("postgres"), reason="about the SQLite file")


def database(kepu):
    return kepu.state / "kepu.db"


def test_a_stop_is_orderly_and_takes_the_socket_along(kepu):
    kepu.stop()
    assert kepu.ctl("status", code=UNREACHABLE)
    kepu.start()
    kepu.ctl("status")


def test_a_second_stop_signal_and_open_connections_do_not_hold_it_up(kepu, receiver):
    held = [kepu.tcp() for _ in range(3)]
    held[0].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    held[1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    held[1].recv(10)
    receiver.script("/hook", receivers.hang)
    kepu.json("channel", "add", "hang", "--kind", "webhook", "--url", receiver.url(), "--allow-private")
    waiting = kepu.popen("channel", "test", "hang")
    receiver.wait(1)
    kepu.stop()
    assert waiting.wait(harness.COMMAND_S) != 0
    waiting.stdout.close()
    waiting.stderr.close()
    for s in held:
        s.close()


def test_everything_is_there_after_a_restart(kepu):
    kepu.event("keeps", repeat="FREQ=WEEKLY;BYDAY=WE", role="讲解员=3")
    kepu.json("event", "move", "keeps", "--on", "2027-05-19", "--to", "2027-05-20 10:00")
    who = kepu.volunteer()
    kepu.json("signup", "add", "--volunteer", who["id"], "--event", "keeps", "--on", "2027-05-12")
    kepu.json("channel", "add", "c", "--kind", "webhook", "--url", "https://chat.example.org/")
    kepu.json("reminder", "add", "--event", "keeps", "--before", "1d", "--channel", "c")

    def everything():
        seen = [
            kepu.items(noun, "list")
            for noun in ("event", "volunteer", "signup", "channel", "reminder", "target", "preset")
        ]
        return (
            seen,
            kepu.occurrences("keeps", "--from", "2027-05-01", "--to", "2027-08-01"),
            [{k: d[k] for k in ("id", "due", "state", "channel")} for d in kepu.items("delivery", "list")],
        )

    before = everything()
    kepu.restart()
    assert everything() == before
    kepu.kill9()
    kepu.start()
    assert everything() == before


def test_a_stale_socket_of_a_killed_daemon_is_no_obstacle(kepu):
    kepu.kill9()
    assert kepu.socket.exists()
    kepu.start()
    kepu.ctl("status")


def test_nothing_acknowledged_is_lost_by_kill_9(kepu):
    """Short form; tests/crash/crash.py does this for as long as one likes."""
    acknowledged = []
    for round_number in range(5):
        enough = threading.Event()

        def write(worker, round_number=round_number):
            number = 0
            while True:
                name = f"r{round_number}w{worker}n{number}"
                try:
                    a = kepu.api(
                        "POST",
                        "/volunteers",
                        {"name": name, "phone": harness.phone(round_number * 10**6 + worker * 10**4 + number)},
                    )
                except (OSError, harness.http.client.HTTPException):
                    return
                assert a.status == 201, a
                acknowledged.append(name)
                number += 1
                if number > 5 + 7 * round_number:
                    enough.set()

        workers = [threading.Thread(target=write, args=(w,), daemon=True) for w in range(4)]
        for w in workers:
            w.start()
        assert enough.wait(30 * harness.SLOW)
        kepu.kill9()
        for w in workers:
            w.join()
        kepu.start()
    names = [v["name"] for v in kepu.items("volunteer", "list")]
    assert len(names) == len(set(names)), "somebody is there twice"
    assert set(acknowledged) <= set(names)
    assert len(set(names) - set(acknowledged)) <= 5 * 4, "more than the requests that were under way"


@pytest.mark.parametrize("when", ["before it is due", "while it is due"])
def test_the_due_reminder_still_goes_out_after_kill_9(kepu, receiver, tmp_path, when):
    kepu.json(
        "channel",
        "add",
        "ops",
        "--kind",
        "webhook",
        "--url",
        receiver.url(),
        "--allow-private",
        "--secret-file",
        receiver.secret_file(tmp_path),
    )
    at, start = harness.in_s(3600 + 3)
    kepu.event("survives", start=start, duration="1h")
    kepu.json("reminder", "add", "--event", "survives", "--before", "1h", "--channel", "ops")
    if when == "while it is due":
        receiver.script("/hook", receivers.hang)
        receiver.wait(1, deadline_s=15)
    kepu.kill9()
    if when == "before it is due":
        wait_until(lambda: harness.time.time() > at - 3600 + 0.5, what="the time it was due")
    kepu.start()
    (d,) = wait_until(lambda: kepu.delivery(event="survives", state="delivered"), 45, "the delivery")
    came = receiver.on("/hook")
    assert all(m.wrong is None for m in came) and len({m.id for m in came}) == 1
    unknown = sum(a["outcome"] == "unknown" for a in d["attempts"])
    assert 1 <= len(came) <= 1 + unknown
    if when == "while it is due":
        assert unknown == 1 and len(came) == 2
    else:
        assert len(came) == 1 and came[0].at <= moment(d["due"]).timestamp() + 30


# --- one state, one daemon


def test_a_second_daemon_is_refused_and_told_who_has_it(kepu):
    _, _, err = kepu.refuse_to_start(socket_path=kepu.dir / "other")
    assert str(kepu.pid) in err
    assert kepu.get("/readyz").status_code == 200 and kepu.ctl("status")
    assert not (kepu.dir / "other").exists()
    kepu.event("still-here")


def test_a_second_daemon_on_the_same_socket_leaves_it_to_the_first(kepu, make_kepu):
    other = make_kepu()
    other.refuse_to_start(socket_path=kepu.socket)
    kepu.ctl("status")


@only_sqlite
def test_a_database_of_a_newer_version_is_refused_and_left_alone(kepu):
    kepu.event("old")
    kepu.stop()
    with sqlite3.connect(database(kepu)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        assert version > 0
        db.execute(f"PRAGMA user_version = {version + 1000}")
    db.close()
    _, _, err = kepu.refuse_to_start()
    assert str(version + 1000) in err
    with sqlite3.connect(database(kepu)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (version + 1000,)
        db.execute(f"PRAGMA user_version = {version}")
    db.close()
    kepu.start()
    assert kepu.json("event", "show", "old")["slug"] == "old"


@only_sqlite
def test_a_file_that_is_no_database_is_refused(make_kepu):
    one = make_kepu()
    database(one).write_bytes(b"not a database at all\n" * 1000)
    _, _, err = one.refuse_to_start()
    assert "kepu.db" in err
    assert database(one).read_bytes() == b"not a database at all\n" * 1000


def test_the_key_is_made_for_its_owner_alone_and_another_is_refused(kepu):
    key = kepu.state / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    kepu.volunteer()
    kepu.stop()
    right = key.read_bytes()
    key.write_bytes(os.urandom(len(right)))
    assert "key" in kepu.refuse_to_start()[2]
    key.unlink()
    assert "key" in kepu.refuse_to_start()[2]
    assert not key.exists(), "a new key is only made while the database is empty"
    key.write_bytes(right)
    key.chmod(0o600)
    kepu.start()
    assert len(kepu.items("volunteer", "list")) == 1


@pytest.mark.parametrize(
    "text, named",
    [
        ("[store]\nurll = x\n", "urll"),
        ("[sotre]\nurl = x\n", "sotre"),
        ("[store]\nurl = mysql://x\n", "mysql"),
        ("nonsense\n", "1"),
        ("[http]\nmetrics = sometimes\n", "metrics"),
        ("[notify]\nspread = soon\n", "spread"),
    ],
)
def test_a_bad_configuration_is_refused_and_named(make_kepu, text, named):
    one = make_kepu()
    one.config.write_text(text)
    assert named in one.refuse_to_start()[2]
    assert named in one.refuse_to_start("--check-config")[2]


def test_an_unknown_flag_is_refused(make_kepu):
    code, _, err = make_kepu().refuse_to_start("--sate-dir", "/tmp")
    assert "sate-dir" in err and "state-dir" in err


def test_a_socket_path_that_is_too_long_is_refused_and_not_cut(make_kepu):
    one = make_kepu()
    long = one.dir / ("s" * 120)
    assert "s" * 20 in one.refuse_to_start(socket_path=long)[2]
    assert [p.name for p in one.dir.iterdir() if p.name.startswith("ss")] == []


def test_a_state_directory_that_cannot_be_used_is_named(make_kepu):
    one = make_kepu()
    one.state.rmdir()
    one.state.write_text("a file")
    assert str(one.state) in one.refuse_to_start()[2]


def test_an_address_in_use_is_named(make_kepu):
    one = make_kepu()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        assert address.split(":")[1] in one.refuse_to_start(listen=address)[2]


def test_without_seeds_the_office_is_empty(make_kepu):
    one = make_kepu(args=["--seed", "none"]).start()
    assert one.items("department", "list") == []


def test_seeds_add_what_is_missing_and_overwrite_nothing(kepu):
    kepu.json("department", "edit", "kexie", "--title", "区科协")
    kepu.restart()
    assert kepu.json("department", "show", "kexie")["title"] == "区科协"
