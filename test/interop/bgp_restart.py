# SPDX-License-Identifier: GPL-2.0-or-later
"""Restarts of meshd between neighbours; the drawing is in bgp-restart.sh."""

import re
import signal
import subprocess
import sys
import traceback

from bgp_peers import BirdPeer, FrrPeer, GobgpPeer, Session, bird_config
from host import Host, Meshd, wait_until

WAIT = 60.0
TO_NEAR = Session("near", "10.1.0.2", "10.1.0.1", 65000, 65001, families=(4,))
TO_FAR = Session("far", "10.2.0.1", "10.2.0.2", 65000, 65002, families=(4,))
KERNEL = "protocol kernel { ipv4 { export all; }; }\n"
OWN = "protocol static own { ipv4; %s }\n"
BIRD_OWN = KERNEL + OWN
PROBED, DROPPED = "10.99.2.0/24", "10.99.3.0/24"

MIDDLE = """router id 10.8.0.3;
protocol device { }
protocol kernel { graceful restart on; ipv4 { export all; }; }
template bgp peer { local as 65000; graceful restart on; graceful restart time 60; connect delay time 1;
	connect retry time 2; error wait time 1, 2; ipv4 { import all; export all; }; }
protocol bgp near from peer { neighbor 10.1.0.1 as 65001; }
protocol bgp far from peer { neighbor 10.2.0.2 as 65002; }
"""


class GobgpHelper(GobgpPeer):
    """It keeps no routes in the kernel: what it knows is watched instead."""

    def text(self, router_id, sessions):
        text = super().text(router_id, sessions)
        text = text.replace("[[neighbors.afi-safis]]", "[neighbors.graceful-restart.config]\nenabled = true\n"
                            "restart-time = 60\n[[neighbors.afi-safis]]", 1)
        return text.replace('afi-safi-name = "ipv4-unicast"\n', 'afi-safi-name = "ipv4-unicast"\n'
                            "[neighbors.afi-safis.mp-graceful-restart.config]\nenabled = true\n")


class Line:
    """The three of them, with all routes in place."""

    def __init__(self, kind):
        self.kind = kind
        self.near, self.middle, self.far = self.hosts = [Host(name) for name in ("near", "middle", "far")]
        self.daemons = []
        join(self.near, self.middle, "10.1.0.1/24", "10.1.0.2/24")
        join(self.far, self.middle, "10.2.0.2/24", "10.2.0.1/24")
        self.near.run("ip", "addr", "add", "10.99.1.1/32", "dev", "lo")
        self.far.run("ip", "addr", "add", "10.99.2.1/32", "dev", "lo")

    def start(self):
        self.bird = BirdPeer(self.far, "10.8.0.2", [TO_FAR.reverse()], self.far_own(PROBED, DROPPED))
        self.daemons.append(self.bird)
        self.helper = HELPERS[self.kind](self.near)
        self.daemons.append(self.helper)
        self.meshd = Meshd(self.middle, MIDDLE)
        self.daemons.append(self.meshd)
        if self.kind is GobgpHelper:
            wait_until("gobgp takes a route", self.gobgp_announce, WAIT, 0.3)
            self.near.run("ip", "route", "add", "10.99.0.0/16", "via", "10.1.0.2")
        wait_until("all know all", lambda: all(self.near_has(prefix) for prefix in (PROBED, DROPPED)) and
                   "10.99.1.0/24" in self.far.output("ip", "route") and self.middle_has("10.99.1.0/24"), WAIT, 0.1)

    def gobgp_announce(self):
        return subprocess.run(self.near.command("gobgp", "global", "rib", "add", "10.99.1.0/24"), capture_output=True,
                              check=False).returncode == 0

    @staticmethod
    def far_own(*prefixes):
        return BIRD_OWN % " ".join("route %s blackhole;" % prefix for prefix in prefixes)

    def near_has(self, prefix):
        if self.kind is GobgpHelper:
            return prefix in self.helper.ask("global", "rib")
        return prefix in self.near.output("ip", "route")

    def middle_has(self, prefix):
        return prefix in self.middle.output("ip", "route")

    def session_is_lost(self):
        """Both neighbours have noticed."""
        return not self.helper.established(TO_NEAR.reverse()) and not self.bird.established(TO_FAR.reverse())

    def watch(self):
        words = ["gobgp", "monitor", "global", "rib"] if self.kind is GobgpHelper else ["ip", "monitor", "route"]
        return [subprocess.Popen(host.command(*words), stdout=subprocess.PIPE, text=True)
                for host, words in ((self.near, words), (self.far, ["ip", "monitor", "route"]),
                                    (self.middle, ["ip", "monitor", "route"]))]

    def close(self):
        for daemon in reversed(self.daemons):
            daemon.stop()
        for host in self.hosts:
            host.remove()


def join(a, b, a_addr, b_addr):
    subprocess.run(["ip", "link", "add", a.to(b), "netns", a.name, "type", "veth", "peer", "name", b.to(a), "netns", b.name],
                   check=True)
    for host, link, addr in ((a, a.to(b), a_addr), (b, b.to(a), b_addr)):
        host.run("ip", "addr", "add", addr, "dev", link)
        host.run("ip", "link", "set", link, "up")


HELPERS = {
    BirdPeer: lambda host: BirdPeer(host, "10.8.0.1", [TO_NEAR.reverse()], BIRD_OWN % "route 10.99.1.0/24 blackhole;"),
    FrrPeer: lambda host: FrrPeer(host, "10.8.0.1", [TO_NEAR.reverse()], "router bgp 65001\nno bgp network import-check\n"
                                  "address-family ipv4 unicast\nnetwork 10.99.1.0/24\nexit-address-family\n"),
    GobgpHelper: lambda host: GobgpHelper(host, "10.8.0.1", [TO_NEAR.reverse()]),
}


def lost_of(ping):
    """Ends the ping; how many packets it missed."""
    ping.send_signal(signal.SIGINT)
    said = ping.communicate()[0]
    sent, received = re.search(r"(\d+) packets transmitted, (\d+) received", said).groups()
    assert int(sent) > 30, said
    return int(sent) - int(received)


def removed_of(monitors):
    """Ends them; the lines that tell of a route that went."""
    lines = []
    for monitor in monitors:
        monitor.terminate()
        lines += [line for line in monitor.communicate()[0].splitlines()
                  if "10.99." in line and ("Deleted" in line or "DEL" in line)]
    return lines


def restarted(kind, end, how):
    line = Line(kind)
    try:
        line.start()
        monitors = line.watch()
        ping = subprocess.Popen(line.near.command("ping", "-nq", "-i", "0.01", "-I", "10.99.1.1", "10.99.2.1"),
                                stdout=subprocess.PIPE, text=True)
        end(line.meshd)
        line.meshd.process.wait()
        wait_until("the neighbours have noticed", line.session_is_lost, WAIT, 0.05)
        line.bird.write("log stderr all;\n" + bird_config("10.8.0.2", [TO_FAR.reverse()], line.far_own(PROBED)))
        line.bird.configure()
        line.meshd.begin()
        wait_until("it has come back", lambda: "Graceful restart: all have told" in log_of(line.meshd), WAIT, 0.1)
        wait_until("what is gone is gone", lambda: not line.middle_has(DROPPED) and not line.near_has(DROPPED), WAIT, 0.1)
        assert line.middle_has(PROBED) and line.near_has(PROBED)
        lost, removed = lost_of(ping), removed_of(monitors)
        assert lost == 0, "%d packets lost; %s" % (lost, removed)
        assert all(DROPPED in row for row in removed) and len(removed) >= 2, removed
        yield "%s: meshd %s and comes back: no packet is lost" % (kind.name, how)
    except Exception:
        print("# " + "\n# ".join(log_of(line.meshd).splitlines()[-30:]))
        raise
    finally:
        line.close()


def log_of(daemon):
    daemon.log.flush()
    with open(daemon.log.name) as file:
        return file.read()


def killed(daemon):
    daemon.process.send_signal(signal.SIGKILL)


def main():
    cases = [(kind, killed, "is killed") for kind in HELPERS]
    cases += [(BirdPeer, lambda daemon: daemon.process.send_signal(signal.SIGTERM), "is told to end")]
    count, failed = 0, False
    for case in cases:
        count += 1
        if case[0].unusable():
            print("ok %d - %s, %s # SKIP %s" % (count, case[0].name, case[2], case[0].unusable()), flush=True)
            continue
        try:
            for title in restarted(*case):
                print("ok %d - %s" % (count, title), flush=True)
        except Exception:
            failed = True
            print("not ok %d - %s, %s\n# %s" % (count, case[0].name, case[2], traceback.format_exc().replace("\n", "\n# ")),
                  flush=True)
    print("1..%d" % count)
    sys.exit(failed)


if __name__ == "__main__":
    main()
