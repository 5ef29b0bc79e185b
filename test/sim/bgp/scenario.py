# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios for BGP, whose neighbours must be named one by one: scenario.py mesh|core|range|auto ROUTERS SEED > FILE

mesh   each router is an AS of its own and has eBGP with all it is linked to, between link-local addresses, with
       IPv4 by IPv6 next hops; BGP alone brings the addresses on lo everywhere.
core   one AS over Babel: each router is a client of two reflectors, by loopbacks; some have an eBGP neighbour on a
       link that is an AS of its own and announces its addresses.
range  the same, but the reflectors know their clients only as a range they call from.
auto   one AS over Babel, `ibgp auto` at each router: Babel carries loopbacks alone, BGP the networks on lo.  One
       more router than was asked for comes and goes."""

import random
import sys

FAST = "hold time 6; keepalive time 2; connect delay time 1; connect retry time 3; error wait time 1, 3;"
REST = "protocol device { }\n\tprotocol kernel { ipv4 { export all; }; }\n\tprotocol kernel { ipv6 { export all; }; }\n"


def links_of(count, chance):
    """A tree and half as many more, at random: (a, b) with numbers from 1."""
    links = [(chance.randrange(1, number), number) for number in range(2, count + 1)]
    while len(links) < min(count * 3 // 2, count * (count - 1) // 2):
        pair = tuple(sorted(chance.sample(range(1, count + 1), 2)))
        if pair not in links:
            links.append(pair)
    return links


class Scenario:
    def __init__(self, count, seed):
        chance = random.Random(seed)
        self.links = links_of(count, chance)
        self.ports = {}  # (router, its neighbour) -> the number of the interface there.
        self.used = {number: 0 for number in range(1, count + 1)}
        for link in self.links:
            self.join(*link)

    def join(self, a, b):
        for one, other in ((a, b), (b, a)):
            self.ports[one, other] = self.used[one]
            self.used[one] += 1

    def session(self, own, other, own_as, other_as):
        """With who is at the other end of a link."""
        return ("\tprotocol bgp n%d { local as %d; neighbor fe80::%x:%x%%eth%d as %d; %s\n"
                "\t\tipv4 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; extended next hop; };\n"
                "\t\tipv6 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; };\n\t}\n" % (
                    other, own_as, other, self.ports[other, own] + 2, self.ports[own, other], other_as, FAST))

    def router(self, number, sessions):
        print("router r%d {\n\trouter id 10.0.%d.1;\n\t%s%s}" % (number, number, REST, sessions))

    def wires(self):
        print("addresses ip4 on\naddresses ip6 on")
        self.routers()
        for a, b in self.links:
            print("link r%d r%d delay 3ms jitter 5ms" % (a, b))


class Mesh(Scenario):
    def routers(self):
        for number in self.used:
            sessions = '\tprotocol direct { ipv4; ipv6; interface "lo"; }\n'
            for a, b in self.links:
                if number in (a, b):
                    other = a + b - number
                    sessions += self.session(number, other, 65000 + number, 65000 + other)
            self.router(number, sessions)

    def events(self, count):
        print("allow loops\nexpect converged within 1min")
        print("churn 1min every 2s cut silence crash\nexpect converged within 3min")
        print("partition r1 r2 r3\nwait 20s\nheal\nexpect converged within 3min")
        print("kill r%d\nwait 2s\nstart r%d\nexpect converged within 3min" % (count, count))


class Core(Scenario):
    """Router N of the core has an AS of its own hanging on it if N is a multiple of 4."""

    def __init__(self, count, seed):
        super().__init__(count, seed)
        self.core = list(self.used)
        self.leaves = {}
        for number in self.core[3::4]:
            leaf = count + len(self.leaves) + 1
            self.leaves[leaf] = number
            self.used[leaf] = 0
            self.links.append((number, leaf))
            self.join(number, leaf)

    def inners(self, own):
        """Sessions within the AS."""
        return "".join(self.inner("i%d" % other, own, "10.0.%d.1 as 65000" % other, own in (1, 2) and other not in (1, 2))
                       for other in self.core if other != own and (own in (1, 2) or other in (1, 2)))

    def inner(self, name, own, who, is_client):
        client = "rr client; rr cluster id 9.9.9.9; " if is_client else ""
        return "\tprotocol bgp %s { local 10.0.%d.1 as 65000; neighbor %s; %s%s\n" % (
            name, own, who, client, FAST) + "".join(
                "\t\tipv%d { import all; export where source = RTS_BGP; next hop self ebgp; };\n" % family
                for family in (4, 6)) + "\t}\n"

    def routers(self):
        for number in self.core:
            others = [leaf for leaf, at in self.leaves.items() if at == number]
            # Not to the leaf, which is of another AS.
            babel = ", ".join('"eth%d"' % self.ports[number, other] for other in self.core if (number, other) in self.ports)
            text = '\tprotocol direct { ipv4; ipv6; interface "lo"; }\n'
            text += "\tprotocol babel { ipv4 { export where source ~ [ RTS_DEVICE, RTS_BABEL ]; }; ipv6 { export where source " \
                "~ [ RTS_DEVICE, RTS_BABEL ]; }; interface %s { type wired; hello interval 1 s; }; }\n" % babel
            text += self.inners(number)
            text += "".join(self.session(number, leaf, 65000, 65000 + leaf).replace("RTS_BGP ]", "RTS_BGP, RTS_BABEL ]")
                            for leaf in others)
            self.router(number, text)
        for leaf, at in self.leaves.items():
            self.router(leaf, '\tprotocol direct { ipv4; ipv6; interface "lo"; }\n' + self.session(leaf, at, 65000 + leaf, 65000))

    def events(self, count):
        print("allow loops\nexpect converged within 1min")
        print("churn 1min every 3s cut crash\nexpect converged within 3min")
        # A reflector goes; the other one is enough.
        print("crash r1\nexpect converged within 3min\nstart r1\nexpect converged within 3min")


class Range(Core):
    def inners(self, own):
        if own not in (1, 2):
            return super().inners(own)
        other = 3 - own
        return self.inner("i%d" % other, own, "10.0.%d.1 as 65000" % other, False) + \
            self.inner("clients", own, "range 10.0.0.0/16 internal", True)


class Auto(Scenario):
    """One router more joins later, and leaves again; the others are linked without it."""

    def __init__(self, count, seed):
        super().__init__(count + 1, seed)
        self.guest = count + 1

    def router(self, number, sessions):
        super().router(number, sessions)
        if number == self.guest:
            print("stop r%d" % number)

    def routers(self):
        for number in self.used:
            self.router(number, (
                '\tprotocol direct { ipv4; ipv6; interface "lo"; }\n'
                "\tprotocol babel { ipv6 { export where net ~ [ fd99::/64+ ]; }; interface \"eth*\" "
                "{ type wired; hello interval 1 s; }; }\n"
                '\tibgp auto { prefix fd99::/64; password "secret"; }\n'))

    def events(self, count):
        print("allow loops\nexpect converged within 1min")
        print("start r%d\nexpect converged within 1min\nwait 1min\nexpect converged" % self.guest)
        print("stop r%d\nexpect converged within 1min\nwait 1min\nexpect converged" % self.guest)
        print("churn 30s every 3s cut crash\nexpect converged within 3min")
        print("partition %s\nwait 1min\nheal\nexpect converged within 2min" % " ".join(
            "r%d" % number for number in range(1, count // 2 + 1)))
        print("crash r2\nexpect converged within 3min\nstart r2\nexpect converged within 3min")
        print("wait 2min\nexpect converged")


def main():
    kind, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    scenario = {"mesh": Mesh, "core": Core, "range": Range, "auto": Auto}[kind](count, seed)
    scenario.wires()
    scenario.events(count)


if __name__ == "__main__":
    main()
