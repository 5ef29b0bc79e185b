# SPDX-License-Identifier: GPL-2.0-or-later
"""Long-lived graceful restart between two: meshd (10.1.0.1, announces 10.99.1.0/24) and another (10.1.0.2,
announces 10.99.2.0/24)."""

import signal
import subprocess
import sys

from bgp_peers import Bird, GobgpPeer, Session
from host import Host, Meshd, run_tests, wait_until

WAIT = 60.0
BOTH = """router id 10.8.0.%(own)d;
protocol device { scan time 1; }
protocol static own { ipv4; route 10.99.%(own)d.0/24 blackhole; }
protocol bgp far { local 10.1.0.%(own)d as 6500%(own)d; neighbor 10.1.0.%(other)d as 6500%(other)d;
	graceful restart on; graceful restart time 2; long lived graceful restart on; long lived stale time %(time)d;
	connect delay time 1; connect retry time 2; error wait time 1, 2; ipv4 { import all; export all; }; }
"""
MARK = "65535,6"


class GobgpLong(GobgpPeer):
    def text(self, router_id, sessions):
        text = super().text(router_id, sessions)
        text = text.replace("[[neighbors.afi-safis]]", "[neighbors.graceful-restart.config]\nenabled = true\n"
                            "restart-time = 2\nlong-lived-enabled = true\n[[neighbors.afi-safis]]", 1)
        return text.replace('afi-safi-name = "ipv4-unicast"\n', 'afi-safi-name = "ipv4-unicast"\n'
                            "[neighbors.afi-safis.mp-graceful-restart.config]\nenabled = true\n"
                            "[neighbors.afi-safis.long-lived-graceful-restart.config]\nenabled = true\nrestart-time = 8\n")


class Two:
    def __init__(self):
        self.hosts = [Host("one"), Host("two")]
        subprocess.run(["ip", "link", "add", "x", "netns", "one", "type", "veth", "peer", "name", "x", "netns", "two"],
                       check=True)
        for number, host in enumerate(self.hosts, 1):
            host.run("ip", "addr", "add", "10.1.0.%d/24" % number, "dev", "x")
            host.run("ip", "link", "set", "x", "up")
        self.daemons = []

    def start(self, kind):
        self.meshd = Meshd(self.hosts[0], BOTH % {"own": 1, "other": 2, "time": 8})
        self.daemons = [self.meshd]
        if kind is Bird:
            self.other = Bird(self.hosts[1], "log stderr all;\n" + BOTH % {"own": 2, "other": 1, "time": 8})
        else:
            session = Session("meshd", "10.1.0.2", "10.1.0.1", 65002, 65001, families=(4,))
            self.other = kind(self.hosts[1], "10.8.0.2", [session])
        self.daemons.append(self.other)
        if kind is GobgpLong:
            wait_until("gobgp takes a route", lambda: subprocess.run(self.hosts[1].command(
                "gobgp", "global", "rib", "add", "10.99.2.0/24"), capture_output=True, check=False).returncode == 0, WAIT)
        wait_until("meshd has its route", lambda: "10.99.2.0" in self.ours(), WAIT)

    def ours(self):
        """What meshd has of the other's route."""
        return subprocess.run(self.meshd.host.command(*self.meshd_words("show", "route", "10.99.2.0/24", "all")),
                              capture_output=True, text=True, check=False).stdout

    def meshd_words(self, *words):
        return [self.meshd.program.replace("daemon/meshd", "client/meshc"), "-s", self.meshd.socket, *words]

    def stop(self):
        for daemon in self.daemons:
            daemon.stop()
        self.daemons = []


def kill(daemon):
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()


def goes(two, kind):
    two.start(kind)
    try:
        kill(two.other)
        wait_until("the route is marked", lambda: MARK in two.ours(), WAIT)
        wait_until("its time is over", lambda: "10.99.2.0" not in two.ours(), WAIT)
    finally:
        two.stop()


def test_bird_leaves_a_last_resort(two):
    goes(two, Bird)


def test_gobgp_leaves_a_last_resort(two):
    goes(two, GobgpLong)


def test_bird_keeps_ours_as_a_last_resort(two):
    two.start(Bird)
    try:
        def theirs():
            return subprocess.run(two.other.host.command("birdc", "-s", two.other.socket, "show", "route", "10.99.1.0/24",
                                                         "all"), capture_output=True, text=True, check=False).stdout
        wait_until("BIRD has our route", lambda: "10.99.1.0" in theirs(), WAIT)
        kill(two.meshd)
        wait_until("BIRD has marked it", lambda: MARK in theirs(), WAIT)
        wait_until("and forgets it", lambda: "10.99.1.0" not in theirs(), WAIT)
    finally:
        two.stop()


def test_gobgp_keeps_ours_as_a_last_resort(two):
    two.start(GobgpLong)
    try:
        def theirs():
            return two.other.ask("global", "rib", "-a", "ipv4")
        wait_until("GoBGP has our route", lambda: "10.99.1.0" in theirs(), WAIT)
        kill(two.meshd)
        wait_until("GoBGP has marked it", lambda: "llgr-stale" in theirs().lower(), WAIT)
        wait_until("and forgets it", lambda: "10.99.1.0" not in theirs(), WAIT)
    finally:
        two.stop()


def main():
    two = Two()
    sys.exit(run_tests(globals(), two) > 0)


if __name__ == "__main__":
    main()
