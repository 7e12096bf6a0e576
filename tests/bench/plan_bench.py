"""The plan's measurements, over five years of a district (district.py)."""
import sqlite3
import statistics
import time

import desk_bench
import district
import kepu as harness

ROUNDS = 15
COUNT = "SELECT count(*) FROM signup WHERE state = 'attended'"
REPORTS = ["/reports/plan", "/reports/plan.html", "/reports/department?slug=nongye", "/reports/events?period=2025",
           "/reports/volunteers"]


def put(kepu, name, text, *command):
    path = kepu.dir / name
    path.write_text(text, encoding="utf-8")
    return kepu.json(*command, path)


def make(kepu):
    put(kepu, "people.csv", district.people_csv(), "volunteer", "import")
    put(kepu, "units.csv", district.units_csv(), "unit", "import")
    put(kepu, "figures.csv", district.figures_csv(), "target", "import")
    kepu.stop()
    found = district.fill(kepu.state / "kepu.db")
    kepu.start()
    return found


class Asker:
    """One connection that stays open, as a program at a desk would have it."""

    def __init__(self, kepu):
        self.connection = harness.UnixHTTP(kepu.socket)

    def ms(self, path, method="GET", body=None):
        begin = time.perf_counter()
        headers = {"Content-Type": "application/json"} if body else {}
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, (path, answer.status, text[:300])
        return (time.perf_counter() - begin) * 1000


def count_ms(db):
    begin = time.perf_counter()
    found = db.execute(COUNT).fetchone()[0]
    return (time.perf_counter() - begin) * 1000, found


def medians(tasks):
    """Medians of interleaved runs, after one that isn't measured."""
    times = {name: [] for name in tasks}
    for n in range(ROUNDS + 1):
        for name, task in tasks.items():
            took = task()
            if n:
                times[name].append(took)
    return {name: statistics.median(found) for name, found in times.items()}


def one_more(kepu, ask, signups):
    """Each sign-up is taken back and entered again: one attendance less, one more."""
    times = []
    for code in signups:
        ask.ms(f"/api/v1/signups/{code}/no-show", "POST", "{}")
        times.append(ask.ms(f"/api/v1/signups/{code}/attend", "POST", "{}"))
    return statistics.median(times)


def small(kepu):
    """The same operation where there are ten attendances."""
    on = (harness.datetime.datetime.now(harness.SHANGHAI)).date().isoformat()
    kepu.json("event", "add", "--title", "课", "--slug", "few", "--start", "-1h", "--duration", "3h",
              "--role", "学员=50:participant", "--indicator", "farmers")
    on = kepu.occurrences("few")[0]["recurrence_id"][:10]
    codes = []
    for n in range(10):
        who = kepu.volunteer(n)["id"]
        codes.append(kepu.json("signup", "add", "--volunteer", who, "--event", "few", "--on", on)["id"])
        kepu.json("signup", "attend", codes[-1])
    return codes


def commands(kepu, row):
    """Everything that somebody waits for, the slowest first."""
    found = desk_bench.measure(kepu)
    one = found.pop("SELECT 1")
    for name, took in sorted(found.items(), key=lambda item: -item[1]):
        row(name, f"{took:.2f} ms", f"{one:.2f} ms SELECT 1", took / one, None)


def run(desk, row):
    with desk() as few, desk() as kepu:
        made = make(kepu)
        db = sqlite3.connect(kepu.state / "kepu.db")
        ask, ask_few = Asker(kepu), Asker(few)
        tasks = {"count": lambda: count_ms(db)[0], "one": lambda: ask.ms("/readyz")}
        for path in ["/targets", *REPORTS]:
            tasks[path] = lambda path=path: ask.ms("/api/v1" + path)
        found = medians(tasks)
        count, one = found["count"], found["one"]
        print(f"  {made} attendances; one count(*) {count:.2f} ms; SELECT 1 through the socket {one:.2f} ms")
        for path in ["/targets", *REPORTS]:
            row(path + " beside count(*)", f"{found[path]:.2f} ms", f"{count:.2f} ms count(*)", found[path] / count, None)
        codes = [r[0] for r in db.execute("SELECT code FROM signup WHERE role = '学员' ORDER BY id LIMIT 15")]
        many, few_ms = one_more(kepu, ask, codes), one_more(few, ask_few, small(few))
        row(f"one more attendance among {made:,}", f"{many:.2f} ms", f"{few_ms:.2f} ms among 10", many / few_ms, 1.5, "", True)
        assert made == district.ATTENDANCES
        db.close()
        commands(kepu, row)
