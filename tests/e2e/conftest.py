import os
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]

from fixtures import *  # noqa: E402,F401,F403

# Tests that start a PostgreSQL of their own belong to the run on PostgreSQL; those that have no daemon, or bring their
# own with its SQLite, don't.
if os.environ.get("KEPU_TEST_STORE", "sqlite").startswith("postgres"):
    collect_ignore = ["test_ctl_offline.py", "test_demo.py", "test_receiver.py"]
else:
    collect_ignore_glob = ["test_postgres*.py"]
