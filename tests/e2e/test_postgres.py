"""PostgreSQL as the store: two daemons on one database, fights for places, and what is refused at the start."""
import shutil
import sqlite3

import pytest

import kepu as harness
from kepu import in_s, phone, wait_until
from postgres_fixtures import *  # noqa: F401,F403
from postgres_fixtures import connect, in_parallel, new_database, random_name, run

WITHIN_S = 1
# Tables that one daemon with a file of its own has no need of.
OF_SEVERAL = {"change_log", "delivery_claim", "schema_version"}
OVERLAPPING = [("first", "2027-05-12 09:00"), ("second", "2027-05-12 10:00")]


def columns_of_sqlite(path):
    db = sqlite3.connect(path)
    tables = [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {t: [(c[1], bool(c[3] or c[5])) for c in db.execute(f"PRAGMA table_info({t})")] for t in tables}
    indexes = {name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")}
    db.close()
    return found, indexes


def columns_of_postgres(url):
    found = {}
    for table, column, nullable in run(
            url, "SELECT table_name, column_name, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"):
        found.setdefault(table, []).append((column, nullable == "NO"))
    indexes = {name for name, in run(url, "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
                                          " AND indexname NOT LIKE '%\\_pkey' AND indexname NOT LIKE '%\\_key'")}
    return found, indexes


def test_both_schemas_have_the_same_tables_columns_and_indexes(daemons, database, monkeypatch):
    daemons(database).start()
    monkeypatch.setattr(harness, "STORE", "sqlite")
    one = harness.Kepu().start()
    try:
        one.stop()
        tables, indexes = columns_of_sqlite(one.state / "kepu.db")
    finally:
        one.close()
    theirs, their_indexes = columns_of_postgres(database)
    assert {t: c for t, c in theirs.items() if t not in OF_SEVERAL} == tables
    assert {i for i in their_indexes if not i.startswith("change_log")} == indexes


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


def refused(daemons, url, *words, config=""):
    code, out, err = daemons(url, config).refuse_to_start()
    assert code == 1 and "listening" not in out
    first = err.strip().splitlines()[-2:]
    for word in words:
        assert word in " ".join(first), err
    assert "kepud:" in err and "internal" not in err, err
    return err


def test_a_wrong_password_is_said_and_never_shown(daemons, server, database):
    name = random_name()
    run(server.url(), f"CREATE ROLE {name} LOGIN PASSWORD 'right'")
    hba = server.data / "pg_hba.conf"
    kept = hba.read_text()
    hba.write_text(f"local all {name} scram-sha-256\n" + kept)
    try:
        run(server.url(), "SELECT pg_reload_conf()")
        base = database.replace("postgres@", f"{name}:wr0ng-secret@")
        assert "wr0ng-secret" not in refused(daemons, base, "refuses the login", "password", "store.url")
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
    refused(daemons, database.replace("postgres@", f"{name}@"), "right", "GRANT")


def test_a_read_only_standby_is_refused(daemons, server, database):
    name = database.split("/")[3].split("?")[0]
    run(server.url(), f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    refused(daemons, database, "read-only", "primary")


def test_another_key_is_refused(daemons, database, tmp_path):
    daemons(database).start()
    other = tmp_path / "other"
    other.mkdir()
    url_config = f"[privacy]\nkey_file = {other}/key\n"
    one = harness.Kepu(config=url_config, store=database)
    try:
        (other / "key").write_bytes(b"k" * 32)
        (other / "key").chmod(0o600)
        code, _, err = one.refuse_to_start()
        assert code == 1 and "another key" in err, err
    finally:
        one.close()
        shutil.rmtree(other)


@pytest.mark.parametrize("url", ["postgresql://[::1/kepu", "postgresql://h/kepu?nonsense=1", "postgresql://h:port/kepu"])
def test_a_malformed_address_is_one_sentence(daemons, url):
    refused(daemons, url)
