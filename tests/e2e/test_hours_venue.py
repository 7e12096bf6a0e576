"""Checking in by the code at the venue: on one's own page, or by phone number; the screen; certificates by the page."""
import re
import urllib.parse

import pytest
import requests

from kepu import phone
from pages import is_a_page
from test_hours_attendance import HOUR, Shift, local


@pytest.fixture
def shift(desk):
    return Shift(desk, began_s=60)


def code_of(desk, shift, *more):
    return desk.json("signup", "code", "--event", shift.slug, "--on", shift.day, *more)


def own_page(desk, s):
    return desk.json("volunteer", "link", s["volunteer"])["url"]


def post(url, **form):
    return requests.post(url, data=form, headers={"Accept-Language": "en"}, timeout=20)


def test_the_screen_shows_the_code_to_who_has_its_key(desk, shift):
    shift.sign_up()
    v = code_of(desk, shift)
    assert re.fullmatch(r"\d{6}", v["code"]) and v["fixed"] is False
    shown = requests.get(v["url"], timeout=20)
    assert shown.status_code == 200 and int(shown.headers["Refresh"]) <= 60
    assert v["code"] in shown.text or code_of(desk, shift)["code"] in shown.text
    is_a_page(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    bare = requests.get(v["url"].split("?")[0], timeout=20)
    is_a_page(bare)
    assert bare.status_code == 200 and v["code"] not in bare.text
    assert requests.get(v["url"][:-1] + "0", timeout=20).status_code == 404


def test_a_printed_code_stays_the_same(desk, shift):
    s = shift.sign_up()
    v = code_of(desk, shift, "--fixed")
    assert v == code_of(desk, shift, "--fixed") and v["until"] is None and not v["code"].isdigit()
    sheet = requests.get(v["url"], timeout=20)
    assert v["code"] in sheet.text and "Refresh" not in sheet.headers
    post(own_page(desk, s) + "/checkin", signup=s["id"], code=v["code"].upper(), way="in")
    assert shift.state(s)["state"] == "attended"


def test_the_code_checks_in_and_out_on_the_own_page(desk, shift):
    s = shift.sign_up()
    url = own_page(desk, s)
    assert 'value="in"' in requests.get(url, timeout=20).text
    came = post(url + "/checkin", signup=s["id"], code=code_of(desk, shift)["code"], way="in")
    assert came.status_code == 200 and "You are checked in" in came.text and 'value="out"' in came.text
    first = shift.state(s)
    assert first["state"] == "attended" and first["checked_out"] is None
    post(url + "/checkin", signup=s["id"], code=code_of(desk, shift)["code"], way="in")
    assert shift.state(s)["checked_in"] == first["checked_in"] and shift.state(s)["checked_out"] is None
    went = post(url + "/checkin", signup=s["id"], code=code_of(desk, shift)["code"], way="out")
    assert "You are checked out" in went.text and shift.state(s)["checked_out"]


def test_wrong_codes_change_nothing_and_are_limited(desk, shift):
    s = shift.sign_up()
    url = own_page(desk, s)
    other = code_of(desk, Shift(desk, began_s=60))["code"]
    good = code_of(desk, shift)["code"]
    for wrong in ["", "1", "abcdefg", *(w for w in ("000000", other) if w != good)]:
        assert "not right" in post(url + "/checkin", signup=s["id"], code=wrong, way="in").text
    assert shift.state(s)["state"] == "confirmed"
    for _ in range(10):
        last = post(url + "/checkin", signup=s["id"], code="000001", way="in")
    assert "Too many" in last.text
    assert "Too many" in post(url + "/checkin", signup=s["id"], code=code_of(desk, shift)["code"], way="in").text
    assert shift.state(s)["state"] == "confirmed"


def test_a_scanned_code_and_the_phone_number_check_in(desk, shift):
    number = 87654321
    s = shift.sign_up(who=desk.volunteer(number))
    door = code_of(desk, shift)["url"].split("?")[0]
    assert urllib.parse.urlsplit(door).path.endswith("/checkin")
    code = code_of(desk, shift)["code"]
    assert f'value="{code}"' in requests.get(door, params={"code": code}, timeout=20).text
    assert "not right" in post(door, code=code, phone="13900000000", way="in").text
    assert "not right" in post(door, code="999999x", phone=phone(number), way="in").text
    assert shift.state(s)["state"] == "confirmed"
    came = post(door, code=code, phone=phone(number), way="in")
    assert "You are checked in" in came.text and s["id"] not in came.text
    assert shift.state(s)["state"] == "attended"
    assert post(door, code=code, phone="12", way="in").status_code == 422


def test_the_code_does_not_open_another_day(desk):
    later = Shift(desk, began_s=-3 * 24 * HOUR)
    s = later.sign_up()
    url = own_page(desk, s)
    assert "/checkin" not in requests.get(url, timeout=20).text
    assert post(url + "/checkin", signup=s["id"], code=code_of(desk, later)["code"], way="in").status_code == 409
    assert later.state(s)["state"] == "confirmed"


def test_hours_of_the_code_are_said_to_be_the_volunteers_own_word(desk, shift):
    s = shift.sign_up()
    url = own_page(desk, s)
    post(url + "/checkin", signup=s["id"], code=code_of(desk, shift)["code"], way="in")
    desk.json("signup", "check-in", s["id"], "--at", local(shift.start - 600))
    post(url + "/checkin", signup=s["id"], code=code_of(desk, shift)["code"], way="out")
    entries = desk.json("hours", "list", "--volunteer", s["volunteer"])["items"]
    assert [e["who"] for e in entries] == ["self"] and entries[0]["minutes"] >= 10


def test_a_volunteer_makes_a_certificate_on_the_own_page(desk):
    s = Shift(desk, began_s=HOUR).sign_up(who=desk.volunteer(name="李小红"))
    url = own_page(desk, s)
    assert "/certificate" not in requests.get(url, timeout=20).text
    assert post(url + "/certificate").status_code == 409
    desk.json("signup", "attend", s["id"], "--minutes", "150")
    url = own_page(desk, s)
    assert "/certificate" in requests.get(url, timeout=20).text
    sheet = post(url + "/certificate")
    assert sheet.status_code == 200 and "/certificates/" in sheet.url
    assert "李小红" in sheet.text and "2.5" in sheet.text and "data:image/svg" in sheet.text
    code = re.search(r"<strong>([0-9a-z]{4}(-[0-9a-z]{4}){3})</strong>", sheet.text)[1]
    is_a_page(sheet)
    assert desk.json("hours", "verify", code)["state"] == "valid"
    assert requests.get(sheet.url[:-1], timeout=20).status_code == 404
    assert sheet.headers["Cache-Control"] == "no-store" and sheet.headers["Referrer-Policy"] == "no-referrer"
