"""A person may have everything that is held on them, and have it gone; the office keeps its counts."""
import json

import pytest

import kepu as harness
from kepu import CONFLICT, NOT_FOUND, phone, wait_until
from people import AHEAD, LONG_AGO, left_in_the_database, past_sign_up, person, shift, sign_up, sql, state

NAME = "欧阳·娜然𠮷"
PHONE = phone(77_000_001)
EMAIL = "ouyang@example.org"
ORG = "沙湖小学家委会"
TOWN = "星海镇"
SKILL = "蝴蝶标本"
SECRETS = (NAME, PHONE, EMAIL, ORG, TOWN, SKILL)


@pytest.fixture
def known(kepu):
    """Somebody of whom much is known: (daemon, volunteer)."""
    v = person(kepu, 77_000_001, NAME, "--email", EMAIL, "--org", ORG, "--town", TOWN, "--skill", SKILL, "--consent")
    return kepu, v


def everything(kepu, v):
    return json.loads(kepu.ctl("volunteer", "export", v["id"]).out)


def test_an_export_holds_all_that_is_known_of_one_person_and_is_audited(known):
    kepu, v = known
    s = sign_up(kepu, v, shift(kepu))
    link = kepu.json("volunteer", "link", v["id"])["url"]
    file = everything(kepu, v)
    assert (file["volunteer"]["phone"], file["volunteer"]["email"]) == (PHONE, EMAIL)
    assert file["volunteer"]["skills"] == [SKILL]
    assert file["consents"][0]["basis"] == "consent" and file["consents"][0]["notice_version"]
    assert file["consents"][0]["at"] == v["consent_at"]
    assert [x["id"] for x in file["signups"]] == [s["id"]]
    assert file["links"] == {"page": True, "calendar": False, "signups": 0}
    assert link.rsplit("/", 1)[1] not in json.dumps(file)
    said = {(a["operation"], a["object"]) for a in file["audit"]}
    assert {("volunteer add", v["id"]), ("signup add", s["id"]), ("volunteer link", v["id"])} <= said
    assert any(a["operation"] == "volunteer export" for a in kepu.items("audit", "list", "--object", v["id"]))


def test_an_export_of_one_is_for_those_who_may_change_people(known):
    kepu, v = known
    for role, status in (("viewer", 403), ("organizer", 200)):
        token = kepu.json("token", "add", f"t-{role}", "--role", role)["token"]
        answer = kepu.get(f"/api/v1/volunteers/{v['id']}/export", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
        assert (PHONE in answer.text) == (status == 200)


def test_without_an_id_the_export_is_the_list_as_csv(known):
    kepu, v = known
    lines = kepu.ctl("volunteer", "export").out.splitlines()
    assert lines[0].startswith("id,name,phone") and lines[1].startswith(v["id"])


def test_erasing_asks_first(known):
    kepu, v = known
    assert "--yes" in kepu.error("volunteer", "erase", v["id"], code=CONFLICT)
    assert kepu.json("volunteer", "erase", v["id"], "--dry-run")["status"] == "erased"
    assert kepu.json("volunteer", "show", v["id"])["name"] == NAME


def test_erasing_takes_name_and_number_from_everywhere(known):
    kepu, v = known
    slug = shift(kepu, 5)
    s = sign_up(kepu, v, slug)
    kepu.json("signup", "cancel", s["id"], "--reason", f"{NAME}发烧了")
    kepu.json("volunteer", "edit", v["id"], "--org", ORG + "二")
    kepu.json("hours", "add", "--volunteer", v["id"], "--hours", "1.5", "--on", LONG_AGO, "--note", f"{NAME}布置展板")
    came = past_sign_up(kepu, v, shift(kepu, day=LONG_AGO))
    kepu.json("signup", "attend", came, "--minutes", "90", "--reason", f"{NAME}补签")
    assert len(everything(kepu, v)["hours"]) == 2
    kepu.json("volunteer", "show", v["id"], "--reveal")
    kepu.json("event", "cancel", slug, "--on", AHEAD, "--reason", f"请联系{PHONE}")
    sql(kepu, "UPDATE occurrence SET reason = ''")  # an event's own words stay; this one's just told the audit
    assert left_in_the_database(kepu, NAME)
    kepu.json("volunteer", "erase", v["id"], "--yes")
    # The log of the file is emptied just after the answer went out.
    words = (*SECRETS, "发烧了", "布置展板", "补签")
    wait_until(lambda: not any(left_in_the_database(kepu, x) for x in words), what="nothing of them left")
    assert kepu.json("check")["state"] == "sound"
    row = sql(kepu, "SELECT name_key, phone_sealed, phone_index, email_sealed, link_hash, feed_hash FROM volunteer")[0]
    assert all(not (bytes(x) if x is not None and not isinstance(x, str) else x) for x in row)


def test_an_answer_kept_for_a_repeated_request_no_longer_tells(known):
    kepu, _ = known
    key = {"Idempotency-Key": "ab" * 16}
    body = {"name": "复读机", "phone": phone(77_000_009)}
    first = kepu.api("POST", "/volunteers", body, key).json()
    assert kepu.api("POST", "/volunteers", body, key).json() == first
    kepu.json("volunteer", "erase", first["id"], "--yes")
    again = kepu.api("POST", "/volunteers", body, key)
    assert again.json() == {"id": first["id"], "status": "erased"}, again


def test_erasing_passes_places_on_and_keeps_what_was(known):
    kepu, v = known
    ahead, past, other = shift(kepu), shift(kepu, day=LONG_AGO), shift(kepu, day="2026-03-04")
    mine, next_one = sign_up(kepu, v, ahead), sign_up(kepu, kepu.volunteer(), ahead, "--waitlist")
    waiting = shift(kepu, day="2027-06-01")
    sign_up(kepu, kepu.volunteer(), waiting, day="2027-06-01")
    line = sign_up(kepu, v, waiting, "--waitlist", day="2027-06-01")
    came = past_sign_up(kepu, v, past)
    missed = past_sign_up(kepu, v, other)
    kepu.json("signup", "attend", came)
    kepu.json("signup", "no-show", missed)
    result = kepu.json("volunteer", "erase", v["id"], "--yes")
    assert (result["id"], result["status"], result["cancelled"], result["signups"]) == (v["id"], "erased", 2, 4)
    assert state(kepu, mine) == state(kepu, line) == "cancelled"
    assert state(kepu, next_one) == "confirmed"
    kept = {x["id"]: x for x in kepu.items("signup", "list", "--volunteer", v["id"])}
    assert kept[came]["state"] == "attended" and kept[missed]["state"] == "no_show"
    assert all(not x["name"] for x in kept.values())
    role = kepu.occurrences(ahead)[0]["roles"][0]
    assert (role["confirmed"], role["waitlisted"]) == (1, 0)


def test_links_and_feeds_of_the_erased_are_dead(known):
    kepu, v = known
    link = kepu.json("volunteer", "link", v["id"])["url"].rsplit("/", 1)[1]
    assert kepu.get(f"/v/{link}").status_code == 200
    kepu.json("volunteer", "erase", v["id"], "--yes")
    assert kepu.get(f"/v/{link}").status_code == 404


def test_the_erased_count_no_longer_and_may_come_back_as_somebody_new(known):
    kepu, v = known
    assert kepu.json("target", "show", "volunteers")["value"] == 1
    kepu.json("volunteer", "erase", v["id"], "--yes")
    assert kepu.json("target", "show", "volunteers")["value"] == 0
    assert kepu.items("volunteer", "list") == []
    again = person(kepu, 77_000_001, NAME)
    assert again["id"] != v["id"]
    assert kepu.json("target", "show", "volunteers")["value"] == 1


def test_erasing_once_more_changes_nothing(known):
    kepu, v = known
    first = kepu.json("volunteer", "erase", v["id"], "--yes")
    entries = len(kepu.items("audit", "list"))
    assert kepu.json("volunteer", "erase", v["id"], "--yes") == first
    assert kepu.json("volunteer", "erase", v["id"])["status"] == "erased"
    assert len(kepu.items("audit", "list")) == entries
    kepu.ctl("volunteer", "erase", "v-nobody", "--yes", code=NOT_FOUND)
    kepu.ctl("volunteer", "edit", v["id"], "--name", "新名字", code=NOT_FOUND)


def test_two_erased_people_leave_each_other_alone(known):
    kepu, v = known
    other = person(kepu, 77_000_002, "另一位")
    for one in (v, other):
        kepu.json("volunteer", "erase", one["id"], "--yes")
    assert len(kepu.items("volunteer", "list", "--status", "erased")) == 2
