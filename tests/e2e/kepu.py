"""Runs kepud and kepuctl as an administrator would, and reads what they answer."""
import datetime
import http.client
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import string
import subprocess
import tempfile
import threading
import time
import urllib.parse

import requests

REPO = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("KEPU_BIN", REPO / "build"))
KEPUD = BIN / "kepud"
KEPUCTL = BIN / "kepuctl"
STORE = os.environ.get("KEPU_TEST_STORE", "sqlite")
DATA = pathlib.Path(os.environ.get("KEPU_REFERENCE_DATA", REPO / ".." / "shared" / "data"))

# Sanitizers make everything a few times slower; deadlines only say when to give up.
SLOW = float(os.environ.get("KEPU_TEST_SLOWNESS", "1"))
START_S = 10 * SLOW
STOP_S = 20 * SLOW
COMMAND_S = 60 * SLOW
POLL_S = 0.02

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
SANITIZER = re.compile(r"(Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|runtime error:")

DONE, FAILED, USAGE, NOT_FOUND, NOT_ALLOWED, CONFLICT, INVALID, UNREACHABLE, PARTLY = range(9)

# Field names of SPEC 4: additions are fine, losses are not.
EVENT = set(
    "slug uid title description category lead partners audiences venue start end all_day tz rrule rdates exdates "
    "holiday_policy roles indicators unit status sequence version split_from created updated url".split()
)
OCCURRENCE = set("event title recurrence_id start end tz venue status roles headcount url".split())
ROLE = set("name capacity minimum participant confirmed offered waitlisted free".split())
VOLUNTEER = set("id name phone email org source skills town status consent_at created hours".split())
SIGNUP = set("id volunteer event recurrence_id role state position created minutes".split())
TARGET = set("slug title unit measure period target value percent pace forecast lead plan".split())
CHANNEL = set("name kind state filters keyword last_success last_error pending".split())
REMINDER = set("id event category kind before after channels template".split())
DELIVERY = set("id channel kind event recurrence_id due state attempts next_attempt reason".split())
TOKEN = set("name role department expires created last_used".split())


def wait_until(condition, deadline_s=10, what="the condition"):
    """Polls for what another process brings about; returns the first true answer."""
    end = time.monotonic() + deadline_s * SLOW
    pause = threading.Event()
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {deadline_s} s")
        pause.wait(POLL_S)


def unique(prefix):
    """A slug nobody else has."""
    return prefix + "-" + "".join(random.choices(string.ascii_lowercase + string.digits, k=6))


def phone(number):
    """The mobile number of test person `number`."""
    return f"138{number:08d}"


def in_s(seconds):
    """An instant `seconds` from now, whole seconds, as (epoch seconds, RFC 3339 with Shanghai's offset)."""
    at = int(time.time()) + seconds
    return at, datetime.datetime.fromtimestamp(at, SHANGHAI).isoformat()


def moment(text):
    """RFC 3339 → an aware datetime."""
    assert re.search(r"T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$", text), f"not RFC 3339: {text}"
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def rule_parts(rrule):
    """An RRULE, whatever the order of its parts."""
    return set(rrule.upper().removeprefix("RRULE:").split(";"))


class Result:
    """What a command said and how it ended."""

    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def __str__(self):
        return (
            f"kepuctl {' '.join(map(str, self.args))}\nexit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"
        )

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as e:
            raise AssertionError(f"stdout is not JSON ({e})\n{self}") from None

    def error(self):
        """The error object of --json: alone on stderr, with nothing on stdout."""
        assert self.out == "", f"something on stdout beside an error\n{self}"
        try:
            whole = json.loads(self.err)
        except ValueError as e:
            raise AssertionError(f"stderr is not JSON ({e})\n{self}") from None
        assert set(whole) == {"error"}, self
        assert {"code", "message", "hint", "field"} <= set(whole["error"]), self
        assert whole["error"]["message"], self
        return whole["error"]

    def said(self):
        """Message, hint and field of an error as one text."""
        e = self.error()
        return " ".join(str(e[k]) for k in ("message", "hint", "field") if e[k])


class UnixHTTP(http.client.HTTPConnection):
    """HTTP over the daemon's socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=COMMAND_S)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    """An answer of the API: status, headers, body."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.status}\n{self.headers}\n{self.body[:2000]!r}"


def environment(home, lang="en_US.UTF-8"):
    """Nothing of the person who runs the tests leaks in."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LD_LIBRARY_PATH") or k.endswith("SAN_OPTIONS")}
    return {**kept, "HOME": str(home), "LC_ALL": lang, "TERM": "dumb"}


def fresh_store():
    """(config text, a function that removes the store): its own PostgreSQL database, or SQLite in the state directory."""
    if not STORE.startswith("postgres"):
        return "", lambda: None
    import psycopg2

    name = "kepu_" + "".join(random.choices(string.ascii_lowercase, k=10))
    parts = urllib.parse.urlsplit(STORE)

    def run(sql):
        connection = psycopg2.connect(STORE)
        connection.autocommit = True
        connection.cursor().execute(sql)
        connection.close()

    run(f"CREATE DATABASE {name}")
    url = urllib.parse.urlunsplit(parts._replace(path="/" + name))
    return f"[store]\nurl = {url}\n", lambda: run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class Kepu:
    """One state directory with its daemon and its client."""

    def __init__(self, config="", args=(), store=None):
        """`store`: the URL of a database that is somebody else's to make and to remove."""
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kp-", dir="/tmp"))  # short: sun_path has 108 bytes
        self.state = self.dir / "state"
        self.state.mkdir()
        self.socket = self.dir / "s"
        self.config = self.dir / "kepud.conf"
        kept, self.drop_store = (f"[store]\nurl = {store}\n", lambda: None) if store else fresh_store()
        self.config.write_text(kept + config)
        self.args = list(args)
        self.env = {}  # of the daemon, beside the usual
        self.log_path = self.dir / "log"
        self.process = None
        self.listening = None
        self.ctl_reports = []

    # --- the daemon

    def command(self, *more, socket_path=None, listen="127.0.0.1:0"):
        return [
            str(KEPUD),
            "--config",
            str(self.config),
            "--state-dir",
            str(self.state),
            "--socket",
            str(socket_path or self.socket),
            "--listen",
            listen,
            "--log-level",
            "info",
            *self.args,
            *more,
        ]

    def start(self, *more):
        """Starts kepud and returns once it says that it is ready."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command(*more),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.dir,
                env={**environment(self.dir), **self.env},
            )
        line = self._line_with("listening on ", START_S)
        self.listening = line.removeprefix("listening on ").strip()
        self.base = "http://" + self.listening
        return self

    def _line_with(self, prefix, deadline_s):
        out, end, text = self.process.stdout.fileno(), time.monotonic() + deadline_s, b""
        while True:
            for line in text.decode().splitlines(keepends=True):
                if line.startswith(prefix) and line.endswith("\n"):
                    return line
            ready, _, _ = select.select([out], [], [], max(0, end - time.monotonic()))
            if not ready:
                self.kill9()
                raise AssertionError(f"kepud did not say '{prefix}…' within {deadline_s} s\n{self.log()}")
            more = os.read(out, 4096)
            if not more:
                code = self.process.wait(STOP_S)
                raise AssertionError(f"kepud ended with {code} before it was ready: {text!r}\n{self.log()}")
            text += more

    def refuse_to_start(self, *more, **where):
        """Runs a kepud that must end by itself; (exit code, stdout, stderr)."""
        done = subprocess.run(
            self.command(*more, **where),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=self.dir,
            env={**environment(self.dir), **self.env},
            timeout=START_S,
        )
        assert done.returncode > 0, f"exit {done.returncode}, wanted a clear refusal\n{done.stdout}\n{done.stderr}"
        assert not SANITIZER.search(done.stderr), done.stderr
        return done.returncode, done.stdout, done.stderr

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """SIGTERM; an orderly stop ends with 0."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"kepud did not stop within {STOP_S} s of SIGTERM\n{self.log()}") from None
        finally:
            process.stdout.close()
        assert code == 0, f"kepud ended with {code} after SIGTERM\n{self.log()}"

    def kill9(self):
        if self.process is None:
            return
        process, self.process = self.process, None
        process.kill()
        process.wait()
        process.stdout.close()

    def restart(self):
        self.stop()
        return self.start()

    def log(self, tail=6000):
        return self.log_path.read_text(errors="replace")[-tail:] if self.log_path.exists() else ""

    def reports(self):
        """What sanitizers said, of the daemon or of any command."""
        text = self.log(tail=10_000_000)
        found = [text[m.start() : m.start() + 3000] for m in SANITIZER.finditer(text)][:1]
        return found + self.ctl_reports

    def close(self):
        """The end of a test: stopped in order, silent about memory, nothing left behind."""
        try:
            self.stop()
            reports = self.reports()
            assert not reports, reports[0]
        finally:
            self.kill9()
            self.drop_store()
            shutil.rmtree(self.dir, ignore_errors=True)

    # --- the client

    def popen(self, *args, lang="en_US.UTF-8", local=True, **more):
        where = ["--socket", str(self.socket)] if local else []
        return subprocess.Popen(
            [str(KEPUCTL), *where, *map(str, args)],
            stdin=more.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.dir,
            env={**environment(self.dir, lang), **more},
        )

    def ctl(self, *args, code=DONE, stdin=None, **more):
        """Runs kepuctl; `code` is the exit code it must have (None: any of them)."""
        process = self.popen(*args, stdin=subprocess.PIPE, **more)
        data = stdin.encode() if isinstance(stdin, str) else stdin
        try:
            out, err = process.communicate(data, timeout=COMMAND_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"kepuctl {args} took more than {COMMAND_S} s\n{self.log()}") from None
        result = Result(args, process.returncode, out.decode(), err.decode())
        if SANITIZER.search(result.err):
            self.ctl_reports.append(str(result))
        assert result.code >= 0, f"died of signal {-result.code}\n{result}"
        assert code is None or result.code == code, f"wanted exit {code}\n{result}\n--- log\n{self.log(2000)}"
        return result

    def json(self, *args, **more):
        return self.ctl("--json", *args, **more).json()

    def items(self, *args, **more):
        """All of a list, which is never cut by kepuctl itself."""
        answer = self.json(*args, **more)
        assert set(answer) >= {"items", "next"} and answer["next"] is None, answer
        return answer["items"]

    def error(self, *args, code, **more):
        """A command that must fail; its error object's words in one text."""
        return self.ctl("--json", *args, code=code, **more).said()

    def event(self, slug=None, title="科普讲座", start="2027-05-12 09:00", duration="2h", **flags):
        """Adds an event; lists repeat their flag."""
        args = [
            "event",
            "add",
            "--title",
            title,
            "--start",
            start,
            "--duration",
            duration,
            "--slug",
            slug or unique("ev"),
        ]
        for name, value in flags.items():
            for one in value if isinstance(value, list) else [value]:
                args += ["--" + name.replace("_", "-")] + ([] if one is True else [str(one)])
        return self.json(*args)

    def volunteer(self, number=None, name=None):
        number = random.randrange(10**8) if number is None else number
        return self.json("volunteer", "add", "--name", name or f"志愿者{number}", "--phone", phone(number))

    def occurrences(self, slug, *args):
        return self.items("event", "occurrences", slug, *args)

    def delivery(self, **want):
        """The deliveries whose fields equal those given."""
        return [d for d in self.items("delivery", "list") if all(d[k] == v for k, v in want.items())]

    # --- the two doors

    def get(self, path, method="GET", headers=None, **more):
        """The TCP door, without redirects or compression unless asked."""
        return requests.request(
            method,
            self.base + path,
            allow_redirects=False,
            timeout=COMMAND_S,
            headers={"Accept-Encoding": "identity", **(headers or {})},
            **more,
        )

    def api(self, method, path, body=None, headers=None):
        """The Unix socket's door; a dict goes as JSON."""
        connection = UnixHTTP(self.socket)
        try:
            data = body
            sent = dict(headers or {})
            if isinstance(body, (dict, list)):
                data = json.dumps(body, ensure_ascii=False).encode()
                sent.setdefault("Content-Type", "application/json")
            connection.request(method, "/api/v1" + path, body=data, headers=sent)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def tcp(self):
        """A bare connection to the TCP door."""
        host, port = self.listening.rsplit(":", 1)
        return socket.create_connection((host, int(port)), timeout=COMMAND_S)
