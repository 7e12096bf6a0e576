"""The two doors: health, metrics, the API with and without a token, and requests that nobody should send."""
import json
import re
import secrets
import select
import socket
import xml.etree.ElementTree

import pytest

import kepu as harness
from kepu import NOT_ALLOWED, NOT_FOUND, unique, wait_until


def test_alive_and_able_to_serve(desk):
    assert desk.get("/healthz").status_code == 200 and desk.get("/readyz").status_code == 200


SAMPLE = re.compile(
    r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="(\\.|[^"\\])*"(,[a-zA-Z_][a-zA-Z0-9_]*="(\\.|[^"\\])*")*,?\})? '
    r'[-+]?([0-9.]+([eE][-+]?[0-9]+)?|Inf|NaN)( \d+)?$'
)


def test_metrics_are_prometheus_text(desk):
    r = desk.get("/metrics")
    assert r.status_code == 200 and r.headers["Content-Type"].startswith("text/plain")
    assert r.text.endswith("\n")
    typed, names = set(), set()
    for line in r.text.splitlines():
        if line.startswith("# TYPE "):
            assert line.split()[3] in ("counter", "gauge", "histogram", "summary", "untyped")
            assert line.split()[2] not in typed, f"{line} twice"
            typed.add(line.split()[2])
        elif line and not line.startswith("#"):
            assert SAMPLE.match(line), line
            names.add(re.split(r"[{ ]", line)[0])
    assert names and all(re.sub(r"_(bucket|sum|count)$", "", n) in typed or n in typed for n in names)


def test_the_road_to_the_target_as_numbers_and_as_a_picture(desk):
    desk.volunteer()
    value = desk.json("target", "show", "volunteers")["value"]
    r = desk.get("/progress.json")
    assert r.status_code == 200 and r.headers["Content-Type"].startswith("application/json")
    assert (r.json()["value"], r.json()["target"]) == (value, 4000)
    r = desk.get("/progress.svg")
    assert r.status_code == 200 and r.headers["Content-Type"].startswith("image/svg+xml")
    root = xml.etree.ElementTree.fromstring(r.content)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "4000" in re.sub(r"[,\s\u202f\u00a0]", "", "".join(root.itertext()))
    assert not [e for e in root.iter() if e.tag.endswith("script")]


# --- the API and who may use it

READS = [
    "/status",
    "/events",
    "/volunteers",
    "/signups",
    "/channels",
    "/deliveries",
    "/targets",
    "/tokens",
    "/audit",
    "/volunteers/export",
    "/presets",
]


@pytest.mark.parametrize("path", READS)
def test_without_a_token_the_api_says_nothing(desk, path):
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer "},
    ):
        r = desk.get("/api/v1" + path, headers=headers)
        assert r.status_code == 401 and r.headers["Content-Type"].startswith("application/problem+json")
        assert r.json()["code"] == "unauthenticated" and r.json()["status"] == 401


def test_without_a_token_nothing_is_written_either(desk):
    before = desk.items("event", "list")
    assert desk.get("/api/v1/events", "POST", json={"title": "x", "start": "2027-05-12"}).status_code == 401
    assert desk.items("event", "list") == before


def test_the_api_s_description_is_public_and_names_every_path(desk):
    r = desk.get("/api/v1/openapi.json")
    assert r.status_code == 200
    document = r.json()
    assert document["openapi"].startswith("3.")
    paths = {p.removeprefix("/api/v1") for p in document["paths"]}
    assert {"/events", "/volunteers", "/signups", "/channels", "/reminders", "/deliveries", "/time/expand"} <= paths


def remote(desk, tmp_path, token):
    path = tmp_path / unique("token")
    path.write_text(token + "\n")
    return ["--server", desk.base, "--token-file", path]


@pytest.fixture(scope="module")
def tokens(desk):
    return {
        role: desk.json("token", "add", f"t-{role}", "--role", role)["token"]
        for role in ("admin", "organizer", "viewer")
    }


def test_a_token_is_shown_once_and_its_use_is_seen(desk, tmp_path):
    t = desk.json("token", "add", "once", "--role", "viewer")
    assert harness.TOKEN <= set(t) and len(t["token"]) >= 20 and t["last_used"] is None
    assert t["token"] not in desk.ctl("token", "list", "-o", "json").out + desk.log(10**7)
    desk.ctl(*remote(desk, tmp_path, t["token"]), "event", "list", local=False)
    wait_until(
        lambda: [x for x in desk.items("token", "list") if x["name"] == "once"][0]["last_used"], what="its last use"
    )


def test_a_revoked_token_opens_nothing(desk, tmp_path):
    t = desk.json("token", "add", "revoked", "--role", "admin")["token"]
    desk.json("token", "revoke", "revoked")
    desk.ctl(*remote(desk, tmp_path, t), "event", "list", local=False, code=NOT_ALLOWED)


def test_an_expired_token_opens_nothing(desk):
    _, expires = harness.in_s(2)
    t = desk.json("token", "add", "short", "--role", "viewer", "--expires", expires)["token"]
    get = lambda: desk.get("/api/v1/events", headers={"Authorization": "Bearer " + t}).status_code
    wait_until(lambda: get() == 401, what="its end")


MAY = {
    "event add": (
        "organizer",
        lambda: ["event", "add", "--title", "远程", "--start", "2027-05-12 09:00", "--slug", unique("remote")],
    ),
    "volunteer add": (
        "organizer",
        lambda: ["volunteer", "add", "--name", unique("人"), "--phone", harness.phone(secrets.randbelow(10**8))],
    ),
    "event list": ("viewer", lambda: ["event", "list"]),
    "target show": ("viewer", lambda: ["target", "show", "volunteers"]),
    "token add": ("admin", lambda: ["token", "add", unique("tok"), "--role", "viewer"]),
    "private channel": (
        "admin",
        lambda: [
            "channel",
            "add",
            unique("chan"),
            "--kind",
            "webhook",
            "--url",
            "http://127.0.0.1:9/",
            "--allow-private",
        ],
    ),
}
RANK = ["viewer", "organizer", "admin"]


@pytest.mark.parametrize("what", MAY)
@pytest.mark.parametrize("role", RANK)
def test_a_token_may_do_what_its_role_may(desk, tokens, tmp_path, role, what):
    least, command = MAY[what]
    code = 0 if RANK.index(role) >= RANK.index(least) else NOT_ALLOWED
    desk.ctl(*remote(desk, tmp_path, tokens[role]), *command(), local=False, code=code)


def test_only_an_admin_s_reveal_reveals(desk, tokens, tmp_path):
    v = desk.volunteer()
    desk.ctl(
        *remote(desk, tmp_path, tokens["organizer"]),
        "volunteer",
        "show",
        v["id"],
        "--reveal",
        local=False,
        code=NOT_ALLOWED,
    )
    assert (
        "*"
        not in desk.ctl(
            *remote(desk, tmp_path, tokens["admin"]), "volunteer", "show", v["id"], "--reveal", "--json", local=False
        ).json()["phone"]
    )


def test_a_department_s_token_keeps_to_its_department(desk, tmp_path):
    t = desk.json("token", "add", "jiaoyu-desk", "--role", "organizer", "--department", "jiaoyu")["token"]
    desk.event("of-kexie", lead="kexie")
    where = remote(desk, tmp_path, t)
    desk.ctl(*where, "event", "edit", "of-kexie", "--title", "别人的", local=False, code=NOT_ALLOWED)
    desk.ctl(*where, "event", "add", "--title", "自己的", "--start", "2027-05-12 09:00", "--lead", "jiaoyu", local=False)


def test_server_and_token_come_from_the_environment_too(desk, tokens, tmp_path):
    path = tmp_path / "token"
    path.write_text(tokens["viewer"])
    desk.ctl("event", "list", local=False, KEPU_SERVER=desk.base, KEPU_TOKEN_FILE=str(path))


# --- idempotency, versions, dry runs


def test_a_repeated_request_is_done_once_and_answered_the_same(desk):
    key = {"Idempotency-Key": secrets.token_hex(16)}
    body = {"name": "重复提交", "phone": "13611110001"}
    first, second = (desk.api("POST", "/volunteers", body, key) for _ in range(2))
    assert first.status == second.status == 201 and first.json()["id"] == second.json()["id"]
    assert len([v for v in desk.items("volunteer", "list") if v["name"] == "重复提交"]) == 1
    another = desk.api("POST", "/volunteers", body, {"Idempotency-Key": secrets.token_hex(16)})
    assert another.status == 409


def test_a_repeated_request_survives_a_restart(kepu):
    key = {"Idempotency-Key": secrets.token_hex(16)}
    body = {"title": "重启之间", "start": "2027-05-12 09:00"}
    first = kepu.api("POST", "/events", body, key)
    kepu.restart()
    assert kepu.api("POST", "/events", body, key).json()["slug"] == first.json()["slug"]
    assert len(kepu.items("event", "list")) == 1


def test_if_match_protects(desk):
    v = desk.event("match")["version"]
    assert desk.api("PATCH", "/events/match?scope=all", {"title": "一"}, {"If-Match": f'"{v}"'}).status == 200
    r = desk.api("PATCH", "/events/match?scope=all", {"title": "二"}, {"If-Match": f'"{v}"'})
    assert r.status == 412 and r.json()["code"] == "changed"


def test_pages_of_a_list_are_bounded_and_complete(desk):
    for i in range(7):
        desk.volunteer()
    total = len(desk.items("volunteer", "list"))
    seen, cursor = [], ""
    while cursor is not None:
        page = desk.api("GET", "/volunteers?limit=3" + (f"&cursor={cursor}" if cursor else "")).json()
        assert len(page["items"]) <= 3
        seen += [v["id"] for v in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == total
    for bad in ("limit=0", "limit=501", "limit=x", "cursor=garbage"):
        assert desk.api("GET", "/volunteers?" + bad).status == 422, bad


# --- problems


def problem(answer, status, code=None):
    assert answer.status == status, answer
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    p = answer.json()
    assert (
        p["status"] == status and p["detail"] and p["message"] and {"type", "title", "code", "hint", "field"} <= set(p)
    )
    assert code is None or p["code"] == code, p
    return p


def test_problems_are_described(desk):
    problem(desk.api("GET", "/events/nirgends"), 404, "not_found")
    problem(desk.api("GET", "/nirgends"), 404, "not_found")
    assert (
        problem(desk.api("POST", "/events", {"title": "x", "start": "2027-02-30"}), 422, "invalid")["field"] == "start"
    )
    p = problem(desk.api("POST", "/events", {"titel": "x", "start": "2027-05-12"}), 422)
    assert p["field"] == "titel" and "title" in p["message"] + str(p["hint"])
    p = problem(desk.api("GET", "/events?categori=x"), 422)
    assert p["field"] == "categori" and "category" in p["message"] + str(p["hint"])


def test_problems_speak_the_language_asked_for(desk):
    zh, en = (
        desk.api("GET", "/events/nirgends", headers={"Accept-Language": lang}).json()["detail"] for lang in ("zh", "en")
    )
    assert re.search("[\u4e00-\u9fff]", zh) and not re.search("[\u4e00-\u9fff]", en)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"title":"x"} trailing',
        b'{"title":"\xff"}',
        b'{"title":{}}',
        b'{"title":1,"start":"2027-05-12"}',
        b'{"title":"a\\u0000b","start":"2027-05-12"}',
        b'{"title":"x","title":"y","start":"2027-05-12"}',
        b"[" * 50_000,
        b'{"a":' * 5_000,
    ],
    ids=lambda b: repr(b[:30]),
)
def test_malformed_bodies_are_refused_and_nothing_is_made(desk, body):
    before = desk.items("event", "list")
    a = desk.api("POST", "/events", body, {"Content-Type": "application/json"})
    assert a.status in (400, 422), a
    problem(a, a.status)
    assert desk.items("event", "list") == before


@pytest.mark.parametrize(
    "method, path, allowed",
    [
        ("PUT", "/api/v1/events", {"GET", "POST"}),
        ("POST", "/api/v1/status", {"GET"}),
        ("DELETE", "/healthz", {"GET"}),
        ("POST", "/", {"GET"}),
        ("PUT", "/events", {"GET"}),
        ("POST", "/metrics", {"GET"}),
    ],
)
def test_wrong_methods_are_told_the_right_ones(desk, method, path, allowed):
    r = desk.get(path, method)
    assert r.status_code == 405 or (path.startswith("/api") and r.status_code == 401)
    if r.status_code == 405:
        assert allowed <= {m.strip() for m in r.headers["Allow"].split(",")}
    if path.startswith("/api/v1"):
        a = desk.api(method, path.removeprefix("/api/v1"), {})
        problem(a, 405)
        assert allowed <= {m.strip() for m in a.headers["Allow"].split(",")}


@pytest.mark.parametrize(
    "path",
    [
        "/nirgends",
        "/events/nirgends",
        "/events/nirgends/2027-05-12",
        "/v/nirgends",
        "/verify/nirgends",
        "/../etc/passwd",
        "/static/../../etc/passwd",
        "/events/",
        "/feeds/",
    ],
)
def test_unknown_paths_are_404_in_words(desk, path):
    r = desk.get(path)
    assert r.status_code in (404, 308, 301) and "root:" not in r.text
    if r.status_code == 404:
        assert r.headers["Content-Type"].startswith("text/html") and "Content-Security-Policy" in r.headers


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/readyz", "/metrics", "/", "/events", "/progress.json", "/progress.svg", "/api/v1/openapi.json"],
)
def test_head_works_wherever_get_does(desk, path):
    get, head = desk.get(path), desk.get(path, "HEAD")
    assert head.status_code == get.status_code == 200 and head.content == b""
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


# --- requests that are too large, or stop half way


def exchange(connection, sent):
    """Sends while listening, as an answer may come before everything is sent; what came back."""
    got = b""
    connection.setblocking(False)
    view = memoryview(sent)
    while True:
        r, w, _ = select.select([connection], [connection] if view else [], [], 15 * harness.SLOW)
        assert r or w, f"neither taken nor answered: {got[:200]!r}"
        if r:
            try:
                more = connection.recv(65536)
            except ConnectionResetError:
                return got
            if not more:
                return got
            got += more
            head, gap, body = got.partition(b"\r\n\r\n")
            length = re.search(rb"(?im)^content-length: *(\d+)", head)
            if gap and length and len(body) >= int(length[1]):
                return got
        if w and view:
            try:
                view = view[connection.send(view[:65536]) :]
            except BlockingIOError:
                pass
            except (BrokenPipeError, ConnectionResetError):
                view = view[:0]


def unix(desk):
    s = socket.socket(socket.AF_UNIX)
    s.connect(str(desk.socket))
    return s


def test_a_body_too_large_is_refused(desk):
    big = json.dumps({"title": "x", "start": "2027-05-12", "description": "大" * 4_000_000}).encode()
    head = f"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(big)}\r\n\r\n"
    before = desk.items("event", "list")
    with unix(desk) as s:
        assert exchange(s, head.encode() + big).split(b" ")[1] == b"413"
    chunked = b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked += (
        b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (big[i : i + 60_000] for i in range(0, len(big), 60_000)))
        + b"0\r\n\r\n"
    )
    with unix(desk) as s:
        assert exchange(s, chunked).split(b" ")[1] == b"413"
    with desk.tcp() as s:
        form = (
            b"POST /events/x/2027-05-12/signups HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 30000000\r\n\r\nname=" + b"a" * 30_000_000
        )
        assert exchange(s, form).split(b" ")[1] == b"413"
    assert desk.items("event", "list") == before


def test_headers_too_large_are_refused(desk):
    with desk.tcp() as s:
        got = exchange(s, b"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + b"a" * 200_000 + b"\r\n\r\n")
        assert got == b"" or got.split(b" ")[1] in (b"400", b"413", b"431")
    with desk.tcp() as s:
        got = exchange(s, b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert got == b"" or got.split(b" ")[1] in (b"400", b"413", b"414", b"431")
    assert desk.get("/healthz").status_code == 200


BODY = json.dumps({"name": "半截人", "phone": "13622220001"}).encode()
HALVES = {
    "in the request line": b"POST /api/v1/volun",
    "in the headers": b"POST /api/v1/volunteers HTTP/1.1\r\nHost: x\r\nContent-Ty",
    "before the body": b"POST /api/v1/volunteers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % len(BODY),
    "in the body": b"POST /api/v1/volunteers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (len(BODY) + 1, BODY),
    "in a chunk": b"POST /api/v1/volunteers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"%x\r\n%s\r\n" % (len(BODY), BODY),
}


@pytest.mark.parametrize("where", HALVES)
def test_a_request_that_stops_half_way_does_nothing(desk, where):
    with unix(desk) as s:
        s.sendall(HALVES[where])
        s.shutdown(socket.SHUT_WR)
        try:
            got = s.recv(65536)
        except ConnectionResetError:
            got = b""
        assert not got or got.split(b" ")[1][:1] == b"4", got
    assert [v for v in desk.items("volunteer", "list") if v["name"] == "半截人"] == []


def test_many_half_open_requests_keep_nobody_out(desk):
    held = []
    try:
        for _ in range(100):
            s = desk.tcp()
            s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            held.append(s)
        assert desk.get("/healthz").status_code == 200
        desk.ctl("status")
    finally:
        for s in held:
            s.close()


@pytest.mark.parametrize(
    "junk",
    [
        b"\x00" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /events/%2e%2e HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ],
)
def test_junk_is_answered_with_4xx_or_hung_up_on(desk, junk):
    with desk.tcp() as s:
        s.sendall(junk)
        s.shutdown(socket.SHUT_WR)
        try:
            got = s.recv(65536)
        except ConnectionResetError:
            got = b""
        assert not got or got.split(b" ")[1][:1] in (b"4", b"5"), got
        assert not got or got.split(b" ")[1] != b"500", got
    assert desk.get("/healthz").status_code == 200


def test_an_id_is_never_a_path(desk):
    for wrong in ("..", ".", "../tokens", "a/b", "%00"):
        desk.ctl("event", "show", wrong, code=NOT_FOUND)
