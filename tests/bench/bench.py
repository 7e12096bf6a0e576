#!/usr/bin/python3
"""
Measurements, as ratios against a peer that runs beside us on the same machine: medians of interleaved runs.

    make bench                      all of them
    make bench BENCH="signup feed"  some
"""
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import kepu as harness  # noqa: E402
import deliver  # noqa: E402
import plan_bench  # noqa: E402
import postgres_bench  # noqa: E402

TOOLS = harness.BIN / "bench"
DAY = "2027-05-12"
SERVER_CORE, CLIENT_CORE = 0, 1
CONNECTIONS = 256

rows = []


def row(what, ours, peer, value, goal, unit="", at_most=False):
    """One line of the table. `value` is compared with `goal`; None: no goal of its own."""
    met = "" if goal is None else "ok" if (value <= goal if at_most else value >= goal) else "MISSED"
    bound = "" if goal is None else f"{'≤' if at_most else '≥'} {goal:g}{unit}"
    rows.append((what, ours, peer, f"{value:.2f}{unit}" if value is not None else "", bound, met))
    print(f"  {what}: {ours}" + (f", peer {peer}" if peer else "") + (f", {rows[-1][3]}" if value is not None else "") +
          (f" (goal {bound}) {met}" if met else ""), flush=True)


def table():
    names = ("what", "kepu", "peer", "ratio", "goal", "")
    widths = [max(len(r[i]) for r in [names, *rows]) for i in range(len(names))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(r, widths)).rstrip() for r in [names, *rows]]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def median(values):
    return statistics.median(values)


# --- the daemon, full of things

@contextlib.contextmanager
def desk(config=""):
    kepu = harness.Kepu(config=config).start()
    try:
        yield kepu
        kepu.stop()
    finally:
        kepu.kill9()
        kepu.drop_store()
        harness.shutil.rmtree(kepu.dir, ignore_errors=True)


def people(kepu, count, first=0):
    """Ids of that many volunteers, new ones."""
    path = kepu.dir / "people.csv"
    lines = [f"志愿者{n},{harness.phone(n)}" for n in range(first, first + count)]
    path.write_text("name,phone\n" + "\n".join(lines) + "\n")
    kepu.json("volunteer", "import", path)
    return [v["id"] for v in kepu.items("volunteer", "list")][-count:]


def day(number):
    return (harness.datetime.date(2027, 1, 1) + harness.datetime.timedelta(days=number)).isoformat()


def events(kepu, count, prefix, roles=None, repeat=None):
    """That many events, each on a day of its own; their slugs."""
    bodies = []
    for n in range(count):
        body = {"title": f"科普活动第{n}场：走进实验室", "start": f"{day(n % 3000)}T09:00:00+08:00", "duration": "2h",
                "slug": f"{prefix}-{n}", "venue": "科技馆一楼报告厅", "description": "带上好奇心，其余的我们来准备。"}
        if roles:
            body["roles"] = roles
        if repeat:
            body["repeat"] = repeat[n % len(repeat)]
        bodies.append(body)
    answer = post(kepu, "/api/v1/events", bodies, connections=64)
    assert answer["statuses"] == {"201": count}, answer
    return [b["slug"] for b in bodies]


def load(kepu, path, *args, tcp=False):
    address = kepu.listening if tcp else kepu.socket
    done = subprocess.run([TOOLS / "load", *map(str, args), str(address), path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def bodies_file(kepu, bodies):
    path = kepu.dir / f"bodies-{time.monotonic_ns()}"
    path.write_text("".join(json.dumps(b, ensure_ascii=False) + "\n" for b in bodies))
    return path


def post(kepu, path, bodies, *args, connections=CONNECTIONS, token=None):
    """All bodies over so many connections: over TCP with a token, over the socket without."""
    head = ["-H", "Authorization: Bearer " + token] if token else []
    return load(kepu, path, "-m", "POST", "-c", connections, "-b", bodies_file(kepu, bodies), *head, *args,
                tcp=token is not None)


def token_of(kepu):
    return kepu.json("token", "add", "bench", "--role", "organizer")["token"]


# --- sign-ups

def bench_signup():
    """Durable sign-ups a second at 256 connections, all rules, audit and sealing on; one commit each in a plain loop."""
    rounds, each, plain_s = 7, 8000, 2
    ours, peer = [], []
    with desk() as kepu:
        who = people(kepu, rounds * each)
        events(kepu, rounds, "shift", [{"name": "引导员", "capacity": 100000}])
        token = token_of(kepu)
        for n in range(rounds):
            bodies = [{"volunteer": v, "event": f"shift-{n}", "on": day(n)} for v in who[n * each:(n + 1) * each]]
            answer = post(kepu, "/api/v1/signups", bodies, token=token)
            assert answer["statuses"] == {"201": each}, answer
            ours.append(answer["rate"])
            file = kepu.state / f"plain-{n}.db"
            peer.append(float(subprocess.check_output([TOOLS / "plain", file, str(plain_s)])))
        taken = sum(kepu.occurrences(f"shift-{n}")[0]["roles"][0]["confirmed"] for n in range(rounds))
        assert taken == rounds * each, taken
    ratios = [a / b for a, b in zip(ours, peer)]
    row("durable sign-ups, 256 connections", f"{median(ours):.0f}/s", f"{median(peer):.0f}/s SQLite, a commit each",
        median(ratios), 4)


def bench_rush():
    """4,000 people within a minute for 300 roles; the last place of a role with 1,000 rivals."""
    with desk() as kepu:
        who = people(kepu, 4000)
        slugs = events(kepu, 300, "role", [{"name": "引导员", "capacity": 20}])
        wishes = [{"volunteer": v, "event": slugs[i % 300], "on": day(i % 300)} for i, v in enumerate(who)]
        answer = post(kepu, "/api/v1/signups", wishes)
        stored = len(kepu.items("signup", "list", "--state", "confirmed"))
        assert answer["statuses"] == {"201": 4000} and stored == 4000, (answer, stored)
        row("4,000 people, 300 roles", f"{answer['seconds']:.2f} s, counted exactly", "", answer["seconds"], 60, " s", True)
        events(kepu, 1, "last", [{"name": "引导员", "capacity": 1}])
        wishes = [{"volunteer": v, "event": "last-0", "on": day(0)} for v in who[1:3999:3]][:1000]
        answer = post(kepu, "/api/v1/signups", wishes, connections=1000)
        assert answer["statuses"] == {"201": 1, "409": 999}, answer
        row("the last place, 1,000 rivals", f"{answer['seconds'] * 1000:.0f} ms until all know", "", None, None)


def fill_signups(kepu, count):
    """So many past sign-ups, straight into the file of a daemon that is stopped."""
    db = sqlite3.connect(kepu.state / "kepu.db")
    occurrences = db.execute("SELECT COUNT(*) FROM occurrence").fetchone()[0]
    volunteers = db.execute("SELECT COUNT(*) FROM volunteer").fetchone()[0]
    assert occurrences * volunteers >= count
    db.execute("""INSERT INTO signup (code, volunteer_id, occurrence_id, role, state, place, minutes, created_ms, updated_ms,
               version) SELECT 's-old' || o.id || '-' || v.id, v.id, o.id, '引导员', 'attended', 0, 0, 0, 0, 1
               FROM occurrence o, volunteer v LIMIT ?""", (count,))
    db.commit()
    db.close()


def bench_million():
    """What one sign-up costs with 1,000 and with 1,000,000 stored; ten of each person's are old."""
    costs = {}
    for stored in (1000, 1000000):
        with desk() as kepu:
            people(kepu, max(stored // 10, 100))
            events(kepu, 11, "old", [{"name": "引导员", "capacity": 1000000}])
            kepu.stop()
            fill_signups(kepu, stored)
            kepu.start()
            newcomers = people(kepu, 8000, first=10**7)
            events(kepu, 1, "new", [{"name": "引导员", "capacity": 100000}])
            rates = []
            for n in range(4):
                wishes = [{"volunteer": v, "event": "new-0", "on": day(0)} for v in newcomers[n * 2000:(n + 1) * 2000]]
                answer = post(kepu, "/api/v1/signups", wishes)
                assert answer["statuses"] == {"201": 2000}, answer
                rates.append(answer["rate"])
            costs[stored] = 1e6 / median(rates)
    row("one sign-up, 1,000,000 stored", f"{costs[1000000]:.0f} µs", f"{costs[1000]:.0f} µs with 1,000",
        costs[1000000] / costs[1000], 1.5, "", True)


def bench_postgres():
    """Durable sign-ups a second on PostgreSQL, against pgbench with the same statements and connections."""
    server = postgres_bench.Postgres(durable=True, log_line_prefix="%m [%p] ").start()
    try:
        kepu = harness.Kepu(store=server.url()).start()
        for prefix, roles, what in (("one", 1, "everybody in one role"), ("eight", 8, "over eight roles")):
            postgres_rounds(server, kepu, prefix, roles, what)
        kepu.stop()
        kepu.close()
    finally:
        server.close()


def postgres_rounds(server, kepu, prefix, roles, what):
    rounds, each = 5, 3000
    ours, peer = [], []
    people(kepu, each + postgres_bench.WORKERS, first=roles * 10**6)
    server.sql("UPDATE volunteer SET code = 'v-' || id")
    last = int(server.sql("SELECT MAX(id) FROM volunteer"))
    first = last - each + 1
    token = kepu.json("token", "add", prefix, "--role", "organizer")["token"]
    events(kepu, 2 * rounds, prefix, [{"name": f"r{r}", "capacity": 100000} for r in range(roles)])
    for n in range(rounds):
        shift, other = 2 * n, 2 * n + 1
        wishes = [{"volunteer": f"v-{first + i}", "event": f"{prefix}-{shift}", "on": day(shift), "role": f"r{i % roles}"}
                  for i in range(each)]
        server.sql("CHECKPOINT")
        answer = post(kepu, "/api/v1/signups", wishes, token=token)
        assert answer["statuses"] == {"201": each}, answer
        ours.append(answer["rate"])
        server.sql("CHECKPOINT")
        peer.append(postgres_bench.beside(server, kepu, token, f"{prefix}-{other}", day(other), roles, first, last,
                                          f"{prefix}-{n}"))
    row(f"durable sign-ups on PostgreSQL, {what}", f"{median(ours):.0f}/s",
        f"{median(peer):.0f}/s pgbench, the same statements", median(a / b for a, b in zip(ours, peer)), 0.7)


# --- feeds

RULES = ["FREQ=YEARLY;BYMONTH=9;BYDAY=3SA", "FREQ=MONTHLY;BYDAY=1SA", "FREQ=WEEKLY;BYDAY=WE;COUNT=20", None]

NGINX = """worker_processes 1; daemon off; pid {dir}/nginx.pid; error_log {dir}/nginx.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000; gzip_static on; etag on;
  {more} types {{ text/calendar ics; }} client_body_temp_path {dir}/t; proxy_temp_path {dir}/t;
  fastcgi_temp_path {dir}/t; uwsgi_temp_path {dir}/t; scgi_temp_path {dir}/t;
  server {{ listen 127.0.0.1:{port} backlog=1024; root {dir}/www; }} }}
"""


def free_port():
    with harness.socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pin(pid, core):
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), {core})


@contextlib.contextmanager
def nginx(body, more=""):
    """nginx serving the bytes from a file on one core, as it comes but for `more` settings; its address."""
    with tempfile.TemporaryDirectory(prefix="kepu-nginx-") as name:
        folder, port = pathlib.Path(name), free_port()
        folder.chmod(0o755)
        (folder / "www").mkdir()
        (folder / "www" / "all.ics").write_bytes(body)
        (folder / "www" / "all.ics.gz").write_bytes(gzip.compress(body, 9))
        (folder / "nginx.conf").write_text(NGINX.format(dir=folder, port=port, more=more))
        process = subprocess.Popen(["/usr/sbin/nginx", "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
        try:
            harness.wait_until(lambda: answers(port), what="nginx")
            children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
            for pid in [process.pid, *map(int, children)]:
                pin(pid, SERVER_CORE)
            yield f"http://127.0.0.1:{port}/all.ics"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def answers(port):
    with harness.socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def wrk(url, headers, seconds=2):
    """Requests a second of one core against one core."""
    args = [x for h in headers for x in ("-H", h)]
    done = subprocess.run(["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", "-c64", f"-d{seconds}s", *args, url],
                          capture_output=True, text=True)
    assert done.returncode == 0 and "Socket errors" not in done.stdout, done.stdout + done.stderr
    return float(next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("Requests/sec")))


def etag_of(url, encoding):
    answer = harness.requests.get(url, headers={"Accept-Encoding": encoding})
    assert answer.status_code == 200, answer.status_code
    return answer.headers["ETag"]


def bench_feed():
    """/feeds/all.ics with 200 events at 64 connections, against nginx serving the same bytes from a file."""
    with desk() as kepu:
        events(kepu, 200, "feed", repeat=RULES)
        ours = kepu.base + "/feeds/all.ics"
        body = kepu.get("/feeds/all.ics").content
        pin(kepu.pid, SERVER_CORE)
        # The goals are against nginx as it comes. Told to keep files open it opens none per request: shown beside.
        with nginx(body) as peer, nginx(body, "open_file_cache max=10;") as tuned:
            for what, headers, goal in (("200", "identity", 0.95), ("200, gzip", "gzip", 0.95), ("304", "identity", 1.05),
                                        ("304, gzip", "gzip", 1.05)):
                rates = {ours: [], peer: [], tuned: []}
                for _ in range(5):
                    for url in rates:
                        sent = ["Accept-Encoding: " + headers]
                        if what.startswith("304"):
                            sent.append("If-None-Match: " + etag_of(url, headers))
                        rates[url].append(wrk(url, sent))
                for url, name, wanted in ((peer, "nginx", goal), (tuned, "nginx, files kept open", None)):
                    ratio = median(a / b for a, b in zip(rates[ours], rates[url]))
                    row(f"feed of 200 events, {what}", f"{median(rates[ours]):.0f}/s", f"{median(rates[url]):.0f}/s {name}",
                        ratio, wanted)
    row("  its size", f"{len(body)} bytes", f"{len(gzip.compress(body, 9))} gzipped", None, None)


FORM_BODY = "form={token}&name={name}&phone={phone}&age=adult&consent=1"


def bench_pages():
    """Kept pages at 64 connections against nginx; the sign-up form at 256; the first page; what times tell a stranger."""
    rounds, each = 5, 2000
    with desk("[limits]\nphone = 0\n") as kepu:
        events(kepu, 200, "page", [{"name": "引导员", "capacity": 100000}])
        first = kepu.get("/", headers={"Accept-Encoding": "identity"})
        asked = [a for a in harness.re.findall(r'(?:src|srcset|href)="([^"]+)"', first.text.split("</head>")[0])
                 if not a.startswith("data:") and ".ics" not in a]
        pin(kepu.pid, SERVER_CORE)
        for path in ("/", "/events", "/events/page-0"):
            body = kepu.get(path, headers={"Accept-Encoding": "identity"}).content
            with nginx(body) as peer:
                for coding in ("identity", "gzip"):
                    rates = {kepu.base + path: [], peer: []}
                    for _ in range(3):
                        for url in rates:
                            rates[url].append(wrk(url, ["Accept-Encoding: " + coding]))
                    ours, theirs = rates.values()
                    row(f"page {path}, {coding}", f"{median(ours):.0f}/s", f"{median(theirs):.0f}/s nginx",
                        median(a / b for a, b in zip(ours, theirs)), 0.8)
        rates = []
        for n in range(rounds):
            path = f"/events/page-{n}/{day(n)}"
            token = harness.re.search(r'name="form" value="(\w+)"', kepu.get(path).text)[1]
            bodies = kepu.dir / f"forms-{n}"
            bodies.write_text("".join(FORM_BODY.format(token=token, name=f"Volunteer{n}x{i}", phone=harness.phone(n * each + i))
                                      + "\n" for i in range(each)))
            time.sleep(2.2)                            # the form's age
            answer = load(kepu, path + "/signups", "-m", "POST", "-c", CONNECTIONS, "-b", bodies, "-H",
                          "Content-Type: application/x-www-form-urlencoded", tcp=True)
            assert answer["statuses"] == {"303": each}, answer
            rates.append(answer["rate"])
    row("the form's POST, 256 connections, durable", f"{median(rates):.0f}/s", "", None, None)
    row("the first page", f"{len(first.content)} bytes", f"{len(gzip.compress(first.content, 7))} gzipped", 1 + len(asked), 1,
        " requests", at_most=True)
    strangers()


class Stranger:
    """One connection that sends forms and opens links, and looks at the clock."""

    def __init__(self, kepu):
        self.kepu, self.tokens = kepu, {}
        self.connection = http.client.HTTPConnection(kepu.listening)

    def timed(self, method, path, body=None):
        begin = time.perf_counter()
        self.connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        answer = self.connection.getresponse()
        answer.read()
        return (time.perf_counter() - begin) * 1e6, answer

    def sign_up(self, slug, on, who, **more):
        path = f"/events/{slug}/{on}"
        if path not in self.tokens:
            self.tokens[path] = harness.re.search(r'name="form" value="(\w+)"', self.kepu.get(path).text)[1]
            time.sleep(2.2)                            # the form's age
        body = urllib.parse.urlencode({"form": self.tokens[path], "name": f"Stranger{who}", "phone": harness.phone(who),
                                       "age": "adult", "consent": "1", **more})
        us, answer = self.timed("POST", path + "/signups", body)
        assert answer.status == 303, answer.status
        return us, answer.headers["Location"]

    def open(self, link, status):
        us, answer = self.timed("GET", link)
        assert answer.status == status, answer.status
        return us


def compare(what, times, names, at_most):
    """Medians of times taken in turns: how many times as long the slowest kind takes as the fastest."""
    middles = {n: median(times[n]) for n in names}
    row(what, ", ".join(f"{n} {us:.0f} µs" for n, us in middles.items()), "", max(middles.values()) / min(middles.values()),
        at_most, "", True)


def strangers():
    """Whether the time of an answer tells who is known, who is signed up already, and whether a link ever was one."""
    each, kinds = 500, ("new", "known", "already", "overlapping")
    times = {k: [] for k in (*kinds, "wrong", "revoked", "ended", "the page of one", "of a shadow")}
    with desk("[limits]\nphone = 0\n") as kepu:
        for slug, start in (("known", f"{DAY}T08:00:00"), ("shift", "2027-06-12T08:00:00"), ("beside", "2027-06-12T09:00:00")):
            kepu.event(slug, start=start.replace("T", " ")[:16], role="引导员=100000")
        one = Stranger(kepu)
        one.sign_up("beside", "2027-06-12", 10**7)
        for who in range(3 * each):
            one.sign_up("known", DAY, who)
        for who in range(each):
            one.sign_up("shift", "2027-06-12", who)
        links = [one.sign_up("known", DAY, 10**7 + 1 + n)[1] for n in range(each)]
        for n in range(each):
            ways = [("new", "shift", 10**6 + n), ("known", "shift", each + n), ("already", "shift", n), ("overlapping", "beside", n)]
            made = {}
            for kind, slug, who in random.sample(ways, len(ways)):
                more = {"waitlist": "1"} if kind == "already" else {}  # or it is the double tap that gets the kept answer
                us, made[kind] = one.sign_up(slug, "2027-06-12", who, **more)
                times[kind].append(us)
            for kind, of in random.sample([("the page of one", "known"), ("of a shadow", "overlapping")], 2):
                times[kind].append(one.open(made[of], 200))
        for n, link in enumerate(links):
            one.timed("POST", link + ("/link" if n % 2 else "/link/end"), "x=1")
        for n, link in enumerate(links):
            times["revoked" if n % 2 else "ended"].append(one.open(link, 404))
            times["wrong"].append(one.open("/v/" + "".join(random.choices("0123456789abcdefghjkmnpqrstvwxyz", k=32)), 404))
    compare("a form of somebody", times, kinds[1:], 1.15)
    compare("  or of somebody new", times, kinds, None)
    compare("a page behind a link", times, ("the page of one", "of a shadow"), 1.15)
    compare("a link that opens nothing", times, ("wrong", "revoked", "ended"), 1.15)


def edit_and_read(kepu, slug, path, times=25, unmeasured=5):
    """Milliseconds until new bytes are here after a change, and of reading them again."""
    fresh, kept = [], []
    before = kepu.get(path).content
    # the first ones share the disk with what the filling left behind
    for n in range(-unmeasured, times):
        # the change goes through the same door; its own time counts, as it does for who waits
        begin = time.monotonic()
        answer = kepu.api("PATCH", f"/events/{slug}", {"title": f"改名 {n}", "scope": "all"})
        assert answer.status == 200, answer
        after = kepu.get(path).content
        fresh.append((time.monotonic() - begin) * 1000)
        assert after != before
        before = after
        begin = time.monotonic()
        kepu.get(path)
        kept.append((time.monotonic() - begin) * 1000)
    return median(fresh[unmeasured:]), median(kept[unmeasured:])


def bench_render():
    """The time of a feed of 1,000 events; from a change to the new bytes with 100 and with 10,000 events stored."""
    times = {}
    for stored in (100, 1000, 10000):
        with desk() as kepu:
            slugs = events(kepu, stored, "ev", repeat=RULES)
            times[stored], _ = edit_and_read(kepu, slugs[50], f"/feeds/event/{slugs[50]}.ics")
            if stored == 1000:
                fresh, kept = edit_and_read(kepu, slugs[50], "/feeds/all.ics")
                row("change one of 1,000, whole feed", f"{fresh:.1f} ms", f"{kept:.1f} ms unchanged", None, None)
    row("change to new bytes, 10,000 stored", f"{times[10000]:.1f} ms", f"{times[100]:.1f} ms with 100 stored",
        times[10000] / times[100], 2, "", True)


def bench_quiet():
    """The 95th percentile of a 304 while 1,000 sign-ups a second are being written, against a quiet daemon."""
    with desk() as kepu:
        events(kepu, 200, "feed", repeat=RULES)
        who = people(kepu, 20000)
        events(kepu, 4, "busy", [{"name": "引导员", "capacity": 100000}])
        tag = etag_of(kepu.base + "/feeds/all.ics", "identity")
        ask = ["-r", 400, "-c", 4, "-t", 4, "-H", "If-None-Match: " + tag]
        quiet, busy = [], []
        for n in range(3):
            answer = load(kepu, "/feeds/all.ics", *ask, tcp=True)
            assert set(answer["statuses"]) == {"304"}, answer
            quiet.append(answer["p95_ms"])
            wishes = [{"volunteer": v, "event": f"busy-{n}", "on": day(n)} for v in who[n * 5000:(n + 1) * 5000]]
            writer = subprocess.Popen([TOOLS / "load", "-m", "POST", "-c", "32", "-r", "1000", "-b", bodies_file(kepu, wishes),
                                       str(kepu.socket), "/api/v1/signups"], stdout=subprocess.PIPE, text=True)
            answer = load(kepu, "/feeds/all.ics", *ask, tcp=True)
            assert set(answer["statuses"]) == {"304"}, answer
            busy.append(answer["p95_ms"])
            wrote = json.loads(writer.communicate()[0])
            assert wrote["statuses"] == {"201": 5000} and wrote["rate"] > 900, wrote
    row("304 at 1,000 sign-ups/s, p95", f"{median(busy):.2f} ms", f"{median(quiet):.2f} ms quiet",
        median(busy) / median(quiet), 3, "", True)


def calendar_file(count, rule):
    one = ("BEGIN:VEVENT\r\nUID:{n}@bench\r\nDTSTART;TZID=Asia/Shanghai:20260105T{hour:02}0000\r\nDURATION:PT1H\r\n"
           "{rule}SUMMARY:{n}\r\nEND:VEVENT\r\n")
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:bench\r\n" +
            "".join(one.format(n=n, hour=n % 24, rule=rule) for n in range(count)) + "END:VCALENDAR\r\n")


def bench_import():
    """Calendar files: 500 endless daily series, 5,000 events that happen once."""
    for what, count, rule in (("endless daily series", 500, "RRULE:FREQ=DAILY\r\n"), ("single events", 5000, "")):
        with desk() as kepu:
            path = kepu.dir / "bench.ics"
            path.write_text(calendar_file(count, rule))
            begin = time.monotonic()
            assert kepu.json("import", path)["imported"] == count
            took = time.monotonic() - begin
            stored = sqlite3.connect(kepu.state / "kepu.db").execute("SELECT COUNT(*) FROM occurrence").fetchone()[0]
        row(f"import of {count} {what}", f"{took:.1f} s", f"{stored} occurrences stored", None, None)


# --- reminders

def bench_deliver():
    """Reminders: many at once, many a second, many that wait."""
    ratios = []
    for _ in range(3):
        with desk() as kepu:
            kepu.bench_events = lambda count: events(kepu, count, "told")
            ratios.append(deliver.burst(kepu, TOOLS))
    row("10,000 due at once, 100 receivers", f"{median(a for a, _ in ratios):.0f}/s",
        f"{median(b for _, b in ratios):.0f}/s libcurl", median(a / b for a, b in ratios), 0.5)
    with desk() as kepu:
        kepu.bench_events = lambda count: events(kepu, count, "told")
        p50, p99 = deliver.lateness(deliver.steady(kepu, TOOLS))
    row("1,000 due each second, late p50", f"{p50:.0f} ms", "", p50, 50, " ms", True)
    row("1,000 due each second, late p99", f"{p99:.0f} ms", "", p99, 2000, " ms", True)
    found = []
    for waiting in (0, 100000):
        with desk() as kepu:
            kepu.stop()
            deliver.wait_many(kepu, waiting)
            kepu.start()
            found.append(deliver.quiet(kepu, 60))
    (_, _, empty_mib), (wakes, cpu_s, mib) = found
    row("100,000 waiting, wake-ups in 60 s", f"{wakes}", "", wakes, 2, "", True)
    row("100,000 waiting, CPU in 60 s", f"{cpu_s * 1000:.0f} ms", "", cpu_s * 1000, 20, " ms", True)
    row("100,000 waiting, resident memory", f"{mib:.1f} MiB", f"{empty_mib:.1f} MiB empty", mib / empty_mib, 1.2, "", True)


# --- starting, recurrence

def rss_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def bench_start():
    """From the start to ready with the plan loaded, and resident memory then."""
    first, again, memory = [], [], []
    for _ in range(7):
        kepu = harness.Kepu()
        for times in (first, again):
            begin = time.monotonic()
            kepu.start()
            times.append((time.monotonic() - begin) * 1000)
            memory.append(rss_mib(kepu.pid))
            if times is first:
                kepu.stop()
        assert len(kepu.items("preset", "list")) > 10
        kepu.close()
    row("first start to ready, plan loaded", f"{median(first):.0f} ms", "", median(first), 100, " ms", True)
    row("start to ready", f"{median(again):.0f} ms", "", median(again), 100, " ms", True)
    row("resident memory then", f"{median(memory):.1f} MiB", "", median(memory), 16, " MiB", True)


def bench_plan():
    """A district's five years: targets and reports beside one count(*), commands beside SELECT 1, one more attendance."""
    plan_bench.run(desk, row)


def bench_recur():
    """Instances a second beside libical's."""
    out = subprocess.check_output([TOOLS / "bench_recur"], text=True)
    for line in out.splitlines()[1:-1]:
        name, ours, peer, ratio, goal = line.rsplit(None, 4)
        row(f"recurrence, {name.strip()}", f"{float(ours):.3g}/s", f"{float(peer):.3g}/s libical", float(ratio), float(goal))


BENCHES = {name.removeprefix("bench_"): f for name, f in list(globals().items()) if name.startswith("bench_")}


def main(names):
    unknown = set(names) - set(BENCHES)
    if unknown:
        print(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        print(f"{name}: {BENCHES[name].__doc__.strip().splitlines()[0]}", flush=True)
        begin = time.monotonic()
        try:
            BENCHES[name]()
        except (AssertionError, subprocess.SubprocessError, OSError) as e:
            print(f"  failed: {str(e)[:2000]}")
            rows.append((name, "failed", "", "", "", "FAILED"))
        print(f"  ({time.monotonic() - begin:.0f} s)")
    print("\n" + table())
    return 1 if any(r[5] == "FAILED" for r in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
