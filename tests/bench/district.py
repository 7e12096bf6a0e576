"""
Five years of a district's work, the same every time: events of all departments with what they count for, their
occurrences, the people who came to them, and what was entered by hand. Written straight into a daemon's own SQLite
file while it is stopped; people come in by its import, for their numbers are sealed.
"""
import datetime
import random
import sqlite3

SEED = 20260101
EVENTS, OCCURRENCES, VOLUNTEERS, ATTENDANCES = 3000, 15000, 4000, 120000
FIRST, LAST = datetime.date(2021, 1, 4), datetime.date(2025, 12, 20)
LEADS = "jiaoyu kexie keji ziran huanjing tuanwei fulian nongye renshe gonghui fagai weijian yingji zuzhi wenlv".split()
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
# What an event counts for, and how often among twelve.
INDICATORS = [["farmers"], ["farmers", "rural-leaders"], ["rural-skills"], ["workers"], ["officials"], ["museum-visits"],
              ["elder-health"], ["school-lectures"], ["school-trips"], ["senior-talent"], ["village-committees"], []]
SCHOOLS, VILLAGES = 60, 50


def phone(number):
    return f"137{number:08d}"


def people_csv():
    sources = ["科技工作者", "教师", "媒体从业者", "高校学生", "社区工作者", "老专家"]
    return "name,phone,source\n" + "".join(f"志愿者{n},{phone(n)},{sources[n % 6]}\n" for n in range(VOLUNTEERS))


def units_csv():
    return ("slug,title,kind\n" + "".join(f"school-{n:02},第{n}小学,school\n" for n in range(SCHOOLS)) +
            "".join(f"village-{n:02},{n}村,village\n" for n in range(VILLAGES)))


def figures_csv():
    rows = [f"{t},{2021 + y}-{6 * h:02}-28,{40 + 7 * y + h},{2021 + y}年报表"
            for t in ("farmers", "rural-skills", "workers", "officials") for y in range(5) for h in (1, 2)]
    return "target,at,amount,note\n" + "\n".join(rows) + "\n"


def milliseconds(day, hour):
    return int(datetime.datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI).timestamp()) * 1000


def insert(db, table, **values):
    names = ", ".join(values)
    return db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())).lastrowid


def add_event(db, rng, n, created):
    tags = INDICATORS[n % len(INDICATORS)]
    start = f"{FIRST}T09:00:00"
    unit = f"school-{rng.randrange(SCHOOLS):02}" if tags and tags[0].startswith("school") else ""
    event = insert(db, "event", slug=f"d-{n}", uid=f"d-{n}@district", title=f"第{n}期科普活动", description="", category="other",
                   lead=LEADS[n % len(LEADS)], venue="", start_local=start, end_local=start, all_day=0, tz="Asia/Shanghai",
                   rrule="", start_is_extra=0, holiday_policy="keep", unit=unit, preset="", status="confirmed", reason="",
                   sequence=0, version=1, stored_until="2030-01-01T00:00:00", created_ms=created, updated_ms=created)
    for position, slug in enumerate(tags):
        insert(db, "event_indicator", event_id=event, position=position, slug=slug)
    return event


def add_occurrence(db, rng, event, created):
    day = FIRST + datetime.timedelta(days=rng.randrange((LAST - FIRST).days))
    hour = rng.randrange(8, 18)
    local = f"{day}T{hour:02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    begin = milliseconds(day, hour)
    found = insert(db, "occurrence", event_id=event, recurrence_id=local, start_local=local,
                   end_local=f"{day}T{hour + 2:02}:00:00", start_ms=begin, end_ms=begin + 7200000,
                   status="cancelled" if rng.random() < 0.03 else "scheduled", own_roles=0, reason="",
                   headcount=rng.randrange(20, 400) if rng.random() < 0.2 else None, headcount_note="", moves=0,
                   sequence=0, updated_ms=created, version=1)
    for position, (name, participant) in enumerate((("学员", 1), ("志愿者", 0))):
        insert(db, "occurrence_role", occurrence_id=found, position=position, name=name, capacity=500, minimum=0,
               participant=participant, taken=0, offered=0, waitlisted=0)
    return found, begin


def add_signups(db, rng, occurrence, at, people, count, first):
    for n, person in enumerate(rng.sample(people, count)):
        insert(db, "signup", code=f"s-d{first + n}", volunteer_id=person, occurrence_id=occurrence,
               role="志愿者" if n % 4 == 3 else "学员", state="confirmed", place=0, minutes=0, created_ms=at, updated_ms=at,
               version=1)


def fill(path):
    """Events, occurrences and attendances; how many attendances there are then."""
    rng = random.Random(SEED)
    db = sqlite3.connect(path, isolation_level=None)
    people = [row[0] for row in db.execute("SELECT id FROM volunteer ORDER BY id")]
    created = milliseconds(FIRST, 8)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    events = [add_event(db, rng, n, created) for n in range(EVENTS)]
    made = 0
    for n in range(OCCURRENCES):
        occurrence, at = add_occurrence(db, rng, events[n % EVENTS], created)
        count = ATTENDANCES * (n + 1) // OCCURRENCES - made
        add_signups(db, rng, occurrence, at, people, count, made)
        made += count
    db.execute("UPDATE signup SET state = 'attended'")
    db.execute("COMMIT")
    found = db.execute("SELECT COUNT(*) FROM signup WHERE state = 'attended'").fetchone()[0]
    db.close()
    return found
