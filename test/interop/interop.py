# SPDX-License-Identifier: GPL-2.0-or-later
"""Babel between meshd, BIRD and babeld: one topology, every assignment of daemons to its places that matters.

usage: interop.py TOPOLOGY      line ring diamond lan

Each host has an IPv4 and an IPv6 address of its own on lo, which every other host must reach.  Then a cable is
cut, put back, and a host's addresses are withdrawn.  All the while a probe runs between two hosts: an answer
`Time exceeded` would be a loop.  At rest every path is followed through the kernels' tables.
"""

import itertools
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.environ["SRC"], "test/netns"))
from host import Babeld, Bird, Host, Meshd, wait_until  # noqa: E402

CONVERGE = 40.0  # Seconds until everything must reach everything; hellos are sent each second.

BIRD_CONFIG = """router id 10.9.0.%(number)d;
protocol device { scan time 1; }
protocol direct { ipv4; ipv6; interface "lo"; }
protocol kernel { ipv4 { export where source != RTS_DEVICE; }; }
protocol kernel { ipv6 { export where source != RTS_DEVICE; }; }
protocol babel {
	ipv4 { import all; export all; };
	ipv6 { import all; export all; };
	interface "b*" { type wired; hello interval 1 s; update interval 4 s; };
}
"""

BABELD_CONFIG = """default type wired
default hello-interval 1
default update-interval 4
redistribute local ip 10.9.0.0/16 ge 32 allow
redistribute local ip fd00:9::/32 ge 128 allow
redistribute local deny
"""

# Hosts, and the segments that join them: a pair is a cable, more are a LAN.
TOPOLOGIES = {
    "line": (3, [(0, 1), (1, 2)]),
    "ring": (4, [(0, 1), (1, 2), (2, 3), (3, 0)]),
    "diamond": (4, [(0, 1), (0, 2), (1, 3), (2, 3)]),
    "lan": (5, [(0, 1, 2, 3, 4)]),
}


def assignments(topology):
    """Every daemon at every place at least once, next to each of the others."""
    kinds = (Meshd, Bird, Babeld)
    if topology == "line":
        return list(itertools.permutations(kinds))
    if topology == "lan":
        return [(Meshd, Bird, Babeld, Meshd, Bird), (Babeld, Meshd, Meshd, Bird, Babeld)]
    return [(a, b, c, Meshd) for a, b, c in itertools.permutations(kinds)]


class Network:
    """The hosts of one run, their segments and daemons."""

    def __init__(self, tag, topology, kinds):
        count, self.segments = TOPOLOGIES[topology]
        self.hosts = [Host("%s%d" % (tag, i)) for i in range(count)]
        self.kinds = kinds
        self.daemons = []
        self.bridges = []
        for number, host in enumerate(self.hosts):
            host.run("ip", "addr", "add", self.address(number, 4) + "/32", "dev", "lo")
            host.run("ip", "addr", "add", self.address(number, 6) + "/128", "dev", "lo")
        for number, segment in enumerate(self.segments):
            self.join(number, segment)

    def address(self, number, family):
        return "10.9.0.%d" % (number + 1) if family == 4 else "fd00:9::%d" % (number + 1)

    def join(self, number, segment):
        """Interfaces bN on the segment's hosts; a bridge in a namespace of its own if there are more than two."""
        name = "b%d" % number
        if len(segment) == 2:
            a, b = (self.hosts[i] for i in segment)
            subprocess.run(["ip", "link", "add", name, "netns", a.name, "type", "veth",
                            "peer", "name", name, "netns", b.name], check=True)
        else:
            bridge = Host(self.hosts[0].name + "br")
            self.bridges.append(bridge)
            bridge.run("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
            bridge.run("ip", "link", "set", "br0", "up")
            for i in segment:
                port = "p%d" % i
                subprocess.run(["ip", "link", "add", name, "netns", self.hosts[i].name, "type", "veth",
                                "peer", "name", port, "netns", bridge.name], check=True)
                bridge.run("ip", "link", "set", port, "master", "br0", "up")
        for i in segment:
            self.hosts[i].run("ip", "addr", "add", "10.10.%d.%d/24" % (number, i + 1), "dev", name)
            self.hosts[i].run("ip", "link", "set", name, "up")

    def start(self):
        for number, (host, kind) in enumerate(zip(self.hosts, self.kinds)):
            if kind is Babeld:
                names = ["b%d" % i for i, segment in enumerate(self.segments) if number in segment]
                daemon = Babeld(host, BABELD_CONFIG, interfaces=names)
            else:
                daemon = kind(host, BIRD_CONFIG % {"number": number + 1})
            self.daemons.append(daemon)

    # ---- looking -----------------------------------------------------------------------------------

    def hop(self, number, target, family):
        """Where a host sends packets for a target: a host number, None without a route."""
        words = ["ip", "-%d" % family, "route", "get", self.address(target, family)]
        result = subprocess.run(self.hosts[number].command(*words), capture_output=True, text=True)
        fields = result.stdout.split()
        if result.returncode or "unreachable" in fields:
            return None
        if fields and fields[0] == "local":
            return number
        if "via" not in fields:
            return None
        gateway = fields[fields.index("via") + 1]
        if gateway == "inet6":
            gateway = fields[fields.index("via") + 2]
        return self.owner(gateway, number)

    def owner(self, gateway, asking):
        if gateway not in self.owners:
            for number, host in enumerate(self.hosts):
                for line in host.output("ip", "-o", "addr").splitlines():
                    self.owners[line.split()[3].split("/")[0]] = number
        return self.owners.get(gateway)

    owners = None

    def path(self, source, target, family):
        """The hosts a packet passes; ends with the target, with None (no route) or with one met twice (a loop)."""
        hosts, here = [source], source
        while here != target:
            here = self.hop(here, target, family)
            hosts.append(here)
            if here is None or here in hosts[:-1]:
                break
        return hosts

    def pairs(self, hosts=None):
        numbers = range(len(self.hosts)) if hosts is None else hosts
        return [(a, b) for a in numbers for b in numbers if a != b]

    def all_reach(self, pairs):
        return all(self.path(a, b, family)[-1] == b for a, b in pairs for family in (4, 6))

    def no_loop(self):
        for a, b in self.pairs():
            for family in (4, 6):
                path = self.path(a, b, family)
                if path[-1] is not None and path[-1] != b:
                    raise RuntimeError("loop: %s for IPv%d" % (path, family))

    def has_no_route(self, numbers, target):
        return all(self.path(n, target, family)[-1] is None for n in numbers for family in (4, 6))

    # ---- doing ---------------------------------------------------------------------------------------

    def cut(self, segment, up=False):
        for number in self.segments[segment][:1]:
            self.hosts[number].run("ip", "link", "set", "b%d" % segment, "up" if up else "down")
            if up:
                self.hosts[number].run("ip", "addr", "replace",
                                       "10.10.%d.%d/24" % (segment, number + 1), "dev", "b%d" % segment)

    def probe(self):
        last = len(self.hosts) - 1
        return subprocess.Popen(self.hosts[0].command("ping", "-n", "-i", "0.05", self.address(last, 6)),
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def close(self):
        for daemon in self.daemons:
            daemon.stop()
        for host in self.hosts + self.bridges:
            host.remove()


def drop_check(network, topology):
    """A cable less: by the other way where there is one; without a loop in any case."""
    network.cut(0)
    if topology in ("ring", "diamond"):
        seconds = wait_until("the other way is found", lambda: network.all_reach(network.pairs()), CONVERGE)
    elif topology == "line":
        seconds = wait_until("the far side is gone", lambda: network.has_no_route([1, 2], 0), CONVERGE)
    else:
        rest = list(range(1, len(network.hosts)))
        seconds = wait_until("the others don't mind", lambda: network.all_reach(network.pairs(rest)),
                             CONVERGE)
    network.no_loop()
    network.cut(0, up=True)
    back = wait_until("all is as before", lambda: network.all_reach(network.pairs()), CONVERGE)
    return seconds, back


def withdraw_check(network):
    host = network.hosts[0]
    host.run("ip", "addr", "del", network.address(0, 4) + "/32", "dev", "lo")
    host.run("ip", "addr", "del", network.address(0, 6) + "/128", "dev", "lo")
    others = list(range(1, len(network.hosts)))
    return wait_until("the withdrawn addresses are gone", lambda: network.has_no_route(others, 0), CONVERGE)


def run(topology, index, kinds):
    names = "-".join(kind.name for kind in kinds)
    network = Network("%s%d" % (topology[:2], index), topology, kinds)
    network.owners = {}
    probe = None
    try:
        network.start()
        reached = wait_until("everything reaches everything", lambda: network.all_reach(network.pairs()),
                             CONVERGE)
        network.no_loop()
        probe = network.probe()
        cut, back = drop_check(network, topology)
        gone = withdraw_check(network)
        probe.terminate()
        output = probe.communicate()[0]
        if "exceeded" in output:
            raise RuntimeError("the probe met a loop")
        return True, "%s: converged %.1f s, cut %.1f s, back %.1f s, withdrawn %.1f s" % (
            names, reached, cut, back, gone)
    except (RuntimeError, subprocess.CalledProcessError) as error:
        if probe:
            probe.kill()
        return False, "%s: %s" % (names, error)
    finally:
        network.close()


def main():
    topology = sys.argv[1]
    chosen = assignments(topology)
    print("1..%d" % len(chosen), flush=True)
    failed = False
    with ThreadPoolExecutor(3) as pool:
        results = pool.map(lambda item: run(topology, *item), enumerate(chosen))
        for number, (good, text) in enumerate(results, 1):
            failed |= not good
            print("%sok %d - %s" % ("" if good else "not ", number, text), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
