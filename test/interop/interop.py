# SPDX-License-Identifier: GPL-2.0-or-later
"""Babel between meshd, BIRD and babeld: one topology, with each daemon in each role there is in it.

usage: interop.py TOPOLOGY      line ring diamond lan

Each host has an IPv4 and an IPv6 address of its own on lo, which every other host must reach.  Then a cable is
cut and put back, and the addresses of the first host, the origin, are withdrawn.  After each step every path through
the kernels' tables must come to be as it should; all the while probes run, and no packet may go round in circles.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations, product

from host import Babeld, Bird, Meshd, wait_until
from network import Network

CONVERGE = 100.0  # Seconds until all must be as it should; babeld looks for changes of addresses each 30 s.
PAUSE = 0.2
COST = 96  # Of a wired link.
KINDS = (Meshd, Bird, Babeld)

BIRD_CONFIG = """router id 10.9.0.%(number)d;
protocol device { scan time 1; }
protocol direct { ipv4; ipv6; interface "lo"; }
protocol kernel { ipv4 { export where source != RTS_DEVICE; }; }
protocol kernel { ipv6 { export where source != RTS_DEVICE; }; }
protocol babel {
	ipv4 { import all; export all; };
	ipv6 { import all; export all; };
	interface "b*" { type wired; hello interval 1 s; update interval 4 s; };
}
"""

BABELD_CONFIG = """default type wired
default hello-interval 1
default update-interval 4
smoothing-half-life 0
redistribute local ip 10.9.0.0/16 ge 32 allow
redistribute local ip fd00:9::/32 ge 128 allow
redistribute local deny
"""

# Hosts, the segments that join them, and who has which role. The origin is always host 0, and segment 0 is cut.
TOPOLOGIES = {
    "line": (3, [(0, 1), (1, 2)], {"transit": [1], "leaf": [2]}),
    "ring": (4, [(0, 1), (1, 2), (2, 3), (3, 0)], {"transit before": [1], "transit after": [3], "leaf": [2]}),
    "diamond": (4, [(0, 1), (0, 2), (1, 3), (2, 3)], {"transit before": [1], "transit after": [2], "leaf": [3]}),
    "lan": (5, [(0, 1, 2, 3, 4)], {"leaf": [1, 2, 3, 4]}),
}


def assignments(topology):
    """Which daemon runs on which host, run by run.  Each is in each role at least once."""
    if topology == "line":
        chosen = list(permutations(KINDS))
    elif topology == "lan":
        chosen = [[KINDS[(first + i) % 3] for i in range(5)] for first in range(3)]
    else:
        # An orthogonal array: at any two hosts each pair of daemons occurs. Runs without meshd say nothing of it.
        rows = [[KINDS[i % 3] for i in (a, b, a + b, a + 2 * b + 1)] for a, b in product(range(3), repeat=2)]
        chosen = [row for row in rows if Meshd in row]
    for role, hosts in [("origin", [0]), *TOPOLOGIES[topology][2].items()]:
        for kind in KINDS:
            assert any(row[host] is kind for row in chosen for host in hosts), (topology, role, kind.name)
    return chosen


def start(network, kinds, daemons):
    """Adds a daemon for each host."""
    for number, (host, kind) in enumerate(zip(network.hosts, kinds)):
        if kind is Babeld:
            daemons.append(Babeld(host, BABELD_CONFIG, interfaces=network.interfaces(number)))
        else:
            daemons.append(kind(host, BIRD_CONFIG % {"number": number + 1}))


def bird_believes(daemon):
    """Whether BIRD still calls a route feasible that no longer is: its neighbour's distance is not below BIRD's own.
    BIRD 2.0.12 decides that when it hears a route, and not again when its own distance has shrunk since; what it heard
    before leads it into loops until the neighbour's next full update."""
    rows = [line.split() for line in daemon.ask("show", "babel", "routes").splitlines()]
    rows = [row for row in rows if len(row) == 7 and row[4] in "*+"]
    own = {(row[0], row[5]): int(row[3]) for row in rows if row[4] == "*"}
    return any(int(row[3]) - COST >= own[row[0], row[5]] for row in rows
               if row[4] == "+" and row[3] != "65535" and (row[0], row[5]) in own)


def answerable(kinds, segments):
    """The hosts on which no packet may ever run out of hops: all but BIRDs that are neighbours, which loop without
    anybody's help, see bird_believes()."""
    return [number for number, kind in enumerate(kinds)
            if kind is not Bird or not any(number in segment and other in segment and other != number
                                           for segment in segments
                                           for other, that in enumerate(kinds) if that is Bird)]


def settle(network, daemons, what):
    """Waits until all paths are as they should be, and rest: says what after how many seconds."""
    seconds = wait_until(what, network.settled, CONVERGE, PAUSE)
    for daemon in daemons:
        if isinstance(daemon, Bird):
            wait_until("BIRD has noticed", lambda: not bird_believes(daemon), CONVERGE, PAUSE)
    if network.wrong():
        raise RuntimeError("no longer so, though nothing happened: " + what)
    return "%s %.1f s" % (what, seconds)


def state(daemon):
    """What a daemon and its host say of themselves, for a failure."""
    shown = [daemon.host.output("ip", "addr")]
    if not isinstance(daemon, Babeld):
        for what in ("interfaces", "neighbors", "routes"):
            shown.append(daemon.ask("show", "babel", what))
    return "# %s %s\n#   " % (daemon.host.name, daemon.name) + "\n#   ".join("\n".join(shown).splitlines())


def run(topology, index, kinds):
    names = "-".join(kind.name for kind in kinds)
    count, segments, _ = TOPOLOGIES[topology]
    network, daemons = Network("%s%d" % (topology[:2], index), count, segments), []
    try:
        start(network, kinds, daemons)
        told = [settle(network, daemons, "converged")]
        network.probes_start((0, count - 1))
        wait_until("all probes are answered", network.probes_answered, CONVERGE)
        network.cut(0)
        told.append(settle(network, daemons, "cut"))
        network.mend(0)
        told.append(settle(network, daemons, "mended"))
        network.withdraw(0)
        told.append(settle(network, daemons, "withdrawn"))
        network.probes_stop()
        expired = network.check_none_expired(answerable(kinds, segments))
        if any(expired):
            told.append("BIRD looped by itself, packets out of hops: %s" % expired)
        return True, names + ": " + ", ".join(told)
    except (RuntimeError, subprocess.CalledProcessError) as error:
        return False, "%s: %s\n# not as they should be: %s\n%s" % (
            names, error, network.wrong(), "\n".join(map(state, daemons)))
    finally:
        for daemon in daemons:
            daemon.stop()
        network.close()


def main():
    topology = sys.argv[1]
    chosen = assignments(topology)
    print("1..%d" % len(chosen), flush=True)
    failed = False
    with ThreadPoolExecutor(len(chosen)) as pool:
        results = pool.map(lambda item: run(topology, *item), enumerate(chosen))
        for number, (good, text) in enumerate(results, 1):
            failed |= not good
            print("%sok %d - %s" % ("" if good else "not ", number, text), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
