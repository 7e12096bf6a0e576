"""Reminder rules of every kind: what they plan, what they say, and what preview shows of it."""
import datetime

import pytest

import kepu as harness
import receiver as receivers
from kepu import FAILED, INVALID, NOT_FOUND, moment, unique, wait_until


@pytest.fixture
def hook(desk, receiver, tmp_path):
    name = unique("hook")
    desk.json("channel", "add", name, "--kind", "webhook", "--url", receiver.url(), "--allow-private",
              "--secret-file", receiver.secret_file(tmp_path))
    yield name
    for rule in desk.items("reminder", "list"):
        if name in rule["channels"]:
            desk.json("reminder", "remove", rule["id"], "--yes")
    desk.json("channel", "remove", name, "--yes")


def in_days(days, hour=9):
    day = datetime.datetime.now(harness.SHANGHAI) + datetime.timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def previews(desk, rule, *args):
    return desk.items("reminder", "preview", rule, *args)


def told(receiver, kind):
    return [m.json()["data"] for m in receiver.messages if m.json()["type"] == "reminder." + kind]


def test_preview_shows_what_would_be_sent_to_whom_and_when_and_sends_nothing(desk, receiver, hook):
    slug = unique("show")
    desk.event(slug, title="火箭课", start=in_days(9).isoformat(), duration="1h", venue="天文馆")
    r = desk.json("reminder", "add", "--event", slug, "--before", "1d", "--channel", hook)
    (p,) = previews(desk, r["id"], "-N", "1")
    assert (p["channel"], p["event"], p["state"], p["kind"]) == (hook, slug, "planned", "upcoming")
    assert moment(p["due"]) == in_days(8) == moment(p["at"])
    assert "火箭课" in p["title"] and "天文馆" in p["text"] and slug in p["payload"]
    assert p["bytes"] == len(p["payload"].encode())
    desk.ctl("reminder", "preview", "r-nothing", code=NOT_FOUND)
    assert receiver.messages == []


def test_preview_says_why_something_is_not_sent(desk, hook):
    slug = unique("why")
    desk.event(slug, start=in_days(5).isoformat(), duration="1h")
    wide = desk.json("reminder", "add", "--category", "other", "--before", "1d", "--channel", hook)
    near = desk.json("reminder", "add", "--event", slug, "--before", "2h", "--channel", hook)
    mine = [p for p in previews(desk, wide["id"], "-N", "50") if p["event"] == slug]
    assert [p["state"] for p in mine] in (["overruled"], [])
    desk.json("channel", "edit", hook, "--filter", "category=science-day")
    assert [p["state"] for p in previews(desk, near["id"])] == ["filtered"]
    desk.json("channel", "edit", hook, "--filter", "")
    desk.json("channel", "pause", hook)
    assert previews(desk, near["id"])[0]["state"] == "paused" and previews(desk, near["id"])[0]["at"] is None


def test_a_reminder_in_quiet_hours_waits_for_their_end_or_comes_before_them(desk, hook):
    early, late = unique("early"), unique("late")
    desk.json("channel", "edit", hook, "--quiet", "22:00-07:00")
    desk.event(early, start=in_days(9, 8).isoformat(), duration="1h")
    desk.event(late, start=in_days(9, 3).isoformat(), duration="1h")
    short = desk.json("reminder", "add", "--event", early, "--before", "2h", "--channel", hook)
    long = desk.json("reminder", "add", "--event", late, "--before", "7d", "--channel", hook)
    (p,) = previews(desk, short["id"])
    assert moment(p["due"]) == in_days(9, 6)
    assert moment(p["at"]) == in_days(8, 21) + datetime.timedelta(minutes=59), "its deadline is in the quiet"
    (p,) = previews(desk, long["id"])
    assert (moment(p["due"]), moment(p["at"])) == (in_days(2, 3), in_days(2, 7))
    (d,) = [d for d in desk.delivery(event=early) if d["kind"] == "upcoming"]
    assert moment(d["next_attempt"]) == in_days(8, 21) + datetime.timedelta(minutes=59)
    desk.json("channel", "edit", hook, "--quiet", "")
    (d,) = [d for d in desk.delivery(event=early) if d["kind"] == "upcoming"]
    assert d["next_attempt"] == d["due"]
    for bad in ("22-7", "25:00-07:00", "07:00-07:00", "x"):
        desk.ctl("channel", "edit", hook, "--quiet", bad, code=INVALID)


def test_quiet_hours_that_are_taken_away_let_go_what_waits_for_their_end(desk, receiver, hook):
    slug, day, now = unique("hush"), in_days(9), datetime.datetime.now(harness.SHANGHAI)
    quiet = [(now + datetime.timedelta(hours=h)).strftime("%H:00") for h in (-1, 3)]
    desk.json("channel", "edit", hook, "--quiet", "-".join(quiet))
    desk.event(slug, start=day.isoformat(), duration="1h")
    desk.json("reminder", "add", "--event", slug, "--before", "1d", "--channel", hook)
    desk.json("event", "move", slug, "--on", day.date().isoformat(), "--to", in_days(10, 14).isoformat())
    (d,) = [d for d in desk.delivery(event=slug) if d["kind"] == "changed"]
    assert d["state"] == "scheduled" and moment(d["next_attempt"]) > now + datetime.timedelta(hours=1)
    desk.json("channel", "edit", hook, "--quiet", "")
    wait_until(lambda: told(receiver, "changed"), what="the change")


def test_a_change_says_what_it_was_before(desk, receiver, hook):
    slug, day = unique("moved"), in_days(9)
    desk.event(slug, start=day.isoformat(), duration="1h", venue="旧馆")
    desk.json("reminder", "add", "--event", slug, "--before", "1d", "--channel", hook)
    desk.json("event", "move", slug, "--on", day.date().isoformat(), "--to", in_days(10, 14).isoformat())
    first = wait_until(lambda: told(receiver, "changed"), what="the change")[0]["text"]
    assert in_days(10, 14).strftime("%Y-%m-%d") in first and day.strftime("%Y-%m-%d") in first and "原为" in first
    desk.json("event", "edit", slug, "--all", "--title", "另一个标题")
    desk.json("event", "edit", slug, "--all", "--venue", "新馆")
    second = wait_until(lambda: told(receiver, "changed")[1:], what="the change of venue")[0]["text"]
    assert "新馆" in second and "旧馆" in second and "原为" in second


def test_a_series_that_is_held_elsewhere_is_told_of_its_next_dates(desk, receiver, hook):
    slug, day = unique("hall"), in_days(9)
    desk.event(slug, start=day.isoformat(), duration="1h", venue="旧馆", repeat="FREQ=DAILY;COUNT=9")
    desk.json("reminder", "add", "--event", slug, "--before", "1d", "--channel", hook)
    desk.json("event", "edit", slug, "--on", in_days(10).date().isoformat(), "--this", "--venue", "广场")
    wait_until(lambda: told(receiver, "changed"), what="the one date's venue")
    desk.json("event", "edit", slug, "--all", "--venue", "新馆")
    others = wait_until(lambda: len(told(receiver, "changed")) == 3 and told(receiver, "changed")[1:],
                        what="the two of the next three")
    assert all("新馆" in m["text"] and "旧馆" in m["text"] for m in others)
    assert {m["start"][:10] for m in others} == {in_days(9).date().isoformat(), in_days(11).date().isoformat()}


def test_a_digest_and_an_ask_are_planned_for_their_week_once(desk, hook):
    slug = unique("open")
    desk.event(slug, start=in_days(30).isoformat(), duration="1h", provisional=True)
    digest = desk.json("reminder", "add", "--kind", "digest", "--weekly", "every sunday 18:00", "--channel", hook)
    ask = desk.json("reminder", "add", "--event", slug, "--kind", "ask", "--channel", hook)
    (d,) = [d for d in desk.delivery(channel=hook) if d["kind"] == "digest"]
    assert moment(d["due"]).astimezone(harness.SHANGHAI).strftime("%w %H:%M") == "0 18:00"
    (a,) = [d for d in desk.delivery(channel=hook) if d["kind"] == "ask"]
    assert a["event"] == slug
    assert moment(a["due"]).astimezone(harness.SHANGHAI).strftime("%w %H:%M") == "1 09:00"
    assert slug in previews(desk, ask["id"])[0]["text"]
    edited = desk.json("reminder", "edit", digest["id"], "--weekly", "每周六 10:00")
    assert edited["weekly"]
    planned = [d for d in desk.delivery(channel=hook) if d["kind"] == "digest" and d["state"] == "scheduled"]
    assert len(planned) == 1
    assert moment(planned[0]["due"]).astimezone(harness.SHANGHAI).strftime("%w %H:%M") == "6 10:00"
    for bad in ("daily 9:00", "every sunday", "every monday and friday 9:00", "nonsense"):
        desk.ctl("reminder", "edit", digest["id"], "--weekly", bad, code=INVALID)


def test_what_has_no_date_at_all_is_asked_for_in_one_message_a_week(desk, hook):
    undated = [p["slug"] for p in desk.json("status")["undated"]]
    rule = desk.json("reminder", "add", "--all", "--kind", "ask", "--channel", hook)
    (a,) = [d for d in desk.delivery(channel=hook) if d["kind"] == "ask" and d["event"] is None]
    assert moment(a["due"]).astimezone(harness.SHANGHAI).strftime("%w %H:%M") == "1 09:00"
    (shown,) = [p for p in previews(desk, rule["id"], "-N", "50") if p["event"] is None]
    assert undated and all(slug in shown["text"] for slug in undated) and "preset apply" in shown["text"]
    slug = undated[0]
    own = desk.json("reminder", "add", "--category", slug, "--kind", "ask", "--channel", hook)
    (shown,) = [p for p in previews(desk, own["id"], "-N", "50") if p["event"] is None]
    assert slug in shown["text"] and not any(other in shown["text"] for other in undated[1:] if slug not in other)
    (shown,) = [p for p in previews(desk, rule["id"], "-N", "50") if p["event"] is None]
    assert f"{slug}\n" not in shown["text"], "the category's rule wins"
    desk.json("channel", "edit", hook, "--filter", "category=" + undated[1])
    (shown,) = [p for p in previews(desk, rule["id"], "-N", "50") if p["event"] is None]
    assert undated[1] in shown["text"] and undated[2] not in shown["text"]


def test_a_milestone_is_told_once_and_not_for_what_was_passed_before(desk, receiver, hook):
    desk.ctl("target", "set", "sci-education-bases", "--value", "1", code=None)
    slug = next(t["slug"] for t in desk.items("target", "list") if t["target"] and t["slug"] != "volunteers"
                and t["measure"] == "manual")
    goal = desk.json("target", "show", slug)["target"]
    desk.json("target", "set", slug, "--value", str(goal * 0.3))
    desk.json("reminder", "add", "--kind", "milestone", "--target", slug, "--channel", hook)
    assert told(receiver, "milestone") == []
    desk.json("target", "set", slug, "--value", str(goal * 0.8))
    wait_until(lambda: len(told(receiver, "milestone")) == 1, what="the milestone")
    assert "75%" in told(receiver, "milestone")[0]["text"], "of several steps at once the highest"
    for share in (0.4, 0.8, 0.85):
        desk.json("target", "set", slug, "--value", str(goal * share))
    desk.ctl("channel", "test", hook)
    assert len(told(receiver, "milestone")) == 1
    desk.json("target", "set", slug, "--value", str(goal))
    wait_until(lambda: len(told(receiver, "milestone")) == 2, what="the target")


def test_a_template_is_checked_when_it_is_given(desk, hook):
    slug = unique("words")
    desk.event(slug, title="火箭课", start=in_days(3).isoformat(), duration="1h")
    add = ["reminder", "add", "--event", slug, "--before", "1d", "--channel", hook, "--template"]
    said = desk.error(*add, "你好\n{{titel}}", code=INVALID)
    assert "title" in said and "titel" in said and "2" in said
    desk.ctl(*add, "{{#roles}}", code=INVALID)
    desk.ctl(*add, "x" * 5000, code=INVALID)
    r = desk.json(*add, "{{title}}，{{start}}，{{#roles}}{{name}} {{free}}{{/roles}}！")
    assert previews(desk, r["id"])[0]["text"].startswith("火箭课，")


def test_keys_and_secrets_are_in_no_file_and_no_log(desk, receiver, tmp_path):
    name = unique("sealed")
    desk.json("channel", "add", name, "--kind", "webhook", "--url", receiver.url("/hook/KEY-IN-THE-PATH"),
              "--allow-private", "--secret-file", receiver.secret_file(tmp_path))
    desk.ctl("channel", "test", name)
    receiver.refuse()
    desk.ctl("channel", "test", name, code=None)
    for path in desk.state.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert b"KEY-IN-THE-PATH" not in kept and receiver.secret.encode() not in kept, path
    assert "KEY-IN-THE-PATH" not in desk.log(10**7) and receiver.secret not in desk.log(10**7)
    said = desk.ctl("delivery", "list", "--channel", name, "--json").out
    assert "KEY-IN-THE-PATH" not in said
    desk.json("channel", "remove", name, "--yes")


def test_an_outcome_is_told_in_words_and_so_is_the_next_step(desk, receiver, hook):
    receiver.script("/hook", receivers.status(503))
    desk.ctl("channel", "test", hook, code=FAILED)
    (d,) = wait_until(lambda: [d for d in desk.delivery(channel=hook) if d["state"] == "delivered"], 20, "the second try")
    assert [a["outcome"] for a in d["attempts"]] == ["retry", "ok"] and d["next_step"] is None and d["late"] is False
    zh, en = (desk.ctl("--lang", lang, "delivery", "show", d["id"]).out for lang in ("zh", "en"))
    assert "可以再试" in zh and "may be tried again" in en
    slug = unique("later")
    desk.event(slug, start=in_days(3).isoformat(), duration="1h")
    desk.json("reminder", "add", "--event", slug, "--before", "1d", "--channel", hook)
    (planned,) = desk.delivery(event=slug)
    said = desk.ctl("--lang", "en", "delivery", "show", planned["id"]).out
    assert "it is sent at its time" in said
