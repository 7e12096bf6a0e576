"""Runs the cmocka programs it is given, shows what failed in full, and ends with one line of totals."""
import concurrent.futures
import os
import re
import subprocess
import sys

BOUND_S = 120 * float(os.environ.get("KEPU_TEST_SLOWNESS", "1"))
RESULT = re.compile(r"^(not )?ok \d+ (?:- .*|# SKIP (.*))$")   # cmocka calls a skipped test "not ok"
PLAN = re.compile(r"^1\.\.(\d+)")


class Report:
    """What one program's TAP said."""

    def __init__(self, path, output, code):
        self.path, self.output, self.code = path, output, code
        self.passed, self.failed, self.skipped, self.planned = 0, 0, 0, 0
        self.skips = []
        for line in output.splitlines():
            self.read(line)
        # A crash, a sanitizer's report or a test that never came back.
        lost = self.planned - self.passed - self.failed - self.skipped
        if lost > 0 or (code != 0 and self.failed == 0):
            self.failed += max(lost, 1)

    def remarks(self):
        return [line for line in self.output.splitlines()
                if not RESULT.match(line) and not PLAN.match(line) and not line.startswith("# ok")]

    def read(self, line):
        plan, result = PLAN.match(line), RESULT.match(line)
        if plan:
            self.planned += int(plan[1])
        elif result and result[2]:
            self.skipped += 1
            self.skips.append(result[2])
        elif result and result[1]:
            self.failed += 1
        elif result:
            self.passed += 1


def run(path):
    environment = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    try:
        done = subprocess.run([path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=BOUND_S, env=environment)
        return Report(path, done.stdout.decode(errors="replace"), done.returncode)
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode(errors="replace")
        return Report(path, f"{said}\n# not done after {BOUND_S:.0f} s\n", -1)


def main(arguments):
    results = None
    if arguments[:1] == ["--results"]:
        results, arguments = arguments[1], arguments[2:]
    line, failed = run_all(arguments)
    print(line)
    if results:
        with open(results, "w") as out:
            print(line, file=out)
    return 1 if failed else 0


def run_all(paths):
    """Shows what failed; (the line of totals, how many failed)."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        reports = list(pool.map(run, paths))
    for one in reports:
        name = os.path.basename(one.path)
        if one.failed:
            print(f"--- {name} (exit {one.code})\n{one.output}")
        elif one.skips:
            print(f"{name}: skipped {', '.join(one.skips)}: {'; '.join(one.remarks())}")
    totals = [sum(getattr(r, what) for r in reports) for what in ("passed", "failed", "skipped")]
    return "{} passed, {} failed, {} skipped".format(*totals), totals[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
