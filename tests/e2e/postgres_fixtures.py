"""A PostgreSQL of a test's own, daemons that share a database, and a way to it that breaks when told to."""
import random
import select
import socket
import string
import threading

import psycopg2
import pytest

import kepu as harness
from postgres import Postgres


def connect(url):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection


def run(url, *statements):
    """Runs statements, each for itself; the rows of the last."""
    connection = connect(url)
    try:
        cursor = connection.cursor()
        for sql in statements:
            cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def random_name():
    return "kepu_" + "".join(random.choices(string.ascii_lowercase, k=10))


@pytest.fixture(scope="session")
def server():
    """One that stays up."""
    one = Postgres(log_min_messages="fatal").start()
    yield one
    one.close()


@pytest.fixture
def mortal():
    """One that the test may stop; what it acknowledged it keeps."""
    one = Postgres(log_min_messages="fatal").start()
    yield one
    one.close()


def new_database(server, options=""):
    name = random_name()
    run(server.url(), f"CREATE DATABASE {name} {options}")
    return server.url(name)


@pytest.fixture
def database(server):
    url = new_database(server)
    yield url
    run(server.url(), f"DROP DATABASE IF EXISTS {url.split('/')[3].split('?')[0]} WITH (FORCE)")


@pytest.fixture
def daemons(binaries, tmp_path):
    """Makes daemons with state directories of their own and one key file."""
    made = []

    def make(url, config="", key=True):
        kept = f"[privacy]\nkey_file = {tmp_path}/key\n" if key else ""
        made.append(harness.Kepu(config=kept + config, store=url))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def pair(daemons, database):
    """Two daemons on one database, started at once while it was empty."""
    both = [daemons(database), daemons(database)]
    in_parallel([one.start for one in both])
    return both


def in_parallel(calls):
    """Runs all at once; their results in order. The first exception is raised."""
    results, errors = [None] * len(calls), []
    gate = threading.Barrier(len(calls))

    def run_one(i):
        gate.wait()
        try:
            results[i] = calls[i]()
        except BaseException as e:  # noqa: B902: it is raised again below
            errors.append(e)

    threads = [threading.Thread(target=run_one, args=(i,)) for i in range(len(calls))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]
    return results


class Way:
    """
    A Unix socket that leads to a server's. `at_commit` says what happens to the next COMMIT: None, "lose" (it arrives,
    its answer does not) or "stop" (it does not arrive).
    """

    def __init__(self, server, tmp_path):
        self.target = str(server.dir / ".s.PGSQL.5432")
        self.dir = tmp_path / "w"
        self.dir.mkdir()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.dir / ".s.PGSQL.5432"))
        self.listener.listen(50)
        self.at_commit, self.closed, self.broken = None, False, 0
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, url):
        return url.split("?")[0] + f"?host={self.dir}"

    def _accept(self):
        while not self.closed:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(self.target)
            except OSError:
                near.close()
                continue
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near, far):
        try:
            while True:
                for one in select.select([near, far], [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    if one is far:
                        near.sendall(data)
                    elif not self._pass(data, far):
                        return
        except OSError:
            pass
        finally:
            near.close()
            far.close()

    def _pass(self, data, far):
        how = self.at_commit if b"COMMIT\0" in data else None
        if how:
            self.at_commit = None
            self.broken += 1
        if how != "stop":
            far.sendall(data)
        if how == "lose":
            far.recv(65536)  # the answer, which so was given, and goes nowhere
        return how is None

    def close(self):
        self.closed = True
        self.listener.close()


@pytest.fixture
def way(server):
    import pathlib
    import shutil
    import tempfile
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kpw-", dir="/tmp"))
    one = Way(server, folder)
    yield one
    one.close()
    shutil.rmtree(folder)
