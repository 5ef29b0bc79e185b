# SPDX-License-Identifier: GPL-2.0-or-later
"""BGP neighbours on several links in one export group: what next hop each is told."""

import shutil
import sys

from bgp_peers import FrrPeer
from host import Bird, Host, Meshd, cable, run_tests, segment, wait_until
from tap import Skipped

FAST = "connect delay time 1; connect retry time 2; error wait time 1, 2;"
OWN = """router id 10.9.0.%d; protocol device { scan time 1; }
protocol kernel { ipv4 { export where source = RTS_BGP; }; } protocol kernel { ipv6 { export where source = RTS_BGP; }; }
protocol direct { ipv4; ipv6; interface "lo"; }
"""
CHANNELS = "ipv4 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; extended next hop on; };" \
    "ipv6 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; };"
HUB, HUB_AS = 9, 65009
ON_LAN = (2, 3)
KINDS = {1: Bird, 2: Bird, 3: Bird, 4: "FRR", 5: "FRR", 6: Meshd}
GROUPS = ((1, 2, 3, 4, 5), (6,))  # meshd agrees on more than the others do.


def hub_end(number):
    """The hub's address on the link to that neighbour."""
    return "fe80::a%d" % (ON_LAN[0] if number in ON_LAN else number)


def session(name, local, own_as, remote, device, remote_as):
    return "protocol bgp %s { local %s as %d; neighbor %s%%'%s' as %d; %s %s }\n" % (
        name, local, own_as, remote, device, remote_as, FAST, CHANNELS)


class Frr(FrrPeer):
    def text(self, router_id, sessions):
        number, device = sessions
        hub = "neighbor %s " % hub_end(number)
        return "\n".join([
            "log file bgpd.log", "router bgp %d" % (65000 + number), "bgp router-id " + router_id,
            "no bgp ebgp-requires-policy", "no bgp network import-check", hub + "remote-as %d" % HUB_AS,
            hub + "interface " + device, hub + "timers connect 1", hub + "capability extended-nexthop",
            "address-family ipv4 unicast", "network 10.9.0.%d/32" % number, "exit-address-family",
            "address-family ipv6 unicast", hub + "activate", "network fd09::%d/128" % number, "exit-address-family"]) + "\n"


class Network:
    def __init__(self):
        self.hub = Host("hub")
        self.hosts = {number: Host("n%d" % number) for number in KINDS}
        self.daemons = {}
        self.lan = segment("lan", self.hub, *(self.hosts[number] for number in ON_LAN))
        self.add(self.hub, "lan", hub_end(ON_LAN[0]))
        for number, host in {**self.hosts, HUB: self.hub}.items():
            host.run("ip", "addr", "add", "10.9.0.%d/32" % number, "dev", "lo")
            host.run("ip", "addr", "add", "fd09::%d/128" % number, "dev", "lo")
        for number, host in self.hosts.items():
            if number not in ON_LAN:
                cable(self.hub, host)
                self.add(self.hub, self.hub.to(host), hub_end(number))
            self.add(host, self.device(number), "fe80::%d" % number)

    @staticmethod
    def add(host, device, address):
        host.run("ip", "addr", "add", address + "/64", "dev", device, "nodad")

    def device(self, number):
        """Where a neighbour has the hub."""
        return "lan" if number in ON_LAN else self.hosts[number].to(self.hub)

    def begin(self):
        hub = OWN % HUB
        for number, host in self.hosts.items():
            there = "lan" if number in ON_LAN else self.hub.to(host)
            hub += session("n%d" % number, hub_end(number), HUB_AS, "fe80::%d" % number, there, 65000 + number)
        self.daemons[HUB] = Meshd(self.hub, hub)
        for number, kind in KINDS.items():
            here = self.device(number)
            if kind == "FRR":
                self.daemons[number] = Frr(self.hosts[number], "10.9.0.%d" % number, (number, here))
            else:
                self.daemons[number] = kind(self.hosts[number], OWN % number + session(
                    "hub", "fe80::%d" % number, 65000 + number, hub_end(number), here, HUB_AS))

    def end(self):
        for daemon in self.daemons.values():
            daemon.stop()
        for host in (self.hub, self.lan, *self.hosts.values()):
            host.remove()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    # ---- what holds ----

    def groups(self):
        """By channel and name, how many are told with it."""
        return {(row["channel"], row["name"]): row["members"] for row in self.daemons[HUB].rows("show", "bgp", "groups")
                if row["state"] == "in step"}

    def await_groups(self):
        wanted = {(channel, "n%d" % number): len(group) for group in GROUPS for number in group
                  for channel in ("ipv4", "ipv6")}
        wait_until("those alike are told as one: %s" % self.groups(), lambda: self.groups() == wanted)

    def leads(self, number, other):
        """The kernel of one sends to the other by the next hop it should have been told, in both families."""
        direct = number in ON_LAN and other in ON_LAN
        gateway = "via %%sfe80::%s dev %s " % (other if direct else hub_end(number)[6:], self.device(number))
        host = self.hosts[number]
        return gateway % "inet6 " in host.output("ip", "route", "show", "10.9.0.%d" % other) and \
            gateway % "" in host.output("ip", "-6", "route", "show", "fd09::%d" % other)

    def await_ways(self):
        for number in KINDS:
            for other in (*KINDS, HUB):
                if other != number:
                    wait_until("%d leads to %d" % (number, other), lambda a=number, b=other: self.leads(a, b))

    def pings(self):
        for number, host in self.hosts.items():
            for other in (*KINDS, HUB):
                for prefix in ("10.9.0.", "fd09::"):
                    host.run("ping", "-q", "-c", "1", "-W", "5", "-I", "%s%d" % (prefix, number), "%s%d" % (prefix, other),
                             capture_output=True)

    def gone(self, number):
        return not any("10.9.0.%d " % number in host.output("ip", "route") for other, host in self.hosts.items()
                       if other != number)


def test_links():
    """Each is told the next hop of its link, before and behind the restart of one, of an address, of the hub"""
    if not shutil.which("vtysh"):
        raise Skipped("FRR is not installed")
    with Network() as network:
        network.begin()
        network.await_groups()
        network.await_ways()
        network.pings()
        # One of each link goes and comes back, told alone until it knows all.
        for number in (1, 3):
            network.daemons[number].halt()
            wait_until("its routes are gone", lambda gone=number: network.gone(gone))
            network.daemons[number].begin()
            network.await_ways()
            network.await_groups()
        # A change, told by the groups: an address more.
        network.hub.run("ip", "addr", "add", "10.9.9.9/32", "dev", "lo")
        for number, host in network.hosts.items():
            wanted = "10.9.9.9 via inet6 %s dev %s " % (hub_end(number), network.device(number))
            if KINDS[number] != "FRR":
                wait_until("%d is told of it" % number, lambda a=host, b=wanted: b in a.output("ip", "route"))
            else:
                wait_until("%d is told of it" % number, lambda a=host, b=hub_end(number):
                           "via inet6 " + b in a.output("ip", "route", "show", "10.9.9.9"))
        network.await_groups()
        network.daemons[HUB].halt()
        wait_until("all are gone", lambda: all(network.gone(number) for number in KINDS))
        network.daemons[HUB].begin()
        network.await_ways()
        network.pings()


if __name__ == "__main__":
    sys.exit(run_tests(globals()) > 0)
