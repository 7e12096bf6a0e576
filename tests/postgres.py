"""
A PostgreSQL of the tests' own: in a temporary directory, as an unprivileged user, on a Unix socket that trusts all.
As a program: `postgres.py COMMAND…` runs the command with the server's URL in KEPU_TEST_STORE and KEPU_TEST_POSTGRES;
with --if-there before it without them, where no PostgreSQL is installed.
"""
import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

START_S = 60
STOP_S = 30
PORT = 5432                      # only a part of the socket's name
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "autovacuum_naptime": "5s",
}
FAST = {"fsync": "off", "full_page_writes": "off"}


def programs():
    """The folder of the newest server's programs."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda p: float(p.split("/")[4]))
    if found:
        return pathlib.Path(found[-1]).parent
    on_path = shutil.which("postgres")
    if not on_path:
        raise FileNotFoundError("no PostgreSQL server is installed: apt-get install postgresql")
    return pathlib.Path(on_path).parent


def unprivileged():
    """Who runs the server when we are root, which it refuses: a word before the command, and the user's entry."""
    if os.getuid() != 0:
        return [], pwd.getpwuid(os.getuid())
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user
    raise PermissionError("PostgreSQL refuses to run as root, and there is no user to run it as")


class Postgres:
    """One server with its data; `start` after `stop` or `kill9` finds the data again."""

    def __init__(self, durable=False, **settings):
        self.prefix, user = unprivileged()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kppg-", dir="/tmp"))  # short: sun_path has 108 bytes
        self.dir.chmod(0o755)
        self.data, self.log_path = self.dir / "data", self.dir / "log"
        self.data.mkdir(mode=0o700)
        for path in (self.dir, self.data):
            os.chown(path, user.pw_uid, user.pw_gid)
        self.settings = {**SETTINGS, **({} if durable else FAST), **settings, "unix_socket_directories": str(self.dir)}
        self.process = None

    def url(self, database="postgres", user="postgres"):
        return f"postgresql://{user}@/{database}?host={self.dir}"

    def _environment(self):
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.dir)}

    def sql(self, sql, database="postgres"):
        """What psql says to it."""
        return self.run("psql", "-X", "-A", "-t", "-q", "-h", str(self.dir), "-U", "postgres", "-d", database, "-c", sql)

    def run(self, program, *args):
        """One of PostgreSQL's programs, as the server's user."""
        done = subprocess.run([*self.prefix, str(programs() / program), *args], cwd=self.dir, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env=self._environment())
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")
        return done.stdout

    def create(self):
        self.run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                 "-N")
        with open(self.data / "postgresql.conf", "a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in self.settings.items())
        return self

    def start(self):
        if not (self.data / "PG_VERSION").exists():
            self.create()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*self.prefix, str(programs() / "postgres"), "-D", str(self.data)],
                                            cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self._environment(), start_new_session=True)
        end = time.monotonic() + START_S
        while subprocess.run([str(programs() / "pg_isready"), "-q", "-h", str(self.dir)]).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start\n{self.log()}")
            time.sleep(0.02)
        return self

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def stop(self, how=signal.SIGINT):
        """SIGINT: breaks off what is under way, then an orderly end."""
        if self.process:
            self.freeze(False)
            self.process.send_signal(how)
            self.process.wait(STOP_S)
            self.process = None

    def _children(self):
        """Each has a session of its own: no group's signal reaches them all."""
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return map(int, found.stdout.split())

    def _signal_all(self, how):
        """The first process stands still meanwhile: it would start others, and without it they would be nobody's."""
        os.kill(self.process.pid, signal.SIGSTOP)
        for pid in [*self._children(), self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    def kill9(self):
        """As a crash."""
        if self.process:
            self._signal_all(signal.SIGKILL)
            self.process.wait(STOP_S)
            self.process = None

    def freeze(self, frozen=True):
        self._signal_all(signal.SIGSTOP if frozen else signal.SIGCONT)

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)


def main(command):
    can_do_without = command[0] == "--if-there"
    if can_do_without:
        command = command[1:]
    try:
        programs()
        server = Postgres()
    except (FileNotFoundError, PermissionError) as e:
        if can_do_without:
            return subprocess.run(command).returncode
        print(f"kepu: NOTHING was tested on PostgreSQL: {e}", file=sys.stderr)
        return 1
    try:
        url = server.start().url()
        return subprocess.run(command, env={**os.environ, "KEPU_TEST_STORE": url, "KEPU_TEST_POSTGRES": url}).returncode
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
