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


@pytest.fixture(scope="module")
def careful():
    import kepu as harness

    one = harness.Kepu(config=CONFIG).start()
    yield one
    one.close()


def open_form(office, slug, headers=ZH):
    r = office.get(f"/events/{slug}/{DAY}", headers=headers)
    return pages.Form(pages.is_a_page(r), office.base, "/signups"), time.monotonic()


def send(office, opened, address="203.0.113.1", **fields):
    form, at = opened
    wait_until(lambda: time.monotonic() > at + FORM_AGE_S, what="the form's age")
    path = form.action.removeprefix(office.base)
    headers = {**ZH, "X-Forwarded-For": address}
    return office.get(path, "POST", data={**form.hidden, **PERSON, **fields}, headers=headers)


def test_the_notice_says_what_the_configuration_says_before_anything_is_collected(careful):
    careful.event("care-notice", role="引导员=5")
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
    careful.event("care-consent", role="引导员=5")
    opened = open_form(careful, "care-consent")
    assert "checked" not in opened[0].elements["consent"].attrib
    assert send(careful, opened, "203.0.113.9", name="记下同意", phone="13633330001").status_code == 303
    (v,) = [v for v in careful.items("volunteer", "list") if v["name"] == "记下同意"]
    assert v["consent_at"] and v["phone"] == "136****0001"


def test_too_many_forms_from_one_address_are_asked_to_wait_and_others_go_on(careful):
    careful.event("care-many", role="引导员=50")
    opened = open_form(careful, "care-many")
    answers = [send(careful, opened, "203.0.113.2", name=f"排队{i}", phone=f"1363333010{i}") for i in range(8)]
    assert [r.status_code for r in answers] == [303] * 6 + [429] * 2
    refused = answers[-1]
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert "分钟" in pages.text_of(pages.is_a_page(refused))
    assert send(careful, opened, "203.0.113.3", name="邻居", phone="13633330109").status_code == 303


def test_addresses_of_one_ipv6_household_are_one(careful):
    careful.event("care-six", role="引导员=50")
    opened = open_form(careful, "care-six")
    codes = [send(careful, opened, f"2001:db8::{i + 1:x}", name=f"同网{i}", phone=f"1363333020{i}").status_code
             for i in range(7)]
    assert codes == [303] * 6 + [429]
    assert send(careful, opened, "2001:db8:0:1::1", name="邻网", phone="13633330209").status_code == 303


def test_one_number_signs_up_so_many_and_a_wrong_form_costs_it_nothing(careful):
    careful.event("care-phone", role="引导员=50")
    opened = open_form(careful, "care-phone")
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
