"""PostgreSQL as the store: two daemons on one database, fights for places, and what is refused at the start."""
import re
import sqlite3

import pytest

import kepu as harness
from kepu import in_s, phone, wait_until
from postgres_fixtures import *  # noqa: F401,F403
from postgres import Postgres
from postgres_fixtures import connect, in_parallel, new_database, random_name, run

WITHIN_S = 1
# Tables that one daemon with a file of its own has no need of.
OF_SEVERAL = {"change_log", "delivery_claim", "schema_version"}
OVERLAPPING = [("first", "2027-05-12 09:00"), ("second", "2027-05-12 10:00")]


def schema_of_sqlite(path):
    """Its tables with their columns, indexes, unique constraints, references and triggers."""
    db = sqlite3.connect(path)

    def names(kind):
        return [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL", (kind,))]

    def columns(index):
        return tuple(name for _, _, name in db.execute(f"PRAGMA index_info({index})"))

    tables = names("table")
    found = {
        "columns": {t: {(c[1], bool(c[3] or c[5])) for c in db.execute(f"PRAGMA table_info({t})")} for t in tables},
        "indexes": {i: columns(i) for i in names("index")},
        "unique": {(t, columns(i[1])) for t in tables for i in db.execute(f"PRAGMA index_list({t})") if i[3] == "u"},
        "references": {(t, f[3], f[2], f[6]) for t in tables for f in db.execute(f"PRAGMA foreign_key_list({t})")},
        "triggers": set(names("trigger")),
    }
    db.close()
    return found


KEYS = """SELECT c.relname, f.relname, k.confdeltype, k.contype,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, o) JOIN pg_attribute a
          ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.o)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class f ON f.oid = k.confrelid
    WHERE k.connamespace = 'public'::regnamespace"""
INDEXES = """SELECT c.relname, ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY u(n, o)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n AND u.n > 0 ORDER BY u.o)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype <> 'f')"""
ON_DELETE = {"a": "NO ACTION", "c": "CASCADE", "n": "SET NULL", "r": "RESTRICT", "d": "SET DEFAULT"}


def schema_of_postgres(url):
    """The same, without what only several daemons need."""
    columns, unique, references = {}, set(), set()
    for table, column, nullable in run(
            url, "SELECT table_name, column_name, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"):
        if table not in OF_SEVERAL:
            columns.setdefault(table, set()).add((column, nullable == "NO"))
    for table, other, on_delete, kind, keys in run(url, KEYS):
        if table in OF_SEVERAL:
            continue
        if kind == "u":
            unique.add((table, tuple(keys)))
        elif kind == "f":
            references |= {(table, key, other, ON_DELETE[on_delete]) for key in keys}
    return {
        "columns": columns,
        "indexes": {name: tuple(keys) for name, keys in run(url, INDEXES) if not name.startswith(tuple(OF_SEVERAL))},
        "unique": unique,
        "references": references,
        "triggers": {name for name, in run(url, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")},
    }


def test_both_schemas_are_the_same(daemons, database, monkeypatch):
    """Tables, columns and what may be NULL, indexes and their columns, unique constraints, references, triggers."""
    daemons(database).start()
    monkeypatch.setattr(harness, "STORE", "sqlite")
    one = harness.Kepu().start()
    try:
        one.stop()
        ours = schema_of_sqlite(one.state / "kepu.db")
    finally:
        one.close()
    theirs = schema_of_postgres(database)
    for what in ours:
        assert theirs[what] == ours[what], what
    assert len(ours["columns"]) > 30 and len(ours["references"]) > 20


def test_texts_are_compared_byte_by_byte(daemons, database):
    daemons(database).start()
    wrong = run(database, "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND (data_type NOT IN ('bigint', 'text', 'bytea')"
                " OR (data_type = 'text' AND collation_name IS DISTINCT FROM 'C'))")
    assert wrong == []


def test_two_daemons_start_at_once_on_an_empty_database_and_serve_the_same(pair):
    a, b = pair
    assert len(a.items("target", "list")) == len(b.items("target", "list")) > 20
    a.event("shared", repeat="FREQ=WEEKLY;BYDAY=WE;COUNT=5")
    for path in ("/feeds/all.ics", "/feeds/event/shared.ics"):
        wait_until(lambda: b.get(path).status_code == 200, 2)
        wait_until(lambda: a.get(path).content == b.get(path).content, WITHIN_S, "the same bytes from both")
        assert a.get(path).headers["ETag"] == b.get(path).headers["ETag"]


def test_what_one_daemon_changed_is_in_the_others_feeds_and_pages_within_a_second(pair):
    a, b = pair
    a.event("seen", title="第一次的名字")
    for one in pair:
        wait_until(lambda: "第一次的名字" in one.get("/feeds/all.ics").text, WITHIN_S)
    a.json("event", "edit", "seen", "--title", "换了名字")
    wait_until(lambda: "换了名字" in b.get("/feeds/all.ics").text, WITHIN_S, "the new title in the other's feed")
    wait_until(lambda: "换了名字" in b.get("/events/seen").text, WITHIN_S, "the new title on the other's page")
    b.json("event", "cancel", "seen", "--reason", "台风")
    wait_until(lambda: "STATUS:CANCELLED" in a.get("/feeds/event/seen.ics").text, WITHIN_S)


def test_a_change_is_heard_without_the_bell_too(pair, database):
    """NOTIFY can be missed; looking every second finds it."""
    a, b = pair
    a.event("quiet", title="静悄悄")
    wait_until(lambda: "静悄悄" in b.get("/feeds/all.ics").text, WITHIN_S)
    run(database, "UPDATE event SET title = '响起来' WHERE slug = 'quiet'",
        "INSERT INTO change_log (origin, changes) SELECT 'test', 'event:' || id FROM event WHERE slug = 'quiet'")
    wait_until(lambda: "响起来" in b.get("/feeds/all.ics").text, 2, "the change of a daemon that did not ring")


def test_a_transaction_that_commits_late_is_heard_though_its_number_is_lower(pair, database):
    a, b = pair
    a.event("late", title="还没有")
    wait_until(lambda: "还没有" in b.get("/feeds/all.ics").text, WITHIN_S)
    slow = connect(database)
    slow.autocommit = False
    cursor = slow.cursor()
    cursor.execute("UPDATE event SET title = '终于来了' WHERE slug = 'late'")
    cursor.execute("INSERT INTO change_log (origin, changes) SELECT 'test', 'event:' || id FROM event WHERE slug = 'late'")
    a.event("between")
    wait_until(lambda: "between" in b.get("/feeds/all.ics").text, WITHIN_S)
    slow.commit()
    slow.close()
    wait_until(lambda: "终于来了" in b.get("/feeds/all.ics").text, 2, "the late transaction's change")


def sign_up(one, who, event, on="2027-05-12"):
    """The status of the API's answer."""
    answer = one.api("POST", "/signups", {"volunteer": who, "event": event, "on": on})
    return answer.status, answer.json().get("code")


def test_two_hundred_fight_for_seven_places_on_two_daemons(pair):
    a, b = pair
    a.event("full", role="讲解员=7")
    people = [a.volunteer(number)["id"] for number in range(200)]
    ends = in_parallel([lambda one=one, who=who: sign_up(one, who, "full") for one, who in zip(pair * 100, people)])
    assert sorted(set(ends)) == [(201, None), (409, "full")], set(ends)
    assert sum(status == 201 for status, _ in ends) == 7
    role = a.occurrences("full")[0]["roles"][0]
    assert (role["confirmed"], role["free"]) == (7, 0)
    assert len(b.items("signup", "list", "--event", "full", "--state", "confirmed")) == 7


def test_one_volunteer_gets_one_of_two_overlapping_shifts_through_two_daemons(pair):
    for slug, start in OVERLAPPING:
        pair[0].event(slug, start=start, role="讲解员=99")
    for number in range(25):
        who = pair[0].volunteer(number)["id"]
        ends = in_parallel([lambda one=one, slug=slug: sign_up(one, who, slug)
                            for one, (slug, _) in zip(pair, OVERLAPPING)])
        assert sorted(ends) == [(201, None), (409, "overlap")], ends


def test_one_person_added_through_two_daemons_is_one_volunteer(pair):
    in_parallel([lambda one=one: one.ctl("volunteer", "add", "--name", "李雷", "--phone", phone(77), code=None)
                 for one in pair * 4])
    assert len([v for v in pair[0].items("volunteer", "list") if v["name"] == "李雷"]) == 1


def test_the_same_request_id_through_two_daemons_is_done_once(pair):
    a, b = pair
    a.event("once", role="讲解员=50")
    for number in range(10):
        who = a.volunteer(number)["id"]
        body = {"volunteer": who, "event": "once", "on": "2027-05-12"}
        answers = in_parallel([lambda one=one: one.api("POST", "/signups", body, {"Idempotency-Key": f"k{number}"})
                               for one in pair * 2])
        assert {x.status for x in answers} <= {200, 201}, [str(x) for x in answers]
        assert len({x.json()["id"] for x in answers}) == 1
    assert a.occurrences("once")[0]["roles"][0]["confirmed"] == 10


def test_edits_of_two_daemons_are_both_kept_or_one_is_told(pair):
    a, b = pair
    a.event("edited", role="讲解员=3")
    for i in range(10):
        in_parallel([lambda: a.json("event", "edit", "edited", "--title", f"甲{i}"),
                     lambda: b.json("event", "edit", "edited", "--description", f"乙{i}")])
        now = a.json("event", "show", "edited")
        assert (now["title"], now["description"]) == (f"甲{i}", f"乙{i}")


def test_deliveries_of_two_dispatchers_are_each_sent_once(pair, receiver):
    a, b = pair
    a.json("channel", "add", "hook", "--kind", "webhook", "--url", receiver.url(), "--allow-private")
    wanted = 30
    for i in range(wanted):
        _, start = in_s(3600 + 3)
        a.event(f"soon-{i}", start=start)
        a.json("reminder", "add", "--event", f"soon-{i}", "--before", "1h", "--channel", "hook")
    wait_until(lambda: len(b.delivery(state="delivered")) == wanted, 30, "all delivered")
    assert len(receiver.messages) == wanted
    assert len({m.id for m in receiver.messages}) == wanted
    assert all(len(b.json("delivery", "show", d["id"])["attempts"]) == 1 for d in b.delivery()), "one attempt each"


def test_what_a_dead_daemon_was_sending_is_its_own_to_recover(pair, receiver):
    """Another daemon that starts leaves it alone while it may still live."""
    import receiver as receivers
    a, b = pair
    receiver.script("/hook", receivers.hang)
    a.json("channel", "add", "hook", "--kind", "webhook", "--url", receiver.url(), "--allow-private")
    b.stop()
    waiting = a.popen("channel", "test", "hook")
    receiver.wait(1)
    b.start()
    sending = b.delivery()[0]
    assert sending["state"] == "sending", "not declared unknown by a daemon that did not send it"
    a.kill9()
    waiting.wait()
    waiting.stdout.close()
    waiting.stderr.close()
    a.start()
    assert wait_until(lambda: b.delivery(id=sending["id"])[0]["state"] != "sending", 5)


# What is refused, in one sentence each


SECRET = "wr0ng-s3cret"
CHINESE = re.compile("[\u4e00-\u9fff]{2}")


def refusal(daemons, url, lang):
    """What kepud says in that language: a sentence, and what to do."""
    one = daemons(url)
    one.env["LC_ALL"] = lang
    code, out, err = one.refuse_to_start()
    assert code == 1 and "listening" not in out
    lines = [line for line in err.splitlines() if line.startswith(("kepud: ", "  "))]
    assert len(lines) == 2 and lines[0].startswith("kepud: "), err
    assert "internal" not in err and SECRET not in err, err
    return lines


def refused(daemons, url, *words):
    said = " ".join(refusal(daemons, url, "en_US.UTF-8"))
    assert not CHINESE.search(said), said
    for word in words:
        assert word in said, said
    for line in refusal(daemons, url, "zh_CN.UTF-8"):
        assert CHINESE.search(line), line


def test_a_wrong_password_is_said_and_never_shown(daemons, server, database):
    name = random_name()
    run(server.url(), f"CREATE ROLE {name} LOGIN PASSWORD 'right'")
    hba = server.data / "pg_hba.conf"
    kept = hba.read_text()
    hba.write_text(f"local all {name} scram-sha-256\n" + kept)
    try:
        run(server.url(), "SELECT pg_reload_conf()")
        refused(daemons, database.replace("postgres@", f"{name}:{SECRET}@"), "refuses the login", "password", "store.url")
        refused(daemons, database.replace("postgres@", f"{name}@"), "refuses the login", "password")
    finally:
        hba.write_text(kept)
        run(server.url(), "SELECT pg_reload_conf()")


def test_an_unreachable_host_and_a_missing_database_are_said(daemons, database):
    refused(daemons, "postgresql://127.0.0.1:1/kepu", "cannot reach the database", "store.url")
    refused(daemons, "postgresql://no-such-host.invalid/kepu", "cannot reach the database")
    refused(daemons, database.replace("kepu_", "gone_"), "no such database", "createdb")


def test_an_encoding_other_than_utf8_is_refused(daemons, server):
    for encoding in ("SQL_ASCII", "LATIN1"):
        url = new_database(server, f"ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
        refused(daemons, url, encoding, "UTF8")


def test_a_newer_schema_is_refused(daemons, database):
    daemons(database).start()
    run(database, "UPDATE schema_version SET version = 9999")
    refused(daemons, database, "9999", "newer")


def test_missing_rights_are_said(daemons, server, database):
    name = random_name()
    run(server.url(), f"CREATE ROLE {name} LOGIN")
    url = database.replace("postgres@", f"{name}@")
    refused(daemons, url, "right", "GRANT")
    assert len(daemons(url).refuse_to_start()[2]) < 1500, "not the whole schema that could not be made"
    run(database, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    refused(daemons, url, "right", "GRANT")


def test_a_standby_is_refused_and_the_primary_found_among_several_hosts(daemons, mortal):
    url = new_database(mortal)
    standby = Postgres(log_min_messages="fatal")
    try:
        mortal.run("pg_basebackup", "-h", str(mortal.dir), "-U", "postgres", "-D", str(standby.data), "-R", "-c", "fast")
        with open(standby.data / "postgresql.conf", "a") as conf:
            conf.write(f"unix_socket_directories = '{standby.dir}'\n")
        standby.start()
        refused(daemons, url.replace(str(mortal.dir), str(standby.dir)), "read-only", "primary")
        both = url.split("?")[0] + f"?host={standby.dir},{mortal.dir}&target_session_attrs=read-write"
        one = daemons(both).start()
        one.event("primary")
    finally:
        standby.close()


def test_a_database_of_another_program_is_left_alone(daemons, database):
    run(database, "CREATE TABLE event (mine text)", "INSERT INTO event VALUES ('mine')")
    refused(daemons, database, "not kepu's", "createdb")
    assert run(database, "SELECT mine FROM event") == [("mine",)]
    assert run(database, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'") == [(1,)]


def test_a_password_never_gets_into_the_log(daemons, mortal):
    one = daemons(new_database(mortal).replace("postgres@", f"postgres:{SECRET}@")).start()
    one.event("quiet")
    mortal.kill9()
    wait_until(lambda: one.get("/readyz").status_code == 503, 10)
    assert "away" in one.log(10**6) and SECRET not in one.log(10**6)
    assert SECRET not in one.ctl("status", code=None).out + one.get("/metrics").text


def test_a_read_only_database_is_refused(daemons, server, database):
    name = database.split("/")[3].split("?")[0]
    run(server.url(), f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    refused(daemons, database, "read-only", "primary")


def test_another_key_is_refused(daemons, database, tmp_path):
    daemons(database).start()
    other = tmp_path / "other"
    other.mkdir()
    (other / "key").write_bytes(b"k" * 32)
    (other / "key").chmod(0o600)

    def with_the_other(url):
        return daemons(url, f"[privacy]\nkey_file = {other}/key\n", key=False)

    refused(with_the_other, database, "another key", "key_file")


@pytest.mark.parametrize("url", [
    f"postgresql://u:{SECRET}@[::1/kepu", f"postgresql://u:{SECRET}@h/kepu?nonsense=1", f"postgresql://u:{SECRET}@h:port/kepu",
    f"postgresql://u:{SECRET}%zz@h/kepu", f"postgresql://u:{SECRET}/x@h/kepu", f"postgresql://u:@{SECRET}@h.invalid/kepu",
    f"postgresql://h.invalid/kepu?password={SECRET}%zz", f"postgresq://u:{SECRET}@h/kepu"])
def test_a_malformed_address_is_one_sentence_without_the_password(daemons, url):
    refused(daemons, url, "store.url")
