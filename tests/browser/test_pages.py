"""The pages in a real browser: what a volunteer sees on a phone and an organiser on a desk."""
import json
import pathlib
import time
import urllib.parse
import zlib

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from kepu import wait_until

DRIVER = pathlib.Path("/usr/bin/chromedriver")
SIGN_UP_FORM = pytest.mark.skipif(False, reason="the sign-up form is not there yet")
FORM_AGE_S = 2.2
DAY = "2027-05-12"
PHONE, DESK = (320, 640), (1280, 800)
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def start(folder, language, scripts=True):
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={folder}")
    options.add_argument(f"--lang={language}")
    preferences = {"intl.accept_languages": language}
    if not scripts:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", preferences)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(service=Service(str(DRIVER)), options=options)
    browser.set_page_load_timeout(60)
    return browser


@pytest.fixture(scope="module")
def browsers(tmp_path_factory):
    """A browser by language, started when it is first asked for."""
    if not DRIVER.exists():
        pytest.skip(f"{DRIVER} is not there")
    started = {}

    def get(language, scripts=True):
        key = language, scripts
        if key not in started:
            started[key] = start(tmp_path_factory.mktemp("browser"), language, scripts)
        return started[key]

    yield get
    for browser in started.values():
        browser.quit()


@pytest.fixture(scope="module")
def office(desk):
    desk.event(
        "seen",
        title="全国科普日主场活动",
        start="2027-09-18 09:00",
        duration="8h",
        venue="西夏区科技馆",
        description="欢迎参加",
        repeat="FREQ=YEARLY;BYMONTH=9;BYDAY=3SA",
        role=["讲解员=10/5", "引导员=20"],
        category="science-day",
        lead="kexie",
        audience="public",
    )
    desk.json("event", "move", "seen", "--on", "2028-09-16", "--to", "2028-09-17 10:00")
    desk.json("event", "cancel", "seen", "--on", "2029-09-15", "--reason", "暴雨")
    desk.event(
        "seen-hostile",
        title="<img src=x onerror=\"document.title='owned'\">",
        description="<script>document.title='owned'</script>",
    )
    desk.volunteer()
    return desk


def visit(browser, office, path, size=DESK):
    browser.set_window_size(*size)
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(office.base + path)
    return browser.find_element(By.TAG_NAME, "body").text


def complaints(browser):
    return [
        e["message"]
        for e in browser.get_log("browser")
        if e["level"] in ("SEVERE", "WARNING") and "favicon" not in e["message"]
    ]


def requested(browser):
    """Addresses that the page asked for over the network."""
    found = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return found


PAGES = [
    "/",
    "/events",
    "/events/seen",
    "/events/seen/2027-09-18",
    "/events/seen/2028-09-16",
    "/events/seen/2029-09-15",
    "/events/seen-hostile",
]


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_without_complaint_and_asks_nobody_else(office, browsers, path, language):
    browser = browsers(language)
    assert visit(browser, office, path).strip()
    assert complaints(browser) == []
    assert [u for u in requested(browser) if not u.startswith((office.base, "data:", "chrome"))] == []
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang").startswith(language[:2])
    assert browser.title != "owned" and browser.title.strip()


@pytest.mark.parametrize("path", PAGES)
def test_a_narrow_phone_needs_no_sideways_scrolling(office, browsers, path):
    browser = browsers("zh-CN")
    # a window is never narrower than the browser likes: the device's own width is set beneath it
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 320, "height": 640, "deviceScaleFactor": 2, "mobile": True}
    )
    try:
        browser.get(office.base + path)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 320
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_pages_lead_from_what_is_on_to_an_occurrence(office, browsers):
    browser = browsers("zh-CN")
    visit(browser, office, "/events")
    browser.find_element(By.PARTIAL_LINK_TEXT, "全国科普日主场活动").click()
    assert "/events/seen" in browser.current_url
    text = browser.find_element(By.TAG_NAME, "body").text
    assert "全国科普日主场活动" in text and "西夏区科技馆" in text and "周六" in text


def test_an_event_says_the_same_in_english(office, browsers):
    text = visit(browsers("en-GB"), office, "/events/seen/2027-09-18")
    assert "全国科普日主场活动" in text and "Sat" in text


def test_moved_and_cancelled_are_seen(office, browsers):
    browser = browsers("zh-CN")
    text = visit(browser, office, "/events/seen/2028-09-16")
    assert "10:00" in text and ("9月17日" in text or "2028-09-17" in text)
    assert "取消" in visit(browser, office, "/events/seen/2029-09-15")
    assert "cancelled" in visit(browsers("en-GB"), office, "/events/seen/2029-09-15").lower()


def test_the_road_to_four_thousand_is_a_picture(office, browsers):
    browser = browsers("zh-CN")
    visit(browser, office, "/")
    pictures = browser.find_elements(By.CSS_SELECTOR, "svg, img[src*='progress.svg']")
    assert pictures and pictures[0].size["width"] > 100
    assert browser.execute_script("return [...document.images].every(i => i.complete && i.naturalWidth > 0)")


@SIGN_UP_FORM
@pytest.mark.parametrize("language, scripts", [("zh-CN", True), ("en-GB", True), ("zh-CN", False)])
def test_a_volunteer_signs_up_and_gets_a_page(office, browsers, language, scripts):
    browser = browsers(language, scripts)
    slug = f"walk-{language[:2]}-{'js' if scripts else 'plain'}"
    office.event(slug, title="浏览器里报名", role="引导员=5")
    visit(browser, office, f"/events/{slug}/{DAY}", PHONE)
    opened = time.monotonic()
    form = browser.find_element(By.CSS_SELECTOR, "form[action*='signups']")
    form.find_element(By.NAME, "name").send_keys("浏览器人" + slug)
    form.find_element(By.NAME, "phone").send_keys(f"1371111{zlib.crc32(slug.encode()) % 10000:04d}")
    choose(form, "age", "adult")
    consent = form.find_element(By.CSS_SELECTOR, "input[type=checkbox][name=consent]")
    assert not consent.is_selected()
    tick(browser, consent)
    wait_until(lambda: time.monotonic() > opened + FORM_AGE_S, what="the form's age")
    form.find_element(By.CSS_SELECTOR, "button:not([type=button]), input[type=submit]").click()
    WebDriverWait(browser, 20).until(lambda b: urllib.parse.urlsplit(b.current_url).path.startswith("/v/"))
    assert "浏览器里报名" in browser.find_element(By.TAG_NAME, "body").text
    assert complaints(browser) == []
    (s,) = office.items("signup", "list", "--event", slug)
    assert s["state"] == "confirmed"


def choose(form, name, value):
    """A choice by buttons or by a list."""
    for element in form.find_elements(By.NAME, name):
        if element.tag_name == "select":
            Select(element).select_by_value(value)
            return
        if element.get_attribute("value") == value:
            tick(element.parent, element)
            return
    raise AssertionError(f"{name} offers no {value}")


def tick(browser, element):
    """By its label, as a finger would, where the box itself is hidden by design."""
    label = browser.find_elements(By.CSS_SELECTOR, f"label[for='{element.get_attribute('id')}']")
    (element if element.is_displayed() or not label else label[0]).click()
    assert element.is_selected()


def test_every_field_has_a_label_and_every_picture_words(office, browsers):
    browser = browsers("zh-CN")
    for path in PAGES:
        visit(browser, office, path)
        assert (
            browser.execute_script(
                "return [...document.querySelectorAll('input:not([type=hidden]):not([type=submit]),select,textarea')]"
                ".filter(e => e.labels.length == 0 && !e.ariaLabel && e.offsetParent).map(e => e.name)"
            )
            == []
        ), path
        assert (
            browser.execute_script("return [...document.images].filter(i => !i.hasAttribute('alt')).map(i => i.src)")
            == []
        ), path
        assert browser.execute_script("return document.querySelectorAll('h1').length") == 1, path
