"""The robots' misbehaviour, case by case: how each attempt is judged, and that none of it holds up the loop."""
import json
import pathlib

import pytest

import receiver as receivers
from kepu import unique, wait_until

STALL_S = 0.05
TIMEOUT_S = 15  # FETCH_TOTAL_MS
SECRET = "s3cret-of-a-robot"


def says(http=200, /, **body):
    return receivers.status(http, {"Content-Type": "application/json"}, json.dumps(body).encode())


# name: (kind, what the robot does, the outcome of the attempt, the channel is paused)
CASES = {
    "never-answers": ("webhook", receivers.hang, "unknown", False),
    "resets": ("webhook", receivers.reset, "unknown", False),
    "resets-in-body": ("webhook", receivers.reset_in_body, "unknown", False),
    "drips": ("webhook", receivers.drip, "unknown", False),
    "closes-after-reading": ("webhook", receivers.close_after_reading, "unknown", False),
    "header-flood": ("webhook", receivers.header_flood, "unknown", False),
    "endless": ("wecom", receivers.endless, "unknown", False),
    "redirects": ("webhook", receivers.redirect("http://127.0.0.1:1/"), "permanent", False),
    "fails": ("webhook", receivers.status(500), "retry", False),
    "html-wecom": ("wecom", receivers.html, "unknown", False),
    "html-dingtalk": ("dingtalk", receivers.html, "unknown", False),
    "html-feishu": ("feishu", receivers.html, "unknown", False),
    "html-slack": ("slack", receivers.html, "unknown", False),
    "html-telegram": ("telegram", receivers.html, "unknown", False),
    "errcode-wecom-busy": ("wecom", says(errcode=-1, errmsg="system busy"), "retry", False),
    "errcode-wecom-gone": ("wecom", says(errcode=93000, errmsg="invalid webhook url"), "permanent", True),
    "errcode-wecom-message": ("wecom", says(errcode=40058, errmsg="invalid content"), "permanent", False),
    "errcode-dingtalk-settings": ("dingtalk", says(errcode=310000, errmsg="keywords not in content"), "permanent", True),
    "errcode-feishu-clock": ("feishu", says(code=19021, msg="sign match fail"), "permanent", True),
    "errcode-lark-gone": ("lark", says(code=19001, msg="param invalid"), "permanent", True),
    "limit-webhook": ("webhook", receivers.too_many(60), "retry", False),
    "limit-wecom": ("wecom", says(errcode=45009, errmsg="api freq out of limit"), "retry", False),
    "limit-dingtalk": ("dingtalk", says(errcode=130101, errmsg="send too fast"), "retry", False),
    "limit-feishu": ("feishu", says(code=11232, msg="frequency limited"), "retry", False),
    "limit-slack": ("slack", receivers.too_many(60), "retry", False),
    "limit-discord": ("discord", says(429, message="You are being rate limited.", retry_after=60.5), "retry", False),
    "limit-matrix": ("matrix", says(429, errcode="M_LIMIT_EXCEEDED", retry_after_ms=60000), "retry", False),
    "limit-ntfy": ("ntfy", receivers.status(429), "retry", False),
    "limit-telegram": ("telegram", says(429, ok=False, error_code=429, parameters={"retry_after": 60}), "retry", False),
}
WAITS_60_S = {name for name in CASES if name.startswith("limit-")} - {"limit-feishu", "limit-ntfy", "limit-dingtalk"}
SECRETS = {"webhook": None, "dingtalk": SECRET, "feishu": SECRET, "lark": SECRET, "matrix": SECRET}
PATHS = {"telegram": "/bot1:a/sendMessage?chat_id=1", "ntfy": "/topic", "matrix": "/_matrix/client/v3/rooms/!a:b/send/m.room.message"}


def run_delay_s(pid):
    """How long the daemon's loop was ready and had to wait for a processor."""
    return int(pathlib.Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[1]) / 1e9


def longest_turn_s(desk):
    line = next(x for x in desk.get("/metrics").text.splitlines() if x.startswith("kepu_loop_busy_max_seconds "))
    return float(line.split()[1])


@pytest.fixture
def robots(desk, tmp_path):
    """A receiver of its own for each case: its channel's name by the case's."""
    started, names = [], {}
    sound = receivers.Receiver().start()  # who hears of the others' trouble; else that would be one of them
    started.append(sound)
    office = unique("office")
    desk.json("channel", "add", office, "--kind", "webhook", "--url", sound.url(), "--allow-private", "--alerts")
    for case, (kind, answer, _, _) in CASES.items():
        r = receivers.Receiver().start()
        started.append(r)
        path = PATHS.get(kind, "/hook")
        r.misbehaves = answer
        r.take = lambda handler, body, answer=answer: answer(handler)
        secret = tmp_path / case
        secret.write_text((SECRETS.get(kind) or r.secret) + "\n")
        names[case] = unique("f")
        args = ["--secret-file", secret] if kind in SECRETS else []
        desk.json("channel", "add", names[case], "--kind", kind, "--url", r.url(path), "--allow-private", *args)
    closed = receivers.Receiver().start()
    refused = {"refuses": closed.url(), "no-such-name": "http://no-such-host.invalid/hook"}
    closed.stop()
    for case, url in refused.items():
        names[case] = unique("f")
        desk.json("channel", "add", names[case], "--kind", "webhook", "--url", url, "--allow-private")
    yield names
    for r in started:
        r.stop()
    for name in [*names.values(), office]:
        desk.ctl("channel", "remove", name, "--yes", code=None)


def test_each_fault_is_judged_rightly_and_none_holds_up_the_loop(desk, robots):
    expected = {case: (outcome, paused) for case, (_, _, outcome, paused) in CASES.items()}
    expected |= {"refuses": ("retry", False), "no-such-name": ("retry", False)}
    waited_s = run_delay_s(desk.pid)
    for name in robots.values():
        answer = desk.api("POST", f"/channels/{name}/send", {"text": "下午改在室内"})
        assert answer.status in (200, 201, 202), answer

    def first_attempts():
        found = {case: desk.delivery(channel=name)[0]["attempts"] for case, name in robots.items()}
        return found if all(a and a[0]["outcome"] for a in found.values()) else None

    found = wait_until(first_attempts, TIMEOUT_S + 20, "an outcome of each")
    wrong = {case: (a[0]["outcome"], a[0]["reason"]) for case, a in found.items() if a[0]["outcome"] != expected[case][0]}
    assert not wrong, wrong
    for case, name in robots.items():
        state = desk.json("channel", "show", name)["state"]
        assert state == ("paused" if expected[case][1] else "enabled"), case
    for case in WAITS_60_S:
        assert len(found[case]) == 1, f"{case}: asked to wait for a minute, tried again"
    assert longest_turn_s(desk) <= STALL_S + run_delay_s(desk.pid) - waited_s
