"""Pages that take care of people's data, and of the office: the notice, limits, links of one's own."""
import re
import time

import pytest

import pages
from kepu import wait_until

ZH, EN = {"Accept-Language": "zh-CN,zh;q=0.9"}, {"Accept-Language": "en-GB,en;q=0.9"}
DAY = "2027-05-12"
FORM_AGE_S = 2.2
PERSON = {"age": "adult", "consent": "1"}
CONFIG = """
[http]
trusted_proxies = 127.0.0.1
[privacy]
handler = 西夏区科学技术协会
handler_en = Xixia Association for Science
contact = 0951-1234567
purpose = 只用来安排<观星>的名额。
version = 2027-a
retention = 30d
[limits]
address = 6/h
phone = 2/d
"""


# Made together with their forms, so that all of these grow old enough in one wait.
ONE = {"role": "引导员=50"}
CAREFUL = {slug: ONE for slug in ("care-notice", "care-consent", "care-many", "care-six", "care-phone")}
PLAIN = {
    "care-change": {"title": "换场", "repeat": "FREQ=DAILY;COUNT=3", "role": ["讲解员=1", "引导员=2"]},
    "care-first": {"start": f"{DAY} 14:00", **ONE},
    "care-along": {"repeat": "FREQ=DAILY;COUNT=2", **ONE},
    "care-erase": ONE,
    "care-link": ONE,
    "care-link-before": {"start": f"{DAY} 14:00", **ONE},
    "care-link-one": ONE,
    "care-get": ONE,
}


def make_events(office, events):
    for slug, more in events.items():
        office.event(slug, **more)
    office.forms = {slug: open_form(office, slug) for slug in events}
    return office


@pytest.fixture(scope="module")
def careful():
    import kepu as harness

    one = harness.Kepu(config=CONFIG).start()
    yield make_events(one, CAREFUL)
    one.close()


@pytest.fixture(scope="module")
def one(desk):
    return make_events(desk, PLAIN)


def open_form(office, slug):
    r = office.get(f"/events/{slug}/{DAY}", headers=ZH)
    return pages.Form(pages.is_a_page(r), office.base, "/signups"), time.monotonic()


def send(office, opened, address="203.0.113.1", **fields):
    form, at = opened
    wait_until(lambda: time.monotonic() > at + FORM_AGE_S, what="the form's age")
    path = form.action.removeprefix(office.base)
    headers = {**ZH, "X-Forwarded-For": address}
    return office.get(path, "POST", data={**form.hidden, **PERSON, **fields}, headers=headers)


def test_the_notice_says_what_the_configuration_says_before_anything_is_collected(careful):
    text = pages.text_of(pages.is_a_page(careful.get("/privacy", headers=ZH)))
    for said in ("西夏区科学技术协会", "0951-1234567", "只用来安排<观星>的名额。", "2027-a", "30 天"):
        assert said in text
    english = pages.text_of(pages.is_a_page(careful.get("/privacy", headers=EN)))
    assert "Xixia Association for Science" in english and "30 days" in english
    form = pages.text_of(pages.is_a_page(careful.get(f"/events/care-notice/{DAY}", headers=ZH)))
    before = form[: form.index("姓名 电话") if "姓名 电话" in form else form.index("想报") if "想报" in form else None]
    for said in ("西夏区科学技术协会", "只用来安排<观星>的名额。", "保存多久", "您的权利"):
        assert said in before


def test_consent_is_unticked_and_kept_with_its_version_and_time(careful):
    opened = careful.forms["care-consent"]
    assert "checked" not in opened[0].elements["consent"].attrib
    assert send(careful, opened, "203.0.113.9", name="记下同意", phone="13633330001").status_code == 303
    (v,) = [v for v in careful.items("volunteer", "list") if v["name"] == "记下同意"]
    assert v["consent_at"] and v["phone"] == "136****0001"


def test_too_many_forms_from_one_address_are_asked_to_wait_and_others_go_on(careful):
    opened = careful.forms["care-many"]
    answers = [send(careful, opened, "203.0.113.2", name=f"排队{i}", phone=f"1363333010{i}") for i in range(8)]
    assert [r.status_code for r in answers] == [303] * 6 + [429] * 2
    refused = answers[-1]
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert "分钟" in pages.text_of(pages.is_a_page(refused))
    assert send(careful, opened, "203.0.113.3", name="邻居", phone="13633330109").status_code == 303


def test_addresses_of_one_ipv6_household_are_one(careful):
    opened = careful.forms["care-six"]
    codes = [send(careful, opened, f"2001:db8::{i + 1:x}", name=f"同网{i}", phone=f"1363333020{i}").status_code
             for i in range(7)]
    assert codes == [303] * 6 + [429]
    assert send(careful, opened, "2001:db8:0:1::1", name="邻网", phone="13633330209").status_code == 303


def test_one_number_signs_up_so_many_and_a_wrong_form_costs_it_nothing(careful):
    opened = careful.forms["care-phone"]
    phone = "13633330301"
    codes = [send(careful, opened, f"203.0.113.{20 + i}", name=f"同号{i}", phone=phone, **more).status_code
             for i, more in enumerate([{"consent": ""}, {}, {}, {}])]
    assert codes == [422, 303, 303, 429]


def test_only_a_trusted_proxy_says_where_a_form_comes_from(make_kepu):
    one = make_kepu(config="[limits]\naddress = 2/h\n").start()
    one.event("care-untrusted", role="引导员=50")
    opened = open_form(one, "care-untrusted")
    codes = [send(one, opened, "203.0.113.2", name=f"不可信{i}", phone=f"1363333040{i}").status_code for i in range(4)]
    assert codes == [303] * 4, "loopback is nobody's address, whatever it forwards"


@pytest.mark.parametrize("path", ["", "/cancel", "/calendar", "/calendar/end"])
def test_a_wrong_link_and_a_revoked_one_get_the_same_answer(desk, path):
    v = desk.volunteer()
    old = desk.json("volunteer", "link", v["id"])["url"].removeprefix(desk.base)
    assert desk.get(old).status_code == 200
    desk.json("volunteer", "link", v["id"])
    method = "POST" if path else "GET"
    answers = [desk.get(link + path, method, data={"signup": "x"} if path else None, headers=ZH)
               for link in (old, "/v/" + "a" * 32, "/v/x", "/v/" + "é" * 20)]
    assert {r.status_code for r in answers} == {404}
    token = re.compile(r"/v/[^\"?]*")
    assert len({token.sub("", r.text) for r in answers}) == 1


# A page of one's own


def sign_up(office, slug, name, phone, **fields):
    form, at = office.forms[slug]
    wait_until(lambda: time.monotonic() > at + FORM_AGE_S, what="the form's age")
    r = office.get(form.action.removeprefix(office.base), "POST",
                   data={**form.hidden, **PERSON, "name": name, "phone": phone, **fields}, headers=ZH)
    assert r.status_code == 303, r.text
    return r.headers["Location"]


def own_form(office, own, where):
    return pages.Form(pages.is_a_page(office.get(own, headers=ZH)), office.base, where)


def post(office, form, **fields):
    return office.get(form.action.removeprefix(office.base), "POST", data={**form.hidden, **fields}, headers=ZH)


def states(office, slug):
    return sorted((s["recurrence_id"][:10], s["role"], s["state"]) for s in office.items("signup", "list", "--event", slug))


def test_a_sign_up_is_changed_to_another_role_or_date_or_stays_as_it_is(one):
    own = sign_up(one, "care-change", "换来换去", "13644440001", role="引导员")
    (link,) = [a for a in pages.links(pages.tree(one.get(own).text)) if "/change?" in a]
    root = pages.is_a_page(one.get(link, headers=ZH))
    form = pages.Form(root, one.base, "/change")
    offered = [o.get("value") for o in pages.all_of(root, "option")]
    assert len(offered) == 6 and f"{DAY}T0900 引导员" in offered
    r = post(one, form, to="2027-05-13T0900 讲解员")
    assert r.status_code == 303 and "已经换好了" in one.get(r.headers["Location"], headers=ZH).text
    assert states(one, "care-change") == [(DAY, "引导员", "cancelled"), ("2027-05-13", "讲解员", "confirmed")]
    other = sign_up(one, "care-change", "另一位", "13644440002", role="引导员")
    (link,) = [a for a in pages.links(pages.tree(one.get(other).text)) if "/change?" in a]
    form = pages.Form(pages.tree(one.get(link, headers=ZH).text), one.base, "/change")
    r = post(one, form, to="2027-05-13T0900 讲解员")
    assert r.status_code == 409 and "您原来的报名没有变" in pages.text_of(pages.is_a_page(r))
    before = states(one, "care-change")
    assert before.count((DAY, "引导员", "confirmed")) == 1 and len(before) == 3, "nothing was given up"
    for junk in ("", "x", "2027-05-13T0900", "2027-05-13T0900 没有", "1999-01-01 引导员", "a" * 3000):
        assert post(one, form, to=junk).status_code in (404, 409, 422)
    assert post(one, form, to=f"{DAY}T0900 引导员").status_code == 303, "to what it is: nothing happens"
    assert states(one, "care-change") == before
    assert post(one, form, to="2027-05-13T0900 讲解员", waitlist="1").status_code == 303
    assert ("2027-05-13", "讲解员", "waitlisted") in states(one, "care-change")
    assert "退出候补" in one.get(other, headers=ZH).text


def test_the_link_of_one_sign_up_goes_along_when_it_is_changed(one):
    sign_up(one, "care-first", "老志愿者", "13644440003")
    own = sign_up(one, "care-along", "老志愿者", "13644440003")
    text = one.get(own, headers=ZH).text
    assert "老志愿者" not in text and "/export" not in text and "/erase" not in text
    (link,) = [a for a in pages.links(pages.tree(text)) if "/change?" in a]
    form = pages.Form(pages.tree(one.get(link, headers=ZH).text), one.base, "/change")
    assert post(one, form, to="2027-05-13T0900 引导员").status_code == 303
    assert "2027年5月13日" in one.get(own, headers=ZH).text
    assert one.get(own + "/export", "POST").status_code == 404, "not the person's"


def test_what_is_held_is_downloaded_and_then_erased(one):
    own = sign_up(one, "care-erase", "要走的人", "13644440004")
    r = post(one, own_form(one, own, "/export"))
    assert r.status_code == 200 and "attachment" in r.headers["Content-Disposition"]
    assert r.headers["Cache-Control"] == "no-store"
    held = r.json()
    assert held["volunteer"]["name"] == "要走的人" and held["volunteer"]["phone"].endswith("13644440004")
    form = own_form(one, own, "/erase")
    assert post(one, form).status_code == 303 and one.get(own).status_code == 200, "not without the box ticked"
    r = post(one, form, sure="1")
    assert r.status_code == 303 and "已经抹去" in one.get(r.headers["Location"], headers=ZH).text
    assert one.get(own).status_code == 404
    assert states(one, "care-erase") == [(DAY, "引导员", "cancelled")]
    assert "要走的人" not in one.get(f"/events/care-erase/{DAY}").text and "13644440004" not in one.log()


@pytest.mark.parametrize("whole", [True, False], ids=["person", "sign-up"])
def test_a_link_is_renewed_and_ended_by_its_holder(one, whole):
    slug, phone = ("care-link", "13644440005") if whole else ("care-link-one", "13644440006")
    if not whole:
            sign_up(one, "care-link-before", "链接人", phone)
    own = sign_up(one, slug, "链接人", phone)
    r = post(one, link_form(one, own, "/link"))
    new = r.headers["Location"]
    assert r.status_code == 303 and not new.startswith(own) and "这是新链接" in one.get(new, headers=ZH).text
    assert one.get(own).status_code == 404
    r = post(one, link_form(one, new.partition("?")[0], "/link/end"))
    assert r.status_code == 303 and "链接已失效" in one.get(r.headers["Location"], headers=ZH).text
    assert one.get(new).status_code == 404
    assert states(one, slug) == [(DAY, "引导员", "confirmed")]


def link_form(office, own, end):
    """Of the two forms about links the one whose action ends so."""
    root = pages.is_a_page(office.get(own, headers=ZH))
    (action,) = [f.get("action") for f in pages.all_of(root, "form") if f.get("action").endswith(end)]

    class Plain:
        hidden = {}

    Plain.action = action
    return Plain


def test_reading_never_changes_anything(one):
    own = sign_up(one, "care-get", "只看看", "13644440077")
    for path, status in [("/change", 404), ("/link", 405), ("/link/end", 405), ("/export", 405), ("/erase", 405)]:
        for method in ("GET", "HEAD"):
            assert one.get(own + path, method).status_code == status
    assert one.get(own).status_code == 200


@pytest.mark.parametrize("answer", ["take", "decline"])
def test_a_place_that_is_offered_is_taken_or_left_on_the_own_page(make_kepu, answer):
    office = make_kepu(config="[signup]\nwaitlist = offer\n[mail]\nurl = smtp://127.0.0.1:9\nfrom = a@example.org\n").start()
    make_events(office, {"care-offer": {"role": "引导员=1"}})
    first = sign_up(office, "care-offer", "先来的", "13655550001")
    own = sign_up(office, "care-offer", "后来的", "13655550002", waitlist="1")
    (second,) = [v["id"] for v in office.items("volunteer", "list") if v["name"] == "后来的"]
    office.json("volunteer", "edit", second, "--email", "b@example.org")
    assert post(office, own_form(office, first, "/cancel")).status_code == 303
    assert states(office, "care-offer")[-1][2] == "offered"
    r = post(office, own_form(office, own, "/" + answer))
    assert r.status_code == 303 and f"done={answer}" in r.headers["Location"]
    assert states(office, "care-offer")[-1][2] == ("confirmed" if answer == "take" else "cancelled")
    assert office.get(own, headers=ZH).status_code == 200
