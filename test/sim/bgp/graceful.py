# SPDX-License-Identifier: GPL-2.0-or-later
"""Graceful restarts at random moments: graceful.py SEED [found] > FILE

Four routers in a row, an AS each: a -- b -- c -- d, and BGP alone brings the addresses on lo everywhere. Daemons of b or
c are killed and come back at random moments, one after the other has come back, while probes go from end to end. Only
daemons die, kernels go on forwarding: whatever the moment, no packet may be lost. Then both at once, or one before it has
come back from its last restart, which RFC 4724 does not promise anything for (§6): all is well again, and nothing loops."""

import random
import sys

NAMES = "abcd"
ROUTER = """router %(name)s {
	router id 10.0.0.%(number)d;
	graceful restart wait 20;
	protocol device { }
	protocol kernel { graceful restart on; ipv4 { export where source = RTS_BGP; }; }
	protocol kernel { graceful restart on; ipv6 { export where source = RTS_BGP; }; }
	protocol direct { ipv4; ipv6; interface "lo"; }
%(sessions)s}
"""
SESSION = """	protocol bgp %(other)s { local as %(own_as)d; neighbor %(neighbour)s;
		graceful restart on; graceful restart time 30; hold time 9; keepalive time 3; connect delay time 1;
		connect retry time 2; error wait time 1, 2;
		ipv4 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; extended next hop; };
		ipv6 { import all; export where source ~ [ RTS_DEVICE, RTS_BGP ]; };
	}
"""


def session(at, other):
    """Of router `at` with `other`, its neighbour in the row; a link to the left is the first."""
    link = 0 if other < at or at == 0 else 1
    # The neighbour's end: the right one of its two if it is to our left.
    address = "fe80::%x:%x%%eth%d as %d" % (other + 1, 3 if 0 < other < at else 2, link, 65001 + other)
    return SESSION % {"other": NAMES[other], "own_as": 65001 + at,
                      "neighbour": 'interface "eth%d" external' % link if "found" in sys.argv else address}


def main():
    chance = random.Random(int(sys.argv[1]))
    print("addresses ip4 on\naddresses ip6 on")
    for at in range(4):
        sessions = "".join(session(at, other) for other in (at - 1, at + 1) if 0 <= other < 4)
        print(ROUTER % {"name": NAMES[at], "number": at + 1, "sessions": sessions}, end="")
    for at in range(3):
        print("link %s %s delay %dms jitter %dms" % (NAMES[at], NAMES[at + 1], chance.randint(1, 20), chance.randint(0, 5)))
    print("expect converged within 30s\nprobe a d every 50ms\nprobe d a every 50ms\nwait 1s")
    for _ in range(6):
        victim = chance.choice("bc")
        print("kill %s\nwait %dms\nstart %s\nwait %dms" % (victim, chance.randint(0, 8000), victim,
                                                          chance.randint(15000, 25000)))
    print("expect converged within 30s\nexpect lost a d < 1\nexpect lost d a < 1")
    for _ in range(4):
        for victim in "bc":
            print("kill %s\nwait %dms" % (victim, chance.randint(0, 3000)))
        for victim in "cb":
            print("start %s\nwait %dms" % (victim, chance.randint(0, 5000)))
    print("wait 40s\nexpect converged within 30s\nexpect no loop")


if __name__ == "__main__":
    main()
