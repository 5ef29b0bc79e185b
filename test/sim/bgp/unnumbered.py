# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks of BGP whose routers know nobody: unnumbered.py ROUTERS SEED > FILE

An AS for each router; whoever is on one of its links is found there, and all but the addresses on lo are link-local. Cuts,
silences, crashes, killed daemons; then what happens to interfaces, one after the other: one is renamed, taken down, left
out by another pattern, has another link-local address. Calm brings every route back, and no other."""

import random
import sys

ROUTER = """	router id 10.0.%(number)d.1;
	protocol device { }
	protocol kernel { ipv4 { export where source = RTS_BGP; }; }
	protocol kernel { ipv6 { export where source = RTS_BGP; }; }
	protocol direct { ipv4; ipv6; interface "lo"; }
	protocol bgp fabric { local as %(as)d; neighbor interface %(where)s external; hold time 9; keepalive time 3;
		connect delay time 1; connect retry time 3; error wait time 1, 5;
		ipv4 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; };
		ipv6 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; };
	}
"""
CALM = "expect converged within 2min"


def network(chance, count):
    """A ring, and half as many links again across it."""
    links = [(number, number % count + 1) for number in range(1, count + 1)]
    while len(links) < count * 3 // 2:
        a, b = sorted(chance.sample(range(1, count + 1), 2))
        if (a, b) not in links and (b, a) not in links:
            links.append((a, b))
    return links


def body(number, where):
    """The configuration of a router that looks for others there."""
    return ROUTER % {"number": number, "as": 64512 + number, "where": where}


def interfaces_print(chance, count):
    """What may happen to the interface of a router, whose first is its link to the next one in the ring."""
    victim = chance.randint(2, count - 1)
    neighbour = victim + 1
    print("interface r%d eth1 rename swp1\nwait 1s\nexpect reachable r%d 10.0.%d.1/32 within 1min" % (victim, victim, neighbour))
    print(CALM)
    print("interface r%d swp1 down\nwait %ds\ninterface r%d swp1 up\n%s" % (victim, chance.randint(1, 90), victim, CALM))
    print("configure r%d {\n%s}\nwait 20s\n%s" % (victim, body(victim, '-"swp*", "*"'), CALM))
    print('expect output r%d "show bgp summary" lacks "swp1" within 1min' % victim)
    print("configure r%d {\n%s}\n%s" % (victim, body(victim, '"swp*", "eth*"'), CALM))
    print('expect output r%d "show bgp summary" contains "fabric.swp1" within 1min' % victim)
    print("address add r%d swp1 fe80::77/64\naddress remove r%d swp1 fe80::%x:3/64\nwait 20s" % (victim, victim, victim))
    print('%s\nexpect output r%d "show bgp summary" contains "fe80::77%%" within 1min' % (CALM, neighbour))


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(seed)
    links = network(chance, count)
    print("addresses ip4 on\naddresses ip6 on\nallow loops")
    for number in range(1, count + 1):
        print("router r%d {\n%s}" % (number, body(number, '"eth*", "swp*"')))
    for a, b in links:
        print("link r%d r%d delay %dms jitter %dms" % (a, b, chance.randint(1, 20), chance.randint(0, 5)))
    print("expect converged within 1min")
    print("churn 1min every 2s cut silence crash loss 5%\n" + CALM)
    for _ in range(2):
        victim = chance.randint(1, count)
        print("kill r%d\nwait %ds\nstart r%d\n%s" % (victim, chance.randint(1, 60), victim, CALM))
    interfaces_print(chance, count)


if __name__ == "__main__":
    main()
