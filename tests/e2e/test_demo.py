"""The tour of `make demo` comes out as it should."""
import os
import pathlib
import subprocess
import sys

import kepu as harness

DEMO = pathlib.Path(__file__).resolve().parents[1] / "demo.py"


def test_the_demo_ends_by_itself_and_finds_everything_as_it_should_be(binaries):
    done = subprocess.run([sys.executable, DEMO], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env={**os.environ, "KEPU_BIN": str(harness.BIN)}, timeout=40 * harness.SLOW)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "签名无误" in done.stdout and "exit code 5" in done.stdout
