"""Walking through the pages as a volunteer does: sign up, wait, be promoted, cancel; and what pages keep to themselves."""
import concurrent.futures
import re
import time
import urllib.parse

import pytest

import kepu as harness
import pages
from kepu import wait_until

ZH, EN = {"Accept-Language": "zh-CN,zh;q=0.9"}, {"Accept-Language": "en-GB,en;q=0.9"}
DAY = "2027-05-12"
FORM_AGE_S = 2.2
PERSON = {"age": "adult", "consent": "1"}


class Visitor:
    """Opens forms and sends them once they are old enough."""

    def __init__(self, desk):
        self.desk, self.opened = desk, {}

    def open(self, slug, headers=ZH, query=""):
        r = self.desk.get(f"/events/{slug}/{DAY}{query}", headers=headers)
        form = pages.Form(pages.is_a_page(r), self.desk.base, "/signups")
        self.opened[slug] = time.monotonic()
        return form

    def send(self, slug, form, headers=ZH, **fields):
        wait_until(lambda: time.monotonic() > self.opened[slug] + FORM_AGE_S, what="the form's age")
        path = form.action.removeprefix(self.desk.base)
        return self.desk.get(path, "POST", data={**form.hidden, **PERSON, **fields}, headers=headers)

    def sign_up(self, slug, name, phone, **fields):
        r = self.send(slug, self.open(slug), name=name, phone=phone, **fields)
        assert r.status_code == 303, r.text
        return urllib.parse.urlsplit(r.headers["Location"]).path


@pytest.fixture
def visitor(desk):
    return Visitor(desk)


def page(desk, path, headers=ZH, status=200):
    r = desk.get(path, headers=headers)
    assert r.status_code == status, r.text
    return pages.text_of(pages.is_a_page(r))


def cancel(desk, own):
    root = pages.tree(desk.get(own, headers=ZH).text)
    form = pages.Form(root, desk.base, "/cancel")
    return desk.get(form.action.removeprefix(desk.base), "POST", data=form.hidden, headers=ZH)


def states(desk, slug):
    return sorted(s["state"] for s in desk.items("signup", "list", "--event", slug))


def test_full_then_in_line_then_promoted_then_cancelled(desk, visitor):
    desk.event("walk-line", title="候补走一遍", role="引导员=1")
    first = visitor.sign_up("walk-line", "先来的", "13622220001")
    assert "已报名" in page(desk, first)

    form = visitor.open("walk-line")
    assert form.hidden.get("waitlist") == "1", "a full role offers its waiting list"
    second = urllib.parse.urlsplit(
        visitor.send("walk-line", form, name="后到的", phone="13622220002").headers["Location"]).path
    assert "候补第 1 位" in page(desk, second) and "Number 1 on the waiting list" in page(desk, second, EN)
    assert states(desk, "walk-line") == ["confirmed", "waitlisted"]

    r = cancel(desk, first)
    assert r.status_code == 303 and r.headers["Location"].startswith(first)
    assert "已取消" in page(desk, first) and "已报名" in page(desk, second)
    assert states(desk, "walk-line") == ["cancelled", "confirmed"]
    assert "/cancel" not in desk.get(first).text, "what is cancelled can't be cancelled again"


def test_a_role_that_filled_up_meanwhile_is_said_and_the_line_is_offered(desk, visitor):
    desk.event("walk-race", role=["讲解员=1", "引导员=5"])
    form = visitor.open("walk-race")
    desk.json("signup", "add", "--volunteer", desk.volunteer()["id"], "--event", "walk-race", "--on", DAY, "--role",
              "讲解员")
    r = visitor.send("walk-race", form, name="晚一步", phone="13622220003", role="讲解员")
    assert r.status_code == 409
    root = pages.is_a_page(r)
    again = pages.Form(root, desk.base, "/signups")
    assert "waitlist" in again.names and "晚一步" in r.text and "刚刚满了" in pages.text_of(root)
    r = visitor.send("walk-race", again, name="晚一步", phone="13622220003", role="讲解员", waitlist="1")
    assert r.status_code == 303 and states(desk, "walk-race") == ["confirmed", "waitlisted"]


def test_reading_a_page_of_one_s_own_changes_nothing_however_often(desk, visitor):
    desk.event("walk-read", role="引导员=1")
    own = visitor.sign_up("walk-read", "常看看", "13622220004")
    for _ in range(3):
        desk.get(own)
        desk.get(own, "HEAD")
        assert desk.get(own + "/cancel").status_code == 405
    assert states(desk, "walk-read") == ["confirmed"]


def test_two_taps_at_once_are_one_sign_up_and_one_page(desk, visitor):
    desk.event("walk-tap", role="引导员=5")
    form = visitor.open("walk-tap")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(
            lambda _: visitor.send("walk-tap", form, name="连点", phone="13622220005"), range(4)))
    assert {r.status_code for r in answers} == {303}
    assert len({r.headers["Location"] for r in answers}) == 1 and states(desk, "walk-tap") == ["confirmed"]


def test_a_second_child_from_the_same_form_is_another_sign_up(desk, visitor):
    desk.event("walk-children", role="小观众=5:participant")
    form = visitor.open("walk-children")
    guardian = {"age": "under14", "guardian_name": "家长", "guardian_phone": "13622220006", "guardian_consent": "1"}
    for name in ("小明明", "小红红"):
        assert visitor.send("walk-children", form, name=name, phone="13622220006", **guardian).status_code == 303
    assert states(desk, "walk-children") == ["confirmed", "confirmed"]


def test_a_stranger_with_a_known_number_learns_nothing_and_can_do_nothing(desk, visitor):
    desk.event("walk-told", role="引导员=5")
    visitor.sign_up("walk-told", "本人", "13622220007")
    stranger = visitor.sign_up("walk-told", "本人", "13622220007")
    text = page(desk, stranger)
    assert "本人" not in text and "13622220007" not in text and "以原来的报名为准" in text
    assert desk.get(stranger + "/cancel", "POST", data={"signup": "x"}).status_code == 303
    assert states(desk, "walk-told") == ["confirmed"]


def test_somebody_else_s_sign_up_can_t_be_cancelled_through_one_s_own_page(desk, visitor):
    desk.event("walk-foreign", role="引导员=5")
    visitor.sign_up("walk-foreign", "甲某某", "13622220008")
    own = visitor.sign_up("walk-foreign", "乙某某", "13622220009")
    ids = [s["id"] for s in desk.items("signup", "list", "--event", "walk-foreign")]
    assert desk.get(own + "/cancel", "POST", data={"signup": ids[0]}).status_code == 404
    assert states(desk, "walk-foreign") == ["confirmed", "confirmed"]


def test_the_trap_and_a_foreign_form_are_refused_kindly_and_the_form_works_again(desk, visitor):
    desk.event("walk-trap", role="引导员=5")
    desk.event("walk-other", role="引导员=5")
    form, other = visitor.open("walk-trap"), visitor.open("walk-other")
    r = visitor.send("walk-trap", form, name="机器人", phone="13622220010", website="http://spam.example")
    assert r.status_code == 422
    form.hidden, mine = other.hidden, form.hidden
    r = visitor.send("walk-trap", form, name="换个表", phone="13622220010")
    assert r.status_code == 422 and "换个表" in r.text and states(desk, "walk-trap") == []
    form.hidden = mine
    assert visitor.send("walk-trap", form, name="换个表", phone="13622220010").status_code == 303


def test_everything_that_is_wrong_is_said_at_once_beside_its_field(desk, visitor):
    desk.event("walk-wrong", role="引导员=5")
    form = visitor.open("walk-wrong")
    r = visitor.send("walk-wrong", form, name="", phone="12", age="", consent="")
    assert r.status_code == 422
    root = pages.is_a_page(r)
    for field in ("name", "phone", "consent"):
        (element,) = [e for e in root.iter() if e.get("id") == f"f-{field}"]
        assert element.get("aria-invalid") == "true" and f"e-{field}" in element.get("aria-describedby")
    assert [e for e in root.iter() if e.get("id") == "errors" and e.get("role") == "alert"]
    assert {"#f-name", "#f-phone", "#f-age", "#f-consent"} <= set(pages.links(root))


def test_a_page_stays_in_its_language_and_size(desk):
    desk.event("walk-lang", role="引导员=5")
    r = desk.get(f"/events/walk-lang/{DAY}?lang=en&size=large", headers=ZH)
    root = pages.is_a_page(r)
    assert root.get("lang") == "en" and root.get("class") == "large"
    inside = [a for a in pages.links(root) if a.startswith("/") and ".ics" not in a and "中文" not in a]
    kept = [a for a in inside if "lang=en" in a and "size=large" in a]
    assert len(kept) >= len(inside) - 2, "all but the two that switch"
    form = pages.Form(root, desk.base, "/signups")
    assert "lang=en" in form.action and "size=large" in form.action


def test_what_changes_is_on_the_page_when_the_command_returns(desk):
    desk.event("walk-fresh", title="旧的题目", role="引导员=2")
    for path in ("/events/walk-fresh", f"/events/walk-fresh/{DAY}"):
        assert "旧的题目" in page(desk, path)
    tag = desk.get("/events/walk-fresh").headers["ETag"]
    assert desk.get("/events/walk-fresh", headers={"If-None-Match": tag}).status_code == 304
    desk.json("event", "edit", "walk-fresh", "--all", "--title", "新的题目")
    for path in ("/events/walk-fresh", f"/events/walk-fresh/{DAY}"):
        assert "新的题目" in page(desk, path)
    assert desk.get("/events/walk-fresh", headers={"If-None-Match": tag}).status_code == 200
    desk.json("signup", "add", "--volunteer", desk.volunteer()["id"], "--event", "walk-fresh", "--on", DAY)
    assert "余 1 个名额" in page(desk, "/events/walk-fresh")


def test_an_event_that_is_cancelled_takes_no_sign_ups_even_from_an_open_form(desk, visitor):
    desk.event("walk-off", role="引导员=2")
    form = visitor.open("walk-off")
    desk.json("event", "cancel", "walk-off", "--reason", "暴雨红色预警")
    assert "暴雨红色预警" in page(desk, f"/events/walk-off/{DAY}")
    r = visitor.send("walk-off", form, name="冒雨来", phone="13622220011")
    assert r.status_code == 409 and states(desk, "walk-off") == []
    pages.is_a_page(r)


def test_filters_leave_what_matches_and_unknown_ones_are_404(desk):
    desk.event("walk-fire", title="消防筛选", start="2027-05-13 09:00", category="fire-day", lead="yingji",
               audience="elderly")
    desk.event("walk-sky", title="观星筛选", start="2027-05-13 19:00", category="science-month", lead="kexie")
    for query in ("category=fire-day", "audience=elderly", "lead=yingji", "category=fire-day&audience=&lead="):
        text = page(desk, "/events?" + query)
        assert "消防筛选" in text and "观星筛选" not in text
    page(desk, "/events?category=nirgends", status=404)
    page(desk, "/events?page=9999")


def test_a_moved_date_is_shown_struck_beside_the_new_one(desk):
    desk.event("walk-moved", role="引导员=2")
    desk.json("event", "move", "walk-moved", "--on", DAY, "--to", "2027-05-13 10:00")
    root = pages.is_a_page(desk.get(f"/events/walk-moved/{DAY}", headers=ZH))
    assert ["2027年5月12日(周三) 09:00"] == [pages.text_of(s) for s in pages.all_of(root, "s")]
    assert "2027年5月13日(周四) 10:00" in pages.text_of(root)
    assert "Thu 13 May 2027, 10:00" in page(desk, f"/events/walk-moved/{DAY}", EN)


def test_the_address_of_a_day_with_several_names_the_time(desk):
    desk.event("walk-twice", role="引导员=2")
    assert "2027年5月12日(周三) 09:00" in page(desk, f"/events/walk-twice/{DAY}T0900")
    page(desk, f"/events/walk-twice/{DAY}T1000", status=404)


def test_long_and_hostile_words_stay_within_forty_kilobytes(desk):
    desk.event("walk-long", title="\"'<&>" * 40, description="\"<&>'\n" * 3000, venue="\"&" * 100,
               role=[f"{i}" + "\"" * 38 + "=1" for i in range(20)])
    for path in ("/events/walk-long", f"/events/walk-long/{DAY}", "/events", "/"):
        r = desk.get(path)
        assert r.status_code == 200
        pages.is_a_page(r)


def test_pages_with_people_are_kept_nowhere(desk, visitor):
    desk.event("walk-kept", role="引导员=2")
    own = visitor.sign_up("walk-kept", "不留痕", "13622220012")
    r = desk.get(own)
    assert r.headers["Cache-Control"] == "no-store" and r.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in r.headers["X-Robots-Tag"] and "ETag" not in r.headers
    assert "no-store" in desk.get(f"/events/walk-kept/{DAY}").headers["Cache-Control"], "it holds the reader's form"
    assert own.rsplit("/", 1)[1] not in desk.log()
    assert "Disallow: /v/" in desk.get("/robots.txt").text


def test_a_page_brings_its_style_along_and_asks_for_nothing_more(desk):
    for path in ("/", "/events", "/plan", "/privacy"):
        root = pages.is_a_page(desk.get(path))
        wanted = [e.get("href") for e in pages.all_of(root, "link") if e.get("rel") in ("stylesheet", "icon")]
        wanted += [e.get("src") for e in pages.all_of(root, "img")]
        assert len(wanted) >= 3 and all(w.startswith("data:") for w in wanted), path
        (style,) = [w for w in wanted if w.startswith("data:text/css")]
        assert "url(" not in urllib.parse.unquote(style) and "@import" not in urllib.parse.unquote(style)


@pytest.mark.parametrize("path", ["/", "/events", f"/events/walk-gzip/{DAY}"])
def test_pages_are_compressed_for_who_takes_it_and_the_same_for_all(desk, path):
    if path.startswith("/events/"):
        desk.event("walk-gzip", role="引导员=2")
    plain, small = (desk.get(path, headers={**ZH, "Accept-Encoding": e}) for e in ("identity", "gzip"))
    assert small.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert "accept-encoding" in small.headers["Vary"].lower()
    assert int(small.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    token = re.compile(r'name="form" value="\w+"')
    assert token.sub("", small.text) == token.sub("", plain.text)
    assert len(set(token.findall(small.text + plain.text))) == 2 * len(token.findall(plain.text)), "a form for each"
    if "ETag" in plain.headers:
        assert plain.headers["ETag"] != small.headers["ETag"]
        again = {**ZH, "Accept-Encoding": "gzip", "If-None-Match": small.headers["ETag"]}
        assert desk.get(path, headers=again).status_code == 304


def test_the_metrics_are_for_the_near_unless_said(desk, make_kepu):
    for header in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=192.0.2.1"}):
        assert desk.get("/metrics", headers=header).status_code == 403, "a proxy here serves everybody"
    shut = make_kepu(config="[http]\nmetrics = socket\n").start()
    r = shut.get("/metrics")
    assert r.status_code == 403 and r.headers["Content-Type"].startswith("text/html")


def test_the_metrics_count_what_there_is(desk):
    desk.volunteer()
    text = desk.get("/metrics").text
    volunteers = desk.json("target", "show", "volunteers")["value"]
    assert f"\nkepu_volunteers {volunteers}\n" in text and "\nkepu_up 1\n" in text
    assert float(re.search(r"^kepu_resident_memory_bytes (\S+)$", text, re.M)[1]) > 1e6


def test_a_reverse_proxy_may_give_the_pages_a_folder(make_kepu):
    one = make_kepu(args=["--public-url", "https://example.org/kepu"]).start()
    one.event("folder", role="引导员=2")
    root = pages.is_a_page(one.get(f"/events/folder/{DAY}"))
    inside = [a for a in pages.links(root) if a.startswith("/")]
    assert inside and all(a.startswith("/kepu/") for a in inside)
    assert 'href="webcal://example.org/kepu/feeds/event/folder.ics"' in one.get("/events/folder").text
