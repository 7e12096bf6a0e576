"""The plan's public pages: the whole and each department's, as far as the office shows them."""
import datetime

import pytest

import pages
from kepu import SHANGHAI

TODAY = datetime.datetime.now(SHANGHAI).date()


@pytest.fixture(scope="module")
def held(desk):
    start = (TODAY - datetime.timedelta(days=30)).isoformat() + " 09:00"
    desk.json("event", "add", "--title", "<b>培训</b>", "--slug", "held", "--start", start, "--duration", "2h",
              "--repeat", "FREQ=WEEKLY;COUNT=3", "--lead", "nongye", "--indicator", "farmers")
    desk.json("event", "headcount", "held", "--on", start[:10], "120")
    desk.json("target", "set", "demo-district", "--value", "1")
    return desk


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_plan_s_page_shows_targets_with_their_charts_and_numbers(held, lang):
    answer = held.get(f"/plan?lang={lang}")
    document = pages.is_a_page(answer)
    text = pages.text_of(document)
    assert ("高素质农民培育" if lang == "zh" else "Training of skilled farmers") in text and "2.4%" in text
    assert "<script" not in answer.text and answer.text.count('<svg class="chart"') == 1
    rows = [pages.text_of(r) for r in pages.all_of(document, "tr")]
    assert any(r.startswith(str(TODAY.year)) and r.endswith("120") for r in rows), rows


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_department_has_a_page_of_its_own(held, lang):
    document = pages.is_a_page(held.get(f"/plan/nongye?lang={lang}"))
    text = pages.text_of(document)
    assert "<b>培训</b>" in text and "120" in text
    assert "/plan/nongye" in held.get("/plan").text
    assert held.get("/plan/nobody").status_code == 404


def test_a_page_changes_when_somebody_comes(held):
    held.get("/plan/nongye")
    start = (TODAY - datetime.timedelta(days=23)).isoformat()
    held.json("event", "headcount", "held", "--on", start, "77")
    assert "197" in pages.text_of(pages.is_a_page(held.get("/plan/nongye")))


@pytest.mark.parametrize("shown, whole, department", [("summary", 200, 404), ("off", 404, 404), ("public", 200, 200)])
def test_the_office_says_what_is_public(make_kepu, shown, whole, department):
    one = make_kepu(config=f"[pages]\nplan = {shown}\n").start()
    assert one.get("/plan").status_code == whole
    assert one.get("/plan/kexie").status_code == department
    assert ('href="/plan' in one.get("/").text) == (whole == 200)
    assert ("/plan/kexie" in one.get("/plan").text) == (department == 200)
