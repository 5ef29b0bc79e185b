# SPDX-License-Identifier: GPL-2.0-or-later
"""A neighbour that stops reading: deaf.py SEED > FILE

A feed tells a hub of routes, each with attributes of its own, and again and again with others; the hub tells five
neighbours, all with the same policy. One of them stops reading while it goes on to send (RFC 9687), and has no hold time
that would end its session. Until the hub gives it up, and behind that, the others hear of each change within a fifth of a second,
no session of theirs ends, and what is sent between them arrives. One that reads again gets all routes."""

import random
import sys

ROUTES = 1500  # More than the buffers on the way take.
BEHIND = """router %(name)s {
	router id 10.0.%(number)d.1;
	protocol device { }
	protocol kernel { ipv4 { export where net.len = 32 && net !~ [ 10.100.0.0/16+ ]; }; }
	protocol direct { ipv4; interface "lo"; }
	protocol bgp hub { local as 6500%(number)d; neighbor fe80::1:%(port)x%%eth0 as 65001; connect delay time 1;
		connect retry time 2; error wait time 1, 2; hold time %(hold)d;
		ipv4 { import all; export all; extended next hop; }; }
%(more)s}
"""
HUB = """router hub {
	router id 10.0.1.1;
	protocol device { }
	protocol kernel { ipv4 { export where net.len = 32 && net !~ [ 10.100.0.0/16+ ]; }; }
	protocol direct { ipv4; interface "lo"; }
%s}
"""
SESSION = """	protocol bgp %(name)s { local as 65001; neighbor fe80::%(number)x:2%%eth%(link)d as 6500%(number)d; connect delay time 1;
		connect retry time 2; error wait time 1, 2; hold time 6; send hold time 10;
		ipv4 { import all; export all; extended next hop; }; }
"""
NAMES = ["feed", "deaf", "a", "b", "c", "d"]
OTHERS = NAMES[2:]


def feed(version):
    """The feed's configuration: all routes are others than in another version, and one tells which it is."""
    routes = "".join("\t\troute 10.100.%d.%d/32 blackhole { bgp_large_community.add((65002, %d, %d)); };\n" % (
        at >> 8, at & 255, version, at) for at in range(ROUTES))
    return "\tprotocol static { ipv4;\n%s\t\troute 10.99.0.%d/32 blackhole;\n\t}\n" % (routes, version)


def router(name, more=""):
    number = NAMES.index(name) + 2
    return BEHIND % {"name": name, "number": number, "port": number, "more": more,
                     # The deaf one never gives the hub up; the hub gives it up only because it does not read.
                     "hold": 0 if name == "deaf" else 6}


def change(version):
    # What a block begins with is on its first line.
    print("configure feed {" + router("feed", feed(version)).split("{", 1)[1], end="")
    for name in OTHERS:
        print("expect route %s 10.99.0.%d/32 within 200ms" % (name, version))
        print("expect no route %s 10.99.0.%d/32 within 200ms" % (name, version - 1))


def main():
    chance = random.Random(int(sys.argv[1]))
    print("addresses ip4 on")
    print(HUB % "".join(SESSION % {"name": name, "number": at + 2, "link": at} for at, name in enumerate(NAMES)), end="")
    for name in NAMES:
        print(router(name, feed(1) if name == "feed" else ""), end="")
    for name in NAMES:
        print("link hub %s delay %dms jitter %dms" % (name, chance.randint(1, 20), chance.randint(0, 5)))
    print("expect route deaf 10.99.0.1/32 within 20s\nexpect converged within 20s")
    for one, other in ("ab", "bc", "cd", "da"):
        print("probe %s %s every 20ms" % (one, other))
    print("wait %dms\nmark hub\n%s\ndeaf deaf on" % (chance.randint(1, 1000), "\n".join("mark " + name for name in OTHERS)))
    version = 1
    for _ in range(6):
        version += 1
        change(version)
        print("wait %dms" % chance.randint(0, 2000))
    print('expect log hub "*deaf: Error: Send hold timer expired*" within 30s')
    for _ in range(3):
        version += 1
        change(version)
        print("wait %dms" % chance.randint(0, 3000))
    for name in ["feed"] + OTHERS:
        print('expect no log hub "*%s: *"' % name)
    for name in OTHERS:
        print('expect no log %s "*hub: *"' % name)
    for one, other in ("ab", "bc", "cd", "da"):
        print("expect lost %s %s < 1" % (one, other))
    print("deaf deaf off\nexpect route deaf 10.99.0.%d/32 within 30s\nexpect converged within 30s" % version)
    print("expect connections hub deaf = 1 within 30s\nexpect connections hub deaf = 1 for 30s")


if __name__ == "__main__":
    main()
