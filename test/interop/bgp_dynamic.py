# SPDX-License-Identifier: GPL-2.0-or-later
"""BGP neighbours that nobody has configured one by one: from a range, with meshd and BIRD on either side."""

import sys

from host import Bird, Host, Meshd, cable, wait_until

FAST = "connect delay time 1; connect retry time 2; error wait time 1, 2;"
CHANNEL = "ipv4 { import all; export all; };"
STRANGERS = 1000
CALLS = """
import socket
for number in range(%d):
    with socket.socket() as caller:
        caller.settimeout(20)
        caller.bind(("10.2.%%d.%%d" %% (number // 250, number %% 250 + 1), 0))
        caller.connect(("10.1.0.1", 179))
        heard = b""
        while len(heard) < 21:
            more = caller.recv(100)
            if not more:
                break
            heard += more
        assert heard[18:21] == bytes([3, 6, 5]), heard
""" % STRANGERS


def hub(asn, ours, theirs, more=""):
    """Whoever calls from the range is a neighbour."""
    return """router id %s; protocol device { scan time 1; } %s
    protocol bgp hub { local %s as %d; neighbor range %s external; dynamic name "guest"; dynamic name digits 2; %s %s }
    """ % (ours, more, ours, asn, theirs, FAST, CHANNEL)


def caller(asn, ours, theirs, their_as, more=""):
    return """router id %s; protocol device { scan time 1; } %s
    protocol static { ipv4; route 10.%d.0.0/16 blackhole; }
    protocol bgp hub { local %s as %d; neighbor %s as %d; %s %s }
    """ % (ours, more, asn % 100 + 100, ours, asn, theirs, their_as, FAST, CHANNEL)


def names(daemon):
    return [row["name"] for row in daemon.rows("show", "protocols")]


def is_established(daemon, name):
    return any(row["name"] == name and row["state"] == "Established" for row in daemon.rows("show", "bgp", "summary"))


def meshd_listens(a, b):
    """BIRD calls; its instance comes and goes with the session."""
    meshd = Meshd(a, hub(65001, "10.1.0.1", "10.1.0.0/24"))
    bird = Bird(b, caller(65002, "10.1.0.2", "10.1.0.1", 65001))
    try:
        wait_until("BIRD is met", lambda: is_established(meshd, "guest01"))
        wait_until("its route is there", lambda: "10.102.0.0/16" in meshd.ask("show", "route"))
        bird.ask("disable", "hub")
        wait_until("its instance is gone", lambda: "guest01" not in names(meshd))
        wait_until("its route, too", lambda: "10.102.0.0/16" not in meshd.ask("show", "route"))
        bird.ask("enable", "hub")
        wait_until("it is met again", lambda: is_established(meshd, "guest01"))
        meshd.ask("configure")
        b.run(sys.executable, "-c", CALLS)
        assert names(meshd).count("guest01") == 1 and "guest02" not in names(meshd), names(meshd)
        assert is_established(meshd, "guest01")
        meshd.ask("disable", "hub")
        wait_until("the parent takes it along", lambda: "guest01" not in names(meshd))
    finally:
        bird.stop()
        meshd.stop()


def bird_listens(a, b):
    """The other way round."""
    bird = Bird(b, hub(65002, "10.1.0.2", "10.1.0.0/24"))
    meshd = Meshd(a, caller(65001, "10.1.0.1", "10.1.0.2", 65002))
    try:
        wait_until("meshd is met", lambda: is_established(meshd, "hub"))
    finally:
        bird.stop()
        meshd.stop()


def main():
    a, b = Host("rangea"), Host("rangeb")
    cable(a, b)
    a.run("ip", "addr", "add", "10.1.0.1/24", "dev", a.to(b))
    b.run("ip", "addr", "add", "10.1.0.2/24", "dev", b.to(a))
    a.run("ip", "route", "add", "10.2.0.0/16", "via", "10.1.0.2")
    b.run("ip", "route", "add", "local", "10.2.0.0/16", "dev", "lo")
    try:
        print("1..2")
        meshd_listens(a, b)
        print("ok 1 - BIRD calls from a range, %d strangers call from elsewhere" % STRANGERS)
        bird_listens(a, b)
        print("ok 2 - meshd calls BIRD, which has a range")
    finally:
        a.remove()
        b.remove()


main()
