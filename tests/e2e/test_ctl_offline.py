"""kepuctl alone: what it says, sends and prints, against a small stand-in for kepud that records."""
import fcntl
import json
import os
import pty
import re
import shutil
import socket
import socketserver
import struct
import subprocess
import termios
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPUCTL = str(Path(os.environ.get("KEPU_BIN", ROOT / "build")) / "kepuctl")
CLEAN = {"PATH": os.environ["PATH"], "LANG": "en_US.UTF-8"}


def run(*args, env=None, stdin=b"", cwd=None, timeout=20):
    done = subprocess.run(
        [KEPUCTL, *args], input=stdin, capture_output=True, cwd=cwd, timeout=timeout, env={**CLEAN, **(env or {})}
    )
    done.out, done.err = done.stdout.decode(), done.stderr.decode()
    return done


class Recorded:
    def __init__(self, method, path, headers, body):
        parts = urlsplit(path)
        self.method, self.raw, self.path = method, path, unquote(parts.path).removeprefix("/api/v1")
        self.query, self.headers, self.body = dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 32

    def __init__(self, path):
        self.requests, self.answers, self.breaks = [], [], 0
        self.default = (200, {})
        super().__init__(path, Handler)

    def handle_error(self, request, client_address):
        pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "peer"

    def log_message(self, *args):
        pass

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = Recorded(self.command, self.path, self.headers, body)
        self.server.requests.append(seen)
        if self.server.breaks:
            self.server.breaks -= 1
            self.close_connection = True
            return
        answers = self.server.answers
        status, answer = answers.pop(0) if answers else self.server.default
        if callable(answer):
            answer = answer(seen)
        data = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if status < 300 else "application/problem+json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_DELETE = serve


@pytest.fixture
def kepud(tmp_path):
    daemon = Daemon(str(tmp_path / "s"))
    threading.Thread(target=daemon.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    daemon.run = lambda *args, env=None, **kw: run(*args, env={"KEPU_SOCKET": str(tmp_path / "s"), **(env or {})}, **kw)
    yield daemon
    daemon.shutdown()
    daemon.server_close()


def problem(code, status, message="no", hint=None, field=None):
    return status, {
        "type": "about:blank",
        "title": code,
        "status": status,
        "detail": message,
        "code": code,
        "message": message,
        "hint": hint,
        "field": field,
        "instance": None,
    }


# -- what needs no daemon ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args, words",
    [
        ((), "no command"),
        (("evnt", "list"), 'did you mean "event"'),
        (("event",), "wants a verb"),
        (("event", "lst"), 'did you mean "event list"'),
        (("event", "list", "--categry", "x"), "did you mean --category"),
        (("--jsn", "event", "list"), "did you mean --json"),
        (("event", "list", "--kind", "x"), "no flag --kind"),
        (("event", "show"), "lacks its SLUG"),
        (("event", "show", "a", "b"), 'no use for "b"'),
        (("event", "add", "--start", "2027-05-12"), "lacks --title"),
        (("event", "add", "--title", "x"), "lacks --start"),
        (("event", "list", "--category"), "wants a value"),
        (("event", "list", "--category", "a", "--category", "b"), "given twice"),
        (("event", "list", "--json", "-o", "csv"), "exclude each other"),
        (
            (
                "event",
                "list",
                "--json=maybe",
            ),
            "takes no value",
        ),
        (("event", "edit", "e-1"), "nothing to change"),
        (("event", "edit", "e-1", "--title", "x", "--on", "2027-05-12"), "--this-and-future"),
        (("event", "edit", "e-1", "--title", "x", "--this"), "without --on"),
        (("event", "edit", "e-1", "--title", "x", "--all", "--on", "2027-05-12"), "exclude"),
        (("event", "edit", "e-1", "--title", "x", "--all", "--this", "--on", "2027-05-12"), "exclude"),
        (("event", "add", "--title", "x", "--start", "1", "--end", "2", "--duration", "1h"), "exclude"),
        (("event", "move", "e-1", "--to", "x"), "lacks --on"),
        (("volunteer", "add", "--name", "x"), "lacks --phone"),
        (("signup", "add", "--volunteer", "v-1", "--event", "e"), "lacks --on"),
        (("signup", "list", "--on", "2027-05-12"), "without --event"),
        (("venue", "add", "--title", "x"), "lacks its SLUG"),
        (("venue", "add", "v", "--slug", "v", "--title", "x"), "exclude"),
        (("channel", "add", "n", "--kind", "wecom"), "lacks --url"),
        (("channel", "add", "n", "--url", "http://x"), "lacks --kind"),
        (("channel", "send", "n"), "lacks --text"),
        (("reminder", "add", "--event", "e"), "--before, --after"),
        (("reminder", "add", "--before", "1d"), "--event, --category, --all"),
        (("reminder", "add", "--event", "e", "--all", "--before", "1d"), "exclude"),
        (("token", "add", "n"), "lacks --role"),
        (("target", "record", "farmers"), "lacks --amount"),
        (("time", "expand"), "lacks --start"),
        (("completion", "tcsh"), "bash, zsh, fish"),
        (("help", "evnt"), "did you mean"),
        (("event", "list", "--socket", "a", "--server", "http://b"), "exclude"),
    ],
)
def test_a_line_that_is_wrong_is_a_usage_error_that_says_what_to_do(args, words):
    done = run(*args)
    assert (done.returncode, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "args, field",
    [
        (("event", "add", "--title", "x", "--start", "1", "--role", "guide"), "--role"),
        (("event", "add", "--title", "x", "--start", "1", "--role", "guide=many"), "--role"),
        (("event", "add", "--title", "x", "--start", "1", "--role", "guide=5/two"), "--role"),
        (("event", "add", "--title", "x", "--start", "1", "--role", "guide=5:audience"), "--role"),
        (("event", "add", "--title", "x", "--start", "1", "--role", "=5"), "--role"),
        (("event", "add", "--title", "x", "--start", "1", "--role", "guide=5.5"), "--role"),
        (("event", "add", "--title", "x", "--start", "1", "--role", "guide=99999999999999999999"), "--role"),
        (("event", "headcount", "e", "--on", "2027-05-12", "many"), "N"),
        (("event", "occurrences", "e", "-N", "0"), "--count"),
        (("event", "edit", "e", "--title", "x", "--if-version", "x"), "--if-version"),
        (("event", "list", "--limit", "x"), "--limit"),
        (("event", "list", "-o", "tabel"), "--output"),
        (("event", "list", "--lang", "fr"), "--lang"),
        (("event", "list", "--color", "red"), "--color"),
        (("target", "record", "x", "--amount", "1e3"), "--amount"),
        (("target", "record", "x", "--amount", "nan"), "--amount"),
        (
            ("channel", "add", "n", "--kind", "webhook", "--url", "http://x", "--secret-file", "/nowhere/at/all"),
            "--secret-file",
        ),
        (("event", "list", "--server", "kepu.example.cn"), "--server"),
        (("volunteer", "import", "/nowhere/at/all.csv"), "FILE.csv"),
        (("event", "list", "--category", b"\xff"), "--category"),
    ],
)
def test_a_value_that_cannot_be_is_6_and_names_the_flag(args, field):
    assert run(*args).returncode == 6
    done = run(*args, "--json") if "-o" not in args else None
    if done:
        assert json.loads(done.err)["error"]["field"] == field
        assert done.out == ""


@pytest.mark.parametrize("name", ["", "a/b", "..", b"\xff", "x" * 5000])
def test_what_could_be_no_id_names_nothing(name):
    assert run("event", "show", name).returncode == 3


def test_a_daemon_that_is_not_there_is_7_with_the_next_step(tmp_path):
    missing = str(tmp_path / "none")
    done = run("-s", missing, "event", "list")
    assert (done.returncode, done.out) == (7, "")
    assert missing in done.err and "systemctl start kepud" in done.err
    done = run("event", "list", "--server", "http://127.0.0.1:1", "--json")
    assert done.returncode == 7
    assert json.loads(done.err)["error"]["code"] == "unreachable"
    assert run("-s", "/" + "x" * 300, "status").returncode == 7


def test_a_socket_nobody_listens_on_is_7(tmp_path):
    dead = Daemon(str(tmp_path / "s"))
    dead.server_close()
    done = run("-s", str(tmp_path / "s"), "status")
    assert done.returncode == 7 and "nothing listens" in done.err


def test_the_socket_is_found_where_it_was_promised(tmp_path):
    assert "/run/kepu/kepud.sock" in run("status", cwd=tmp_path).err
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "kepud.sock").touch()
    assert "./run/kepud.sock" in run("status", cwd=tmp_path).err
    assert "/of/env" in run("status", cwd=tmp_path, env={"KEPU_SOCKET": "/of/env"}).err
    assert "/of/flag" in run("status", "-s/of/flag", cwd=tmp_path, env={"KEPU_SOCKET": "/of/env"}).err


def test_usage_errors_are_json_too():
    done = run("event", "lst", "--json")
    assert done.returncode == 2 and done.out == ""
    error = json.loads(done.err)["error"]
    assert set(error) == {"code", "message", "hint", "field"} and error["code"] == "usage"


@pytest.mark.parametrize(
    "env, args, chinese",
    [
        ({"LANG": "C"}, (), True),
        ({"LANG": "fr_FR.UTF-8"}, (), True),
        ({"LANG": "en_GB.UTF-8"}, (), False),
        ({"LANG": "en_GB", "LC_MESSAGES": "zh_CN.UTF-8"}, (), True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, (), False),
        ({"LANG": "en_US.UTF-8"}, ("--lang", "zh"), True),
        ({"LANG": "zh_CN.UTF-8"}, ("--lang=en",), False),
    ],
)
def test_the_language_is_the_flags_then_the_locales_then_chinese(env, args, chinese):
    assert bool(re.search("[一-鿿]", run("evnt", *args, env=env).err)) is chinese


def all_commands():
    out = run("help").out.split("global flags")[0]
    for noun, verbs in re.findall(r"^  ([a-z]+) +[^:\n]*?(?:: ([a-z -]+))?$", out, re.M):
        yield from ((noun, v) for v in verbs.split()) if verbs else [(noun, None)]


def test_every_command_has_help_in_both_languages_with_an_example():
    commands = list(all_commands())
    assert len(commands) > 85
    for noun, verb in commands:
        words = [noun] + ([verb] if verb else [])
        for lang in "zh", "en":
            done = run(*words, "--help", "--lang", lang)
            assert done.returncode == 0 and done.err == ""
            assert "kepuctl " + " ".join(words) in done.out.split("例：" if lang == "zh" else "example:")[1]
            assert bool(re.search("[一-鿿]", done.out.split("\n")[0])) is (lang == "zh")


def test_help_is_the_same_however_it_is_asked_for():
    assert run("help", "event", "add").out == run("event", "add", "-h").out == run("-h", "event", "add").out
    assert run("help", "event").out == run("event", "--help").out
    assert run("help").out == run("--help").out


def test_help_stands_in_columns_of_equal_width():
    def width(text):
        return sum(2 if ord(c) > 0x2E7F else 1 for c in text)

    for line in run("event", "add", "--help", "--lang", "zh").out.split("\n"):
        assert width(line) <= 100


def test_version_tells_its_own_even_alone():
    assert re.fullmatch(r"kepuctl \d+\.\d+\.\d+\n", run("--version").out)
    done = run("version", "--json", "-s", "/nowhere")
    assert done.returncode == 0
    assert json.loads(done.out)["kepud"] is None


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_its_shell_reads(shell, tmp_path):
    done = run("completion", shell)
    assert done.returncode == 0 and "occurrences" in done.out
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "c").write_text(done.out)
    subprocess.run([shell, "-n", str(tmp_path / "c")], check=True)


@pytest.mark.parametrize(
    "line, expected",
    [
        ("kepuctl ev", {"event"}),
        ("kepuctl event ad", {"add"}),
        ("kepuctl -s /tmp/x event occ", {"occurrences"}),
        ("kepuctl event add --hol", {"--holiday-policy"}),
        ("kepuctl event add --holiday-policy k", {"keep"}),
        ("kepuctl channel add x --kind d", {"dingtalk", "discord"}),
        ("kepuctl status --l", {"--lang"}),
        ("kepuctl --lang ", {"zh", "en"}),
        ("kepuctl completion z", {"zsh"}),
    ],
)
def test_bash_completes_words_flags_and_values(line, expected):
    words = line.split(" ")
    script = run("completion", "bash").out
    script += "\nCOMP_WORDS=(%s)\nCOMP_CWORD=%d\n_kepuctl\nprintf '%%s\\n' \"${COMPREPLY[@]}\"" % (
        " ".join(f"'{w}'" for w in words),
        len(words) - 1,
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.stderr == ""
    assert set(done.stdout.split()) == expected


# -- requests ---------------------------------------------------------------------------------------------------------


def sent(kepud, *args, **kw):
    done = kepud.run(*args, **kw)
    assert kepud.requests, done.err
    return kepud.requests[-1]


def test_event_add_sends_what_its_flags_say(kepud):
    r = sent(
        kepud,
        "event",
        "add",
        "--title",
        "科普讲座",
        "--start",
        "-3d",
        "--duration=2h",
        "--partner",
        "keji",
        "--partner",
        "kexie",
        "--role",
        "讲解员=5/2",
        "--role",
        "听众=80:participant",
        "--all-day",
        "--holiday-policy",
        "skip",
    )
    assert (r.method, r.path, r.query) == ("POST", "/events", {})
    assert r.json == {
        "title": "科普讲座",
        "start": "-3d",
        "duration": "2h",
        "partners": ["keji", "kexie"],
        "all_day": True,
        "holiday_policy": "skip",
        "roles": [
            {"name": "讲解员", "capacity": 5, "minimum": 2, "participant": False},
            {"name": "听众", "capacity": 80, "participant": True},
        ],
    }
    assert re.fullmatch("[0-9a-f]{32}", r.headers["Idempotency-Key"])
    assert r.headers["Accept-Language"] == "en" and r.headers["Content-Type"] == "application/json"


def test_capacities_that_are_whole_numbers_are_the_daemons_to_judge(kepud):
    r = sent(kepud, "event", "add", "--title", "", "--start", "x", "--role", "a=0", "--role", "b=-1")
    assert [role["capacity"] for role in r.json["roles"]] == [0, -1] and r.json["title"] == ""


def test_flags_stand_anywhere_and_two_dashes_end_them(kepud):
    r = sent(kepud, "--dry-run", "--title", "x", "event", "-y", "add", "--start", "--end")
    assert r.json == {"title": "x", "start": "--end"} and r.query == {"dry_run": "true", "yes": "true"}
    assert sent(kepud, "event", "show", "--", "--json").path == "/events/--json"


@pytest.mark.parametrize(
    "args, method, path, query, body",
    [
        (
            "event edit e-1 --on 2027-05-12 --this --title x",
            "PATCH",
            "/events/e-1",
            {"on": "2027-05-12", "scope": "this"},
            {"title": "x"},
        ),
        (
            "event edit e-1 --on 2027-05-12 --this-and-future --title x",
            "PATCH",
            "/events/e-1",
            {"on": "2027-05-12", "scope": "future"},
            {"title": "x"},
        ),
        (
            "event edit e-1 --all --title x --provisional=false",
            "PATCH",
            "/events/e-1",
            {"scope": "all"},
            {"title": "x", "provisional": False},
        ),
        ("event edit e-1 --partner=", "PATCH", "/events/e-1", {}, {"partners": []}),
        (
            "event cancel e-1 --on 2027-05-12 --reason rain",
            "POST",
            "/events/e-1/cancel",
            {},
            {"on": "2027-05-12", "reason": "rain"},
        ),
        ("event move e-1 --on 2027-05-12 --to +2h", "POST", "/events/e-1/move", {}, {"on": "2027-05-12", "to": "+2h"}),
        ("event confirm e-1", "POST", "/events/e-1/confirm", {}, {}),
        (
            "event headcount e-1 --on 2027-05-12 -1",
            "POST",
            "/events/e-1/headcount",
            {},
            {"on": "2027-05-12", "count": -1},
        ),
        ("event clone e-1 --slug e-2", "POST", "/events/e-1/clone", {}, {"slug": "e-2"}),
        ("event remove e-1 --force", "DELETE", "/events/e-1", {"force": "true"}, None),
        ("preset apply science-day --year 2027", "POST", "/presets/science-day/apply", {}, {"year": 2027}),
        (
            "volunteer add --name N --phone 13800001234 --skill a --skill b --consent",
            "POST",
            "/volunteers",
            {},
            {"name": "N", "phone": "13800001234", "skills": ["a", "b"], "consent": True},
        ),
        ("volunteer show v-1 --reveal", "GET", "/volunteers/v-1", {"reveal": "true"}, None),
        ("volunteer link v-1", "POST", "/volunteers/v-1/link", {}, {}),
        (
            "signup add --volunteer v-1 --event e --on 2027-05-12 --waitlist --force",
            "POST",
            "/signups",
            {"force": "true"},
            {"volunteer": "v-1", "event": "e", "on": "2027-05-12", "waitlist": True},
        ),
        ("signup check-in s-1", "POST", "/signups/s-1/check-in", {}, {}),
        ("signup no-show s-1 --reason r", "POST", "/signups/s-1/no-show", {}, {"reason": "r"}),
        (
            "department add kexie --title K --alias a",
            "POST",
            "/departments",
            {},
            {"slug": "kexie", "title": "K", "aliases": ["a"]},
        ),
        ("category edit c --colour teal", "PATCH", "/categories/c", {}, {"color": "teal"}),
        (
            "venue add m --title M --latitude 38.49 --longitude 106",
            "POST",
            "/venues",
            {},
            {"slug": "m", "title": "M", "latitude": 38.49, "longitude": 106},
        ),
        ("venue add --slug m --title M", "POST", "/venues", {}, {"slug": "m", "title": "M"}),
        ("unit add u --title U --kind school", "POST", "/units", {}, {"slug": "u", "title": "U", "kind": "school"}),
        (
            "target record farmers --amount 12.5 --of 20 --at 2027-01-01",
            "POST",
            "/targets/farmers/record",
            {},
            {"amount": 12.5, "of": 20, "at": "2027-01-01"},
        ),
        ("target set x --value -3", "POST", "/targets/x/set", {}, {"value": -3}),
        ("target show x --plan p", "GET", "/targets/x", {"plan": "p"}, None),
        (
            "channel add n --kind webhook --url http://x/?a=b --filter category=C --allow-private --message-lang en",
            "POST",
            "/channels",
            {},
            {
                "name": "n",
                "kind": "webhook",
                "url": "http://x/?a=b",
                "filters": ["category=C"],
                "allow_private": True,
                "lang": "en",
            },
        ),
        ("channel rotate-secret n", "POST", "/channels/n/rotate-secret", {}, {}),
        (
            "reminder add --all --before 1d --channel a --channel b",
            "POST",
            "/reminders",
            {},
            {"all": True, "before": "1d", "channels": ["a", "b"]},
        ),
        ("reminder preview r-1", "GET", "/reminders/r-1/preview", {}, None),
        ("delivery drop d-1", "POST", "/deliveries/d-1/drop", {}, {}),
        (
            "token add n --role viewer --expires +90d",
            "POST",
            "/tokens",
            {},
            {"name": "n", "role": "viewer", "expires": "+90d"},
        ),
        ("token revoke n", "DELETE", "/tokens/n", {}, None),
        (
            "time explain every third saturday of september",
            "POST",
            "/time/explain",
            {},
            {"words": "every third saturday of september"},
        ),
    ],
)
def test_commands_become_the_requests_of_the_contract(kepud, args, method, path, query, body):
    r = sent(kepud, *args.split())
    assert (r.method, r.path, r.query) == (method, path, query)
    assert (r.json if r.body else None) == body
    writes = method != "GET" and not path.startswith("/time")
    assert ("Idempotency-Key" in r.headers) is writes


def test_if_version_is_if_match(kepud):
    assert sent(kepud, "event", "edit", "e", "--title", "x", "--if-version", "7").headers["If-Match"] == '"7"'


def test_secrets_come_from_files_and_standard_input(kepud, tmp_path):
    (tmp_path / "f").write_text("whsec_abc\n")
    args = ["channel", "add", "n", "--kind", "webhook", "--url", "http://x", "--secret-file"]
    assert sent(kepud, *args, str(tmp_path / "f")).json["secret"] == "whsec_abc"
    assert sent(kepud, *args, "-", stdin=b"of stdin\r\n").json["secret"] == "of stdin"
    (tmp_path / "f").write_text("\n")
    assert kepud.run(*args, str(tmp_path / "f")).returncode == 6
    (tmp_path / "f").write_text("a\nb\n")
    assert kepud.run(*args, str(tmp_path / "f")).returncode == 6


def test_an_import_is_the_files_bytes(kepud, tmp_path):
    kepud.default = (200, {"imported": 2, "existing": 0, "lines": 3})
    data = "\ufeffname,phone\r\n王芳,138\n".encode()
    (tmp_path / "v.csv").write_bytes(data)
    r = sent(kepud, "volunteer", "import", str(tmp_path / "v.csv"), "-n")
    assert (r.body, r.headers["Content-Type"], r.query) == (data, "text/csv", {"dry_run": "true"})
    done = kepud.run("volunteer", "import", "-", "--json", stdin=b"name,phone\n")
    assert kepud.requests[-1].body == b"name,phone\n"
    assert json.loads(done.out) == {"imported": 2, "existing": 0, "lines": 3}


def test_a_connection_that_breaks_is_tried_once_more_with_the_same_key(kepud):
    kepud.breaks = 1
    assert kepud.run("event", "cancel", "e").returncode == 0
    keys = [r.headers["Idempotency-Key"] for r in kepud.requests]
    assert len(keys) == 2 and keys[0] == keys[1]
    kepud.requests.clear()
    kepud.breaks = 9
    assert kepud.run("event", "cancel", "e").returncode == 7
    assert len(kepud.requests) == 2


def test_a_token_goes_to_the_server_alone_and_never_into_words(tmp_path):
    class Tcp(socketserver.ThreadingMixIn, socketserver.TCPServer):
        daemon_threads, requests, answers, breaks, default = True, [], [], 0, (200, {"items": [], "next": None})

    server = Tcp(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    (tmp_path / "t").write_text("sesame\n")
    done = run(
        "-v",
        "event",
        "list",
        "--server",
        f"http://127.0.0.1:{server.server_address[1]}/",
        "--token-file",
        str(tmp_path / "t"),
        env={"http_proxy": "http://127.0.0.1:1", "KEPU_SOCKET": "/nowhere"},
    )
    server.shutdown()
    server.server_close()
    assert done.returncode == 0
    assert server.requests[0].headers["Authorization"] == "Bearer sesame"
    assert server.requests[0].path == "/events" and "sesame" not in done.err + done.out
    assert run("event", "list", "--token-file", str(tmp_path / "t"), "-s", "/nowhere").returncode == 2


def test_ids_are_escaped_in_paths(kepud):
    assert sent(kepud, "channel", "show", "值班 ?#%2F").raw == "/api/v1/channels/%E5%80%BC%E7%8F%AD%20%3F%23%252F"


# -- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code, status, exit_code",
    [
        ("failed", 500, 1),
        ("unavailable", 503, 1),
        ("not_found", 404, 3),
        ("not_allowed", 403, 4),
        ("unauthenticated", 401, 4),
        ("conflict", 409, 5),
        ("full", 409, 5),
        ("overlap", 409, 5),
        ("exists", 409, 5),
        ("changed", 412, 5),
        ("invalid", 422, 6),
        ("malformed", 400, 6),
        ("too_large", 413, 6),
        ("partly", 207 + 300, 8),
    ],
)
def test_the_exit_code_comes_from_the_problems_code(kepud, code, status, exit_code):
    kepud.default = problem(code, status, "the event \"x\" is not there", "look at `kepuctl event list`", "slug")
    done = kepud.run("event", "show", "x")
    assert (done.returncode, done.out) == (exit_code, "")
    assert done.err == 'error: slug: the event "x" is not there; look at `kepuctl event list`\n'
    done = kepud.run("event", "show", "x", "--json")
    assert (done.returncode, done.out) == (exit_code, "")
    assert json.loads(done.err) == {
        "error": {
            "code": code,
            "message": "the event \"x\" is not there",
            "hint": "look at `kepuctl event list`",
            "field": "slug",
        }
    }


@pytest.mark.parametrize(
    "status, body, exit_code",
    [
        (200, b"<html>", 1),
        (502, b"<html>bad gateway", 7),
        (404, b"nginx", 3),
        (401, b"", 4),
        (500, b"{}", 1),
        (302, b"", 1),
    ],
)
def test_an_answer_that_is_not_kepuds_is_an_error(kepud, status, body, exit_code):
    kepud.default = (status, body)
    done = kepud.run("event", "show", "x")
    assert (done.returncode, done.out) == (exit_code, "") and "proxy" in done.err


def test_json_is_the_daemons_object(kepud):
    event = {
        "slug": "e-1",
        "title": "科普 \"x\"",
        "percent": 12.3,
        "n": 3.0,
        "none": None,
        "roles": [],
        "z": 1,
        "a": [{"b": 2}],
    }
    kepud.default = (200, event)
    assert json.loads(kepud.run("event", "show", "e-1", "--json").out) == event
    assert list(json.loads(kepud.run("event", "show", "e-1", "--json").out)) == list(event)
    assert "12.3," in kepud.run("event", "show", "e-1", "--json").out
    assert json.loads(kepud.run("event", "show", "e-1", "--json", "--fields", "title,slug").out) == {
        "title": event["title"],
        "slug": "e-1",
    }
    assert kepud.run("event", "show", "e-1", "-o", "jsonl").out.count("\n") == 1
    assert kepud.run("event", "show", "e-1", "-o", "name").out == "e-1\n"


def pages(count, size):
    items = [{"slug": f"e-{i}", "title": f"t{i}"} for i in range(count)]

    def answer(r):
        at, limit = int(r.query.get("cursor", 0)), min(int(r.query.get("limit", 100)), size)
        return {"items": items[at : at + limit], "next": str(at + limit) if at + limit < count else None}

    return 200, answer


def test_lists_are_followed_to_their_end(kepud):
    kepud.default = pages(1203, 500)
    done = json.loads(kepud.run("event", "list", "--json", "--category", "a&b").out)
    assert len(done["items"]) == 1203 and done["next"] is None
    assert len(kepud.requests) == 3 and all(r.query["category"] == "a&b" for r in kepud.requests)
    assert len(kepud.run("event", "list", "-o", "jsonl").out.splitlines()) == 1203
    done = json.loads(kepud.run("event", "list", "--json", "--limit", "7").out)
    assert len(done["items"]) == 7 and done["next"] == "7"
    assert len(json.loads(kepud.run("event", "list", "--json", "--limit", "601").out)["items"]) == 601


def test_a_limit_holds_where_the_daemon_has_no_pages(kepud):
    kepud.default = (200, {"items": [{"slug": str(i)} for i in range(30)], "next": None})
    assert kepud.run("target", "list", "--limit", "5", "-o", "name").out.split() == list("01234")
    assert kepud.requests[-1].query == {}


def test_occurrences_of_an_endless_rule_end(kepud):
    kepud.default = (
        200,
        lambda r: {
            "items": [{"recurrence_id": "2027-05-12T09:00:00+08:00"}] * int(r.query["limit"]),
            "next": str(int(r.query.get("cursor", 0)) + 1),
        },
    )
    done = json.loads(kepud.run("event", "occurrences", "e", "--json").out)
    assert len(done["items"]) == 10000 and done["next"]
    assert "count" not in kepud.requests[-1].query
    assert len(json.loads(kepud.run("event", "occurrences", "e", "-N", "7", "--json").out)["items"]) == 7
    assert kepud.requests[-1].query["count"] == "7"


def test_tables_stand_in_columns_by_their_width(kepud):
    kepud.default = (
        200,
        {
            "items": [
                {
                    "slug": "science-day",
                    "title": "全国科普日",
                    "next_start": "2027-09-18T09:00:00+08:00",
                    "status": "tentative",
                    "free": 12,
                },
                {"slug": "x", "title": "Talk", "next_start": "2027-05-12", "status": "confirmed", "free": None},
            ],
            "next": None,
        },
    )
    done = kepud.run("event", "list", "--lang", "zh")
    lines = done.out.splitlines()
    assert lines[0].split() == ["代号", "标题", "下一场", "状态", "空位", "牵头"]
    assert "2027-09-18 周六 09:00" in lines[1] and "日期待定" in lines[1]

    def column(line, text):
        return sum(2 if ord(c) > 0x2E7F else 1 for c in line[: line.index(text)])

    assert column(lines[0], "下一场") == column(lines[1], "2027-09-18") == column(lines[2], "2027-05-12")
    assert column(lines[0], "标题") == len("science-day") + 2
    assert column(lines[0], "下一场") == column(lines[0], "标题") + 2 * len("全国科普日") + 2
    assert all(line == line.rstrip() for line in lines)
    assert "2027-05-12 Wed" in kepud.run("event", "list", "--lang", "en").out
    assert len(kepud.run("event", "list", "--no-headers").out.splitlines()) == 2
    assert kepud.run("event", "list", "--fields", "title", "--no-headers").out.split("\n")[1] == "Talk"


def test_times_keep_their_wall_time_whatever_the_offset(kepud):
    kepud.default = (200, {"start": "2027-03-14T02:30:00-05:00", "end": "2027-03-14T23:30:59.5Z"})
    out = kepud.run("event", "show", "x", env={"TZ": "Asia/Tokyo"}).out
    assert "2027-03-14 Sun 02:30" in out and "2027-03-14 Sun 23:30" in out


def test_json_may_be_said_in_both_ways(kepud):
    kepud.default = (200, {"items": [], "next": None})
    assert json.loads(kepud.run("event", "list", "--json", "-o", "json").out) == {"items": [], "next": None}


def test_english_tables_have_the_english_title_where_there_is_one(kepud):
    items = [{"slug": "a", "title": "甲", "title_en": "Alpha"}, {"slug": "b", "title": "乙", "title_en": ""}]
    kepud.default = (200, {"items": items, "next": None})
    shown = kepud.run("category", "list", "--lang", "en").out
    assert "Alpha" in shown and "甲" not in shown and "乙" in shown
    assert "甲" in kepud.run("category", "list", "--lang", "zh").out


def test_nothing_in_the_data_acts_on_the_terminal(kepud):
    evil = "a\x1b]0;x\x07b\u009b31m\u202etxt\r\x7f"
    kepud.default = (200, {"items": [{"slug": evil, "title": evil}], "next": None})
    for args in (), ("--json",), ("-o", "jsonl"), ("-o", "name"):
        out = kepud.run("event", "list", *args).out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out)
    assert json.loads(kepud.run("event", "list", "--json").out)["items"][0]["title"] == evil
    kepud.default = (200, {"title": evil, "description": "one\ntwo" + evil})
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", kepud.run("event", "show", "x").out)
    kepud.default = problem("failed", 500, evil, evil)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", kepud.run("event", "show", "x").err)


def test_csv_is_rfc_4180_and_no_formula(kepud):
    import csv
    import io

    cells = ["=1+1", "+cmd|x", "-2+3", "@sum", "\tx", "+8613800001234", "a,b", 'q"q', "two\nlines", "普通"]
    kepud.default = (200, {"items": [{"hours": -3.5, "name": c, "skills": ["a", "b"]} for c in cells], "next": None})
    raw = kepud.run("volunteer", "export", "--fields", "name,skills,hours").stdout.decode()
    rows = list(csv.reader(io.StringIO(raw, newline="")))
    assert rows[0] == ["name", "skills", "hours"] and raw.count("\r\n") == len(rows)
    assert [r[0] for r in rows[1:]] == ["'" + c for c in cells[:6]] + cells[6:]
    assert rows[1][1:] == ["a;b", "-3.5"]
    assert kepud.run("volunteer", "list", "-o", "csv").out.startswith("name,skills,hours\r\n")
    kepud.default = (200, {"items": [], "next": None})
    assert kepud.run("volunteer", "list", "-o", "csv").out.startswith("id,name,phone,email,")


def test_a_field_nobody_has_is_named(kepud):
    kepud.default = (200, {"items": [{"slug": "a", "title": "b"}], "next": None})
    done = kepud.run("event", "list", "--fields", "slug,titel")
    assert done.returncode == 6 and 'did you mean "title"' in done.err and done.out == ""


def test_an_added_event_shows_its_rule_and_next_dates(kepud):
    kepud.default = (
        201,
        {
            "slug": "e-1",
            "title": "x",
            "rrule": "FREQ=YEARLY",
            "next": [
                "2027-09-18T09:00:00+08:00",
                "2028-09-16T09:00:00+08:00",
                "2029-09-15T09:00:00+08:00",
                "2030-09-21T09:00:00+08:00",
            ],
            "notes": ["start moved to the first match"],
        },
    )
    out = kepud.run("event", "add", "--title", "x", "--start", "y").out
    assert "FREQ=YEARLY" in out and "start moved" in out
    assert [w in out for w in ("2027-09-18 Sat 09:00", "2030-09-21 Sat 09:00")] == [True, True]


def test_a_dry_run_says_that_nothing_was_kept(kepud):
    kepud.default = (200, {"slug": "e"})
    assert "nothing was kept" in kepud.run("-n", "event", "cancel", "e").err
    assert kepud.run("-n", "event", "cancel", "e", "--json").err == ""


def test_channel_test_and_send_fail_unless_delivered(kepud):
    kepud.default = (200, {"id": "d-1", "state": "delivered", "attempts": []})
    assert kepud.run("channel", "test", "n").returncode == 0
    kepud.default = (
        200,
        {
            "id": "d-1",
            "state": "failed",
            "reason": None,
            "attempts": [{"outcome": "permanent", "reason": "errcode 93000"}],
        },
    )
    done = kepud.run("channel", "send", "n", "--text", "t")
    assert done.returncode == 1 and "errcode 93000" in done.err and "d-1" in done.err
    assert json.loads(kepud.run("channel", "test", "n", "--json").out)["state"] == "failed"


def test_status_is_one_screen(kepud):
    kepud.default = (
        200,
        {
            "version": "0.1.0",
            "uptime_s": 93784,
            "public_url": "http://x",
            "store": {"kind": "sqlite", "schema": 3, "size_bytes": 5452595},
            "counts": {"events": 12, "occurrences_ahead": 40, "volunteers": 1204, "signups": 88},
            "target": {"slug": "volunteers", "value": 1204, "target": 4000, "percent": 30.1},
            "next": [{"event": "science-day", "title": "全国科普日", "start": "2027-09-18T09:00:00+08:00", "free": 3}],
            "channels": [{"name": "duty", "state": "paused", "pending": 2, "last_error": "errcode 93000"}],
            "deliveries": {"scheduled": 3, "retrying": 0, "ambiguous": 0, "failed": 1, "expired": 0},
            "provisional": [],
        },
    )
    out = kepud.run("status").out
    for words in "1 d 2 h", "5.2 MiB", "30.1%", "2027-09-18 Sat 09:00", "paused", "errcode 93000", "Events 12, ":
        assert words in out
    assert len(out.splitlines()) < 24
    assert "1 天 2 小时" in kepud.run("status", "--lang", "zh").out


def test_nothing_follows_an_error_of_output(kepud):
    kepud.default = (200, {"slug": "e"})
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [KEPUCTL, "event", "show", "e"],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**CLEAN, "KEPU_SOCKET": kepud.server_address},
        )
    assert done.returncode == 1 and b"stdout" in done.stderr


def on_a_terminal(args, env, columns=80):
    """What a person would see: both outputs on a terminal of that many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    p = subprocess.Popen(
        [KEPUCTL, *args], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env={**CLEAN, "TERM": "xterm", **env}
    )
    os.close(slave)
    seen = b""
    while True:
        try:
            more = os.read(master, 65536)
        except OSError:
            break
        if not more:
            break
        seen += more
    os.close(master)
    p.wait(20)
    return seen.decode()


def test_a_terminal_gets_colour_and_lines_that_fit(kepud):
    kepud.default = (200, {"items": [{"slug": "e" * 30, "title": "很长的标题" * 20, "status": "confirmed"}], "next": None})
    env = {"KEPU_SOCKET": kepud.server_address}
    seen = on_a_terminal(["event", "list"], env, 72)
    assert "\x1b[1m" in seen and "…" in seen
    plain = re.sub("\x1b\\[[0-9]*m", "", seen)
    assert all(sum(2 if ord(c) > 0x2E7F else 1 for c in line) <= 72 for line in plain.split("\r\n"))
    assert "\x1b" not in on_a_terminal(["event", "list"], {**env, "NO_COLOR": "1"})
    assert "\x1b" not in on_a_terminal(["event", "list", "--color", "never"], env)
    assert "\x1b[1m" in kepud.run("event", "list", "--color", "always").out
    kepud.default = (200, {"items": [], "next": None})
    assert "(none)" in on_a_terminal(["event", "list"], env)
    assert kepud.run("event", "list").out == ""


def test_an_upload_that_takes_its_time_shows_how_far_it_is(tmp_path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen()
    (tmp_path / "v.csv").write_bytes(b"name,phone\n" + b"x" * 4_000_000)

    def slowly():
        peer, _ = listener.accept()
        left = 4_000_000
        while left > 0:
            left -= len(peer.recv(262144))
            threading.Event().wait(0.1)
        threading.Event().wait(2.5)                            # kepud at work
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"imported\":1}")
        peer.close()

    threading.Thread(target=slowly, daemon=True).start()
    seen = on_a_terminal(["volunteer", "import", str(tmp_path / "v.csv")], {"KEPU_SOCKET": str(tmp_path / "s")})
    listener.close()
    assert re.search(r"sending \[#+\.+\] +[1-9][0-9]?%", seen) and "Imported" in seen
    assert re.search(r"working \[\.*###\.*\] +[1-9] s", seen) and not re.search(r"working .* \d s.*sending", seen)


# -- time -------------------------------------------------------------------------------------------------------------


def test_time_expand_asks_for_a_window_of_the_engine(kepud):
    kepud.default = (
        200,
        {
            "id": None,
            "instances": ["20260919T090000", "20270918T090000"],
            "utc": ["20260919T010000Z", "20270918T010000Z"],
            "complete": False,
        },
    )
    done = kepud.run(
        "time",
        "expand",
        "--start",
        "20260919T090000",
        "--tz",
        "Asia/Shanghai",
        "--rrule",
        "FREQ=YEARLY",
        "--exdate",
        "2026-09-20 09:00",
        "--from",
        "20260101T000000",
        "-N",
        "2",
    )
    assert kepud.requests[-1].json == {
        "dtstart": "20260919T090000",
        "value": "DATE-TIME",
        "tzid": "Asia/Shanghai",
        "rrule": ["FREQ=YEARLY"],
        "exdate": ["20260920T090000"],
        "start_at": "20260101T000000",
        "limit": 2,
    }
    assert "2026-09-19 Sat 09:00" in done.out and "20260919T010000Z" in done.out
    assert kepud.run("time", "expand", "--start", "20260919", "-o", "name").out == "20260919T090000\n20270918T090000\n"
    assert kepud.requests[-1].json == {"dtstart": "20260919", "value": "DATE", "limit": 10}
    kepud.default = problem("invalid", 422, "bad rule")
    assert kepud.run("time", "expand", "--start", "20260919", "--rrule", "").returncode == 6
    kepud.default = (
        200,
        {"id": None, "error": {"code": "invalid", "message": "bad rule", "hint": None, "field": "rrule"}},
    )
    assert kepud.run("time", "expand", "--start", "20260919", "--rrule", "x").returncode == 6


def batch_answer(r):
    assert b"poison" not in r.body or r.body.count(b"\n") <= 1
    lines = r.body.removesuffix(b"\n").split(b"\n")
    return b"".join(b'{"id":%s}\n' % json.dumps(json.loads(line)["id"]).encode() for line in lines)


def test_a_batch_gets_a_line_for_each_line_in_order(kepud, tmp_path):
    kepud.default = (200, batch_answer)
    lines = [json.dumps({"id": i, "pad": "x" * 100}) for i in range(1001)]
    (tmp_path / "b").write_text("\n".join(lines))
    done = kepud.run("time", "expand", "--batch", str(tmp_path / "b"))
    assert done.returncode == 0
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == list(range(1001))
    assert len(kepud.requests) < 20
    assert kepud.run("time", "expand", "--batch", "-", stdin=b"").out == ""


def test_one_bad_line_of_a_batch_costs_no_other_its_answer(kepud):
    def answer(r):
        lines = r.body.removesuffix(b"\n").split(b"\n")
        if b"poison" in r.body or b"" in lines:
            return b""
        return batch_answer(r)

    kepud.default = (200, answer)
    lines = [b'{"id":0}', b'{"id":1,"poison":1}', b"", b'{"id":3,"pad":"' + b"x" * 1_000_000 + b'"}', b'{"id":4}']
    done = kepud.run("time", "expand", "--batch", "-", stdin=b"\n".join(lines) + b"\n")
    assert done.returncode == 0
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [a["id"] for a in answers] == [0, 1, None, 3, 4]
    assert [a.get("error", {}).get("code") for a in answers] == [None, "failed", "failed", "too_large", None]


def test_a_batch_that_is_refused_as_a_whole_is_sent_line_by_line(kepud):
    kepud.answers = [problem("too_large", 413)]
    kepud.default = (200, batch_answer)
    done = kepud.run("time", "expand", "--batch", "-", stdin=b'{"id":0}\n{"id":1}')
    assert done.returncode == 0 and [json.loads(line) for line in done.out.splitlines()] == [{"id": 0}, {"id": 1}]
    kepud.answers = [problem("too_large", 413), problem("invalid", 422, "bad")]
    done = kepud.run("time", "expand", "--batch", "-", stdin=b'{"id":0}\n{"id":1}')
    assert [json.loads(line).get("error", {}).get("message") for line in done.out.splitlines()] == ["bad", None]


# -- tail -------------------------------------------------------------------------------------------------------------


def test_tail_shows_what_is_new_once_and_in_order(kepud):
    rows = [
        {
            "at": f"2027-05-12T09:00:0{i}+08:00",
            "who": "x",
            "operation": f"op{i}",
            "object": "e",
            "detail": "",
            "request": "",
        }
        for i in range(4)
    ]
    kepud.answers = [
        (200, {"items": rows[1::-1], "next": None}),
        (200, {"items": rows[1::-1], "next": None}),
        (200, {"items": rows[::-1], "next": None}),
    ]
    kepud.default = problem("unavailable", 503)
    done = kepud.run("audit", "tail", "-o", "jsonl")
    assert [json.loads(line)["operation"] for line in done.out.splitlines()] == ["op0", "op1", "op2", "op3"]
    assert done.returncode == 1
