# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests that share one daemon: functions test_…(client), run in the order they stand in."""

import os
import subprocess

import tap
from host import Host, Meshd

MESHC = os.environ["BUILD"] + "/client/meshc"


class Client:
    """What a test works with: the daemon, and ways to ask it."""

    def __init__(self, daemon):
        self.daemon = daemon

    def run(self, *words, data=None, **options):
        return subprocess.run([MESHC, "-s", self.daemon.socket, *words], input=data, capture_output=True,
                              text=True, timeout=30, **options)


def main(names, host, config, prepare=None):
    """Runs the tests among `names` and ends."""
    daemon = Meshd(Host(host), config)
    client = Client(daemon)
    if prepare:
        prepare(client)
    tap.run(names, client)
