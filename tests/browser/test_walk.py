"""One walk from end to end, as two volunteers go it: find, sign up, wait in line, cancel, be promoted, erase."""
import time
import urllib.parse

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from kepu import wait_until
from test_pages import DAY, FORM_AGE_S, PHONE, browsers, choose, complaints, tick  # noqa: F401

WORDS = {
    "zh-CN": {"all": "看全部活动", "when": "2027年5月12日(周三) 09:00", "confirmed": "已报名", "full": "名额已满", "line": "候补第 1 位",
              "cancel": "取消报名…", "cancelled": "已取消这项报名", "erase": "抹去我的信息…", "erased": "已经抹去"},
    "en-GB": {"all": "See all events", "when": "Wed 12 May 2027, 09:00", "confirmed": "Signed up", "full": "All places are taken",
              "line": "Number 1 on the waiting list", "cancel": "Cancel…", "cancelled": "The sign-up is cancelled",
              "erase": "Erase my data…", "erased": "Your data are erased"},
}
WAYS = [("zh-CN", True), ("zh-CN", False), ("en-GB", True), ("en-GB", False)]


class Walker:
    """A browser that only does what a finger can."""

    def __init__(self, browser, base):
        self.browser, self.base = browser, base

    def text(self):
        return self.browser.find_element(By.TAG_NAME, "main").text

    def says(self, *said):
        text = self.text()
        for words in said:
            assert words in text, f"{words} is not in: {text}"

    def follow(self, click, path):
        """Clicks, and waits for the page at a path that begins so."""
        before = self.browser.find_element(By.TAG_NAME, "html")
        click.click()
        WebDriverWait(self.browser, 20).until(lambda b: before != b.find_element(By.TAG_NAME, "html"))
        assert urllib.parse.urlsplit(self.browser.current_url).path.startswith(path), self.browser.current_url
        assert complaints(self.browser) == []

    def link(self, words):
        return self.browser.find_element(By.PARTIAL_LINK_TEXT, words)

    def open(self, summary):
        (one,) = [s for s in self.browser.find_elements(By.TAG_NAME, "summary") if s.text.endswith(summary)]
        one.click()
        return one.find_element(By.XPATH, "..").find_element(By.TAG_NAME, "form")

    def find(self, title, words):
        self.browser.get(self.base + "/")
        self.follow(self.link(words["all"]), "/events")
        Select(self.browser.find_element(By.NAME, "category")).select_by_value("science-day")
        self.follow(self.browser.find_element(By.CSS_SELECTOR, "form.filter button"), "/events")
        assert "category=science-day" in self.browser.current_url
        self.follow(self.link(title), "/events/")
        self.says(title, words["when"])

    def sign_up(self, name, phone):
        """From the page of the occurrence; the address of the page of one's own."""
        opened = time.monotonic()
        form = self.browser.find_element(By.CSS_SELECTOR, "form.sign-up, .sign-up form")
        form.find_element(By.NAME, "name").send_keys(name)
        form.find_element(By.NAME, "phone").send_keys(phone)
        choose(form, "age", "adult")
        tick(self.browser, form.find_element(By.NAME, "consent"))
        wait_until(lambda: time.monotonic() > opened + FORM_AGE_S, what="the form's age")
        self.follow(form.find_element(By.TAG_NAME, "button"), "/v/")
        return self.browser.current_url


@pytest.mark.parametrize("language, scripts", WAYS, ids=lambda w: str(w))
def test_find_sign_up_wait_cancel_be_promoted_and_be_erased(desk, browsers, language, scripts):  # noqa: F811
    words, way = WORDS[language], WAYS.index((language, scripts))
    title, slug = f"走到头的活动{way}", f"walk-through-{way}"
    desk.event(slug, title=title, role="引导员=1", category="science-day", venue="西夏区科技馆")
    browser = browsers(language, scripts)
    browser.set_window_size(*PHONE)
    walker = Walker(browser, desk.base)

    walker.find(title, words)
    first = walker.sign_up(f"先来的{way}", f"1377777000{way}")
    walker.says(title, words["when"], words["confirmed"])

    walker.find(title, words)
    walker.says(words["full"])
    second = walker.sign_up(f"后到的{way}", f"1377777010{way}")
    walker.says(words["line"])

    browser.get(first)
    walker.follow(walker.open(words["cancel"]).find_element(By.TAG_NAME, "button"), "/v/")
    walker.says(words["cancelled"])
    assert browser.current_url.startswith(first)

    browser.get(second)
    walker.says(words["confirmed"])
    form = walker.open(words["erase"])
    tick(browser, form.find_element(By.NAME, "sure"))
    walker.follow(form.find_element(By.TAG_NAME, "button"), "/done/erased")
    walker.says(words["erased"])

    browser.get(second)
    assert title not in walker.text() and "后到的" not in walker.text()
    assert [s["state"] for s in desk.items("signup", "list", "--event", slug)] == ["cancelled", "cancelled"]
