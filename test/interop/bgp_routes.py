# SPDX-License-Identifier: GPL-2.0-or-later
"""Routes over BGP between meshd and others."""

import json
import subprocess
import sys
import traceback

from bgp_peers import BirdPeer, ExabgpPeer, FrrPeer, GobgpPeer, MeshdPeer, OpenbgpdPeer, Session
from host import Bird, Host, Meshd, wait_until

WAIT = 60.0
HUB_AS = 65000


def said(daemon, *words):
    """What it answers; nothing where there is no such route."""
    try:
        return daemon.ask(*words)
    except subprocess.CalledProcessError:
        return ""


# ---- each announces, all hear ---------------------------------------------------------------------------


class Spoke:
    """One of the others: what it announces, and what it hears."""

    def __init__(self, number, kind):
        self.number, self.kind = number, kind
        self.asn = 65000 + number
        # OpenBGPD 7.7 has no next hop for IPv6 in a session over IPv4.
        families = (4,) if kind is OpenbgpdPeer else (4, 6)
        self.prefixes = ["10.99.%d.0/24" % number, "fd99:%d::/48" % number][:len(families)]
        self.community = "%d:%d" % (self.asn, number)
        self.host = Host("spoke%d" % number)
        self.session = Session("to_" + kind.name, "10.1.%d.1" % number, "10.1.%d.2" % number, HUB_AS, self.asn,
                               families=families)
        self.daemon = None

    def join(self, hub):
        link = "p%d" % self.number
        hub.run("ip", "link", "add", link, "type", "veth", "peer", "name", link, "netns", self.host.name)
        for end, host in ((1, hub), (2, self.host)):
            host.run("ip", "addr", "add", "10.1.%d.%d/24" % (self.number, end), "dev", link)
            host.run("ip", "addr", "add", "fd00:%d::%d/64" % (self.number, end), "dev", link, "nodad")
            host.run("ip", "link", "set", link, "up")

    def start(self):
        self.daemon = self.kind(self.host, "10.8.0.%d" % self.number, [self.session.reverse()], ANNOUNCE[self.kind](self))
        if self.kind is GobgpPeer:
            for family, prefix in zip(("ipv4", "ipv6"), self.prefixes):
                wait_until("gobgp takes a route", lambda f=family, p=prefix: self.gobgp_announce(f, p), WAIT, 0.3)
        elif self.kind is ExabgpPeer:
            for prefix, hop in zip(self.prefixes, (self.session.remote, "fd00:%d::2" % self.number)):
                self.daemon.say("announce route %s next-hop %s community [%s]" % (prefix, hop, self.community))

    def gobgp_announce(self, family, prefix):
        words = ["gobgp", "global", "rib", "add", "-a", family, prefix, "community", self.community]
        if family == "ipv6":
            words += ["nexthop", "fd00:%d::2" % self.number]
        return subprocess.run(self.host.command(*words), capture_output=True, check=False).returncode == 0

    def path_to(self, prefix):
        """The AS path it has a prefix by, as numbers; None: it has none."""
        return PATH_TO[self.kind](self, prefix)

    def bird_path(self, prefix):
        shown = said(self.daemon, "show", "route", "all", prefix)
        return numbers_after(shown, "BGP.as_path:")

    def frr_path(self, prefix):
        shown = said(self.daemon, "show bgp ipv%d unicast %s" % (6 if ":" in prefix else 4, prefix))
        lines = [line for line in shown.splitlines() if line.startswith("  65")]
        return [int(word.rstrip(",")) for word in lines[0].split() if word.rstrip(",").isdigit()] if lines else None

    def openbgpd_path(self, prefix):
        rows = json.loads(said(self.daemon, "-j", "show", "rib", prefix) or "{}").get("rib", [])
        return [int(word) for word in rows[0]["aspath"].split()] if rows else None

    def gobgp_path(self, prefix):
        shown = said(self.daemon, "global", "rib", "-a", "ipv6" if ":" in prefix else "ipv4", prefix)
        rows = [line.split() for line in shown.splitlines() if prefix in line]
        return [int(word) for word in rows[0] if word.isdigit()] if rows else None

    def exabgp_path(self, prefix):
        for row in reversed(self.daemon.heard()):
            update = row.get("neighbor", {}).get("message", {}).get("update", {})
            if prefix in str(update.get("announce", {})):
                return update["attribute"]["as-path"]
        return None


def numbers_after(shown, words):
    for line in shown.splitlines():
        if words in line:
            return [int(word) for word in line.split(words)[1].replace(",", " ").split() if word.isdigit()]
    return None


def bird_announce(spoke):
    return "\n".join("protocol static o%d { ipv%d; route %s blackhole { bgp_community.add((%s)); }; }" % (
        family, family, prefix, spoke.community.replace(":", ",")) for family, prefix in zip((4, 6), spoke.prefixes))


def frr_announce(spoke):
    lines = ["router bgp %d" % spoke.asn, "no bgp network import-check"]
    for family, prefix in zip((4, 6), spoke.prefixes):
        lines += ["address-family ipv%d unicast" % family, "network %s route-map own" % prefix, "exit-address-family"]
    return "\n".join(lines + ["exit", "route-map own permit 10", "set community " + spoke.community, ""])


def openbgpd_announce(spoke):
    return "\n".join("network %s set community %s" % (prefix, spoke.community) for prefix in spoke.prefixes)


ANNOUNCE = {BirdPeer: bird_announce, FrrPeer: frr_announce, OpenbgpdPeer: openbgpd_announce,
            GobgpPeer: lambda spoke: "", ExabgpPeer: lambda spoke: ""}
PATH_TO = {BirdPeer: Spoke.bird_path, FrrPeer: Spoke.frr_path, OpenbgpdPeer: Spoke.openbgpd_path,
           GobgpPeer: Spoke.gobgp_path, ExabgpPeer: Spoke.exabgp_path}


def exchange():
    hub = Host("hub")
    spokes = [Spoke(number, kind) for number, kind in enumerate(ANNOUNCE, 1) if not kind.unusable()]
    for kind in filter(lambda kind: kind.unusable(), ANNOUNCE):
        yield "exchange with %s # SKIP %s" % (kind.name, kind.unusable())
    meshd = None
    try:
        for spoke in spokes:
            spoke.join(hub)
        meshd = MeshdPeer(hub, "10.8.0.100", [spoke.session for spoke in spokes])
        for spoke in spokes:
            spoke.start()
        for spoke in spokes:
            for prefix in spoke.prefixes:
                shown = "its community"
                wait_until("meshd has %s of %s" % (prefix, spoke.kind.name), lambda p=prefix, s=spoke: "(%s)" % s.
                           community.replace(":", ",") in said(meshd, "show", "route", "all", p), WAIT, 0.2)
                yield "%s: meshd hears %s with %s" % (spoke.kind.name, prefix, shown)
        for spoke in spokes:
            for other in spokes:
                for prefix in other.prefixes[:len(spoke.prefixes)] if other is not spoke else ():
                    wait_until("%s hears %s of %s" % (spoke.kind.name, prefix, other.kind.name),
                               lambda s=spoke, o=other, p=prefix: s.path_to(p) == [HUB_AS, o.asn], WAIT, 0.2)
                    yield "%s: hears %s of %s by meshd" % (spoke.kind.name, prefix, other.kind.name)
        spokes[0].daemon.ask("disable", "o4")
        wait_until("the withdrawal is heard", lambda: spokes[1].path_to(spokes[0].prefixes[0]) is None, WAIT, 0.2)
        yield "a withdrawal goes on, too"
    finally:
        for daemon in [meshd] + [spoke.daemon for spoke in spokes]:
            if daemon:
                daemon.stop()
        for host in [hub] + [spoke.host for spoke in spokes]:
            host.remove()


# ---- with BIRD: what fewer can ----------------------------------------------------------------------------


class Pair:
    """meshd and BIRD on a cable."""

    def __init__(self, name, ours, theirs):
        self.hosts = [Host(name + "0"), Host(name + "1")]
        self.daemons = []
        self.hosts[0].run("ip", "link", "add", "p0", "type", "veth", "peer", "name", "p0", "netns", self.hosts[1].name)
        for number, host in enumerate(self.hosts, 1):
            host.run("sysctl", "-qw", "net.ipv6.conf.p0.addr_gen_mode=1")
            host.run("ip", "link", "set", "p0", "up")
            host.run("ip", "addr", "add", "fe80::%d/64" % number, "dev", "p0", "nodad")
            host.run("ip", "addr", "add", "10.1.0.%d/24" % number, "dev", "p0")
        common = "protocol device { scan time 1; }\n"
        self.meshd = self.add(Meshd(self.hosts[0], "router id 10.8.0.1;\n" + common + ours))
        self.bird = self.add(Bird(self.hosts[1], "router id 10.8.0.2;\nlog stderr all;\n" + common + theirs))

    def add(self, daemon):
        self.daemons.append(daemon)
        return daemon

    def wait(self, what, daemon, words, part, gone=False):
        wait_until(what, lambda: (part in said(daemon, *words)) != gone, WAIT, 0.1)

    def close(self):
        for daemon in self.daemons:
            daemon.stop()
        for host in self.hosts:
            host.remove()


STATIC = "protocol static s4 { ipv4; route %s blackhole; }\nprotocol static s6 { ipv6; route %s blackhole; }\n"
FAST = "connect delay time 1; connect retry time 5; error wait time 1, 2;"


def link_local():
    """Both families in one session between link-local addresses; IPv4 with IPv6 next hops (RFC 8950)."""
    channels = "ipv4 { import all; export all; extended next hop; }; ipv6 { import all; export all; };"
    kernel = "protocol kernel { ipv4 { export all; }; }\nprotocol kernel { ipv6 { export all; }; }\n"
    pair = Pair("ll", kernel + STATIC % ("10.99.1.0/24", "fd99:1::/48") + "protocol bgp b { local as 65001; neighbor "
                "fe80::2%%'p0' as 65002; %s %s }\n" % (FAST, channels),
                kernel + STATIC % ("10.99.2.0/24", "fd99:2::/48") + "protocol bgp m { local as 65002; neighbor "
                "fe80::1%%'p0' as 65001; %s %s }\n" % (FAST, channels))
    try:
        for prefix in ("10.99.2.0/24", "fd99:2::/48"):
            pair.wait("meshd has " + prefix, pair.meshd, ("show", "route", prefix), "fe80::2")
            yield "meshd has %s by a link-local next hop" % prefix
        for prefix in ("10.99.1.0/24", "fd99:1::/48"):
            pair.wait("BIRD has " + prefix, pair.bird, ("show", "route", prefix), "via fe80::1 on p0")
            yield "BIRD has %s by a link-local next hop" % prefix
        wait_until("it is in the kernel", lambda: "via inet6 fe80::2" in pair.hosts[0].output(
            "ip", "route", "show", "10.99.2.0/24"), WAIT, 0.1)
        yield "the kernel has an IPv4 route by an IPv6 next hop"
    finally:
        pair.close()


def refresh_and_paths():
    """A new policy asks again; both paths of a prefix arrive; a limit acts."""
    theirs = ("protocol static s1 { ipv4; route 10.99.2.0/24 blackhole; }\nipv4 table second;\n"
              "protocol static s2 { ipv4 { table second; }; route 10.99.2.0/24 unreachable { bgp_med = 5; }; }\n"
              "protocol pipe { table master4; peer table second; import all; export none; }\n"
              "protocol bgp m { local 10.1.0.2 as 65002; neighbor 10.1.0.1 as 65001; %s ipv4 { import all; export all; "
              "add paths tx; }; }\n" % FAST)
    ours = ("protocol bgp b { local 10.1.0.1 as 65001; neighbor 10.1.0.2 as 65002; %s ipv4 { import %%s; export all; "
            "add paths rx; }; }\n" % FAST)
    pair = Pair("ap", ours % "all", theirs)
    try:
        wait_until("both paths are there", lambda: said(pair.meshd, "-j", "show", "route", "10.99.2.0/24").count('"net"') == 2, WAIT, 0.1)
        yield "two paths of one prefix arrive (RFC 7911)"
        pair.meshd.write("router id 10.8.0.1;\nprotocol device { scan time 1; }\n" +
                         ours % "filter { bgp_community.add((7,7)); accept; }")
        pair.meshd.ask("configure")
        pair.wait("the new policy is through", pair.meshd, ("show", "route", "all", "10.99.2.0/24"), "(7,7)")
        yield "another import policy needs a refresh, no new session"
        assert pair.meshd.rows("show", "bgp", "summary")[0]["state"] == "Established"
        pair.bird.ask("reload", "in", "m")
        yield "BIRD's refresh is answered"
    finally:
        pair.close()


def old_and_limited():
    """A neighbour that knows AS numbers of two bytes; a limit that ends the session."""
    theirs = ("protocol static own { ipv4; route 10.99.2.0/24 blackhole { bgp_path.prepend(4200000001); }; "
              "route 10.99.3.0/24 blackhole; }\n"
              "protocol bgp m { local 10.1.0.2 as 65002; neighbor 10.1.0.1 as 65001; enable as4 off; %s "
              "ipv4 { import all; export all; }; }\n" % FAST)
    ours = ("protocol static s { ipv4; route 10.99.1.0/24 blackhole { bgp_path.prepend(4200000009); }; }\n"
            "protocol bgp b { local 10.1.0.1 as 65001; neighbor 10.1.0.2 as 65002; %s ipv4 { import all; export all; "
            "%%s }; }\n" % FAST)
    pair = Pair("as", ours % "", theirs)
    try:
        pair.wait("meshd has the path", pair.meshd, ("show", "route", "all", "10.99.2.0/24"), "65002 4200000001")
        yield "a long AS number comes through a neighbour that knows short ones (RFC 6793)"
        pair.wait("BIRD has the path", pair.bird, ("show", "route", "all", "10.99.1.0/24"), "65001 4200000009")
        yield "and goes there"
        pair.meshd.write("router id 10.8.0.1;\nprotocol device { scan time 1; }\n" + ours % "import limit 1 action disable;")
        pair.meshd.ask("configure")
        pair.meshd.ask("restart", "b")
        pair.wait("the limit acts", pair.meshd, ("show", "protocols", "b"), "Route limit exceeded")
        yield "a limit disables the session"
    finally:
        pair.close()


def reflection_and_roles():
    """BIRD is client of a reflector that meshd is; and meshd is BIRD's customer."""
    for title, as_of_bird, ours, theirs, part in (
            ("a client of ours announces", 65001, "rr client; direct;", "direct;", '"bgp_local_pref":"100"'),
            ("BIRD, our provider, marks its routes for customers only (RFC 9234)", 65002, "local role customer;",
             "local role provider;", '"bgp_otc":"65002"')):
        pair = Pair("rr", "protocol bgp b { local 10.1.0.1 as 65001; neighbor 10.1.0.2 as %d; %s %s ipv4 { import all; "
                    "export all; }; }\n" % (as_of_bird, ours, FAST),
                    STATIC % ("10.99.2.0/24", "fd99:2::/48") + "protocol bgp m { local 10.1.0.2 as %d; neighbor 10.1.0.1 as "
                    "65001; %s %s ipv4 { import all; export all; }; }\n" % (as_of_bird, theirs, FAST))
        try:
            pair.wait(title, pair.meshd, ("-j", "show", "route", "all", "10.99.2.0/24"), part)
            yield title
        finally:
            pair.close()


def restarts():
    """BIRD is killed and comes back: meshd keeps its routes meanwhile (RFC 4724), and forgets what is not told again."""
    theirs = "protocol static own { ipv4; %s }\nprotocol bgp m { local 10.1.0.2 as 65002; neighbor 10.1.0.1 as 65001; " \
        "graceful restart on; " + FAST + " ipv4 { import all; export all; }; }\n"
    ours = "protocol kernel { ipv4 { export all; }; }\nprotocol bgp b { local 10.1.0.1 as 65001; neighbor 10.1.0.2 as " \
        "65002; %s ipv4 { import all; export all; }; }\n" % FAST
    pair = Pair("gr", ours, theirs % "route 10.99.2.0/24 blackhole; route 10.99.3.0/24 blackhole;")
    try:
        def kept(prefix):
            return "10.1.0.2" in pair.hosts[0].output("ip", "route", "show", prefix)
        wait_until("the routes are in the kernel", lambda: kept("10.99.2.0/24") and kept("10.99.3.0/24"), WAIT, 0.1)
        monitor = subprocess.Popen(pair.hosts[0].command("ip", "monitor", "route"), stdout=subprocess.PIPE, text=True)
        pair.bird.process.kill()
        pair.bird.process.wait()
        pair.wait("meshd has noticed", pair.meshd, ("show", "protocols", "b"), "Established", gone=True)
        assert kept("10.99.2.0/24") and kept("10.99.3.0/24")
        yield "routes of a neighbour that restarts stay"
        pair.bird.write("router id 10.8.0.2;\nlog stderr all;\nprotocol device { scan time 1; }\n" +
                        theirs % "route 10.99.2.0/24 blackhole;")
        pair.bird.flags = ["-R"]  # It went on forwarding.
        pair.bird.begin()
        pair.wait("the session is back", pair.meshd, ("show", "protocols", "b"), "Established")
        wait_until("what was not told again is gone", lambda: not kept("10.99.3.0/24"), WAIT, 0.1)
        assert kept("10.99.2.0/24")
        monitor.kill()
        changes = [line for line in monitor.communicate()[0].splitlines() if "10.99." in line]
        assert len(changes) == 1 and changes[0].startswith("Deleted 10.99.3.0/24"), changes
        yield "behind its mark the others are forgotten, and no other route was ever touched"
    finally:
        pair.close()


def main():
    tests = [exchange, link_local, refresh_and_paths, old_and_limited, reflection_and_roles, restarts]
    if sys.argv[1:]:
        tests = [test for test in tests if test.__name__ in sys.argv[1:]]
    count, failed = 0, False
    for test in tests:
        try:
            for title in test():
                count += 1
                print("ok %d - %s" % (count, title), flush=True)
        except Exception:
            count, failed = count + 1, True
            print("not ok %d - %s\n# %s" % (count, test.__name__, traceback.format_exc().replace("\n", "\n# ")), flush=True)
    print("1..%d" % count)
    sys.exit(failed)


if __name__ == "__main__":
    main()
