"""Reminders in numbers: many at once beside a plain loop of libcurl's, a thousand a second, and a hundred thousand waiting."""
import os
import pathlib
import sqlite3
import statistics
import subprocess
import time

CHANNELS = 100
AT_ONCE = 800                    # DISPATCH_ACTIVE_MAX
BODY_BYTES = 700                 # of a usual message
FAR_MS = 400 * 86400000


class Receivers:
    """So many loopback ports that take and count."""

    def __init__(self, tool, count=CHANNELS):
        self.process = subprocess.Popen([tool, str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ports = self.process.stdout.readline().split()

    def arrivals(self):
        """{id: when it came first, in ms}; ends the receivers."""
        came = {}
        for line in self.process.communicate()[0].splitlines():
            name, at = line.split()
            came.setdefault(name, int(at))
        return came


def fill(kepu, ports, events):
    """A channel a port and a rule for all; that many events far ahead: a delivery for each event and channel."""
    for n, port in enumerate(ports):
        kepu.json("channel", "add", f"c{n}", "--kind", "webhook", "--url", f"http://127.0.0.1:{port}/hook", "--allow-private")
    kepu.json("reminder", "add", "--all", "--before", "1h")
    kepu.bench_events(events)


def database(kepu):
    return sqlite3.connect(kepu.state / "kepu.db", isolation_level=None)


def date_all(kepu, due_ms):
    """While the daemon is down: the n-th delivery is due at due_ms(n)."""
    db = database(kepu)
    db.create_function("due_at", 1, due_ms)
    db.execute("BEGIN")
    db.execute("UPDATE delivery SET due_ms = due_at(id), next_ms = due_at(id), deadline_ms = due_at(id) + 3600000")
    db.execute("COMMIT")
    count = db.execute("SELECT COUNT(*) FROM delivery").fetchone()[0]
    db.close()
    return count


def wait_final(kepu, deadline_s):
    end = time.monotonic() + deadline_s
    db = database(kepu)
    try:
        while time.monotonic() < end:
            if db.execute("SELECT COUNT(*) FROM delivery WHERE final_ms IS NULL").fetchone()[0] == 0:
                return
            time.sleep(0.2)
        raise AssertionError("not all were sent")
    finally:
        db.close()


def states(kepu):
    db = database(kepu)
    found = dict(db.execute("SELECT state, COUNT(*) FROM delivery GROUP BY state").fetchall())
    due = dict(db.execute("SELECT code, due_ms FROM delivery").fetchall())
    db.close()
    return found, due


def burst(kepu, tools, events=100):
    """(deliveries a second of 10,000 due in the same second, the peer's)."""
    receivers = Receivers(tools / "receive")
    fill(kepu, receivers.ports, events)
    kepu.stop()
    due_ms = int(time.time() * 1000) + 3000
    count = date_all(kepu, lambda _: due_ms)
    kepu.start()
    wait_final(kepu, 180)
    found, _ = states(kepu)
    assert found == {"delivered": count}, found
    came = receivers.arrivals()
    assert len(came) == count, len(came)
    ours = count * 1000 / (max(came.values()) - due_ms)
    receivers = Receivers(tools / "receive")
    peer = float(subprocess.check_output([tools / "curl_loop", str(count), str(AT_ONCE), str(BODY_BYTES), *receivers.ports]))
    receivers.arrivals()
    return ours, peer


def steady(kepu, tools, seconds=60, rate=1000):
    """Lateness in ms until they arrive, sorted, of so many a second, one each millisecond."""
    receivers = Receivers(tools / "receive")
    fill(kepu, receivers.ports, seconds * rate // CHANNELS)
    kepu.stop()
    first_ms = int(time.time() * 1000) + 8000
    count = date_all(kepu, lambda n: first_ms + n % (seconds * 1000))
    kepu.start()
    wait_final(kepu, seconds + 120)
    found, due = states(kepu)
    assert found == {"delivered": count}, found
    came = receivers.arrivals()
    return sorted(came[code] - due[code] for code in due)


def wait_many(kepu, count):
    db = database(kepu)
    now_ms = int(time.time() * 1000)
    db.execute("BEGIN")
    db.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO delivery (code, identity,"
        " channel_name, kind, role, moves, text, due_ms, deadline_ms, state, next_ms, attempts, reason, created_ms)"
        " SELECT 'd-w' || i, 'notice:w' || i, 'c', 'notice', '', 0, 'x', ? + i, ? + i, 'scheduled', ? + i, 0, '', ? FROM n",
        (count, now_ms + FAR_MS, now_ms + FAR_MS, now_ms + FAR_MS, now_ms))
    db.execute("COMMIT")
    db.close()


def usage(pid):
    """(times a thread was woken, seconds of CPU, resident MiB)."""
    switches = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                switches += int(line.split()[1])
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return switches, cpu_s, pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def quiet(kepu, seconds):
    """(wake-ups, CPU seconds, MiB) over so many quiet seconds, some time after the start."""
    time.sleep(8)                # the day's work, and what follows from it
    before = usage(kepu.pid)
    time.sleep(seconds)
    after = usage(kepu.pid)
    return after[0] - before[0], after[1] - before[1], after[2]


def lateness(values):
    return statistics.median(values), values[int(len(values) * 0.99)]
