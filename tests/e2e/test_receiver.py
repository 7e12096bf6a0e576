"""The receiver itself: its judgement is only worth something if it is right and strict."""
import base64
import socket
import time

import pytest
import requests

import receiver as receivers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": ID, "webhook-timestamp": AT, "webhook-signature": SIGNATURE}
NOW = int(AT) + 3


def test_the_published_vector_is_signed_as_published():
    assert receivers.sign(SECRET, ID, AT, BODY) == SIGNATURE


def test_a_right_request_passes_whatever_the_case_of_its_headers():
    assert receivers.verify(SECRET, HEADERS, BODY, NOW) is None
    assert receivers.verify(SECRET, {k.title(): v for k, v in HEADERS.items()}, BODY, NOW) is None


def test_any_of_two_signatures_is_enough_during_a_rotation():
    both = {**HEADERS, "webhook-signature": "v1,AAAA " + SIGNATURE}
    assert receivers.verify(SECRET, both, BODY, NOW) is None


@pytest.mark.parametrize(
    "change, body, now",
    [
        ({"webhook-id": "msg_other"}, BODY, NOW),
        ({"webhook-id": "a.b"}, BODY, NOW),
        ({"webhook-timestamp": "1614265331"}, BODY, NOW),
        ({"webhook-timestamp": "1614265330.5"}, BODY, NOW),
        ({"webhook-signature": "v1," + base64.b64encode(b"0" * 32).decode()}, BODY, NOW),
        ({"webhook-signature": ""}, BODY, NOW),
        ({}, BODY + b" ", NOW),
        ({}, BODY, NOW + 10_000),
    ],
)
def test_anything_else_does_not(change, body, now):
    assert receivers.verify(SECRET, {**HEADERS, **change}, body, now)


def test_missing_headers_are_named():
    assert "webhook-id" in receivers.verify(SECRET, {}, BODY, NOW)


def send(receiver, path="/hook", body=b"{}", message_id="msg_1", **more):
    now = str(int(time.time()))
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": now,
        "webhook-signature": receivers.sign(receiver.secret, message_id, now, body),
    }
    return requests.post(receiver.url(path), data=body, headers=headers, timeout=5, allow_redirects=False, **more)


def test_it_counts_by_identity_and_keeps_what_came(receiver):
    assert send(receiver).status_code == 204
    assert send(receiver).status_code == 204
    assert send(receiver, message_id="msg_2", body="{\"a\":\"科普\"}".encode()).status_code == 204
    assert receiver.counts() == {"msg_1": 2, "msg_2": 1}
    assert [m.number for m in receiver.messages] == [1, 2, 1]
    assert receiver.messages[2].json() == {"a": "科普"}
    assert [m.wrong for m in receiver.messages] == [None, None, None]


def test_a_wrong_signature_is_written_down(receiver):
    requests.post(receiver.url(), data=b"{}", timeout=5)
    assert receiver.wait(1)[0].wrong


def test_scripted_answers_come_in_order_and_then_all_is_well(receiver):
    receiver.script("/hook", receivers.status(500), receivers.too_many(7), receivers.html)
    answers = [send(receiver) for _ in range(4)]
    assert [a.status_code for a in answers] == [500, 429, 200, 204]
    assert answers[1].headers["Retry-After"] == "7"
    assert send(receiver, "/other").status_code == 204


@pytest.mark.parametrize("fault", [receivers.reset, receivers.close_after_reading, receivers.reset_in_body])
def test_broken_connections_break(receiver, fault):
    receiver.script("/hook", fault)
    with pytest.raises(requests.exceptions.RequestException):
        send(receiver)
    assert len(receiver.on("/hook")) == 1
    assert send(receiver).status_code == 204


def opened(receiver):
    connection = socket.create_connection(("127.0.0.1", receiver.port), timeout=5)
    connection.sendall(b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
    receiver.wait(1)
    return connection


def test_a_hanging_answer_never_comes(receiver):
    receiver.script("/hook", receivers.hang)
    connection = opened(receiver)
    connection.settimeout(0.3)
    with pytest.raises(TimeoutError):
        connection.recv(1)
    connection.close()
    assert send(receiver).status_code == 204


def test_a_dripping_answer_comes_byte_by_byte_and_never_ends(receiver):
    receiver.script("/hook", receivers.drip)
    connection = opened(receiver)
    got = b""
    while len(got) < len(b"HTTP/1.1 200 OK\r\nX-Slow: aa"):
        got += connection.recv(1)
    assert got.startswith(b"HTTP/1.1 200 OK") and b"\r\n\r\n" not in got
    connection.close()


@pytest.mark.parametrize("fault", [receivers.endless, receivers.header_flood])
def test_floods_flood_until_the_other_side_leaves(receiver, fault):
    receiver.script("/hook", fault)
    connection = opened(receiver)
    got = 0
    while got < 500_000:
        got += len(connection.recv(65536))
    connection.close()
    assert send(receiver).status_code == 204


def test_refusing_refuses_and_comes_back_on_the_same_port(receiver):
    port = receiver.port
    receiver.refuse()
    with pytest.raises(requests.exceptions.ConnectionError):
        send(receiver)
    receiver.start()
    assert receiver.port == port
    assert send(receiver).status_code == 204
