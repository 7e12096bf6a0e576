"""A file of commands: all of them or none."""
import pytest

from kepu import CONFLICT, INVALID, NOT_FOUND, USAGE, unique


def batch(desk, tmp_path, text, *more, **how):
    path = tmp_path / "commands.txt"
    path.write_text(text)
    return desk.ctl("batch", str(path), "--json", *more, **how)


def there(desk, slug):
    return desk.ctl("event", "show", slug, "--json", code=None).code == 0


def add(slug, *more):
    return f"event add --title '科普 讲座' --start '2027-05-12 09:00' --slug {slug} --role 讲解员=1 {' '.join(more)}\n"


def test_a_command_a_line_in_order(desk, tmp_path):
    slug, who = unique("b"), desk.volunteer()["id"]
    text = (
        "# an evening's work\n\n" + add(slug) + f"signup add --volunteer {who} --event {slug} --on 2027-05-12\n"
        f'event edit {slug} --all --title "新 标题"   # at last\n'
    )
    done = batch(desk, tmp_path, text).json()
    assert done["done"] == 3 and [len(done["items"]), done["items"][1]["state"]] == [3, "confirmed"]
    assert desk.json("event", "show", slug)["title"] == "新 标题"
    objects = [a["object"] for a in desk.items("audit", "list")][:3]
    assert objects == [slug, done["items"][1]["id"], slug]


@pytest.mark.parametrize(
    "bad,code,line",
    [
        ("event cancel nothing-here", NOT_FOUND, "3"),
        ("event add --title x --start never --slug z", INVALID, "3"),
        ("event add --title x", USAGE, "3"),
        ("evnt add", USAGE, "3"),
        ("event list", USAGE, "3"),
        ("event add --title 'x", USAGE, "3"),
        ("batch x", USAGE, "3"),
    ],
)
def test_one_bad_line_undoes_all(desk, tmp_path, bad, code, line):
    a, b = unique("b"), unique("b")
    said = batch(desk, tmp_path, add(a) + add(b) + bad + "\n", code=code).said()
    assert line in said
    assert not there(desk, a) and not there(desk, b)


def test_a_refusal_in_the_middle_undoes_what_came_before(desk, tmp_path):
    slug, who, other = unique("b"), desk.volunteer()["id"], desk.volunteer()["id"]
    up = "signup add --volunteer {} --event " + slug + " --on 2027-05-12\n"
    e = batch(desk, tmp_path, add(slug) + up.format(who) + up.format(other), code=CONFLICT)
    assert e.error()["code"] == "full" and "3" in e.said()
    assert not there(desk, slug)
    assert desk.items("signup", "list", "--volunteer", who) == []


def test_a_dry_run_keeps_nothing(desk, tmp_path):
    slug = unique("b")
    assert batch(desk, tmp_path, add(slug), "--dry-run").json()["done"] == 1
    assert not there(desk, slug)
