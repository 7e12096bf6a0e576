"""Adds up what the unit tests and the whole-program tests wrote down, and ends with one line of totals."""
import pathlib
import re
import sys
import xml.etree.ElementTree

TOTALS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")


def of_unit(path):
    """(passed, failed, skipped) as run_unit.py wrote them."""
    return [int(n) for n in TOTALS.match(path.read_text().strip()).groups()]


def of_pytest(path):
    """(passed, failed, skipped) of a JUnit file; a fixture that broke counts as a failure."""
    suites = xml.etree.ElementTree.parse(path).getroot().iter("testsuite")
    tests = failed = skipped = 0
    for suite in suites:
        tests += int(suite.get("tests"))
        failed += int(suite.get("failures")) + int(suite.get("errors"))
        skipped += int(suite.get("skipped"))
    return [max(tests - failed - skipped, 0), failed, skipped]


PARTS = (
    ("unit tests", "unit.txt", of_unit),
    ("simulation", "sim.txt", of_unit),
    ("whole-program tests on SQLite", "e2e.xml", of_pytest),
    ("whole-program tests on PostgreSQL", "e2e-postgres.xml", of_pytest),
)


def main(folder):
    totals = [0, 0, 0]
    for what, name, read in PARTS:
        try:
            found = read(folder / name)
            print("{}: {} passed, {} failed, {} skipped".format(what, *found))
        except (OSError, AttributeError, xml.etree.ElementTree.ParseError):
            print(f"{what}: did not come to an end")
            found = [0, 1, 0]
        totals = [a + b for a, b in zip(totals, found)]
    print("{} passed, {} failed, {} skipped".format(*totals))
    return 1 if totals[1] or not totals[0] else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
