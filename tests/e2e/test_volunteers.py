"""Volunteers: a person once, however often they come; their numbers kept to themselves."""
import csv
import io

import pytest

import kepu as harness
from kepu import CONFLICT, INVALID, NOT_FOUND, phone


def table(rows, header=("name", "phone")):
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def people(desk):
    return desk.items("volunteer", "list")


def test_a_volunteer_is_added_with_everything_said(desk):
    v = desk.json(
        "volunteer",
        "add",
        "--name",
        "张三",
        "--phone",
        "13812340001",
        "--email",
        "zhang@example.org",
        "--org",
        "宁夏大学",
        "--source",
        "高校学生",
        "--skill",
        "讲解",
        "--skill",
        "急救",
        "--consent",
    )
    assert harness.VOLUNTEER <= set(v) and v["id"].startswith("v-")
    assert (v["name"], v["org"], v["source"], v["skills"]) == ("张三", "宁夏大学", "高校学生", ["讲解", "急救"])
    assert v["consent_at"] and v["hours"] == 0
    assert desk.json("volunteer", "show", v["id"])["name"] == "张三"


def test_phones_are_masked_everywhere_unless_revealed_and_that_is_audited(desk):
    v = desk.json("volunteer", "add", "--name", "李四", "--phone", "13812340002")
    assert v["phone"] == "138****0002"
    for args in (["volunteer", "show", v["id"]], ["volunteer", "list"], ["volunteer", "export"], ["audit", "list"]):
        for form in ("table", "json", "csv"):
            assert "13812340002" not in desk.ctl(*args, "-o", form).out
    before = len(desk.items("audit", "list"))
    assert "13812340002" in desk.json("volunteer", "show", v["id"], "--reveal")["phone"]
    assert len(desk.items("audit", "list")) > before


def test_without_consent_none_is_claimed(desk):
    assert desk.volunteer()["consent_at"] is None


@pytest.mark.parametrize("bad", ["12345", "1381234567a", "", "23812345678", "138123456789012345"])
def test_a_bad_phone_is_refused_and_named(desk, bad):
    before = len(people(desk))
    e = desk.ctl("volunteer", "add", "--name", "坏号码", "--phone", bad, "--json", code=INVALID).error()
    assert e["field"] == "phone"
    assert len(people(desk)) == before


def test_the_same_person_is_not_added_twice_however_the_number_is_written(desk):
    desk.json("volunteer", "add", "--name", "赵六", "--phone", "13812340003")
    for written in ("13812340003", "+86 138 1234 0003", "138-1234-0003"):
        desk.ctl("volunteer", "add", "--name", "赵六", "--phone", written, code=CONFLICT)


def test_an_edit_changes_what_it_names(desk):
    v = desk.volunteer()
    after = desk.json("volunteer", "edit", v["id"], "--org", "第一中学")
    assert (after["org"], after["name"], after["phone"]) == ("第一中学", v["name"], v["phone"])


def test_an_import_takes_every_line_and_the_same_file_again_nothing(desk, tmp_path):
    path = tmp_path / "v.csv"
    path.write_text(table([(f"导入{i}", phone(50_000_000 + i)) for i in range(300)]))
    before = len(people(desk))
    assert desk.json("volunteer", "import", path, "--dry-run")["imported"] == 300
    assert len(people(desk)) == before
    assert desk.json("volunteer", "import", path)["imported"] == 300
    again = desk.json("volunteer", "import", path)
    assert (again["imported"], again["existing"]) == (0, 300)
    assert len(people(desk)) == before + 300


def test_an_import_takes_its_columns_in_any_order_and_knows_who_consented(desk, tmp_path):
    path = tmp_path / "v.csv"
    path.write_text(
        "\ufeff"
        + table(
            [
                ("兴泾镇", phone(51_000_001), "2026-03-01T10:00:00+08:00", "有同意", "\"引号\", 逗号", "讲解"),
                ("", phone(51_000_002), "", "无同意", "", ""),
            ],
            ("town", "phone", "consent_at", "name", "org", "skills"),
        )
    )
    desk.json("volunteer", "import", path)
    found = {v["name"]: v for v in people(desk)}
    assert found["有同意"]["consent_at"] and found["有同意"]["town"] == "兴泾镇"
    assert found["有同意"]["org"] == "\"引号\", 逗号" and found["有同意"]["skills"] == ["讲解"]
    assert found["无同意"]["consent_at"] is None


def test_an_import_reads_standard_input(desk):
    assert (
        desk.ctl("volunteer", "import", "-", "--json", stdin=table([("从管道来", phone(52_000_001))])).json()["imported"]
        == 1
    )


THOUSAND = [[f"第{i}行", phone(60_000_000 + i)] for i in range(2, 1002)]  # the header is line 1


def test_one_bad_line_imports_nothing_and_is_named_with_its_column(desk, tmp_path):
    rows = [list(r) for r in THOUSAND]
    rows[617 - 2][1] = "12345"
    path = tmp_path / "v.csv"
    path.write_text(table(rows))
    before = len(people(desk))
    said = desk.error("volunteer", "import", path, code=INVALID)
    assert "617" in said and "phone" in said
    assert len(people(desk)) == before
    plain = desk.ctl("volunteer", "import", path, code=INVALID)
    assert "617" in plain.err and "phone" in plain.err and plain.out == ""


@pytest.mark.parametrize(
    "text, named",
    [
        ("", []),
        ("name\n张三\n", ["phone"]),
        ("name,phone,shoe\n张三,13812340009,44\n", ["shoe"]),
        ("name,phone\n张三\n", ["2"]),
        ("name,phone\n张三,13812340009,多余\n", ["2"]),
        ("name,phone\n,13812340009\n", ["2", "name"]),
        ("name,phone,consent_at\n张三,13812340009,昨天吧\n", ["2", "consent_at"]),
        ("name,phone\n\"张三,13812340009\n", []),
    ],
    ids=[
        "empty",
        "no-phone-column",
        "unknown-column",
        "short-line",
        "long-line",
        "no-name",
        "bad-consent",
        "open-quote",
    ],
)
def test_other_bad_files_are_refused_whole(desk, text, named):
    before = len(people(desk))
    said = desk.error("volunteer", "import", "-", code=INVALID, stdin=text)
    assert all(word in said for word in named), said
    assert len(people(desk)) == before


def test_a_file_as_excel_writes_it_in_gb18030_is_read(desk):
    desk.ctl("volunteer", "import", "-", stdin="name,phone\n张三,13812340009\n".encode("gb18030"))
    assert len([v for v in people(desk) if v["name"] == "张三" and v["phone"].endswith("0009")]) == 1


def test_a_file_in_no_encoding_is_refused_and_its_line_named(desk):
    said = desk.error("volunteer", "import", "-", code=INVALID, stdin=b"name,phone\n\xff\xff\xff,13812349919\n")
    assert "2" in said and not [v for v in people(desk) if v["phone"].endswith("9919")]


def test_a_file_that_is_not_there_is_named(desk):
    assert "no-such.csv" in desk.ctl("volunteer", "import", "no-such.csv", code=None).err


def test_an_id_that_names_nobody_is_not_found_whatever_its_form(desk):
    for wrong in ("v-000000", "17", "张三", "..", "v-'; DROP TABLE"):
        desk.ctl("volunteer", "show", wrong, code=NOT_FOUND)


def test_numbers_are_sealed_at_rest(make_kepu):
    one = make_kepu().start()
    if harness.STORE != "sqlite":
        pytest.skip("reads the database's file; the store is not SQLite")
    one.json("volunteer", "add", "--name", "密封", "--phone", "13898765432", "--email", "sealed@example.org")
    one.stop()
    stored = b"".join(f.read_bytes() for f in one.state.iterdir() if f.is_file())
    assert len(stored) > 4096 and b"13898765432" not in stored and b"sealed@example" not in stored
    assert "13898765432" not in one.log(tail=10**7)


def test_a_line_break_in_a_cell_is_a_space_and_later_lines_keep_their_numbers(desk):
    text = 'name,phone,org\r\n张三,13812341009,"一中\r\n二部"\r\n李四,1381234,"又\n一中"\r\n'
    said = desk.error("volunteer", "import", "-", code=INVALID, stdin=text)
    assert "line 4" in said and "phone" in said
    desk.ctl("volunteer", "import", "-", stdin=text.replace("1381234,", "13812341008,"))
    assert [v["org"] for v in people(desk) if v["phone"].endswith(("1009", "1008"))] == ["一中 二部", "又 一中"]
    assert desk.ctl("volunteer", "import", "-", code=INVALID, stdin=text, lang="zh_CN.UTF-8").err.count("4") == 2


def test_an_export_imported_again_changes_nothing_masked_or_not(desk):
    desk.json("volunteer", "add", "--name", "出口", "--phone", "13812341010", "--org", "=1+1", "--skill", "讲解")
    masked, whole = desk.ctl("volunteer", "export").out, desk.ctl("volunteer", "export", "--reveal").out
    assert "****" in masked and "'=1+1" in whole
    for text in (masked, whole):
        answer = desk.json("volunteer", "import", "-", stdin=text)
        assert answer["imported"] == 0 and answer["existing"] == answer["lines"] == len(people(desk))
    assert desk.ctl("volunteer", "export", "--reveal").out == whole
    # An id that names nobody makes a masked number no better.
    desk.ctl("volunteer", "import", "-", code=INVALID, stdin="id,name,phone\nv-0,出口,138****1010\n")


def test_consent_is_not_of_the_future(desk):
    text = "name,phone,consent_at\n张三,13812341011,2099-01-01\n"
    said = desk.error("volunteer", "import", "-", code=INVALID, stdin=text)
    assert "2099-01-01" in said and "line 2" in said


def test_an_empty_file_says_that_it_is_empty(desk, tmp_path):
    (tmp_path / "v.csv").write_bytes(b"")
    for verb in (["volunteer", "import"], ["import"], ["target", "import"]):
        assert "is empty" in desk.error(*verb, tmp_path / "v.csv", code=INVALID)
