"""The last place under a kill -9: the short form of tests/crash/last_place.py."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crash"))

from last_place import LastPlace  # noqa: E402


def test_two_hundred_want_the_last_place_and_exactly_one_is_told_so():
    LastPlace(rounds=4, seed=7, say=lambda text: None).run()
