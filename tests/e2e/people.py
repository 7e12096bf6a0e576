"""Steps that tests of volunteers share: shifts of the past and of days to come, and whether a text is left anywhere."""
import kepu as harness
from kepu import phone, unique

AHEAD = "2027-05-12"
LONG_AGO = "2026-03-03"


def person(desk, number, name, *more):
    return desk.json("volunteer", "add", "--name", name, "--phone", phone(number), *more)


def shift(desk, capacity=1, day=AHEAD, role="引导员"):
    slug = unique("shift")
    desk.event(slug, start=f"{day} 09:00", role=f"{role}={capacity}")
    return slug


def sign_up(desk, who, slug, *more, day=AHEAD, **how):
    return desk.json("signup", "add", "--volunteer", who["id"], "--event", slug, "--on", day, *more, **how)


def state(desk, signup):
    return desk.json("signup", "show", signup["id"])["state"]


def connect(kepu):
    """The database that this run works on, and how it writes a place for a value."""
    if not harness.STORE.startswith("postgres"):
        import sqlite3

        return sqlite3.connect(kepu.state / "kepu.db", timeout=10), "?"
    import psycopg2

    return psycopg2.connect(next(x for x in kepu.config.read_text().splitlines() if "url = " in x).split("= ")[1]), "%s"


def sql(kepu, statement, values=(), many=None):
    """Rows of a statement that speaks both dialects; with `many`, it is run for each of them."""
    db, place = connect(kepu)
    try:
        cursor = db.cursor()
        if many is None:
            cursor.execute(statement.replace("?", place), values)
        else:
            cursor.executemany(statement.replace("?", place), many)
        rows = cursor.fetchall() if cursor.description else []
        db.commit()
        return rows
    finally:
        db.close()


def past_sign_up(kepu, v, slug, code=None):
    """A sign-up for what is over by now, as if it had been made in time: its id."""
    code = code or "s-" + slug.replace("-", "")[:12]
    kepu.occurrences(slug)
    (volunteer,) = sql(kepu, "SELECT id FROM volunteer WHERE code = ?", (v["id"],))[0]
    (occurrence,) = sql(
        kepu, "SELECT o.id FROM occurrence o JOIN event e ON e.id = o.event_id WHERE e.slug = ?", (slug,)
    )[0]
    sql(
        kepu,
        "INSERT INTO signup (code, volunteer_id, occurrence_id, role, state, place, minutes, created_ms, updated_ms,"
        " version) VALUES (?, ?, ?, '引导员', 'confirmed', 0, 0, 0, 0, 1)",
        (code, volunteer, occurrence),
    )
    sql(kepu, "UPDATE occurrence_role SET taken = taken + 1 WHERE occurrence_id = ?", (occurrence,))
    return code


def left_in_the_database(kepu, text):
    """Where a text stands: tables, and on SQLite the very bytes of the files."""
    tables = ("volunteer", "volunteer_skill", "guardian", "audit", "delivery", "signup", "mail", "hours_entry", "attendance_entry")
    found = [t for t in tables if any(text in str(row) for row in sql(kepu, f"SELECT * FROM {t}"))]
    for path in kepu.state.glob("kepu.db*"):
        if text.encode() in path.read_bytes():
            found.append(path.name)
    return found
