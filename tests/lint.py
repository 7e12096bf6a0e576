"""
The fences of the house, checked by reading the source: which room may include which other, where outside libraries,
clocks and stdout belong, headers that stand alone, and the form of lines and functions.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
CACHE = ROOT / "build" / "lint.json"
COMPILER = shlex.split(os.environ.get("CC", "gcc"))
FLAGS = ("-std=c17 -D_GNU_SOURCE -DKEPU_VERSION=\"0\" -Idaemon -Wall -Wextra -Wstrict-prototypes -Wundef -Werror "
         "-fsyntax-only").split()

LINE_CHARACTERS_MAX = 120
TEST_CHARACTERS_MAX = 140  # Python tests hold whole requests and commands
FUNCTION_LINES_MAX = 80

# Which rooms a room may include; arrows go one way. "" is main and server, which build the house.
MAY_INCLUDE = {
    "base": set(),
    "domain": {"base"},
    "calendar": {"domain", "base"},
    "store": {"domain", "base"},
    "service": {"store", "calendar", "domain", "base"},
    "notify": {"service", "calendar", "domain", "base"},
    "web": {"service", "calendar", "domain", "base"},
    "ctl": {"domain", "base"},
    "": {"service", "calendar", "domain", "base", "store", "notify", "web"},
}
# Headers from outside that have one home.
HOMES = [
    (re.compile(r"libical/"), {"calendar"}),
    (re.compile(r"sqlite3\.h$|libpq-fe\.h$"), {"store"}),
    (re.compile(r"curl/"), {"notify", "ctl"}),
    (re.compile(r"microhttpd\.h$"), {"web"}),
    (re.compile(r"unicode/"), {"base"}),
]
# Calls that have one home: (what, where it may be, why).
CALLS = [
    (re.compile(r"\b(clock_gettime|gettimeofday|time|clock|timespec_get|uv_hrtime|uv_clock_gettime)\s*\("),
     lambda path, room: path == "daemon/base/clock.c", "reads a clock; only base/clock.c does"),
    (re.compile(r"\b(printf|vprintf|puts|putchar)\s*\(|\bstdout\b"),
     lambda path, room: room in ("", "ctl"), "writes to stdout; only main and kepuctl do"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
STRIPPED = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def stripped(text):
    """The text without comments and literals, line for line."""
    return STRIPPED.sub(lambda m: "\n" * m[0].count("\n") if m[0][0] == "/" else '""', text)


class Source:
    def __init__(self, path):
        self.path = str(path.relative_to(ROOT))
        self.dir = path.parent
        self.text = path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()
        parts = self.path.split("/")
        self.room = parts[1] if parts[0] == "daemon" and len(parts) > 2 else "ctl" if parts[0] == "ctl" else \
            "" if parts[0] == "daemon" else None
        self.header = self.path.endswith(".h")
        self.violations = []

    def refuse(self, line, text):
        self.violations.append((self.path, line, text))

    def includes(self):
        for number, line in enumerate(self.lines, 1):
            found = INCLUDE.match(line)
            if found:
                yield number, found[1] == '"', found[2]

    def check_fences(self):
        for number, ours, name in self.includes():
            room = name.split("/")[0] if "/" in name else None
            if not ours:
                for pattern, homes in HOMES:
                    if pattern.search(name) and self.room not in homes:
                        self.refuse(number, f"<{name}> belongs to {' and '.join(sorted(homes))} only")
            elif room is None:
                if not (self.dir / name).exists():
                    self.refuse(number, f'"{name}" is not in this room: name the room')
            elif room == self.room:
                self.refuse(number, f'"{name}" is in this room: leave the room out')
            elif room not in MAY_INCLUDE[self.room]:
                self.refuse(number, f"{self.room or 'main'} may not include {room}")

    def check_calls(self):
        code = stripped(self.text).splitlines()
        for pattern, allowed, why in CALLS:
            if allowed(self.path, self.room):
                continue
            for number, line in enumerate(code, 1):
                found = pattern.search(line)
                if found:
                    self.refuse(number, f"{found[0].strip('( ')} {why}")
        for number, line in enumerate(code, 1):
            if re.search(r"\btypedef\s+struct\b", line):
                self.refuse(number, "a struct is called struct")

    def check_guard(self):
        name = re.sub(r"\W", "_", self.path.removeprefix("daemon/")).upper()
        directives = [line for line in self.lines if line.startswith("#")]
        if directives[:2] != [f"#ifndef KEPU_{name}", f"#define KEPU_{name}"] or directives[-1:] != ["#endif"]:
            self.refuse(1, f"the guard is not KEPU_{name}")

    def check_form(self):
        opened = None
        for number, line in enumerate(self.lines, 1):
            most = TEST_CHARACTERS_MAX if self.path.endswith(".py") else LINE_CHARACTERS_MAX
            if len(line) > most and not self.path.endswith(".def"):
                self.refuse(number, f"{len(line)} characters; {most} at most")
            if "\t" in line:
                self.refuse(number, "a tab")
            if line != line.rstrip():
                self.refuse(number, "blanks at the end")
            if line == "{":
                opened = number
            elif line == "}" and opened:
                if number - opened - 1 > FUNCTION_LINES_MAX:
                    self.refuse(opened, f"a function of {number - opened - 1} lines; {FUNCTION_LINES_MAX} at most")
                opened = None
        if self.text and not self.text.endswith("\n"):
            self.refuse(len(self.lines), "no line feed at the end")

    def check(self):
        self.check_form()
        if not self.path.endswith((".c", ".h")) or self.room is None:
            return
        self.check_fences()
        self.check_calls()
        if self.header:
            self.check_guard()


def sources():
    kinds = {"daemon": (".c", ".h", ".def"), "ctl": (".c", ".h", ".def"), "tests": (".c", ".h", ".py"),
             "schema": (".sql",)}
    for folder, ends in kinds.items():
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in ends and path.is_file():
                yield Source(path)


def closure(path, known):
    """A header with all of ours that it includes, itself first."""
    found, waiting = [], [path]
    while waiting:
        now = waiting.pop()
        if now in found:
            continue
        found.append(now)
        for _, ours, name in known[now].includes() if now in known else ():
            if ours:
                waiting.append(f"daemon/{name}" if "/" in name else str((known[now].dir / name).relative_to(ROOT)))
    return found


def compile_alone(path):
    done = subprocess.run([*COMPILER, *FLAGS, "-x", "c", path], cwd=ROOT, capture_output=True, text=True)
    first = next((line for line in done.stderr.splitlines() if "error" in line), "it does not compile")
    return None if done.returncode == 0 else first


def check_headers(all_sources):
    """Each header compiles by itself. What has not changed since it last did is not compiled again."""
    known = {s.path: s for s in all_sources}
    try:
        cache = json.loads(CACHE.read_text())
    except (OSError, ValueError):
        cache = {}
    fresh, due = {}, []
    for source in all_sources:
        if not source.header or source.room is None:
            continue
        texts = [known[p].text for p in closure(source.path, known) if p in known]
        digest = hashlib.sha256("\0".join([*COMPILER, *FLAGS, *texts]).encode()).hexdigest()
        if cache.get(source.path) == digest:
            fresh[source.path] = digest
        else:
            due.append((source, digest))
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for (source, digest), wrong in zip(due, pool.map(lambda d: compile_alone(d[0].path), due)):
            if wrong:
                source.refuse(1, f"does not compile alone: {wrong}")
            else:
                fresh[source.path] = digest
    CACHE.parent.mkdir(exist_ok=True)
    CACHE.write_text(json.dumps(fresh))


def check_messages(all_sources):
    """Sentences nobody says. Of a numbered row (WORD_RULE_MONTH_1, _2 …) it is the first that is named."""
    told = "\n".join(s.text for s in all_sources if not s.path.endswith(".def"))
    told += "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "daemon").rglob("templates/*") if p.is_file())
    words = set(re.findall(r"\w+", told))
    for source in all_sources:
        for number, line in enumerate(source.lines if source.path.endswith(".def") else [], 1):
            found = re.match(r"[MW]\((\w+)", line)
            if found and found[1] not in words and re.sub(r"_\d+$", "_1", found[1]) not in words:
                source.refuse(number, f"{found[1]} is not used")


def main():
    all_sources = list(sources())
    for source in all_sources:
        source.check()
    check_headers(all_sources)
    check_messages(all_sources)
    violations = [v for s in all_sources for v in s.violations]
    for path, line, text in violations:
        print(f"{path}:{line}: {text}")
    if not violations:
        print(f"{len(all_sources)} files, no violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
