"""The other end of a webhook: verifies and counts what comes, and misbehaves on request."""
import base64
import hashlib
import hmac
import http.server
import json
import secrets
import socket
import socketserver
import struct
import threading
import time

SKEW_S = 300


def new_secret():
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret, message_id, timestamp, body):
    """Standard Webhooks 1.0.0, v1: HMAC-SHA256 over id.timestamp.body."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = message_id.encode() + b"." + str(timestamp).encode() + b"." + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def verify(secret, headers, body, now_s):
    """None if the request is right, otherwise what is wrong with it."""
    lower = {k.lower(): v for k, v in headers.items()}
    missing = [h for h in ("webhook-id", "webhook-timestamp", "webhook-signature") if h not in lower]
    if missing:
        return "missing " + ", ".join(missing)
    message_id, timestamp = lower["webhook-id"], lower["webhook-timestamp"]
    if not message_id or "." in message_id:
        return f"bad webhook-id {message_id!r}"
    if not timestamp.isdigit():
        return f"webhook-timestamp {timestamp!r} is not an integer"
    if abs(int(timestamp) - now_s) > SKEW_S:
        return f"webhook-timestamp {timestamp} is stale"
    want = sign(secret, message_id, timestamp, body)
    if not any(hmac.compare_digest(want, one) for one in lower["webhook-signature"].split(" ")):
        return "no signature matches"
    return None


class Message:
    """One request as it came."""

    def __init__(self, path, headers, body, wrong, before):
        self.at = time.time()
        self.path, self.headers, self.body, self.wrong = path, headers, body, wrong
        self.id = headers.get("webhook-id", "")
        self.timestamp = headers.get("webhook-timestamp", "")
        self.number = before + 1  # how often this id has come by now

    def json(self):
        return json.loads(self.body)


# --- what an answer may be: each takes the handler after the whole request was read


def ok(handler):
    handler.say(204)


def status(code, headers=(), body=b""):
    return lambda handler: handler.say(code, dict(headers), body)


def too_many(retry_after):
    return status(429, {"Retry-After": str(retry_after)})


def html(handler):
    handler.say(200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Login</title><h1>Please log in</h1>")


def error_inside(handler):
    handler.say(200, {"Content-Type": "application/json"}, b'{"errcode":93000,"errmsg":"invalid webhook url"}')


def redirect(location):
    return status(302, {"Location": location})


def reset(handler):
    """The connection breaks after the request was read: nobody knows whether it counted."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.drop()


def close_after_reading(handler):
    handler.drop()


def reset_in_body(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"err")
    handler.wfile.flush()
    reset(handler)


def hang(handler):
    """Accepts and never answers, until the other side gives up or the receiver stops."""
    handler.server.owner.hold(handler)


def drip(handler):
    """An answer a byte at a time, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    handler.server.owner.hold(handler, b"a")


def endless(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    handler.pour(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def header_flood(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    handler.pour(b"X-Flood: " + b"x" * 4000 + b"\r\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def say(self, code, headers=None, body=b""):
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if code != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drop(self):
        self.close_connection = True
        self.wfile.flush()
        # makefile() keeps the descriptor open until every file on it is closed
        self.rfile.close()
        self.wfile.close()
        self.connection.close()

    def pour(self, chunk):
        """Writes until the other side has had enough; ends after 64 MB whatever it does."""
        try:
            for _ in range(64 * 1024 * 1024 // len(chunk)):
                self.wfile.write(chunk)
        except OSError:
            pass
        self.close_connection = True

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass

    def do_POST(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = self.read_chunks()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.owner.take(self, body)

    do_PUT = do_POST

    def read_chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 512

    def shutdown_request(self, request):
        try:
            super().shutdown_request(request)
        except OSError:
            pass

    def handle_error(self, request, client_address):
        pass  # the other side hung up: that is its business


class Receiver:
    """Listens on a loopback port; everything that came is in `messages`, in order."""

    def __init__(self, secret=None):
        self.secret = secret or new_secret()
        self.messages = []
        self.scripts = {}
        self.changed = threading.Condition()
        self.stopping = threading.Event()
        self.server = None
        self.port = 0

    def start(self):
        self.stopping.clear()
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.owner = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def stop(self):
        """Nothing listens any more: connections are refused. start() listens on the same port again."""
        if self.server is None:
            return
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        self.server = None

    refuse = stop

    def url(self, path="/hook"):
        return f"http://127.0.0.1:{self.port}{path}"

    def secret_file(self, folder):
        path = folder / "secret"
        path.write_text(self.secret + "\n")
        return path

    def script(self, path, *answers):
        """The next answers on a path; afterwards all is well again."""
        with self.changed:
            self.scripts[path] = list(answers)

    def take(self, handler, body):
        wrong = verify(self.secret, handler.headers, body, time.time())
        with self.changed:
            before = sum(m.id == handler.headers.get("webhook-id", "") for m in self.messages)
            self.messages.append(Message(handler.path, dict(handler.headers.items()), body, wrong, before))
            script = self.scripts.get(handler.path)
            answer = script.pop(0) if script else ok
            self.changed.notify_all()
        answer(handler)

    def hold(self, handler, drop=None):
        """Keeps a connection until the other side closes it or the receiver stops; `drop` is sent now and then."""
        handler.close_connection = True
        handler.connection.settimeout(0.2)
        while not self.stopping.is_set():
            try:
                if drop:
                    handler.wfile.write(drop)
                if handler.connection.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def on(self, path):
        with self.changed:
            return [m for m in self.messages if m.path == path]

    def counts(self):
        """How often each identity came."""
        with self.changed:
            found = {}
            for m in self.messages:
                found[m.id] = found.get(m.id, 0) + 1
            return found

    def wait(self, count=1, path=None, deadline_s=10):
        """Blocks until `count` messages have come (on a path), and returns all of them."""

        def chosen():
            return [m for m in self.messages if path is None or m.path == path]

        with self.changed:
            if not self.changed.wait_for(lambda: len(chosen()) >= count, deadline_s):
                raise AssertionError(f"{len(chosen())} of {count} messages came within {deadline_s} s")
            return chosen()
