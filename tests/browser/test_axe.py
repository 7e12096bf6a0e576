"""Pages for everybody: axe-core finds nothing, fingers hit what they aim at, nothing scrolls sideways, keys are enough."""
import base64
import pathlib
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import pages
from kepu import wait_until
from test_pages import DAY, DRIVER, FORM_AGE_S, start

AXE = pathlib.Path(__file__).resolve().parents[2] / "build/node/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Every pair of language, width and colours.
WAYS = [("zh", 320, "light"), ("zh", 1280, "dark"), ("en", 320, "dark"), ("en", 1280, "light")]
TARGET_PX = 44
HOSTILE = "<img src=x onerror=alert(1)>\"'&amp;\u202e逆\u2066"
LONG = "Wgjq" * 50                                     # nowhere to break a line


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if not DRIVER.exists():
        pytest.skip(f"{DRIVER} is not there")
    one = start(tmp_path_factory.mktemp("browser"), "zh-CN")
    yield one
    one.quit()


def send(office, path, opened, **fields):
    form, at = opened
    wait_until(lambda: time.monotonic() > at + FORM_AGE_S, what="the form's age")
    data = {**form.hidden, "age": "adult", "consent": "1", **fields}
    return office.get(path + "/signups", "POST", data=data)


@pytest.fixture(scope="module")
def places(desk):
    """What there is to look at, by name."""
    desk.json("venue", "add", "axe-hall", "--title", "科学会堂", "--title-en", "Science Hall", "--town", "怀远路街道")
    desk.event("axe-open", title="全国科普日主场活动", role=["讲解员=2", "引导员=5"], venue="axe-hall", repeat="每周三",
               description="带水杯", category="science-day", lead="kexie", audience="public")
    desk.event("axe-full", title="满员的活动", start="2027-05-12 14:00", role="引导员=1")
    desk.event("axe-hostile", title=HOSTILE, description=HOSTILE, venue=HOSTILE, start="2027-05-12 19:00", role="角<色>=3")
    desk.event("axe-long", title=LONG, description="W" * 3000, venue=LONG, start="2027-05-12 06:00", duration="1h",
               role="R" * 40 + "=1", repeat="每周三")
    desk.json("event", "cancel", "axe-long", "--on", "2027-05-26", "--reason", "R" * 300 + HOSTILE)
    desk.json("event", "cancel", "axe-open", "--on", "2027-05-26", "--reason", "暴雨")
    desk.json("event", "move", "axe-open", "--on", "2027-06-02", "--to", "2027-06-03 10:00")
    found = {}
    for slug in ("axe-open", "axe-full", "axe-hostile", "axe-long"):
        r = desk.get(f"/events/{slug}/{DAY}")
        found[slug] = pages.Form(pages.tree(r.text), desk.base, "/signups"), time.monotonic()
    own = send(desk, f"/events/axe-open/{DAY}", found["axe-open"], name="<b>王小明</b>", phone="13712340001", role="引导员")
    own = own.headers["Location"]
    for n in (2, 3):
        line = send(desk, f"/events/axe-full/{DAY}", found["axe-full"], name=f"排队{n}", phone=f"1371234000{n}", waitlist="1")
    long = send(desk, f"/events/axe-long/{DAY}", found["axe-long"], name="W" * 50, phone="13712340009")
    again = send(desk, f"/events/axe-hostile/{DAY}", found["axe-hostile"], name="W" * 50, phone="13712340009")
    (change,) = [a for a in pages.links(pages.tree(desk.get(own).text)) if "/change?" in a]
    return {
        "home": "/", "list": "/events", "filtered": "/events?category=science-day", "nothing": "/events?date=2027-01-01",
        "event": "/events/axe-open", "form": f"/events/axe-open/{DAY}", "full": f"/events/axe-full/{DAY}",
        "cancelled": "/events/axe-open/2027-05-26", "moved": "/events/axe-open/2027-06-02",
        "hostile": f"/events/axe-hostile/{DAY}", "long event": "/events/axe-long",
        "long": f"/events/axe-long/{DAY}", "long poster": f"/events/axe-long/{DAY}/poster", "long own": long.headers["Location"],
        "long reason": "/events/axe-long/2027-05-26", "hostile poster": f"/events/axe-hostile/{DAY}/poster",
        "one sign-up": again.headers["Location"], "poster": f"/events/axe-open/{DAY}/poster", "own": own,
        "in line": line.headers["Location"], "change": change, "done": "/done/erased", "privacy": "/privacy",
        "plan": "/plan", "not found": "/nirgends",
    }


def show(browser, desk, path, lang, width, colours):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                            {"features": [{"name": "prefers-color-scheme", "value": colours}]})
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600})
    browser.get(desk.base + path + ("&" if "?" in path else "?") + "lang=" + lang)


@pytest.mark.parametrize("way", WAYS, ids=lambda w: "-".join(map(str, w)))
def test_axe_finds_nothing_on_any_page(desk, browser, places, way):
    if not AXE.exists():
        pytest.skip("axe-core is not in build/node: make test-npm could not install it")
    source, wrong = AXE.read_text(), []
    for name, path in places.items():
        show(browser, desk, path, *way)
        browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        browser.execute_script(source)
        found = browser.execute_async_script(
            "const [tags, done] = arguments;"
            "axe.run({runOnly: tags}).then(r => done(r.violations.map("
            "v => v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join('; '))))", TAGS)
        wrong += [f"{name}: {v}" for v in found]
    assert not wrong, "\n".join(wrong)


def test_fingers_hit_every_target_and_nothing_scrolls_sideways(desk, browser, places):
    small, wide = [], []
    for name, path in places.items():
        for width in (320, 640):                       # 640: a desk at 200 %
            show(browser, desk, path, "zh", width, "light")
            browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
            if browser.execute_script("return document.documentElement.scrollWidth") > width:
                wide.append((name, width))
            if width == 320:
                small += [f"{name}: {s}" for s in browser.execute_script(SMALL_TARGETS, TARGET_PX)]
        show(browser, desk, path + ("&" if "?" in path else "?") + "size=large", "en", 320, "light")
        if browser.execute_script("return document.documentElement.scrollWidth") > 320:
            wide.append((name, "large type"))
    assert not wide and not small, f"{wide} {small}"


# A box and its label are one target. Links within a sentence are as high as its lines (WCAG 2.5.8).
SMALL_TARGETS = """
const most = arguments[0], small = [];
for (const e of document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')) {
    let r = e.getBoundingClientRect();
    if (!r.width || r.right < 0 || getComputedStyle(e).display == 'inline')
        continue;
    let height = r.height, width = r.width;
    for (const l of e.labels || []) {
        const b = l.getBoundingClientRect();
        height = Math.max(height, b.height); width = Math.max(width, b.width);
    }
    if (height < most - 0.5 || width < most - 0.5)
        small.push(e.outerHTML.slice(0, 60) + ' ' + width + 'x' + height);
}
return small;
"""


def test_every_page_is_valid_and_small_whatever_the_words(desk, places):
    for name, path in places.items():
        for lang in ("zh", "en"):
            root = pages.is_a_page(desk.get(path + ("&" if "?" in path else "?") + f"lang={lang}&size=large"))
            assert not list(pages.all_of(root, "script")), name


@pytest.mark.parametrize("name", ["poster", "long poster", "hostile poster"])
def test_a_poster_is_one_sheet_of_paper(desk, browser, places, name):
    show(browser, desk, places[name], "zh", 1280, "dark")
    sheet = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})["data"]
    assert base64.b64decode(sheet).count(b"/Type /Page\n") == 1


def test_keys_are_enough_to_sign_up(desk, browser):
    desk.event("axe-keys", role="引导员=2", start="2027-05-12 21:00")
    show(browser, desk, f"/events/axe-keys/{DAY}", "zh", 1280, "light")
    opened, typed = time.monotonic(), {"name": "键盘人", "phone": "13712349999"}
    for _ in range(40):
        e = browser.switch_to.active_element
        name, kind = e.get_attribute("name"), e.get_attribute("type")
        outlined = browser.execute_script(
            "return getComputedStyle(document.activeElement).outlineStyle", e)
        assert e.tag_name == "body" or outlined != "none", f"focus on {name or e.tag_name} is not seen"
        if name in typed:
            e.send_keys(typed[name])
        elif name in ("age", "consent") and kind in ("radio", "checkbox"):
            e.send_keys(Keys.SPACE)
        elif e.tag_name == "button":
            break
        e.send_keys(Keys.TAB)
    wait_until(lambda: time.monotonic() > opened + FORM_AGE_S, what="the form's age")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    wait_until(lambda: "/v/" in browser.current_url, what="the page of one's own")
    assert "已报名" in browser.find_element(By.TAG_NAME, "body").text
