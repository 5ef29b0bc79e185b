# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests that share one daemon: functions test_…(client), run in the order they stand in."""

import os
import subprocess
import sys
import traceback

from host import Host, Meshd

MESHC = os.environ["BUILD"] + "/client/meshc"


class Client:
    """What a test works with: the daemon, and ways to ask it."""

    def __init__(self, daemon):
        self.daemon = daemon

    def run(self, *words, data=None):
        return subprocess.run([MESHC, "-s", self.daemon.socket, *words], input=data, capture_output=True,
                              text=True, timeout=30)


def main(names, host, config, prepare=None):
    """Runs the tests among `names` and ends."""
    daemon = Meshd(Host(host), config)
    client = Client(daemon)
    if prepare:
        prepare(client)
    tests = [(name, value) for name, value in names.items() if name.startswith("test_")]
    failed = False
    print("1..%d" % len(tests))
    for number, (name, test) in enumerate(tests, 1):
        try:
            test(client)
            print("ok %d - %s" % (number, name[5:].replace("_", " ")), flush=True)
        except Exception:
            failed = True
            print("not ok %d - %s" % (number, name[5:].replace("_", " ")))
            print("# " + traceback.format_exc().strip().replace("\n", "\n# "), flush=True)
    daemon.stop()
    sys.exit(1 if failed else 0)
