"""Offers: a freed place is kept for the first in line, who is asked by mail and answers by a link, or by phone."""
import email
import email.policy
import re
import socket
import socketserver
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest

from kepu import CONFLICT, Kepu, unique, wait_until

DAY = "2027-05-12"


class Smtp:
    """A mail server: what it takes, in order; `refuse` answers to RCPT first, `drop` breaks off after the mail."""

    def __init__(self):
        self.mails, self.refuse, self.attempts = [], [], 0
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(text.encode() + b"\r\n")

            def handle(self):
                to = None
                self.say("220 test ESMTP")
                for line in iter(self.rfile.readline, b""):
                    word = line.decode().strip()
                    if word.upper().startswith(("EHLO", "HELO")):
                        self.say("250 test")
                    elif word.upper().startswith("RCPT"):
                        outer.attempts += 1
                        to = word.split("<")[1].split(">")[0]
                        self.say(outer.refuse.pop(0) if outer.refuse else "250 ok")
                    elif word.upper() == "DATA":
                        self.say("354 go on")
                        data = b""
                        while not data.endswith(b"\r\n.\r\n"):
                            data += self.rfile.readline()
                        self.say("250 taken")
                        outer.mails.append((to, email.message_from_bytes(data[:-3], policy=email.policy.default)))
                    elif word.upper() == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def wait(self, count):
        wait_until(lambda: len(self.mails) >= count, 15, f"{count} mails")
        return self.mails[count - 1]


@pytest.fixture
def smtp():
    server = Smtp()
    yield server
    server.close()


def office(config):
    desk = Kepu(config).start()
    desk.json("department", "list")
    return desk


@pytest.fixture
def desk(smtp):
    d = office(f"[signup]\nwaitlist = offer\noffer_for = 1h\n[mail]\nurl = smtp://127.0.0.1:{smtp.port}\n"
               "from = kexie@example.org\ntls = off\n")
    yield d
    d.close()


def person(desk, n, mail=True):
    more = ["--email", f"v{n}@example.org"] if mail else []
    return desk.json("volunteer", "add", "--name", f"志愿者{n}号", "--phone", f"138{n:08d}", *more)["id"]


def sign_up(desk, slug, who, *more):
    return desk.json("signup", "add", "--volunteer", who, "--event", slug, "--on", DAY, "--waitlist", *more)


def state(desk, s):
    return desk.json("signup", "show", s["id"])["state"]


def line(desk, *mails):
    """An event with one place that somebody has, and people in line, with or without an address."""
    slug = unique("offer")
    desk.json("event", "add", "--slug", slug, "--title", "科普讲座", "--start", f"{DAY} 09:00", "--duration", "2h",
              "--role", "讲解员=1")
    return slug, [sign_up(desk, slug, person(desk, i, mail)) for i, mail in enumerate([True, *mails])]


def link_of(mail):
    return re.search(r"http://\S+/offers/(\w+)", mail.get_content())[0]


def page(url, **form):
    data = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=10) as answer:
        return answer.read().decode()


def test_a_freed_place_is_offered_by_mail_and_taken_by_its_link(desk, smtp):
    slug, (first, second, third) = line(desk, True, True)
    desk.json("signup", "cancel", first["id"])
    assert [state(desk, s) for s in (second, third)] == ["offered", "waitlisted"]
    shown = desk.json("signup", "show", second["id"])
    assert shown["offer_until"]
    to, mail = smtp.wait(1)
    assert to == "v1@example.org" and "科普讲座" in mail["Subject"] and "please answer" in mail["Subject"]
    assert str(mail["From"]) == "kexie@example.org" and "科普讲座" in mail.get_content()
    url = link_of(mail)
    before = page(url)
    assert "科普讲座" in before and "志愿者" not in before and "<button" in before
    assert state(desk, second) == "offered"                    # looking changes nothing
    after = page(url, answer="take")
    assert "<button" not in after
    assert state(desk, second) == "confirmed"
    page(url, answer="decline")                                # answered once
    assert state(desk, second) == "confirmed"
    role = desk.occurrences(slug)[0]["roles"][0]
    assert (role["confirmed"], role["offered"], role["waitlisted"], role["free"]) == (1, 0, 1, 0)
    assert "example.org" not in desk.log().replace("kexie@example.org", "")


def test_an_offer_that_is_declined_goes_to_the_next(desk, smtp):
    _, (first, second, third) = line(desk, True, True)
    desk.json("signup", "cancel", first["id"])
    page(link_of(smtp.wait(1)[1]), answer="decline")
    assert [state(desk, s) for s in (second, third)] == ["cancelled", "offered"]
    to, mail = smtp.wait(2)
    assert to == "v2@example.org"
    assert desk.json("signup", "take", third["id"], "--reason", "来电")["state"] == "confirmed"
    assert desk.ctl("signup", "take", third["id"], "--json", code=CONFLICT).error()["field"] == "state"


def test_an_organiser_declines_for_somebody_by_phone(desk, smtp):
    _, (first, second, third) = line(desk, True, False)
    desk.json("signup", "cancel", first["id"])
    assert desk.json("signup", "decline", second["id"], "--reason", "来电谢绝")["reason"] == "来电谢绝"
    assert state(desk, third) == "confirmed"                   # has no address: nobody to ask in time
    assert "来电谢绝" in str(desk.json("audit", "list", "--object", second["id"]))
    desk.ctl("signup", "decline", third["id"], code=CONFLICT)


def test_an_offer_that_nobody_takes_goes_on_in_time_after_downtime_too(smtp):
    desk = office(f"[signup]\nwaitlist = offer\noffer_for = 2s\n[mail]\nurl = smtp://127.0.0.1:{smtp.port}\n"
                  "from = kexie@example.org\ntls = off\n")
    try:
        _, (first, second, third, fourth) = line(desk, True, True, True)
        desk.json("signup", "cancel", first["id"])
        smtp.wait(1)
        wait_until(lambda: state(desk, second) == "cancelled", 10, "the offer to be over")
        assert desk.json("signup", "show", second["id"])["reason"] == "not taken in time"
        assert state(desk, third) == "offered"
        smtp.wait(2)
        desk.kill9()
        with socket.socket() as s:                             # bounded: the offer is over while kepud is down
            s.settimeout(2.5)
            s.bind(("127.0.0.1", 0))
            s.listen()
            with pytest.raises(TimeoutError):
                s.accept()
        desk.start()
        wait_until(lambda: state(desk, third) == "cancelled", 10, "the second offer to be over")
        assert "/offers/" in smtp.wait(3)[1].get_content()
        # The port is another since the restart.
        assert "<button" not in page(desk.base + urllib.parse.urlsplit(link_of(smtp.mails[0][1])).path)
        assert state(desk, fourth) in ("offered", "cancelled")
    finally:
        desk.close()


def test_a_server_that_says_later_is_asked_again_and_one_that_says_no_is_not(desk, smtp):
    smtp.refuse = ["451 later", "550 nobody here"]
    _, (first, second) = line(desk, True)
    desk.json("signup", "cancel", first["id"])
    wait_until(lambda: smtp.attempts >= 2, 20, "the second attempt")
    wait_until(lambda: "550" in desk.log(), 10, "the refusal")
    assert "failed: the server answered 550" in str(desk.json("audit", "list"))
    assert smtp.mails == [] and state(desk, second) == "offered"


def test_what_became_of_an_offers_mail_is_shown_without_the_address(desk, smtp):
    status = desk.json("status")["mail"]
    assert status["failed"] == 0 and status["next_due"] is None
    smtp.refuse = ["451 later"]
    _, (first, second, third) = line(desk, True, True)
    desk.json("signup", "cancel", first["id"])

    def mail(s):
        return desk.json("signup", "show", s["id"])["mail"]

    wait_until(lambda: mail(second)[0]["state"] == "retrying", 10, "the server to say later")
    waits = mail(second)[0]
    assert (waits["kind"], waits["attempts"], waits["reason"]) == ("offer", 1, "the server answered 451")
    assert waits["next_attempt"] and waits["final"] is None
    status = desk.json("status")
    assert status["mail"]["retrying"] == 1 and status["mail_troubles"][0]["signup"] == second["id"]
    smtp.wait(1)
    wait_until(lambda: mail(second)[0]["state"] == "delivered", 10, "the mail to be gone")
    sent = mail(second)[0]
    assert (sent["attempts"], sent["reason"], sent["next_attempt"]) == (2, "", None) and sent["final"]
    assert desk.json("status")["mail"]["delivered"] == 1 and desk.json("status")["mail_troubles"] == []
    smtp.refuse = ["550 nobody here"]
    desk.json("signup", "decline", second["id"])
    wait_until(lambda: mail(third) and mail(third)[0]["state"] == "failed", 10, "the server to say no")
    failed = mail(third)[0]
    assert (failed["reason"], failed["next_attempt"]) == ("the server answered 550", None) and failed["final"]
    status = desk.json("status")
    assert status["mail"]["failed"] == 1 and status["mail_troubles"][0]["state"] == "failed"
    assert "the server answered 550" in desk.ctl("status").out and "550" in desk.ctl("signup", "show", third["id"]).out
    assert all(s["mail"] == [] for s in desk.items("signup", "list"))
    whole = desk.ctl("status", "--json").out + desk.ctl("signup", "show", third["id"], "--json").out
    assert "v2@" not in whole and "example.org" not in whole


def test_mail_that_waits_survives_a_kill(smtp):
    free = socket.socket()
    free.bind(("127.0.0.1", 0))                                # bound, not listening: connections are refused
    desk = office(f"[signup]\nwaitlist = offer\n[mail]\nurl = smtp://127.0.0.1:{free.getsockname()[1]}\n"
                  "from = kexie@example.org\ntls = off\n")
    try:
        _, (first, second) = line(desk, True)
        desk.json("signup", "cancel", first["id"])
        wait_until(lambda: desk.json("signup", "show", second["id"])["mail"][0]["state"] == "retrying", 10, "a failure")
        desk.kill9()
        desk.config.write_text(desk.config.read_text().replace(str(free.getsockname()[1]), str(smtp.port)))
        desk.start()
        assert smtp.wait(1)[0] == "v1@example.org"
    finally:
        free.close()
        desk.close()


def test_an_unknown_link_and_a_wrong_answer(desk, smtp):
    with pytest.raises(urllib.error.HTTPError) as e:
        page(desk.base + "/offers/" + "0" * 32)
    assert e.value.code == 404
    _, (first, second) = line(desk, True)
    desk.json("signup", "cancel", first["id"])
    url = link_of(smtp.wait(1)[1])
    with pytest.raises(urllib.error.HTTPError) as e:
        page(url, answer="maybe")
    assert e.value.code == 422 and state(desk, second) == "offered"


def test_the_configuration_of_mail_is_checked(tmp_path):
    desk = Kepu("")
    for text, word in (("url = http://x\n", "http://x"), ("url = smtp://x\n", "from"),
                       ("url = smtp://x\nfrom = a@b.c\nuser = u\n", "password_file"),
                       ("url = smtp://x\nfrom = a@b.c\nuser = u\npassword_file = /nonexistent\n", "/nonexistent")):
        desk.config.write_text("[mail]\n" + text)
        code, _, err = desk.refuse_to_start("--check-config")
        assert word in err, err
    desk.close()
