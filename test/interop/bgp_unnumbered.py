# SPDX-License-Identifier: GPL-2.0-or-later
"""BGP neighbours found on a link ("unnumbered"): meshd with FRR, with itself and with BIRD."""

import json
import shutil
import sys

from bgp_peers import FrrPeer
from host import Bird, Host, Meshd, cable, run_tests, wait_until
from tap import Skipped

FAST = "connect delay time 1; connect retry time 2; error wait time 1, 2;"
OWN = """router id 10.9.0.%(number)d; protocol device { scan time 1; }
protocol kernel { ipv4 { export where source = RTS_BGP; }; } protocol kernel { ipv6 { export where source = RTS_BGP; }; }
protocol direct { ipv4; ipv6; interface "lo"; }
"""
CHANNELS = """ipv4 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; %s };
ipv6 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; };"""


def found(number, interface, more=""):
    """meshd, which looks for neighbours on the interface."""
    return OWN % {"number": number} + """protocol bgp wire {
        local as %d; neighbor interface "%s" external; %s %s %s }
    """ % (65000 + number, interface, FAST, CHANNELS % "", more)


class Frr(FrrPeer):
    """Finds its neighbour, too."""

    def text(self, router_id, sessions):
        interface, password = sessions
        return "\n".join([
            "log file bgpd.log", "router bgp 65002", "bgp router-id " + router_id, "no bgp ebgp-requires-policy",
            "neighbor %s interface remote-as external" % interface, "neighbor %s timers connect 1" % interface,
            "neighbor %s password %s" % (interface, password) if password else "",
            "address-family ipv4 unicast", "network 10.9.0.2/32", "exit-address-family",
            "address-family ipv6 unicast", "neighbor %s activate" % interface, "network fd09::2/128",
            "exit-address-family"]) + "\n"

    def prefixes(self, family):
        shown = json.loads(self.ask("show bgp ipv%d unicast json" % family))
        return set(shown.get("routes", {}))


class Pair:
    """Two hosts on a cable."""

    def __init__(self):
        self.a, self.b = Host("unna"), Host("unnb")
        cable(self.a, self.b)
        for number, host in enumerate((self.a, self.b), 1):
            host.run("ip", "addr", "add", "10.9.0.%d/32" % number, "dev", "lo")
            host.run("ip", "addr", "add", "fd09::%d/128" % number, "dev", "lo")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.a.remove()
        self.b.remove()

    def pings(self):
        """Packets come through, of both families."""
        self.a.run("ping", "-q", "-c", "1", "-W", "5", "-I", "10.9.0.1", "10.9.0.2", capture_output=True)
        self.a.run("ping", "-q", "-c", "1", "-W", "5", "-I", "fd09::1", "fd09::2", capture_output=True)

    def link_flap(self):
        self.b.run("ip", "link", "set", self.b.to(self.a), "down")
        self.b.run("ip", "link", "set", self.b.to(self.a), "up")


def sessions(meshd):
    """Instances with a session that stands, without what looks for them."""
    return {row["name"]: row["neighbour"] for row in meshd.rows("show", "bgp", "summary") if row["state"] == "Established"}


def has_routes(daemon):
    shown = daemon.ask("show", "route")
    return "10.9.0.2/32" in shown and "fd09::2/128" in shown


def await_routes(meshd, name):
    wait_until("there is a session with %s" % name, lambda: name in sessions(meshd))
    wait_until("its routes are there", lambda: has_routes(meshd))
    wait_until("the kernel has them", lambda: "10.9.0.2" in meshd.host.output("ip", "route") and
               "fd09::2" in meshd.host.output("ip", "-6", "route"))


def test_frr_first():
    """FRR is there first; each finds the other; one session has both families; either may restart"""
    if not shutil.which("vtysh"):
        raise Skipped("FRR is not installed")
    with Pair() as pair:
        name = "wire." + pair.a.to(pair.b)
        frr = Frr(pair.b, "10.9.0.2", (pair.b.to(pair.a), None))
        meshd = Meshd(pair.a, found(1, pair.a.to(pair.b)))
        try:
            await_routes(meshd, name)
            assert sessions(meshd)[name].startswith("fe80::"), sessions(meshd)
            wait_until("FRR has ours", lambda: "10.9.0.1/32" in frr.prefixes(4) and "fd09::1/128" in frr.prefixes(6))
            wait_until("FRR's kernel has them", lambda: "10.9.0.1" in pair.b.output("ip", "route") and
                       "fd09::1" in pair.b.output("ip", "-6", "route"))
            pair.pings()
            assert len(meshd.rows("show", "bgp", "summary")) == 2, meshd.ask("show", "bgp", "summary")
            pair.link_flap()
            wait_until("it has noticed", lambda: name not in sessions(meshd))
            await_routes(meshd, name)
            frr.halt()
            wait_until("it has noticed", lambda: name not in sessions(meshd))
            frr.begin()
            await_routes(meshd, name)
            pair.pings()
        finally:
            frr.stop()
            meshd.stop()


def test_frr_second():
    """meshd is there first, and comes back after its end; with a password"""
    if not shutil.which("vtysh"):
        raise Skipped("FRR is not installed")
    with Pair() as pair:
        name = "wire." + pair.a.to(pair.b)
        meshd = Meshd(pair.a, found(1, pair.a.to(pair.b), 'authentication md5; password "salt";'))
        frr = Frr(pair.b, "10.9.0.2", (pair.b.to(pair.a), "salt"))
        try:
            await_routes(meshd, name)
            meshd.halt()
            meshd.begin()
            await_routes(meshd, name)
            pair.pings()
        finally:
            frr.stop()
            meshd.stop()


def test_meshd():
    """Two meshd; the interface is renamed, the pattern changed, the other's address is another one"""
    with Pair() as pair:
        interface = pair.a.to(pair.b)
        meshd, other = Meshd(pair.a, found(1, "to-*")), Meshd(pair.b, found(2, pair.b.to(pair.a)))
        try:
            await_routes(meshd, "wire." + interface)
            pair.pings()
            pair.a.run("ip", "link", "set", interface, "name", "to-other")
            await_routes(meshd, "wire.to-other")
            pair.pings()
            meshd.write(found(1, "eth*"))
            meshd.ask("configure")
            wait_until("nobody is looked for there", lambda: not sessions(meshd))
            meshd.write(found(1, 'eth*", "to-*'))
            meshd.ask("configure")
            await_routes(meshd, "wire.to-other")
            pair.b.run("ip", "addr", "add", "fe80::77/64", "dev", pair.b.to(pair.a), "nodad")
            former = sessions(meshd)["wire.to-other"].split("%")[0]
            pair.b.run("ip", "addr", "del", former + "/64", "dev", pair.b.to(pair.a))
            wait_until("it is found by its new address", lambda: "fe80::77%to-other" in sessions(meshd).values())
            wait_until("its routes are there", lambda: has_routes(meshd))
            wait_until("they lead there", lambda: "via inet6 fe80::77" in pair.a.output("ip", "route") and
                       "via fe80::77" in pair.a.output("ip", "-6", "route"))
            pair.pings()
        finally:
            other.stop()
            meshd.stop()


def bird_range(interface):
    return "log stderr all;" + OWN % {"number": 2} + """
    protocol radv { interface "%s" { min ra interval 100; max ra interval 300; default lifetime 0; }; }
    protocol bgp hub { local as 65002; neighbor range fe80::/10 external; interface "%s"; %s %s }
    """ % (interface, interface, FAST, CHANNELS % "extended next hop;")


def test_bird_range():
    """BIRD advertises itself by radv and has a range: it is asked to, found and called"""
    if not Bird.program:
        raise Skipped("BIRD is not installed")
    with Pair() as pair:
        bird = Bird(pair.b, bird_range(pair.b.to(pair.a)))
        meshd = Meshd(pair.a, found(1, pair.a.to(pair.b)))
        try:
            await_routes(meshd, "wire." + pair.a.to(pair.b))
            pair.pings()
        finally:
            bird.stop()
            meshd.stop()


def local(host, interface):
    """The link-local address there."""
    words = host.output("ip", "-6", "-o", "addr", "show", "dev", interface, "scope", "link").split()
    return words[words.index("inet6") + 1].split("/")[0]


def bird_calls(pair):
    return "log stderr all;" + OWN % {"number": 2} + """
    protocol bgp hub { local as 65002; neighbor %s %% '%s' as 65001; %s %s }
    """ % (local(pair.a, pair.a.to(pair.b)), pair.b.to(pair.a), FAST, CHANNELS % "extended next hop;")


def test_bird_calls():
    """BIRD does not advertise itself, but knows us: who calls is found"""
    if not Bird.program:
        raise Skipped("BIRD is not installed")
    with Pair() as pair:
        meshd = Meshd(pair.a, found(1, pair.a.to(pair.b)))
        bird = Bird(pair.b, bird_calls(pair))
        try:
            await_routes(meshd, "wire." + pair.a.to(pair.b))
            pair.pings()
        finally:
            bird.stop()
            meshd.stop()


def test_range_on_an_interface():
    """A range of link-local addresses on one interface, called by BIRD"""
    if not Bird.program:
        raise Skipped("BIRD is not installed")
    with Pair() as pair:
        config = OWN % {"number": 1} + """protocol bgp hub { local as 65001; neighbor range fe80::/10 external;
            interface "%s"; dynamic name "guest"; %s %s }""" % (pair.a.to(pair.b), FAST, CHANNELS % "extended next hop;")
        meshd, bird = Meshd(pair.a, config), Bird(pair.b, bird_calls(pair))
        try:
            await_routes(meshd, "guest1")
            pair.pings()
        finally:
            bird.stop()
            meshd.stop()


if __name__ == "__main__":
    sys.exit(run_tests(globals()) > 0)
