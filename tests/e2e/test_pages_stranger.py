"""A stranger who knows somebody's name and number signs them up: what he sees says nothing of what they have already."""
import re
import time

import pytest

import pages
from kepu import wait_until

ZH = {"Accept-Language": "zh-CN,zh;q=0.9"}
DAY = "2027-05-12"
FORM_AGE_S = 2.2
PERSON = {"age": "adult", "consent": "1"}
# Somebody who has it already, and somebody the office knows who has not.
BUSY, IDLE = {"name": "已经忙", "phone": "13688880001"}, {"name": "正好闲", "phone": "13688880002"}
LINE = {"waitlist": "1"}

# By name: the event's flags, whom else it is full with, what the busy one has beforehand, what the stranger sends.
CASES = {
    "again": ({"role": "引导员=5"}, 0, "same", {}),
    "again-line": ({"role": "引导员=1"}, 0, "same", LINE),
    "again-full": ({"role": "引导员=1"}, 0, "same", {}),
    "in-line": ({"role": "引导员=1"}, 1, "same", LINE),
    "overlap": ({"role": "引导员=5"}, 0, "overlap", {}),
    "overlap-line": ({"role": "引导员=1"}, 1, "overlap", LINE),
    "overlap-full": ({"role": "引导员=1"}, 1, "overlap", {}),
    "limit": ({"role": "引导员=5", "signup_limit": 1}, 0, "limit", {}),
    "closed": ({"role": "引导员=5", "signup_closes": "1h"}, 0, "same", {}),
}
REFUSED = {"again-full", "overlap-full", "closed"}


def add(desk, who, slug, *more, day=DAY):
    return desk.json("signup", "add", "--volunteer", who, "--event", slug, "--on", day, "--waitlist", *more)


def prepare(desk, case, who, slug):
    """How many places are taken is the same for both."""
    flags, others, has, _ = CASES[case]
    for _ in range(others):
        add(desk, desk.volunteer()["id"], slug)
    if has == "same":
        add(desk, desk.people[who] if who == "busy" else desk.volunteer()["id"], slug, "--force")
    if has == "overlap" and who == "busy":
        desk.event(slug + "-x", title="另一个活动", start=f"{DAY} 10:00", role="讲解员=5")
        add(desk, desk.people[who], slug + "-x")
    if has == "limit" and who == "busy":
        add(desk, desk.people[who], slug, day="2027-05-19")


def clear(desk, who):
    """What the busy one has is off their hands again, so that the next case starts anew."""
    for s in desk.items("signup", "list", "--volunteer", desk.people[who]):
        if s["state"] != "cancelled":
            desk.json("signup", "cancel", s["id"])


@pytest.fixture(scope="module")
def office():
    import kepu as harness

    one = harness.Kepu(config="[limits]\nphone = 0\n").start()
    one.people = {"busy": one.json("volunteer", "add", "--name", BUSY["name"], "--phone", BUSY["phone"])["id"],
                  "idle": one.json("volunteer", "add", "--name", IDLE["name"], "--phone", IDLE["phone"])["id"]}
    yield one
    one.close()


def open_form(office, slug):
    r = office.get(f"/events/{slug}/{DAY}", headers=ZH)
    return pages.Form(pages.is_a_page(r), office.base, "/signups"), time.monotonic()


def stranger_sends(office, opened, who, **more):
    form, at = opened
    wait_until(lambda: time.monotonic() > at + FORM_AGE_S, what="the form's age")
    hidden = {k: v for k, v in form.hidden.items() if k != "waitlist"}
    return office.get(form.action.removeprefix(office.base), "POST", data={**hidden, **PERSON, **who, **more},
                      headers=ZH)


def scrubbed(text):
    """Without what differs between any two sign-ups: tokens, ids, addresses of the event."""
    text = re.sub(r"/v/[0-9a-z]{32}", "/v/TOKEN", text)
    text = re.sub(r"\bs-[0-9a-z]+", "s-ID", text)
    text = re.sub(r'name="form" value="\w+"', "", text)
    return re.sub(r"-(busy|idle)\b", "", text)


def answer(office, r):
    """Status, the address it leads to, and the page there."""
    to = r.headers.get("Location", "")
    text = office.get(to, headers=ZH).text if to else r.text
    pages.tree(text)
    for secret in (*BUSY.values(), *IDLE.values(), "另一个活动", "****"):
        if r.status_code == 303:
            assert secret not in text, "nothing of the person"
    for typed in (*BUSY.values(), *IDLE.values()):         # shown again where the form is
        text = text.replace(typed, "TYPED")
    return r.status_code, scrubbed(to), scrubbed(text)


def act(office, link, what, **data):
    return answer(office, office.get(f"{link}/{what}", "POST", data=data, headers=ZH))


def held(office, who):
    return {(s["id"], s["event"], s["recurrence_id"], s["state"], s["position"])
            for s in office.items("signup", "list", "--volunteer", office.people[who])}


@pytest.fixture(scope="module")
def sent(office):
    """Every case: both answers, both links, and what the busy one had before."""
    found, forms = {}, {}
    for case in CASES:                                     # one event for each of both, alike but for the address
        for who in ("busy", "idle"):
            slug = f"str-{case}-{who}"
            office.event(slug, title="同一个活动", start=f"{DAY} 09:00", repeat="FREQ=WEEKLY;COUNT=3", **CASES[case][0])
            forms[case, who] = slug, open_form(office, slug)
    for case in CASES:
        for who in ("busy", "idle"):
            prepare(office, case, who, forms[case, who][0])
            if case == "closed":                           # since the form was opened
                office.json("event", "edit", forms[case, who][0], "--all", "--signup-closes", "300d")
        before = held(office, "busy")
        for who, person in (("busy", BUSY), ("idle", IDLE)):
            found[case, who] = stranger_sends(office, forms[case, who][1], person, **CASES[case][3])
        found[case, "kept"] = before == held(office, "busy")
        found[case, "pages"] = [answer(office, found[case, who]) for who in ("busy", "idle")]
        for who in ("busy", "idle"):
            clear(office, who)
    return found


@pytest.mark.parametrize("case", CASES)
def test_both_get_the_same_answer_and_nothing_of_the_real_one_changes(sent, case):
    busy, idle = sent[case, "pages"]
    assert busy == idle
    assert busy[0] == (409 if case in REFUSED else 303)
    assert sent[case, "kept"]
    if case in ("again-line", "in-line", "overlap-line"):
        assert f"候补第 {'2' if case == 'in-line' else '1'} 位" in busy[2]
    elif busy[0] == 303:
        assert "已报名" in busy[2] and "以原来的报名为准" in busy[2]


@pytest.fixture(scope="module")
def links(office):
    """A link that leads to nothing and one that leads to a sign-up, for events that are alike."""
    slugs = {who: f"str-links-{who}" for who in ("busy", "idle")}
    for who, slug in slugs.items():
        office.event(slug, title="可以换的活动", start=f"{DAY} 19:00", repeat="FREQ=WEEKLY;COUNT=3",
                     role=["讲解员=3", "引导员=3"])
    add(office, office.people["busy"], slugs["busy"], "--role", "引导员")
    add(office, office.people["idle"], slugs["idle"], "--role", "引导员", day="2027-05-26")
    forms = {who: open_form(office, slug) for who, slug in slugs.items()}
    links = {}
    for who, person in (("busy", BUSY), ("idle", IDLE)):
        r = stranger_sends(office, forms[who], person, role="引导员")
        links[who] = r.headers["Location"]
    office.kept = held(office, "busy")
    return links


def both(office, links, what, **data):
    busy, idle = (act(office, links[who], what, **data) for who in ("busy", "idle"))
    assert busy == idle, what
    assert held(office, "busy") == office.kept, f"{what}: what is real stands"
    return busy


def test_whatever_is_done_with_the_link_looks_the_same_and_reaches_nothing_real(office, links):
    for what in ("export", "erase", "calendar", "calendar/end", "certificate"):
        assert both(office, links, what, sure="1")[0] == 404, "those are for the whole page"
    for what in ("take", "decline"):
        assert both(office, links, what)[0] == 409
    assert both(office, links, "checkin", code="123456", way="in")[0] in (303, 409, 422)
    choices = [scrubbed(office.get(links[who] + "/change", headers=ZH).text) for who in ("busy", "idle")]
    choices = [re.sub("余 . 个名额", "", text) for text in choices]  # what anybody sees on the event's page
    assert choices[0] == choices[1] and "2027-05-19" in choices[0]
    assert both(office, links, "change", to="2027-05-19T1900 没有")[0] in (404, 409)
    assert both(office, links, "change", to=f"{DAY}T1900 引导员")[0] == 303, "as it is"
    status, _, text = both(office, links, "change", to="2027-05-19T1900 讲解员")
    assert status == 303 and "2027年5月19日" in text and "讲解员" in text
    # The idle one has something of the same event there: the link must not tell that either.
    status, _, text = both(office, links, "change", to="2027-05-26T1900 引导员")
    assert status == 303 and "2027年5月26日" in text
    for who in links:
        r = office.get(links[who] + "/link", "POST", headers=ZH)
        assert r.status_code == 303 and office.get(links[who]).status_code == 404
        links[who] = r.headers["Location"].partition("?")[0]
    status, _, text = both(office, links, "cancel")
    assert status == 303 and "已取消" in text and "/cancel" not in text
    assert both(office, links, "cancel")[0] == 409, "once"
    for who in links:
        assert office.get(links[who] + "/link/end", "POST", headers=ZH).status_code == 303
        assert office.get(links[who]).status_code == 404


def test_what_the_link_pretends_is_kept_nowhere_else(office, sent, links):
    assert not [s for s in office.items("signup", "list", "--event", "str-overlap-busy")]
    for slug in ("str-again-busy", "str-overlap-busy"):
        (role,) = office.occurrences(slug)[0]["roles"]
        assert (role["confirmed"], role["waitlisted"]) == (0, 0)
    office.json("check")
