"""`make install`: everything where a package would put it, and a unit that systemd finds nothing wrong with."""
import os
import shutil
import stat
import subprocess

import pytest

import kepu as harness

PLACES = {
    "usr/sbin/kepud": 0o755,
    "usr/bin/kepuctl": 0o755,
    "usr/lib/systemd/system/kepud.service": 0o644,
    "usr/lib/sysusers.d/kepu.conf": 0o644,
    "etc/kepu/kepud.conf": 0o644,
    "usr/share/kepu/seeds/presets.json": 0o644,
    "usr/share/kepu/seeds/holidays/2026.json": 0o644,
    "usr/share/man/man8/kepud.8": 0o644,
    "usr/share/man/man1/kepuctl.1": 0o644,
    "usr/share/doc/kepu/copyright": 0o644,
}


@pytest.fixture(scope="module")
def installed(binaries, tmp_path_factory):
    """A tree of `make install`, with the binaries under test; nothing is built for it."""
    root = tmp_path_factory.mktemp("root")
    made = subprocess.run(["make", "--no-print-directory", "install", f"DESTDIR={root}", f"BUILD={harness.BIN}",
                           "-o", str(harness.KEPUD), "-o", str(harness.KEPUCTL)],
                          cwd=harness.REPO, capture_output=True, text=True, timeout=harness.COMMAND_S,
                          env={k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"})
    assert made.returncode == 0, made.stdout + made.stderr
    return root


def test_everything_is_where_a_package_would_put_it(installed):
    for path, mode in PLACES.items():
        assert stat.S_IMODE((installed / path).stat().st_mode) == mode, path


def test_the_installed_programs_run_with_the_installed_configuration_and_seeds(installed, make_kepu):
    kepud = installed / "usr/sbin/kepud"
    done = subprocess.run([kepud, "--check-config", "--config", installed / "etc/kepu/kepud.conf"], capture_output=True,
                          text=True, timeout=harness.START_S)
    assert done.returncode == 0, done.stderr
    kepu = make_kepu().start("--seed", str(installed / "usr/share/kepu/seeds"))
    done = subprocess.run([installed / "usr/bin/kepuctl", "--socket", kepu.socket, "preset", "list", "--json"],
                          capture_output=True, text=True, timeout=harness.COMMAND_S)
    assert done.returncode == 0 and "disaster-prevention-day" in done.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_finds_nothing_wrong_with_the_unit(installed, tmp_path):
    unit = (installed / "usr/lib/systemd/system/kepud.service").read_text()
    assert "ExecStart=/usr/sbin/kepud\n" in unit
    # it must name a program that is there
    (tmp_path / "kepud.service").write_text(unit.replace("/usr/sbin/kepud", str(installed / "usr/sbin/kepud")))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / "kepud.service"], capture_output=True,
                          text=True, timeout=harness.COMMAND_S)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "kepud" in line]
    assert done.returncode == 0 and ours == [], done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("man"), reason="man is not here")
@pytest.mark.parametrize("page", ["kepud.8", "kepuctl.1"])
def test_the_man_pages_are_without_a_warning(installed, page):
    path = next((installed / "usr/share/man").glob(f"*/{page}"))
    done = subprocess.run(["man", "--warnings", "-l", path], capture_output=True, text=True, timeout=harness.COMMAND_S,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
    assert done.returncode == 0 and done.stderr == "", done.stderr
