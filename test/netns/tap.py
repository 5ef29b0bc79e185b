# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs test functions and tells how it went (TAP)."""

import sys
import traceback


class Skipped(Exception):
    """This test can't be run here, and why."""


def run(names, subject):
    """Calls each test_… of a module's names with `subject`; ends the program."""
    tests = [(name[5:].replace("_", " "), value) for name, value in names.items() if name.startswith("test_")]
    failed = False
    print("1..%d" % len(tests))
    for number, (name, test) in enumerate(tests, 1):
        try:
            test(subject)
            print("ok %d - %s" % (number, name), flush=True)
        except Skipped as why:
            print("ok %d - %s # SKIP %s" % (number, name, why), flush=True)
        except Exception:
            failed = True
            print("not ok %d - %s" % (number, name))
            print("# " + traceback.format_exc().strip().replace("\n", "\n# "), flush=True)
    subject.daemon.stop()
    sys.exit(1 if failed else 0)
