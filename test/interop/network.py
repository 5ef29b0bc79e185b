# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts joined by cables and LANs, whatever routes between them, and what can be seen of them from outside: where the
kernels' tables lead, and whether packets that run meanwhile ever go round."""

import subprocess
import tempfile

from host import Host

FAMILIES = (4, 6)


def address(number, family):
    """A host's own address on lo."""
    return "10.9.0.%d" % (number + 1) if family == 4 else "fd00:9::%d" % (number + 1)


TARGETS = {address(number, family): (number, family) for number in range(8) for family in FAMILIES}


class Network:
    """Hosts TAG0, TAG1 … and their segments: a pair is a cable, more are a LAN.  Segment N is interface bN."""

    def __init__(self, tag, count, segments):
        self.segments = segments
        self.hosts = [Host("%s%d" % (tag, i)) for i in range(count)]
        self.bridges = []
        self.gateways = {}  # Address on a segment -> the number of its host.
        self.joined = [set(segment) for segment in segments]  # Who is on each segment now.
        self.withdrawn = set()
        self.probes = []
        for number, host in enumerate(self.hosts):
            host.run("ip", "addr", "add", address(number, 4) + "/32", "dev", "lo")
            host.run("ip", "addr", "add", address(number, 6) + "/128", "dev", "lo")
        for number, segment in enumerate(segments):
            self.join(number, segment)

    def join(self, number, segment):
        """Puts up a segment; a bridge in a namespace of its own if it has more than two hosts."""
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

    def interfaces(self, host):
        return ["b%d" % number for number, segment in enumerate(self.segments) if host in segment]

    # ---- looking -----------------------------------------------------------------------------------

    def hops(self, number):
        """Where a host sends packets: {(target, family): host}; what it has no route to is not there."""
        lines = "".join("route get %s\n" % address(target, family)
                        for target in range(len(self.hosts)) for family in FAMILIES)
        answers = subprocess.run(["ip", "-n", self.hosts[number].name, "-force", "-batch", "-"], input=lines,
                                 capture_output=True, text=True, check=False).stdout
        found = {}
        for words in map(str.split, answers.splitlines()):
            if words and words[0] == "local":
                found[TARGETS[words[1]]] = number
            elif words and words[0] in TARGETS and "via" in words:
                at = words.index("via") + 1
                found[TARGETS[words[0]]] = self.owner(words[at + 1] if words[at] == "inet6" else words[at])
        return found

    def owner(self, gateway):
        """The host that has an address.  Link-local ones may have been new when last looked."""
        if gateway not in self.gateways:
            for number, host in enumerate(self.hosts):
                for line in host.output("ip", "-o", "addr").splitlines():
                    self.gateways[line.split()[3].split("/")[0]] = number
        return self.gateways.get(gateway)

    def wrong(self):
        """What is not as it should be at rest: {(source, target, family): hosts passed}.  Every host that can be reached
        is, by as few hops as can be, and to others there is no route.  A path ends with its target, with None (no route),
        or with a host met twice (a loop)."""
        tables = [self.hops(number) for number in range(len(self.hosts))]
        found = {}
        for source, target in self.pairs():
            hops = None if target in self.withdrawn else self.distance(source, target)
            for family in FAMILIES:
                path = [source]
                while path[-1] not in (target, None) and path[-1] not in path[:-1]:
                    path.append(tables[path[-1]].get((target, family)))
                if hops is None and path[1] is not None or hops and (path[-1] != target or len(path) != hops + 1):
                    found[source, target, family] = path
        return found

    def settled(self):
        return not self.wrong()

    def pairs(self):
        numbers = range(len(self.hosts))
        return [(a, b) for a in numbers for b in numbers if a != b]

    def distance(self, source, target):
        """How few hops it takes from host to host; None if there is no way."""
        reached, hops = {source}, 0
        while target not in reached:
            further = reached.union(*(hosts for hosts in self.joined if not reached.isdisjoint(hosts)))
            if further == reached:
                return None
            reached, hops = further, hops + 1
        return hops

    # ---- packets that run meanwhile ------------------------------------------------------------------

    def probes_start(self, targets):
        """Ten pings a second from each host to each of these targets, from and to addresses on lo."""
        for source, target in self.pairs():
            for family in FAMILIES if target in targets else ():
                words = ["ping", "-n", "-i", "0.1", "-I", address(source, family), address(target, family)]
                output = tempfile.TemporaryFile()
                self.probes.append((subprocess.Popen(self.hosts[source].command(*words), stdout=output,
                                                     stderr=subprocess.STDOUT), output))

    def probes_answered(self):
        """Whether each has been answered: one that was not could not see much."""
        for _, output in self.probes:
            output.seek(0)
            if b"bytes from" not in output.read():
                return False
        return True

    def probes_stop(self):
        for probe, output in self.probes:
            probe.kill()
            probe.wait()
            output.close()
        self.probes = []

    def check_none_expired(self, numbers=None):
        """Fails if a packet ever ran out of hops on any host, or one of these: the kernels count each, told to its
        sender or not.  As all hosts send probes, a loop is counted by every host that is part of it."""
        expired = [self.expired(host) for host in self.hosts]
        if any(expired[number] for number in (range(len(expired)) if numbers is None else numbers)):
            raise RuntimeError("packets ran out of hops, on each host: %s" % expired)
        return expired

    def expired(self, host):
        """How many packets ran out of hops on a host (InHdrErrors: nobody here sends a bad header)."""
        names, values = [line.split() for line in host.output("cat", "/proc/net/snmp").splitlines()[:2]]
        total = int(values[names.index("InHdrErrors")])
        for line in host.output("cat", "/proc/net/snmp6").splitlines():
            if line.startswith("Ip6InHdrErrors"):
                total += int(line.split()[1])
        return total

    # ---- doing ---------------------------------------------------------------------------------------

    def cut(self, number):
        """Takes down a segment's interface on its first host."""
        host = self.segments[number][0]
        self.hosts[host].run("ip", "link", "set", "b%d" % number, "down")
        self.joined[number].remove(host)

    def mend(self, number):
        """Puts it up again, with its address."""
        host, name = self.segments[number][0], "b%d" % number
        self.hosts[host].run("ip", "link", "set", name, "up")
        self.hosts[host].run("ip", "addr", "replace", "10.10.%d.%d/24" % (number, host + 1), "dev", name)
        self.joined[number].add(host)

    def withdraw(self, number):
        """Takes a host's own addresses away."""
        for family, length in ((4, 32), (6, 128)):
            self.hosts[number].run("ip", "addr", "del", "%s/%d" % (address(number, family), length), "dev", "lo")
        self.withdrawn.add(number)

    def close(self):
        self.probes_stop()
        for host in self.hosts + self.bridges:
            host.remove()
