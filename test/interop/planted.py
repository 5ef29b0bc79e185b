# SPDX-License-Identifier: GPL-2.0-or-later
"""What the interop tests look with is seen seeing: routes are planted by hand, good ones and bad ones."""

import sys
import traceback

from host import wait_until
from network import Network, address

LENGTH = {4: 32, 6: 128}


def route(network, host, target, family, segment, gateway):
    """A route on a host to a target's address, through another host on a segment."""
    if family == 4:
        via = "10.10.%d.%d" % (segment, gateway + 1)
    else:
        words = network.hosts[gateway].output("ip", "-6", "-o", "addr", "show", "dev", "b%d" % segment).split()
        via = words[words.index("inet6") + 1].split("/")[0]
    network.hosts[host].run("ip", "-%d" % family, "route", "replace", "%s/%d" % (address(target, family), LENGTH[family]),
                            "via", via, "dev", "b%d" % segment)


def line():
    """0 - 1 - 2 - 3, with all the routes there should be."""
    network = Network("pl", 4, [(0, 1), (1, 2), (2, 3)])
    for host, target in network.pairs():
        for family in (4, 6):
            gateway = host + 1 if target > host else host - 1
            route(network, host, target, family, min(host, gateway), gateway)
    return network


def fails(check, *arguments):
    try:
        check(*arguments)
    except RuntimeError:
        return True
    return False


def unroute(network, host, target, family):
    network.hosts[host].run("ip", "-%d" % family, "route", "del", address(target, family))


def test_good_routes_are_found_good(network):
    assert network.settled()
    network.probes_start((0, 3))
    wait_until("the probes are answered", network.probes_answered)
    network.check_none_expired()


def test_a_missing_route_is_noticed(network):
    unroute(network, 2, 3, 6)
    assert network.wrong() == {(0, 3, 6): [0, 1, 2, None], (1, 3, 6): [1, 2, None], (2, 3, 6): [2, None]}
    network.probes_start((3,))
    assert fails(wait_until, "an answer that never comes", network.probes_answered, 2)


def test_a_way_round_is_noticed(network):
    """Where a shorter one is there again."""
    network.segments.append((0, 3))
    network.joined.append({0, 3})
    network.join(3, (0, 3))
    assert network.wrong()[0, 3, 4] == [0, 1, 2, 3]
    for host, gateway in ((0, 3), (3, 0)):
        for family in (4, 6):
            route(network, host, gateway, family, 3, gateway)
    assert network.settled()


def test_a_withdrawn_route_that_stays_is_noticed(network):
    network.withdraw(0)
    assert not network.settled()
    for host in (1, 2):
        for family in (4, 6):
            unroute(network, host, 0, family)
    assert network.wrong() == {(3, 0, 4): [3, 2, None], (3, 0, 6): [3, 2, None]}, network.wrong()
    for family in (4, 6):
        unroute(network, 3, 0, family)
    assert network.settled()


def test_a_loop_is_noticed_in_the_tables(network):
    route(network, 2, 3, 4, 1, 1)
    assert network.wrong() == {(0, 3, 4): [0, 1, 2, 1], (1, 3, 4): [1, 2, 1], (2, 3, 4): [2, 1, 2]}


def loop_for_a_moment(network, family):
    network.probes_start((3,))
    wait_until("the probes are answered", network.probes_answered)
    network.check_none_expired()
    route(network, 2, 3, family, 1, 1)
    wait_until("a packet has gone round", lambda: any(map(network.expired, network.hosts)))
    route(network, 2, 3, family, 2, 3)
    assert network.settled()
    assert fails(network.check_none_expired)


def test_a_loop_that_is_over_is_noticed_ipv4(network):
    loop_for_a_moment(network, 4)


def test_a_loop_that_is_over_is_noticed_ipv6(network):
    loop_for_a_moment(network, 6)


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    print("1..%d" % len(tests))
    failed = False
    for number, (name, test) in enumerate(tests, 1):
        network = line()
        try:
            test(network)
            print("ok %d - %s" % (number, name))
        except Exception:  # Whatever it was, the others run as well.
            failed = True
            print("not ok %d - %s" % (number, name))
            traceback.print_exc(file=sys.stdout)
        finally:
            network.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
