# SPDX-License-Identifier: GPL-2.0-or-later
"""`ibgp auto` on real kernels: three hosts in a line, each with a network of its own that only BGP tells of."""

import signal
import subprocess
import sys

from host import Host, Meshd, cable, run_tests, wait_until

CONFIG = """router id 10.77.0.%(number)d;
protocol device { scan time 1; }
protocol direct { ipv4; ipv6; interface "lan"; }
protocol kernel { ipv4 { export where source != RTS_DEVICE; }; }
protocol kernel { ipv6 { export where source != RTS_DEVICE; }; }
protocol babel { ipv6 { export where net ~ [ %(prefix)s+ ]; }; interface "to-*" { type wired; hello interval 1 s; }; }
ibgp auto { prefix %(prefix)s; address %(address)s; password "%(password)s"; linger time 5 s; }
"""


def config(number, password="secret", prefix="fd99::/64"):
    return CONFIG % {"number": number, "password": password, "prefix": prefix,
                     "address": prefix.replace("/64", "%d" % number)}


class Line:
    """Hosts a, b, c; cables between a and b, b and c."""

    def __init__(self):
        self.hosts = [Host("ibgp" + name) for name in "abc"]
        cable(self.hosts[0], self.hosts[1])
        cable(self.hosts[1], self.hosts[2])
        for number, host in enumerate(self.hosts, 1):
            host.run("ip", "link", "add", "lan", "type", "veth", "peer", "name", "device")
            host.run("ip", "addr", "add", "192.168.%d.1/24" % number, "dev", "lan")
            host.run("ip", "addr", "add", "fd00:%d::1/64" % number, "dev", "lan")
            for interface in ("lan", "device"):
                host.run("ip", "link", "set", interface, "up")
            for setting in ("all", "default"):
                host.run("sysctl", "-qw", "net.ipv4.conf.%s.rp_filter=0" % setting)
        self.daemons = [Meshd(host, config(number)) for number, host in enumerate(self.hosts, 1)]

    def stop(self):
        for daemon in self.daemons:
            daemon.stop()
        for host in self.hosts:
            host.remove()

    def configure(self, number, **options):
        self.daemons[number - 1].write(config(number, **options))
        self.daemons[number - 1].configure()

    def reaches(self, a, b):
        """From the network of one to that of another, in both families."""
        for family, form in (("-4", "192.168.%d.1"), ("-6", "fd00:%d::1")):
            words = ["ping", family, "-c", "1", "-W", "1", "-q", "-I", form % a, form % b]
            if subprocess.run(self.hosts[a - 1].command(*words), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode != 0:
                return False
        return True

    def all_reach_all(self):
        return all(self.reaches(a, b) for a in (1, 2, 3) for b in (1, 2, 3) if a != b)

    def has_loopback(self, number, addr=None):
        return (addr or "fd99::%d/128" % number) in self.hosts[number - 1].output("ip", "-6", "addr", "show", "dev", "lo")

    def logged(self, number, words):
        with open(self.daemons[number - 1].log.name) as file:
            return file.read().count(words)

    def sessions(self, number):
        return sum(row["state"] == "Established" for row in self.daemons[number - 1].rows("show", "bgp", "summary"))


def test_each_reaches_the_networks_of_all(line):
    wait_until("all reach all", line.all_reach_all)
    for number in (1, 2, 3):
        assert line.has_loopback(number), number
        assert line.sessions(number) == 2, number
    # Babel carries loopbacks alone.
    routes = line.daemons[0].ask("show", "route", "protocol", "babel1")
    assert "192.168" not in routes and "fd00:" not in routes, routes
    # By BGP, over the cable that Babel found; IPv4 by an IPv6 next hop.
    assert "via inet6 fe80::" in line.hosts[0].output("ip", "-4", "route", "show", "192.168.3.0/24")


def test_the_password_is_the_kernels_to_check(line):
    line.configure(3, password="other")
    wait_until("c has no neighbour", lambda: line.sessions(3) == 0 and line.sessions(1) == 1)
    wait_until("its network is gone", lambda: not line.hosts[0].output("ip", "-4", "route", "show", "192.168.3.0/24"))
    wait_until("a tells so", lambda: line.logged(1, "No session comes up with loopback fd99::3") == 1)
    assert line.reaches(1, 2)
    line.configure(3)
    wait_until("all reach all", line.all_reach_all, 90)


def test_a_daemon_is_killed_and_starts_again(line):
    daemon = line.daemons[1]
    killed(daemon)
    wait_until("a hears of no network behind b", lambda: line.sessions(1) == 0)
    daemon.begin()
    wait_until("all reach all", line.all_reach_all)
    assert line.has_loopback(2)


def test_another_prefix_takes_the_former_address_away(line):
    line.configure(1, prefix="fd98::/64")
    wait_until("lo has the new address alone",
               lambda: line.has_loopback(1, "fd98::1/128") and not line.has_loopback(1))
    line.configure(1)
    wait_until("lo has the former one alone",
               lambda: line.has_loopback(1) and not line.has_loopback(1, "fd98::1/128"))
    wait_until("all reach all", line.all_reach_all)


def test_an_address_that_was_taken_away_comes_back(line):
    line.hosts[0].run("ip", "addr", "del", "fd99::1/128", "dev", "lo")
    wait_until("lo has it again", lambda: line.has_loopback(1))
    wait_until("all reach all", line.all_reach_all)


def test_the_address_goes_with_the_daemon_unless_it_was_there_before(line):
    line.daemons[0].halt()
    assert not line.has_loopback(1)
    line.hosts[0].run("ip", "addr", "add", "fd99::1/128", "dev", "lo")
    line.daemons[0].begin()
    wait_until("all reach all", line.all_reach_all)
    line.daemons[0].halt()
    assert line.has_loopback(1)
    line.hosts[0].run("ip", "addr", "del", "fd99::1/128", "dev", "lo")
    line.daemons[0].begin()
    wait_until("all reach all", line.all_reach_all)


def killed(daemon):
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()


def test_an_address_of_a_killed_daemon_goes_with_the_next_one(line):
    killed(line.daemons[0])
    assert line.has_loopback(1)
    line.daemons[0].begin()
    wait_until("all reach all", line.all_reach_all)
    line.daemons[0].halt()
    assert not line.has_loopback(1)
    line.daemons[0].begin()
    wait_until("all reach all", line.all_reach_all)


def test_one_with_another_address_takes_that_of_a_killed_one_away(line):
    killed(line.daemons[0])
    line.daemons[0].write(config(7))
    line.daemons[0].begin()
    wait_until("lo has the new address alone", lambda: line.has_loopback(1, "fd99::7/128") and not line.has_loopback(1))
    line.configure(1)
    wait_until("all reach all", line.all_reach_all)


def test_two_with_one_address_are_told_so(line):
    words = "Another router has our loopback fd99::1, too: one of the two needs another `address`"
    line.daemons[2].write(config(3).replace("address fd99::3;", "address fd99::1;"))
    line.daemons[2].configure()
    # Babel tells of the nearer one alone, and not back to where it is.
    wait_until("c tells", lambda: line.logged(3, words) == 1)
    line.configure(3)
    wait_until("all reach all", line.all_reach_all, 90)
    assert line.logged(3, words) == 1


def test_one_that_comes_later_and_alone_is_told_of_too(line):
    words = "Another router has our loopback fd99::1, too"
    line.daemons[2].halt()
    line.hosts[0].run("ip", "link", "set", "to-ibgpb", "down")
    line.daemons[1].write(config(2).replace("address fd99::2;", "address fd99::1;"))
    line.daemons[1].configure()
    wait_until("no session is waited for", lambda: not any("ibgp1." in daemon.ask("show", "protocols")
                                                           for daemon in line.daemons[:2]))
    line.hosts[0].run("ip", "link", "set", "to-ibgpb", "up")
    wait_until("both tell", lambda: line.logged(1, words) == 1 and line.logged(2, words) == 1)
    line.configure(2)
    line.daemons[2].begin()
    wait_until("all reach all", line.all_reach_all, 90)


def test_an_interface_that_takes_no_address_is_told_of(line):
    line.daemons[2].halt()
    line.hosts[2].run("sysctl", "-qw", "net.ipv6.conf.lo.disable_ipv6=1")
    line.daemons[2].begin()
    wait_until("it says so", lambda: line.logged(3, "lo does not take the loopback fd99::3: ") > 0)
    line.hosts[2].run("sysctl", "-qw", "net.ipv6.conf.lo.disable_ipv6=0")
    line.daemons[2].ask("restart", "ibgp1")
    wait_until("all reach all", line.all_reach_all)
    assert line.logged(3, "lo does not take the loopback fd99::3: ") == 1


def main():
    line = Line()
    try:
        failed = run_tests(globals(), line)
    finally:
        line.stop()
    sys.exit(1 if failed else 0)


main()
