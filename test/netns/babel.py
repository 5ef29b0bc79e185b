# SPDX-License-Identifier: GPL-2.0-or-later
"""Babel on real kernels; the drawing is in babel.sh."""

import signal
import subprocess
import sys
import traceback

from host import Host, Meshd, cable, wait_until

CONFIG = """router id 10.9.0.%(number)d;
protocol device { scan time 1; }
protocol direct { ipv4; ipv6; interface "lo"; }
protocol kernel { ipv4 { export where source = RTS_BABEL; }; }
protocol kernel { ipv6 { export where source = RTS_BABEL; }; }
protocol babel {
	ipv4 { import all; export all; };
	ipv6 { import all; export all; };
	interface "to-*" { type wired; rxcost %(cost)d; hello interval 1 s; update interval 4 s; };
}
"""
CABLES = 300


def config(number, cost=96):
    return CONFIG % {"number": number, "cost": cost}


class Diamond:
    def __init__(self):
        self.hosts = [Host(name) for name in "abcd"]
        self.a, self.b, self.c, self.d = self.hosts
        for number, host in enumerate(self.hosts, 1):
            host.run("ip", "addr", "add", "10.9.0.%d/32" % number, "dev", "lo")
            host.run("ip", "addr", "add", "fd00:9::%d/128" % number, "dev", "lo")
        for left, right in ((self.a, self.b), (self.b, self.d), (self.a, self.c), (self.c, self.d)):
            cable(left, right)
            # No subnet anywhere: a host address on each end, so next hops are on no network of ours.
            for host in (left, right):
                host.run("ip", "addr", "add", "10.9.0.%d/32" % (self.hosts.index(host) + 1), "dev",
                         host.to(right if host is left else left))
        self.daemons = [Meshd(host, config(number)) for number, host in enumerate(self.hosts, 1)]

    def via(self, host, target, middle):
        return host.to(middle) in host.output("ip", "route", "get", target)

    def recost(self, index, cost):
        self.daemons[index].write(config(index + 1, cost))
        self.daemons[index].configure()


def test_ipv4_needs_host_addresses_only(diamond):
    """T-40: next hops are on-link."""
    wait_until("a has a route to d", lambda: "10.9.0.4" in diamond.a.output("ip", "route", "show", "proto", "77"), 20)
    assert "onlink" in diamond.a.output("ip", "route", "show", "10.9.0.4")
    diamond.a.run("ping", "-c", "1", "-W", "2", "10.9.0.4", stdout=subprocess.DEVNULL)


def test_a_route_that_moves_loses_no_packet(diamond):
    """T-41: replaced, never deleted and added."""
    for target in ("10.9.0.4", "fd00:9::4"):
        wait_until("there is a route to " + target, lambda: diamond.a.output("ip", "route", "get", target), 20)
        wait_until("it is reached", lambda: subprocess.run(
            diamond.a.command("ping", "-c", "1", "-W", "1", target), capture_output=True, check=False).returncode == 0)
    monitor = subprocess.Popen(diamond.a.command("ip", "monitor", "route"), stdout=subprocess.PIPE, text=True)
    pings = [subprocess.Popen(diamond.a.command("ping", "-n", "-i", "0.005", target), stdout=subprocess.PIPE, text=True)
             for target in ("10.9.0.4", "fd00:9::4")]
    for _ in range(2):
        for worse, other in ((1, diamond.c), (2, diamond.b)):
            diamond.recost(worse, 1000)
            for target in ("10.9.0.4", "fd00:9::4"):
                wait_until("routes have moved to " + other.name, lambda: diamond.via(diamond.a, target, other), 60)
            diamond.recost(worse, 96)
    for ping in pings:
        ping.send_signal(2)
        output = ping.communicate()[0]
        assert " 0% packet loss" in output, output[-300:]
    monitor.terminate()
    told = monitor.communicate()[0]
    assert "10.9.0.4" in told and "Deleted 10.9.0.4" not in told and "Deleted fd00:9::4" not in told, told


def test_bfd_notices_who_stops(_):
    """The carrier stays and Hellos come every ten seconds only."""
    hosts = [Host("e"), Host("f")]
    cable(*hosts)
    for number, host in enumerate(hosts, 60):
        host.run("ip", "addr", "add", "fd00:9::%d/128" % number, "dev", "lo")
    daemons = [Meshd(host, config(number).replace("hello interval 1 s; update interval 4 s;",
                                                  "hello interval 10 s; bfd { interval 100 ms; };")
                     + 'protocol bfd { interface "to-*"; }\n') for number, host in enumerate(hosts, 60)]
    wait_until("the session is up", lambda: "Up" in daemons[0].ask("show", "bfd", "sessions"), 60)
    wait_until("there is a route", lambda: "fd00:9::61" in hosts[0].output("ip", "-6", "route", "show", "proto", "77"), 60)
    daemons[1].process.send_signal(signal.SIGSTOP)
    try:
        wait_until("it is gone", lambda: "fd00:9::61" not in hosts[0].output("ip", "-6", "route", "show", "proto", "77"), 10)
    finally:
        daemons[1].process.send_signal(signal.SIGCONT)
    wait_until("it is back", lambda: "fd00:9::61" in hosts[0].output("ip", "-6", "route", "show", "proto", "77"), 60)


def test_hundreds_of_interfaces_come_and_go(_):
    """T-25: each with its group joined, all at once, twice."""
    hub, spoke = Host("hub"), Host("spoke")
    spoke.run("ip", "addr", "add", "fd00:9::99/128", "dev", "lo")
    daemons = [Meshd(hub, config(50)), Meshd(spoke, config(51))]

    def batch(lines):
        subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)

    def neighbours():
        return len([line for line in daemons[0].ask("show", "babel", "neighbors").splitlines() if "fe80::" in line])

    for _ in range(2):
        batch("link add to-s%d netns hub type veth peer name to-h%d netns spoke" % (i, i) for i in range(CABLES))
        for host, name in ((hub, "s"), (spoke, "h")):
            host.run("ip", "-batch", "-", input="\n".join("link set to-%s%d up" % (name, i) for i in range(CABLES)), text=True)
        wait_until("there are %d neighbours" % CABLES, lambda: neighbours() == CABLES, 60, 0.2)
        wait_until("there is a route", lambda: hub.output("ip", "-6", "route", "show", "fd00:9::99"), 20)
        hub.run("ip", "-batch", "-", input="\n".join("link del to-s%d" % i for i in range(CABLES)), text=True)
        wait_until("all neighbours are gone", lambda: neighbours() == 0, 30, 0.2)
        wait_until("the route is gone", lambda: not hub.output("ip", "-6", "route", "show", "fd00:9::99"), 60)
    for daemon in daemons:
        assert daemon.process.poll() is None
        daemon.stop()


def main():
    diamond = Diamond()
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    failed = False
    print("1..%d" % len(tests))
    for number, test in enumerate(tests, 1):
        title = test.__name__[5:].replace("_", " ")
        try:
            test(diamond)
            print("ok %d - %s" % (number, title), flush=True)
        except Exception:
            failed = True
            print("not ok %d - %s" % (number, title))
            print("# " + traceback.format_exc().strip().replace("\n", "\n# "), flush=True)
    for daemon in diamond.daemons:
        daemon.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
