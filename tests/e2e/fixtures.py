"""Fixtures of all whole-program tests; a conftest.py of each folder takes them in."""
import pytest

import kepu as harness
import receiver as receivers


@pytest.fixture(scope="session")
def binaries():
    for path in (harness.KEPUD, harness.KEPUCTL):
        if not path.exists():
            pytest.fail(f"{path} is not there: run make, or say where in KEPU_BIN", pytrace=False)


@pytest.fixture
def kepu(binaries):
    """A daemon of one test's own."""
    one = harness.Kepu().start()
    yield one
    one.close()


@pytest.fixture(scope="module")
def desk(binaries):
    """A daemon shared by a module's tests; each uses slugs of its own."""
    one = harness.Kepu().start()
    yield one
    one.close()


@pytest.fixture
def make_kepu(binaries):
    """Daemons made, started and configured by the test itself."""
    made = []

    def make(**more):
        made.append(harness.Kepu(**more))
        return made[-1]

    yield make
    failures = []
    for one in made:
        try:
            one.close()
        except AssertionError as e:
            failures.append(str(e))
    assert not failures, failures[0]


@pytest.fixture
def receiver():
    """A webhook's other end."""
    one = receivers.Receiver().start()
    yield one
    one.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of its daemon's log."""
    report = (yield).get_result()
    if report.failed and call.when != "setup":
        for name in ("kepu", "desk"):
            one = getattr(item, "funcargs", {}).get(name)
            if one is not None and one.log():
                report.sections.append(("kepud's log", one.log()))
