"""PostgreSQL that goes away and comes back: what needs it is refused, what was acknowledged stays, nothing is guessed."""
import threading

import pytest

import kepu as harness
from kepu import wait_until
from postgres_fixtures import *  # noqa: F401,F403
from postgres_fixtures import in_parallel, new_database, run

BACK_S = 5


def is_ready(one):
    return one.get("/readyz").status_code == 200


def sign_up(one, who, event, headers=None):
    return one.api("POST", "/signups", {"volunteer": who, "event": event, "on": "2027-05-12"}, headers)


def test_while_it_is_away_requests_are_refused_and_kept_feeds_are_served(daemons, mortal):
    one = daemons(new_database(mortal)).start()
    one.event("kept", role="讲解员=9")
    who = one.volunteer(1)["id"]
    feed = one.get("/feeds/all.ics")
    assert is_ready(one) and "kept" in feed.text
    mortal.kill9()

    answer = wait_until(lambda: (a := sign_up(one, who, "kept")).status == 503 and a, 5)
    assert int(answer.headers["Retry-After"]) > 0 and answer.json()["code"] == "unavailable", str(answer)
    page = one.get("/events/kept/2027-05-12/signup")
    assert page.status_code in (200, 404, 503)
    assert one.get("/readyz").status_code == 503
    assert one.get("/healthz").status_code == 200
    again = one.get("/feeds/all.ics")
    assert (again.status_code, again.content) == (200, feed.content)

    mortal.start()
    wait_until(lambda: is_ready(one), BACK_S, "being ready again")
    assert sign_up(one, who, "kept").status == 201
    assert one.json("event", "show", "kept")["slug"] == "kept"


def test_an_orderly_restart_of_the_server_loses_no_request_for_long(daemons, mortal):
    one = daemons(new_database(mortal)).start()
    one.event("restart", role="讲解员=9")
    people = [one.volunteer(n)["id"] for n in range(4)]
    for who in people:
        mortal.stop()
        mortal.start()
        wait_until(lambda: sign_up(one, who, "restart").status in (201, 409), BACK_S, "the sign-up")
    assert one.occurrences("restart")[0]["roles"][0]["confirmed"] == len(people)


def test_every_connection_cut_at_once_is_not_even_noticed(daemons, server, database):
    one = daemons(database).start()
    one.event("cut", role="讲解员=99")
    for number in range(5):
        run(server.url(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kepud'")
        who = wait_until(lambda: one.api("POST", "/volunteers", {"name": f"人{number}", "phone": harness.phone(number)}),
                         1)
        assert who.status in (201, 503), str(who)
        wait_until(lambda: is_ready(one), BACK_S)


def test_nothing_acknowledged_is_lost_when_the_server_crashes_under_load(daemons, mortal):
    one = daemons(new_database(mortal)).start()
    one.event("load", role="讲解员=5000")
    people = [one.volunteer(n)["id"] for n in range(150)]
    acknowledged, gate = [], threading.Semaphore(0)

    def sign_up_all(mine):
        for who in mine:
            if sign_up(one, who, "load").status == 201:
                acknowledged.append(who)
                gate.release()

    threads = [threading.Thread(target=sign_up_all, args=(people[i::5],)) for i in range(5)]
    for t in threads:
        t.start()
    for _ in range(20):
        assert gate.acquire(timeout=20 * harness.SLOW)
    mortal.kill9()
    mortal.start()
    for t in threads:
        t.join()
    wait_until(lambda: is_ready(one), BACK_S)
    kept = [s["volunteer"] for s in one.items("signup", "list", "--event", "load")]
    kept = [v["id"] if isinstance(v, dict) else v for v in kept]
    assert len(kept) == len(set(kept)) == one.occurrences("load")[0]["roles"][0]["confirmed"]
    assert set(acknowledged) <= set(kept)


@pytest.mark.parametrize("how", ["lose", "stop"])
def test_a_commit_whose_answer_never_came_is_found_out(daemons, database, way, how):
    """lose: it was done, and is not done again; stop: it was not done, and is done now. Both are acknowledged."""
    one = daemons(way.url(database)).start()
    one.event("commit", role="讲解员=99")
    for number in range(5):
        who = one.volunteer(number)["id"]
        way.at_commit = how
        answer = sign_up(one, who, "commit", {"Idempotency-Key": f"mine-{number}"} if number % 2 else None)
        assert answer.status == 201, str(answer)
    assert way.broken == 5
    assert one.occurrences("commit")[0]["roles"][0]["confirmed"] == 5
    assert len(one.items("signup", "list", "--event", "commit")) == 5
    said = "done" if how == "lose" else "not done"
    assert one.log().count(f"the COMMIT was {said}") == 5


def test_a_server_that_freezes_is_a_server_that_is_away(daemons, mortal):
    one = daemons(new_database(mortal)).start()
    one.event("frozen")
    mortal.freeze()
    try:
        wait_until(lambda: one.get("/readyz").status_code == 503, 30, "not being ready")
    finally:
        mortal.freeze(False)
    wait_until(lambda: is_ready(one), 10, "being ready again")


def test_both_daemons_come_back_and_hear_each_other_again(daemons, mortal):
    url = new_database(mortal)
    a, b = daemons(url), daemons(url)
    in_parallel([a.start, b.start])
    mortal.kill9()
    wait_until(lambda: a.get("/readyz").status_code == b.get("/readyz").status_code == 503, 5)
    mortal.start()
    wait_until(lambda: is_ready(a) and is_ready(b), BACK_S)
    a.event("after", title="回来以后")
    wait_until(lambda: "回来以后" in b.get("/feeds/all.ics").text, 1)


def test_it_stops_in_order_while_the_database_is_away(daemons, mortal):
    one = daemons(new_database(mortal)).start()
    mortal.kill9()
    wait_until(lambda: one.get("/readyz").status_code == 503, 5)
    one.stop()
