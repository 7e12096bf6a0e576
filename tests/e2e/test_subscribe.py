"""Subscribing: the addresses that kepuctl and the pages give, their QR codes, one's own calendar, what is kept."""
import html
import os
import pty
import re
import subprocess
import urllib.parse

import pytest

import kepu as harness
import qr
from kepu import NOT_FOUND, unique

FEEDS = ["all", "category/science-day", "audience/public", "department/kexie", "event/subscribe-to"]


@pytest.fixture(scope="module")
def office(desk):
    desk.event("subscribe-to", category="science-day", audience="public", lead="kexie")
    return desk


def google_of(webcal):
    return "https://calendar.google.com/calendar/r?cid=" + urllib.parse.quote(webcal, safe="")


def check_addresses(desk, feed, path):
    assert feed["url"].endswith(path) and feed["url"].startswith("http")
    assert feed["webcal"] == "webcal" + feed["url"][feed["url"].index(":"):]
    assert feed["google"] == google_of(feed["webcal"])
    assert desk.get(path).status_code == 200


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_is_shown_with_all_its_addresses(office, feed):
    shown = office.json("feed", "show", feed)
    check_addresses(office, shown, f"/feeds/{feed}.ics")
    assert shown in office.items("feed", "list")


def test_the_feed_of_all_is_shown_where_none_is_named(office):
    assert office.json("feed", "show") == office.json("feed", "show", "all")


@pytest.mark.parametrize("feed", ["nope", "category", "category/nope", "event/subscribe-tu", "all/x", "event/", "event/a/b", "",
                                  "volunteer/v-1", "../status"])
def test_a_feed_that_is_not_there_is_3(office, feed):
    assert office.error("feed", "show", feed, code=NOT_FOUND)


def picture(text):
    return "\n".join(line for line in text.splitlines() if set(line) <= set(" ▀▄█") and len(line) > 20)


@pytest.mark.parametrize("feed", FEEDS)
def test_the_qr_code_is_the_webcal_address(office, feed):
    said = office.ctl("feed", "show", feed, "--qr").out
    assert qr.read(qr.of_blocks(picture(said))) == [office.json("feed", "show", feed)["webcal"]]


def test_it_is_drawn_on_a_terminal_only_unless_asked_for(office):
    assert not picture(office.ctl("feed", "show").out)
    office.ctl("feed", "show", "--qr", "--json").json()


def on_a_terminal(desk, *args, columns=120, **env):
    ours, theirs = pty.openpty()
    subprocess.run(["stty", "cols", str(columns)], stdin=theirs, check=True)
    process = subprocess.Popen([harness.KEPUCTL, "--socket", desk.socket, *args], stdin=subprocess.DEVNULL, stdout=theirs,
                               env={**harness.environment(desk.dir), **env})
    os.close(theirs)
    out = b""
    try:
        while chunk := os.read(ours, 65536):
            out += chunk
    except OSError:
        pass        # how a terminal ends
    os.close(ours)
    assert process.wait(harness.COMMAND_S) == 0
    return out.decode().replace("\r\n", "\n")


def test_on_a_terminal_it_is_black_on_white_whatever_its_colours(office):
    said = on_a_terminal(office, "feed", "show", TERM="xterm-256color")
    lines = re.findall(r"^\x1b\[38;5;16;48;5;231m([ ▀▄█]+)\x1b\[0m$", said, re.M)
    assert qr.read(qr.of_blocks("\n".join(lines))) == [office.json("feed", "show")["webcal"]]


def test_without_colours_the_light_modules_are_drawn_and_nothing_in_a_narrow_one(office):
    said = picture(on_a_terminal(office, "feed", "show", TERM="xterm", NO_COLOR="1"))
    assert qr.read(qr.of_blocks(said, bright=True)) == [office.json("feed", "show")["webcal"]]
    assert "▀" not in on_a_terminal(office, "feed", "show", columns=30, TERM="xterm")


def test_a_rotated_address_is_new_and_the_old_one_is_gone(office):
    who = office.volunteer()["id"]
    first, second = (office.json("feed", "rotate", who) for _ in range(2))
    path = urllib.parse.urlsplit(second["url"]).path
    check_addresses(office, second, path)
    assert first["url"] != second["url"] and second["slug"] == who and second["kind"] == "volunteer"
    old, wrong = (office.get(p) for p in (urllib.parse.urlsplit(first["url"]).path, "/feeds/volunteer/wrong.ics"))
    assert old.status_code == wrong.status_code == 404
    said = office.ctl("feed", "rotate", who, "--qr").out
    assert re.search(r"webcal://\S+", said)[0] in qr.read(qr.of_blocks(picture(said)))
    assert office.error("feed", "rotate", "v-nobody", code=NOT_FOUND)


# --- pages

def panel(page):
    """What the panel offers: (links, the address to copy, the QR code's text)."""
    links = [html.unescape(x) for x in re.findall(r'<a class="button[^>]*href="([^"]+)"', page)]
    copy = html.unescape(re.search(r'<code class="address">([^<]+)</code>', page)[1])
    image = html.unescape(re.search(r'<img class="code" src="data:image/svg\+xml,([^"]+)"', page)[1])
    assert len(image) < 10240
    return links, copy, qr.read(qr.of_svg(urllib.parse.unquote(image)))


@pytest.mark.parametrize("page, feed", [("/", "all"), ("/events/subscribe-to", "event/subscribe-to")])
@pytest.mark.parametrize("lang, wechat", [("zh", "微信"), ("en", "WeChat")])
def test_a_page_has_every_way_to_subscribe(office, page, feed, lang, wechat):
    r = office.get(f"{page}?lang={lang}")
    links, copy, code = panel(r.text)
    shown = office.json("feed", "show", feed)
    assert copy == shown["url"] and {shown["webcal"], shown["google"], f"/feeds/{feed}.ics"} <= set(links)
    assert code == [shown["webcal"]] and wechat in r.text and len(r.content) < 40 * 1024


def own_page(desk):
    """The path of the page of somebody new."""
    who = desk.volunteer()["id"]
    link = desk.json("volunteer", "link", who)
    return who, urllib.parse.urlsplit(next(v for v in link.values() if "/v/" in str(v))).path


def test_one_s_own_calendar_is_made_renewed_and_ended_on_one_s_own_page(office):
    who, page = own_page(office)
    made = office.get(page + "/calendar", method="POST")
    assert made.status_code == 200 and "no-store" in made.headers["Cache-Control"]
    links, copy, code = panel(made.text)
    first = urllib.parse.urlsplit(copy).path
    assert code[0] in links and code[0].endswith(first) and office.get(first).status_code == 200
    assert office.get(first).headers["Cache-Control"].startswith("private")
    assert copy not in office.get(page).text            # shown once
    second = urllib.parse.urlsplit(panel(office.get(page + "/calendar", method="POST").text)[1]).path
    assert office.get(first).status_code == 404 and office.get(second).status_code == 200
    assert f"{page}/calendar/end" in office.get(page).text
    ended = office.get(page + "/calendar/end", method="POST")
    assert ended.status_code == 303 and page in ended.headers["Location"]
    assert office.get(second).status_code == 404
    assert f"{page}/calendar/end" not in office.get(page).text


@pytest.mark.parametrize("path", ["/calendar", "/calendar/end"])
def test_only_the_link_of_one_s_own_page_gives_a_calendar(office, path):
    assert office.get("/v/wrong" + path, method="POST").status_code == 404
    _, page = own_page(office)
    assert office.get(page + path).status_code == 405   # reading changes nothing


# --- what is kept

def metrics(desk):
    return {k: float(v) for k, v in re.findall(r"^kepu_(feeds_\w+) (\S+)$", desk.get("/metrics").text, re.M)}


def test_the_cache_and_its_bound_are_in_the_metrics(kepu):
    kepu.event("counted")
    before = metrics(kepu)
    body = kepu.get("/feeds/all.ics").content
    kepu.get("/feeds/all.ics")
    after = metrics(kepu)
    assert after["feeds_renderings_total"] == before["feeds_renderings_total"] + 1
    assert after["feeds_hits_total"] == before["feeds_hits_total"] + 1
    assert after["feeds_kept"] == 1 and len(body) < after["feeds_kept_bytes"] < after["feeds_kept_bytes_max"]


def test_what_no_feed_shows_drops_none(kepu):
    kepu.event("came", start="2026-05-12 09:00")
    tag = kepu.get("/feeds/all.ics").headers["ETag"]
    before = metrics(kepu)["feeds_renderings_total"]
    event = kepu.json("event", "show", "came")
    kepu.json("event", "headcount", "came", "--on", "2026-05-12", "120")
    kepu.json("target", "record", "farmers", "--amount", "10")
    assert kepu.occurrences("came")[0]["headcount"] == 120
    assert kepu.get("/feeds/all.ics").headers["ETag"] == tag
    assert metrics(kepu)["feeds_renderings_total"] == before
    assert kepu.json("event", "show", "came")["sequence"] == event["sequence"]
    kepu.json("category", "edit", "science-day", "--title", "科普日活动")
    kepu.get("/feeds/all.ics")
    assert metrics(kepu)["feeds_renderings_total"] == before + 1
