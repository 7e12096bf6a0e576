"""Names, numbers and files of people as offices have them: any script, any separator, any spreadsheet."""
import csv
import io
import time

import pytest

from kepu import CONFLICT, INVALID, phone
from people import AHEAD, person, shift, sign_up
from test_volunteers import people, table

RARE = "𠮷田\U00020001"
DOTTED = "阿卜杜拉·买买提"
HOUSE = "Jose\u0301 Nun\u0303ez"  # taken apart, as some keyboards type it


@pytest.mark.parametrize("name", [RARE, DOTTED, "阿卜杜拉•买买提", "阿卜杜拉・买买提", HOUSE, "O’Connor-Smith", "李" * 50])
def test_a_name_survives_as_it_was_written(kepu, name):
    v = person(kepu, 79_000_001, name)
    slug = shift(kepu)
    s = sign_up(kepu, v, slug)
    link = kepu.json("volunteer", "link", v["id"])["url"].rsplit("/", 1)[1]
    assert kepu.json("volunteer", "show", v["id"])["name"] == name
    assert kepu.json("signup", "show", s["id"])["name"] == name
    assert name in kepu.ctl("volunteer", "list").out and name in kepu.ctl("volunteer", "export").out
    assert name in kepu.get(f"/v/{link}").text
    assert [x["id"] for x in kepu.items("volunteer", "list", "-q", name)] == [v["id"]]


@pytest.mark.parametrize(
    "written, asked",
    [
        (DOTTED, "阿卜杜拉•买买提"),
        ("阿卜杜拉・买买提", DOTTED),
        (HOUSE, "José"),
        ("José Nuñez", HOUSE),
        ("王\u3000小明", "王 小明"),
        ("Anna Smith", "anna"),
        ("Cao 100%", "100%"),
    ],
)
def test_search_finds_a_name_however_it_is_typed(kepu, written, asked):
    v = person(kepu, 79_000_001, written)
    person(kepu, 79_000_002, "别的人")
    assert [x["id"] for x in kepu.items("volunteer", "list", "-q", asked)] == [v["id"]]


def test_the_same_name_typed_otherwise_is_the_same_person(kepu):
    v = person(kepu, 79_000_001, HOUSE)
    for name in ("José Nuñez", " José\u00a0Nuñez "):
        said = kepu.error("volunteer", "add", "--name", name, "--phone", phone(79_000_001), code=CONFLICT)
        assert v["id"] in said


def test_a_family_shares_a_phone(kepu):
    a, b = person(kepu, 79_000_001, "白大山"), person(kepu, 79_000_001, "白小山")
    assert a["id"] != b["id"]
    found = kepu.items("volunteer", "list", "-q", "+86 " + phone(79_000_001))
    assert {x["id"] for x in found} == {a["id"], b["id"]}
    assert a["id"] in kepu.error("volunteer", "edit", b["id"], "--name", "白大山", code=CONFLICT)


@pytest.mark.parametrize("name", ["王", " 王 ", "李" * 51, "李" * 60])
def test_a_name_too_short_or_too_long_is_refused(desk, name):
    e = desk.ctl("--json", "volunteer", "add", "--name", name, "--phone", phone(79_000_050), code=INVALID).error()
    assert e["field"] == "name" and "2" in e["message"] and "50" in e["message"]


@pytest.mark.parametrize(
    "number, says",
    [
        ("1381234567", "10"),
        ("1381234567890", "13"),
        ("13812345a78", "a"),
        ("电话13812345678", "电"),
        ("01088886666", "phone"),
        ("+861234567", "phone"),
        ("", "missing"),
    ],
)
def test_a_bad_phone_says_what_is_bad_about_it(desk, number, says):
    e = desk.ctl("--json", "volunteer", "add", "--name", "坏号码", "--phone", number, code=INVALID).error()
    assert e["field"] == "phone" and says in e["message"] + str(e["field"])


@pytest.mark.parametrize(
    "number, masked",
    [("+44 20 7946 0123", "+44****0123"), ("00852 5123 4567", "+85****4567"), ("＋８６ １３９１２３４５６７８", "139****5678")],
)
def test_numbers_from_elsewhere_keep_their_country(kepu, number, masked):
    assert kepu.json("volunteer", "add", "--name", "远客", "--phone", number)["phone"] == masked


def test_people_are_chosen_by_what_is_known_of_them(kepu):
    a = person(kepu, 79_000_001, "甲一", "--org", "一中", "--town", "东街", "--skill", "讲解", "--source", "教师")
    b = person(kepu, 79_000_002, "乙二", "--org", "二中", "--town", "东街")
    kepu.json("volunteer", "edit", b["id"], "--status", "resting")
    for flags, want in (
        (["--org", "一中"], [a]),
        (["--town", "东街"], [a, b]),
        (["--skill", "讲解"], [a]),
        (["--source", "教师"], [a]),
        (["--status", "resting"], [b]),
        (["--town", "东街", "--status", "active"], [a]),
    ):
        assert [x["id"] for x in kepu.items("volunteer", "list", *flags)] == [x["id"] for x in want], flags
        rows = list(csv.DictReader(io.StringIO(kepu.ctl("volunteer", "export", *flags).out)))
        assert [x["id"] for x in rows] == [x["id"] for x in want], flags
    assert kepu.json("target", "show", "volunteers")["value"] == 1
    kepu.json("volunteer", "edit", b["id"], "--status", "active")
    assert kepu.json("target", "show", "volunteers")["value"] == 2
    kepu.ctl("volunteer", "edit", b["id"], "--status", "erased", code=INVALID)


def test_no_formula_hides_in_an_export_and_it_comes_back_as_it_was(kepu, make_kepu):
    evil = ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\"=x", "普通"]
    for i, org in enumerate(evil):
        person(kepu, 79_000_010 + i, f"公式{'一二三四五六'[i]}", "--org", org, "--skill", "讲解", "--skill", "=B1")
    kepu.json("volunteer", "add", "--name", "-王某", "--phone", "+44 20 7946 0123", "--consent")
    kepu.json("volunteer", "edit", kepu.items("volunteer", "list")[0]["id"], "--status", "resting")
    text = kepu.ctl("volunteer", "export", "--reveal").out
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [c for c in cells if c[:1] in "=+-@\t\r" and c], cells
    other = make_kepu().start()
    assert other.json("volunteer", "import", "-", stdin=text)["imported"] == len(evil) + 1
    keep = ("name", "phone", "org", "skills", "status", "consent_at")
    lists = [
        [tuple(str(v[k]) for k in keep) for v in one.items("volunteer", "list", "--reveal")] for one in (kepu, other)
    ]
    assert lists[0] == lists[1]


@pytest.mark.parametrize(
    "text, named",
    [
        ("name;phone\n张三;13812340009\n", ["1", ";"]),
        ("name\tphone\n张三\t13812340009\n", ["1", "TAB"]),
        ("姓名,电话\n张三,13812340009\n", ["1", "姓名"]),
        ("name,phone\n张三,13812340009\n李\0四,13812340008\n", ["3"]),
        ("name,phone\n张三,138123400\n", ["2", "phone", "9"]),
        ("name,phone,status\n张三,13812340009,erased\n", ["2", "status"]),
    ],
    ids=["semicolons", "tabs", "other-header", "nul", "short-phone", "status"],
)
def test_a_file_of_another_shape_is_refused_whole(desk, text, named):
    before = len(people(desk))
    said = desk.error("volunteer", "import", "-", stdin=text, code=INVALID)
    assert all(word in said for word in named), said
    assert len(people(desk)) == before


def test_utf_16_as_spreadsheets_also_write_it_is_refused(desk):
    said = desk.error("volunteer", "import", "-", stdin="name,phone\n张三,13812340009\n".encode("utf-16"), code=INVALID)
    assert "line 1" in said


def test_lines_said_twice_and_people_known_are_counted_as_such(kepu):
    person(kepu, 79_000_001, "旧相识")
    rows = [("旧相识", phone(79_000_001)), ("新来的", phone(79_000_002)), ("新来的", "+86 " + phone(79_000_002))]
    for flags in (["--dry-run"], []):
        answer = kepu.json("volunteer", "import", "-", *flags, stdin=table(rows))
        assert (answer["imported"], answer["existing"], answer["lines"]) == (1, 2, 3)
    assert len(people(kepu)) == 2


def test_a_file_of_two_gigabytes_is_refused_at_once(desk, tmp_path):
    path = tmp_path / "huge.csv"
    with open(path, "wb") as f:
        f.truncate(2 << 30)
    started = time.monotonic()
    said = desk.error("volunteer", "import", path, code=INVALID)
    assert "large" in said and time.monotonic() - started < 5


def test_a_hundred_thousand_lines_are_imported_and_one_bad_one_is_named(kepu):
    lines = [f"志愿者{i},{phone(10_000_000 + i)}" for i in range(100_000)]
    broken = [*lines]
    broken[77_776] = "志愿者,12"
    said = kepu.error("volunteer", "import", "-", stdin="name,phone\n" + "\n".join(broken), code=INVALID)
    assert "line 77778" in said and "phone" in said
    assert kepu.json("target", "show", "volunteers")["value"] == 0
    answer = kepu.json("volunteer", "import", "-", stdin="name,phone\n" + "\r\n".join(lines))
    assert (answer["imported"], answer["lines"]) == (100_000, 100_000)
    assert kepu.json("target", "show", "volunteers")["value"] == 100_000
