# SPDX-License-Identifier: GPL-2.0-or-later
"""Protocol bfd of meshd with BIRD's and with FRR's bfdd, each on a cable of its own.

usage: bfd.py [WORD...]      runs the tests whose names contain a word
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time

from host import Bird, Daemon, Host, Meshd, run_tests, segment, wait_until
from tap import Skipped

STEADY = 5.0  # Seconds in which nothing may change: fifty times the interval.

MESHD = """router id 10.0.0.1;
protocol device { }
protocol bfd {
	interface "lan" { interval 100 ms; multiplier 5; };
	multihop { interval 100 ms; multiplier 5; };
	neighbor 10.0.0.2;
	neighbor fd00::2;
	neighbor 10.9.0.2 local 10.9.0.1 multihop on;
}
"""

BIRD = """router id 10.0.0.2;
protocol device { }
protocol bfd {
	interface "lan" { interval 100 ms; multiplier 5; };
	multihop { interval 100 ms; multiplier 5; };
	neighbor 10.0.0.1;
	neighbor fd00::1;
	neighbor 10.9.0.1 local 10.9.0.2 multihop on;
}
"""

PROFILE = " transmit-interval 100\n  receive-interval 100\n  detect-multiplier 5\n"
FRR = "log file bfdd.log\nbfd\n" + "".join(" peer %s\n " % peer + PROFILE + " exit\n" for peer in (
    "10.0.0.1 interface lan", "fd00::1 local-address fd00::2 interface lan",
    "10.9.0.1 multihop local-address 10.9.0.2"))

NEIGHBOURS = {"10.0.0.2", "fd00::2", "10.9.0.2"}


class Bfdd(Daemon):
    """Zebra, which knows the interfaces, and bfdd."""
    name = "bfdd"
    program = "/usr/lib/frr/bfdd"
    becomes_another = True

    def __init__(self, host, config):
        self.zebra = None
        super().__init__(host, config)

    def begin(self):
        shutil.chown(self.folder, "frr")
        self.common = ["-z", os.path.join(self.folder, "zserv"), "--vty_socket", self.folder]
        self.zebra = subprocess.Popen(
            self.host.command("/usr/lib/frr/zebra", *self.common, "-f", "/dev/null", "-i",
                              os.path.join(self.folder, "zebra.pid")),
            stdout=self.log, stderr=self.log, cwd=self.folder)
        wait_until("zebra answers", lambda: os.path.exists(os.path.join(self.folder, "zserv")))
        self.socket = os.path.join(self.folder, "bfdd.vty")
        super().begin()

    def words(self):
        return [self.program, *self.common, "--bfdctl", os.path.join(self.folder, "bfdd.sock"),
                "-f", self.config, "-i", os.path.join(self.folder, "bfdd.pid")]

    def states(self):
        peers = json.loads(self.host.output("vtysh", "--vty_socket", self.folder, "-d", "bfdd", "-c", "show bfd peers json"))
        return {peer["peer"]: peer["status"] for peer in peers}

    def halt(self):
        super().halt()
        self.zebra.terminate()
        self.zebra.wait()


class BirdBfd(Bird):
    def states(self):
        return {address: state.lower() for address, state in
                re.findall(r"^(\S+)\s+\S+\s+(Up|Down|Init|AdminDown)\s", self.ask("show", "bfd", "sessions"), re.M)}


def sessions(meshd):
    return {row["address"]: row for row in meshd.rows("show", "bfd", "sessions") if row.get("row") == "bfd_sessions"}


def states(meshd):
    return {address: row["state"] for address, row in sessions(meshd).items()}


def are(all_states, state, count=len(NEIGHBOURS)):
    return len(all_states) == count and set(all_states.values()) == {state}


def hosts():
    a, b = Host("a"), Host("b")
    bridge = segment("lan", a, b)
    for number, host in enumerate((a, b), 1):
        host.run("ip", "addr", "add", "10.0.0.%d/24" % number, "dev", "lan")
        host.run("ip", "addr", "add", "fd00::%d/64" % number, "dev", "lan", "nodad")
        host.run("ip", "addr", "add", "10.9.0.%d/32" % number, "dev", "lo")
        host.run("ip", "route", "add", "10.9.0.%d" % (3 - number), "via", "10.0.0.%d" % (3 - number))
    return a, b, bridge


def neighbour(kind, config):
    if kind.unusable():
        raise Skipped(kind.unusable())
    a, b, bridge = hosts()
    other = kind(b, config)
    meshd = Meshd(a, MESHD)
    try:
        wait_until("all are up here", lambda: are(states(meshd), "Up"))
        wait_until("all are up there", lambda: are(other.states(), "up"))
        wait_until("intervals are agreed on", lambda: all(
            row["interval"] == "0.100" and row["timeout"] == "0.500" for row in sessions(meshd).values()))
        time.sleep(STEADY)  # What is held is that nothing happens.
        assert all(row["failures"] == 0 and row["state"] == "Up" for row in sessions(meshd).values()), sessions(meshd)
        # Nobody's carrier tells of it.
        bridge.run("ip", "link", "set", "p0", "nomaster")
        wait_until("all are down here", lambda: are(states(meshd), "Down"))
        wait_until("all are down there", lambda: "up" not in other.states().values())
        assert {row["diagnostic"] for row in sessions(meshd).values()} <= {1, 3}, sessions(meshd)
        bridge.run("ip", "link", "set", "p0", "master", "br0")
        wait_until("all are up again here", lambda: are(states(meshd), "Up"))
        wait_until("all are up again there", lambda: are(other.states(), "up"))
        meshd.write(MESHD.replace("100 ms", "200 ms"))
        meshd.configure()
        wait_until("other intervals are agreed on", lambda: all(
            row["interval"] == "0.200" and row["timeout"] == "1.000" for row in sessions(meshd).values()))
        assert all(row["failures"] == 1 and row["state"] == "Up" for row in sessions(meshd).values()), sessions(meshd)
        meshd.halt()
        wait_until("there it is known that we stopped", lambda: "up" not in other.states().values())
    finally:
        meshd.stop()
        other.stop()
        for host in (a, b, bridge):
            host.remove()


def test_sessions_with_bird():
    neighbour(BirdBfd, BIRD)


def test_sessions_with_frr():
    neighbour(Bfdd, FRR)


if __name__ == "__main__":
    sys.exit(run_tests(globals()) > 0)
