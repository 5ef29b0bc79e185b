# SPDX-License-Identifier: GPL-2.0-or-later
"""A small internet: mixed.py ROUTERS SEED > FILE

Autonomous systems over Babel, each with iBGP of another kind, in a ring by two links each, one chord across:
    pair      each router is a client of two reflectors, of one cluster
    own       the same, but each reflector is a cluster of its own
    range     reflectors know their clients only as a range they call from
    halves    two clusters with two reflectors each, the four in full mesh
    full      no reflectors
Leaves are ASes of one router with one or two links to others; homes are ASes of one router and a mesh among
themselves, with some links to the large ones. All is eBGP between link-local addresses there.

Every second AS, leaf and home restarts gracefully (RFC 4724). Links are cut or silent for a while, machines crash,
daemons are killed, stopped and cease to read; the network is parted along borders of ASes, and across; a reflector goes;
homes are killed and come back while packets pass. After each of these the network is whole again in the end."""

import random
import sys

from scenario import FAST, Scenario

REST = """protocol device { }
	protocol direct { ipv4; ipv6; interface "lo"; }
	protocol kernel { %(graceful)sipv4 { export all; }; }
	protocol kernel { %(graceful)sipv6 { export all; }; }
"""
BABEL = """	protocol babel { ipv4 { export where source ~ [ RTS_DEVICE, RTS_BABEL ]; };
		ipv6 { export where source ~ [ RTS_DEVICE, RTS_BABEL ]; };
		interface %s { type wired; hello interval 1 s; }; }
"""
KINDS = ("pair", "own", "range", "halves", "full")
FULL_MOST = 12  # Routers of an AS without reflectors.


def web(members, chance, extra):
    """A ring of members in an order at random, so that any one can go, and `extra` more links: (a, b), a before b."""
    order = chance.sample(members, len(members))
    links = {tuple(sorted(pair)) for pair in zip(order, order[1:] + order[:1]) if pair[0] != pair[1]}
    most = min(len(members) * (len(members) - 1) // 2, len(links) + extra)
    while len(links) < most:
        links.add(tuple(sorted(chance.sample(members, 2))))
    return sorted(links)


class System:
    """An AS over Babel."""

    def __init__(self, number, kind, members):
        self.asn = 64500 + number
        self.kind = kind
        self.members = members
        self.reflectors = {"full": [], "halves": members[:4]}.get(kind, members[:2])
        # Clusters that lie across each other agree on what is best only if no reflector has a way out of its own
        # that it prefers, and none looks at distances: else RFC 4456 makes loops that stay.
        self.borders = members[4:] if kind == "halves" else members
        # Of these all but reflectors are clients.
        self.clusters = [members[0::2], members[1::2]] if kind == "halves" else [members]

    def is_client_of(self, own, other):
        return other in self.reflectors and own not in self.reflectors and \
            any(own in cluster and other in cluster for cluster in self.clusters)

    def peers(self, own):
        """Whom a router has iBGP with."""
        return [other for other in self.members if other != own and (
            self.kind == "full" or (own in self.reflectors and other in self.reflectors)
            or self.is_client_of(own, other) or self.is_client_of(other, own))]

    def cluster_id(self, own):
        if self.kind == "own":
            return "9.9.%d.%d" % (self.asn % 256, own % 256)
        return "9.9.%d.%d" % (self.asn % 256, [own in cluster for cluster in self.clusters].index(True))


class Mixed(Scenario):
    def __init__(self, count, seed):
        # Not Scenario's: its links are of one kind.
        self.chance = random.Random(seed)
        self.ports = {}
        self.used = {number: 0 for number in range(1, count + 1)}
        numbers = list(self.used)
        self.homes = [numbers.pop() for _ in range(count * 3 // 20)][::-1]
        self.leaves = [numbers.pop() for _ in range(count * 3 // 20)][::-1]
        self.systems = self.cut_up(numbers)
        self.system_of = {member: system for system in self.systems for member in system.members}
        self.links = []
        for link in self.plan():
            link = tuple(sorted(link))
            if link not in self.links:
                self.links.append(link)
                self.join(*link)

    def cut_up(self, numbers):
        """Kinds follow one another from one that the seed gives, so that few ASes have all over some seeds."""
        count = max(2, min(5, len(numbers) // 8))
        first = self.chance.randrange(len(KINDS))
        systems = []
        for at in range(count):
            kind = KINDS[(first + at) % len(KINDS)]
            size = len(numbers) // (count - at)
            members = numbers[:min(size, FULL_MOST) if kind == "full" and at < count - 1 else size]
            del numbers[:len(members)]
            # What comes last takes what is left, so it has reflectors.
            systems.append(System(at + 1, "pair" if len(members) > FULL_MOST and kind == "full" else kind, members))
        return systems

    def plan(self):
        chance, systems = self.chance, self.systems
        inner = [member for system in systems for member in system.borders]
        for system in systems:
            yield from web(system.members, chance, len(system.members) // 2)
        for at, system in enumerate(systems):
            for _ in range(2):
                yield chance.choice(system.borders), chance.choice(systems[(at + 1) % len(systems)].borders)
        yield chance.choice(systems[0].borders), chance.choice(systems[len(systems) // 2].borders)
        for leaf in self.leaves:
            for at in chance.sample(inner, chance.choice((1, 1, 2))):
                yield at, leaf
        yield from web(self.homes, chance, len(self.homes) // 2)
        for home in self.homes[:3]:
            yield chance.choice(inner), home

    def asn(self, number):
        return self.system_of[number].asn if number in self.system_of else 65000 + number

    def is_graceful(self, number):
        return self.asn(number) % 2 == 0

    def graceful(self, number):
        return "graceful restart on; graceful restart time 30; " if self.is_graceful(number) else "graceful restart aware; "

    def outer(self, number, other):
        text = self.session(number, other, self.asn(number), self.asn(other))
        if number in self.system_of:
            text = text.replace("RTS_BGP ]", "RTS_BGP, RTS_BABEL ]")
        return text.replace(FAST, FAST + " " + self.graceful(number))

    def inner(self, number):
        """Sessions within the AS."""
        system = self.system_of[number]
        for other in system.peers(number):
            client = system.is_client_of(other, number)
            if not (client and system.kind == "range"):
                yield self.internal("i%d" % other, number, "10.0.%d.1 as %d" % (other, system.asn), client)
        if system.kind == "range" and number in system.reflectors:
            yield self.internal("clients", number, "range 10.0.0.0/16 internal", True)

    def internal(self, name, number, who, is_client):
        system = self.system_of[number]
        options = FAST + " " + self.graceful(number)
        if is_client:
            options += "rr client; "
        if system.kind == "halves":
            options += "igp metric off; "
        if number in system.reflectors:
            options += "rr cluster id %s; " % system.cluster_id(number)
        return "\tprotocol bgp %s { local 10.0.%d.1 as %d; neighbor %s; %s\n" % (name, number, system.asn, who, options) + \
            "".join("\t\tipv%d { import all; export where source = RTS_BGP; next hop self ebgp; };\n" % family
                    for family in (4, 6)) + "\t}\n"

    def routers(self):
        for number in self.used:
            others = [a + b - number for a, b in self.links if number in (a, b)]
            ours = [other for other in others if self.asn(other) == self.asn(number)]
            text = REST % {"graceful": "graceful restart on; " if self.is_graceful(number) else ""}
            if ours:
                text += BABEL % ", ".join('"eth%d"' % self.ports[number, other] for other in ours)
            if number in self.system_of:
                text += "".join(self.inner(number))
            text += "".join(self.outer(number, other) for other in others if other not in ours)
            wait = "graceful restart wait 20;\n\t" if self.is_graceful(number) else ""
            print("router r%d {\n\trouter id 10.0.%d.1;\n\t%s%s}" % (number, number, wait, text))

    # What happens. All that is broken is mended before calm is expected. That a router takes nothing of its own back is
    # hardly ever put to the test by `no echo` here, as it tells all its reflectors: originator.scn does that.

    def calm(self):
        print("expect converged within 3min\nexpect no echo")

    def churn(self, faults):
        chance, down, deaf = self.chance, set(), set()
        for _ in range(faults):
            what = chance.choice(("cut", "silence", "heal", "crash", "crash", "kill", "kill", "stop", "deaf"))
            number = chance.choice(list(self.used))
            if what in ("cut", "silence", "heal"):
                print("%s r%d r%d" % ((what,) + chance.choice(self.links)))
            elif what == "deaf":
                deaf.add(number)
                print("deaf r%d on" % number)
            elif number in down:
                down.remove(number)
                print("start r%d" % number)
            else:
                down.add(number)
                keeping = " keeping state" if what == "crash" and chance.randrange(2) else ""
                print("%s r%d%s" % (what, number, keeping))
            # What comes back comes soon, and goes soon if it is let in.
            for _ in range(10 if len(self.used) < 50 else 2):
                print("wait %dms\nexpect no echo" % chance.randint(5, 50))
            print("wait %dms\nexpect no echo" % chance.randint(100, 4000))
        print("heal")
        for number in sorted(deaf):
            print("deaf r%d off" % number)
        for number in sorted(down):
            print("start r%d" % number)
        self.calm()

    def partition(self):
        chance, systems = self.chance, self.systems
        # Whole ASes: each part is an internet of its own.
        side = [member for system in systems[:len(systems) // 2] for member in system.members]
        side += [number for number in self.leaves + self.homes if chance.randrange(2)]
        print("partition " + " ".join("r%d" % number for number in side))
        self.calm()
        print("heal")
        self.calm()
        # And anything, where a part can't reach the rest of its AS by way of others.
        print("partition " + " ".join("r%d" % number for number in chance.sample(list(self.used), len(self.used) // 3)))
        print("wait 15s\nheal")
        self.calm()

    def reflector(self):
        """One goes, the other one is enough."""
        number = self.chance.choice([number for system in self.systems for number in system.reflectors])
        print("crash r%d" % number)
        self.calm()
        print("start r%d" % number)
        self.calm()

    def restarts(self):
        """Daemons of homes whose neighbours help them; what passes must not be lost."""
        chance = self.chance
        source, drain = chance.choice(self.leaves), self.homes[-1]
        for pair in ((source, drain), (drain, source)):
            print("probe r%d r%d every 50ms" % pair)
        print("wait 1s")
        for home in [home for home in self.homes if self.is_graceful(home)][:4]:
            print("kill r%d\nwait %dms\nstart r%d\nwait %dms" % (home, chance.randint(0, 8000), home,
                                                                chance.randint(10000, 15000)))
        self.calm()
        for pair in ((source, drain), (drain, source)):
            print("expect lost r%d r%d < 1" % pair)

    def events(self, count):
        print("allow loops")
        self.calm()
        self.churn(20)
        self.partition()
        self.reflector()
        self.restarts()


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    scenario = Mixed(count, seed)
    scenario.wires()
    scenario.events(count)


if __name__ == "__main__":
    main()
