"""What pages show to whom: posters to print, filters of the list, days with several occurrences, WeChat's browser."""
import urllib.parse

import pytest

import pages
import qr

ZH, EN = {"Accept-Language": "zh-CN,zh;q=0.9"}, {"Accept-Language": "en-GB,en;q=0.9"}
DAY = "2027-05-12"
WECHAT = {**ZH, "User-Agent": "Mozilla/5.0 (Linux; Android 12) Mobile Safari/537.36 MicroMessenger/8.0.40.2420 NetType/4G"}
QUIET = 4  # light modules around a code


def page(desk, path, headers=ZH, status=200):
    r = desk.get(path, headers=headers)
    assert r.status_code == status, r.text
    return pages.is_a_page(r)


def shown(desk, path, headers=ZH):
    return pages.text_of(page(desk, path, headers))


@pytest.mark.parametrize("language", [ZH, EN], ids=["zh", "en"])
def test_a_poster_has_a_code_at_level_q_its_address_in_words_and_both_languages(desk, language):
    if desk.get("/events/shown-poster").status_code == 404:
        desk.json("venue", "add", "shown-hall", "--title", "科学会堂", "--title-en", "Science Hall", "--address", "怀远路 1 号")
        desk.event("shown-poster", title="\"<月球>\" & 火星", venue="shown-hall", role="引导员=2", description="<b>带水杯</b>")
    root = page(desk, f"/events/shown-poster/{DAY}/poster", language)
    (sheet,) = [e for e in pages.all_of(root, "article")]
    text = pages.text_of(sheet)
    address = f"{desk.base}/events/shown-poster/{DAY}"
    for said in ("\"<月球>\" & 火星", "2027年5月12日(周三) 09:00", "Wed 12 May 2027, 09:00", "科学会堂", "Science Hall", "怀远路 1 号",
                 "<b>带水杯</b>", address, "扫码报名", "Scan to sign up"):
        assert said in text, said
    (image,) = [e.get("src") for e in pages.all_of(sheet, "img")]
    modules = qr.of_svg(urllib.parse.unquote(image))
    assert qr.read(modules) == [address]
    format_bits = [modules[8 + QUIET][QUIET + x] for x in (0, 1)]
    assert format_bits == [False, True], "level Q: 11, masked with 10 (ISO/IEC 18004, 7.9)"


def test_posters_of_what_is_not_there_or_called_off(desk):
    assert desk.get(f"/events/nirgends/{DAY}/poster").status_code == 404
    desk.event("shown-off", role="引导员=2")
    assert desk.get("/events/shown-off/2027-05-13/poster").status_code == 404
    assert desk.get("/events/shown-off/mittwoch/poster").status_code == 404
    desk.json("event", "cancel", "shown-off")
    assert "已取消" in shown(desk, f"/events/shown-off/{DAY}/poster")


def test_a_page_says_from_when_and_till_when_sign_ups_are_taken(desk):
    desk.event("shown-window", title="有期限", role="引导员=2", signup_opens="2020-01-01", signup_closes="2027-05-10 18:00")
    here = f"/events/shown-window/{DAY}"
    assert "报名截止 2027年5月10日(周一) 18:00" in shown(desk, here).replace("截止2", "截止 2")
    for flags, said, english in (
        (("--signup-opens", "2027-05-01 08:00"), "报名从 2027年5月1日(周六) 08:00 开始", "Sign-up opens on Sat 1 May 2027, 08:00"),
        (("--signup-opens", "2020-01-01", "--signup-closes", "2026-01-01 08:00"), "报名已于 2026年1月1日(周四) 08:00 截止",
         "Sign-up closed on Thu 1 Jan 2026, 08:00"),
    ):
        desk.json("event", "edit", "shown-window", "--all", *flags)
        root = page(desk, here)
        assert said in pages.text_of(root) and english in shown(desk, here, EN)
        assert not [f for f in pages.all_of(root, "form") if "signups" in f.get("action")], "nothing to fill in for nothing"


def test_the_list_is_filtered_by_town_and_by_day(desk):
    desk.json("venue", "add", "shown-east", "--title", "东区馆", "--town", "朔方路街道")
    desk.json("venue", "add", "shown-west", "--title", "西区馆", "--town", "怀远路街道")
    desk.event("shown-a", title="东区的课", start="2027-06-01 09:00", venue="shown-east")
    desk.event("shown-b", title="西区的课", start="2027-06-01 23:30", venue="shown-west")
    desk.event("shown-c", title="街道自己的课", start="2027-06-02 00:00", venue="朔方路街道文化站")
    town = urllib.parse.quote("朔方路街道")
    east = shown(desk, f"/events?town={town}")
    assert "东区的课" in east and "街道自己的课" in east and "西区的课" not in east
    assert "怀远路街道" in east, "to choose from"
    first = shown(desk, "/events?date=2027-06-01")
    assert "东区的课" in first and "西区的课" in first and "街道自己的课" not in first
    assert "街道自己的课" in shown(desk, f"/events?town={town}&date=2027-06-02&category=&lang=zh")
    assert "没有符合条件的活动" in shown(desk, "/events?date=2027-06-03")
    root = page(desk, f"/events?town={town}&lang=en")
    assert [o.get("selected") is not None for o in pages.all_of(root, "option") if pages.text_of(o) == "朔方路街道"] == [True]
    assert any(f"town={town}" in a and "lang=zh" in a for a in pages.links(root)), "the other language keeps the filter"
    for wrong in ("town=Nirgends", "date=2027-02-30", "date=morgen", "date=2027-06-01T09:00", "audience=%3Cscript%3E"):
        page(desk, "/events?" + wrong, status=404)


def test_a_day_with_several_has_an_address_for_each(desk):
    desk.event("shown-twice", title="一天两场", role="引导员=2")
    desk.json("event", "edit", "shown-twice", "--all", "--rdate", f"{DAY} 15:00")
    hrefs = pages.links(page(desk, "/events/shown-twice"))
    for time in ("T0900", "T1500"):
        assert any(h.startswith(f"/events/shown-twice/{DAY}{time}") for h in hrefs)
        assert time[1:3] + ":00" in shown(desk, f"/events/shown-twice/{DAY}{time}")
    r = desk.get(f"/events/shown-twice/{DAY}")
    assert r.status_code == 303 and r.headers["Location"] == "/events/shown-twice", "the event shows both"


def test_in_wechat_words_and_addresses_to_copy_instead_of_what_it_can_t_open(desk):
    desk.event("shown-wechat", title="微信里看", venue="贺兰山广场", role="引导员=2")
    for path in ("/", "/events/shown-wechat", f"/events/shown-wechat/{DAY}"):
        inside, outside = page(desk, path, WECHAT), page(desk, path)
        assert "微信里打不开" in pages.text_of(inside) and "微信里打不开" not in pages.text_of(outside)
        assert not [a for a in pages.links(inside) if a.startswith("webcal:") or ".ics" in a or "google" in a]
        assert [a for a in pages.links(outside) if a.startswith("webcal:") or ".ics" in a]
        copied = [pages.text_of(e) for e in pages.all_of(inside, "code")]
        assert copied and any(c.startswith(desk.base) for c in copied)
    assert "2027年5月12日(周三) 09:00–11:00 微信里看 贺兰山广场" in copied
    assert "user-agent" in desk.get("/", headers=WECHAT).headers["Vary"].lower()
