"""kill -9 at random moments, in short; `make crash` does it for as long as ROUNDS says."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crash"))

import crash  # noqa: E402


def test_five_kills_lose_nothing_acknowledged_and_forget_nothing_due(binaries):
    crash.Campaign(rounds=5, seed=20270512).run()
