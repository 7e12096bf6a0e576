"""What kepuctl prints: every verb in every form, two languages, errors for people and for scripts."""
import csv
import io
import json
import re

import pytest

import kepu as harness
from kepu import CONFLICT, INVALID, NOT_FOUND, UNREACHABLE, USAGE, Result

LISTS = [
    "event",
    "preset",
    "volunteer",
    "signup",
    "target",
    "department",
    "category",
    "audience",
    "venue",
    "unit",
    "plan",
    "channel",
    "reminder",
    "delivery",
    "feed",
    "token",
    "audit",
]
KEY = {"volunteer": "id", "signup": "id", "reminder": "id", "delivery": "id", "channel": "name", "token": "name"}


@pytest.fixture(scope="module")
def office(desk):
    """One of everything."""
    desk.event("out-event", role="讲解员=5", repeat="FREQ=WEEKLY;BYDAY=WE", title="输出, \"引号\"")
    person = desk.json("volunteer", "add", "--name", "输出者", "--phone", "13655550001")
    signup = desk.json("signup", "add", "--volunteer", person["id"], "--event", "out-event", "--on", "2027-05-12")
    desk.json("channel", "add", "out-hook", "--kind", "webhook", "--url", "https://chat.example.org/hook")
    desk.event("out-soon", start=harness.in_s(3 * 86400)[1])
    reminder = desk.json("reminder", "add", "--event", "out-soon", "--before", "1d", "--channel", "out-hook")
    desk.json("token", "add", "out-token", "--role", "viewer")
    delivery = harness.wait_until(lambda: desk.delivery(event="out-soon"), what="a planned delivery")[0]
    desk.ids = {
        "event": "out-event",
        "preset": "fire-day",
        "volunteer": person["id"],
        "signup": signup["id"],
        "target": "volunteers",
        "channel": "out-hook",
        "reminder": reminder["id"],
        "delivery": delivery["id"],
        "department": "kexie",
        "category": "science-day",
        "audience": "youth",
    }
    return desk


SHOWN = [
    "event",
    "preset",
    "volunteer",
    "signup",
    "target",
    "channel",
    "reminder",
    "delivery",
    "department",
    "category",
    "audience",
]


@pytest.mark.parametrize("noun", LISTS)
def test_lists_as_json(office, noun):
    answer = office.json(noun, "list")
    assert isinstance(answer["items"], list) and answer["next"] is None
    assert office.ctl(noun, "list", "-o", "json").json() == answer or noun in ("audit", "token", "plan", "target")


@pytest.mark.parametrize("noun", LISTS)
def test_lists_as_json_lines(office, noun):
    lines = office.ctl(noun, "list", "-o", "jsonl").out.splitlines()
    items = office.items(noun, "list")
    assert len(lines) == len(items)
    assert all(isinstance(json.loads(line), dict) for line in lines)


@pytest.mark.parametrize("noun", LISTS)
def test_lists_as_csv(office, noun):
    rows = list(csv.reader(io.StringIO(office.ctl(noun, "list", "-o", "csv").out)))
    items = office.items(noun, "list")
    if items:
        assert len(rows) == len(items) + 1 and len({len(r) for r in rows}) == 1
        assert set(rows[0]) <= set(items[0]) | {k for i in items for k in i}
        bare = list(csv.reader(io.StringIO(office.ctl(noun, "list", "-o", "csv", "--no-headers").out)))
        assert len(bare) == len(items)


@pytest.mark.parametrize("noun", [n for n in LISTS if n not in ("audit", "feed", "plan")])
def test_lists_as_names(office, noun):
    names = office.ctl(noun, "list", "-o", "name").out.split("\n")
    assert names.pop() == ""
    assert names == [i[KEY.get(noun, "slug")] for i in office.items(noun, "list")]


@pytest.mark.parametrize("noun", LISTS)
def test_lists_as_tables(office, noun):
    office.ctl(noun, "list")
    office.ctl(noun, "list", "-o", "table", "--no-headers")


@pytest.mark.parametrize("noun", SHOWN)
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "name"])
def test_show_in_every_form(office, noun, form):
    said = office.ctl(noun, "show", office.ids[noun], "-o", form).out
    assert said.endswith("\n")
    if form == "json":
        assert isinstance(json.loads(said), dict)
    elif form == "jsonl":
        assert len(said.splitlines()) == 1 and json.loads(said)
    elif form == "csv":
        assert len(list(csv.reader(io.StringIO(said)))) == 2
    elif form == "name":
        assert said == office.ids[noun] + "\n"


def test_tables_have_no_headers_when_none_are_wanted(office):
    with_headers = office.ctl("event", "list").out.splitlines()
    without = office.ctl("event", "list", "--no-headers").out.splitlines()
    assert len(without) < len(with_headers) and "out-event" in "\n".join(without)


def test_fields_are_chosen_and_ordered(office):
    rows = list(csv.reader(io.StringIO(office.ctl("event", "list", "-o", "csv", "--fields", "title,slug").out)))
    assert rows[0] == ["title", "slug"] and ["输出, \"引号\"", "out-event"] in rows
    assert all(set(i) == {"slug"} for i in office.items("event", "list", "--fields", "slug"))
    assert "titel" in office.ctl("event", "list", "--fields", "titel", code=None).err


def test_limit_stops_where_it_says(office):
    assert len(office.json("target", "list", "--limit", "5")["items"]) == 5


def test_lists_longer_than_a_page_come_whole_and_once(office, tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("name,phone\n" + "".join(f"翻页{i},{harness.phone(90_000_000 + i)}\n" for i in range(1200)))
    office.json("volunteer", "import", path)
    ids = [v["id"] for v in office.items("volunteer", "list")]
    assert len(ids) == len(set(ids)) >= 1200


def test_flags_stand_anywhere_and_take_an_equals_sign(office):
    want = office.json("event", "show", "out-event")
    for args in (
        ["--json", "event", "show", "out-event"],
        ["event", "--json", "show", "out-event"],
        ["event", "show", "--json", "out-event"],
        ["event", "show", "--json", "--", "out-event"],
    ):
        assert office.ctl(*args).json() == want
    assert office.ctl("event", "show", "out-event", f"--socket={office.socket}", "--json", local=False).json() == want
    assert office.ctl("-s", office.socket, "event", "show", "out-event", "--json", local=False).json() == want
    assert (
        office.ctl("event", "show", "out-event", "--json", local=False, KEPU_SOCKET=str(office.socket)).json() == want
    )


def test_a_value_may_begin_with_a_dash(office):
    e = office.json("event", "add", "--title", "-短横开头", "--start=2027-05-12 09:00", "--slug", "dash")
    assert e["title"] == "-短横开头"


def test_tables_show_years_and_weekdays_in_the_language(office):
    show = ["event", "occurrences", "out-event", "--from", "2027-05-12", "-N", "1"]
    assert "2027-05-12 周三 09:00" in office.ctl(*show, "--lang", "zh").out
    assert "2027-05-12 Wed 09:00" in office.ctl(*show, "--lang", "en").out


@pytest.mark.parametrize(
    "env, flag, word",
    [
        ("zh_CN.UTF-8", [], "周三"),
        ("en_GB.UTF-8", [], "Wed"),
        ("C", [], "周三"),
        ("", [], "周三"),
        ("de_DE.UTF-8", [], "周三"),
        ("zh_CN.UTF-8", ["--lang", "en"], "Wed"),
        ("en_US.UTF-8", ["--lang", "zh"], "周三"),
    ],
)
def test_the_language_comes_from_where_it_should(office, env, flag, word):
    assert (
        word in office.ctl("event", "occurrences", "out-event", "--from", "2027-05-12", "-N", "1", *flag, lang=env).out
    )


def test_errors_are_a_sentence_in_the_language(office):
    zh = office.ctl("event", "show", "nirgends", "--lang", "zh", code=NOT_FOUND)
    en = office.ctl("event", "show", "nirgends", "--lang", "en", code=NOT_FOUND)
    assert "nirgends" in zh.err and "nirgends" in en.err and zh.out == en.out == ""
    assert re.search(r"[\u4e00-\u9fff]", zh.err) and not re.search(r"[\u4e00-\u9fff]", en.err)


@pytest.mark.parametrize(
    "args, code, name",
    [
        (["event", "show", "nirgends"], NOT_FOUND, "not_found"),
        (["event", "add", "--title", "x", "--start", "2027-05-12", "--slug", "out-event"], CONFLICT, "exists"),
        (["event", "add", "--title", "x", "--start", "2027-02-30"], INVALID, "invalid"),
        (["event", "add", "--title", "x"], USAGE, "usage"),
        (["event", "frobnicate"], USAGE, "usage"),
    ],
)
def test_errors_for_scripts_have_a_code(office, args, code, name):
    assert office.ctl(*args, "--json", code=code).error()["code"] == name


def test_without_a_daemon_the_client_says_so(make_kepu):
    one = make_kepu()
    assert one.ctl("status", "--json", code=UNREACHABLE).error()["code"] == "unreachable"
    assert str(one.socket) in one.ctl("status", code=UNREACHABLE).err


def test_every_write_is_in_the_audit(office):
    office.event("audited")
    office.json("event", "edit", "audited", "--title", "改过")
    entries = [a for a in office.items("audit", "list") if a["object"] and "audited" in a["object"]]
    assert len(entries) >= 2 and all(a["at"] and a["who"] and a["operation"] for a in entries)


def test_a_broken_pipe_is_not_a_crash(office):
    p = office.popen("volunteer", "list", "--json")
    p.stdout.close()
    err = p.stderr.read()
    p.stderr.close()
    assert p.wait(harness.COMMAND_S) >= -13, Result(["volunteer", "list"], p.returncode, "", err.decode())
