# SPDX-License-Identifier: GPL-2.0-or-later
"""`why` between real kernels; the drawing is in why.sh."""

import sys

from host import Host, Meshd, cable, run_tests, wait_until

CONFIG = """router id 10.0.0.%(id)d;
filter out {
	if net = 10.%(id)d.2.0/24 then reject;
	if net = 10.%(id)d.3.0/24 then krt_prefsrc = 203.0.113.7;
	accept;
}
protocol kernel k { ipv4 { export filter out; }; }
protocol babel mesh { ipv4 { export all; }; interface "%(link)s" { hello interval 500 ms; }; }
protocol static s { ipv4; %(routes)s }
protocol direct { ipv4; }
"""
ROUTES = " ".join("route 10.1.%d.0/24 via 10.9.0.2;" % number for number in range(1, 6))


class Lab:
    def __init__(self):
        self.router, self.peer = Host("router"), Host("peer")
        cable(self.router, self.peer)
        for number, (host, other) in enumerate(((self.router, self.peer), (self.peer, self.router)), 1):
            host.run("ip", "addr", "add", "10.9.0.%d/24" % number, "dev", host.to(other))
        self.daemon = Meshd(self.router, CONFIG % {"id": 1, "link": self.router.to(self.peer), "routes": ROUTES})
        self.other = Meshd(self.peer, self.peers("route 10.2.0.0/16 blackhole; route 10.2.1.0/24 blackhole;"))
        wait_until("the peer's routes are here", lambda: "10.2.1.0/24" in self.router.output("ip", "route"))

    def peers(self, routes):
        return CONFIG % {"id": 2, "link": self.peer.to(self.router), "routes": routes}

    def why(self, *words):
        rows = self.daemon.rows("why", *words)
        assert len(rows) == 1, rows
        return rows[0]

    def told(self, net, protocol="k.ipv4"):
        return next(export for export in self.why(net)["export"] if export["to"] == protocol)


def test_what_the_kernel_has_is_said(lab):
    wait_until("it is installed", lambda: lab.told("10.1.1.0/24").get("kernel") == "installed in table 254")
    assert lab.told("10.1.1.0/24")["kernel_metric"] == 32
    assert "overridden" not in lab.told("10.1.1.0/24")


def test_what_the_kernel_refuses_is_said_with_the_reason(lab):
    wait_until("it is refused", lambda: "Invalid argument" in lab.told("10.1.3.0/24")["kernel"])
    assert lab.told("10.1.3.0/24")["kernel"].startswith("refused ")


def test_a_filter_names_its_line(lab):
    answer = lab.why("10.1.2.0/24", "not", "exported", "to", "k")
    assert answer["exported"] is False
    assert answer["policy"]["where"] == lab.daemon.config + ":3:28", answer
    assert answer["policy"]["filter"] == "out"


def test_routes_of_others_that_come_first_are_seen(lab):
    lab.router.run("ip", "route", "add", "10.1.4.0/24", "via", "10.9.0.9", "metric", "7")
    wait_until("it is overridden", lambda: "metric 7" in lab.told("10.1.4.0/24").get("overridden", ""))
    lab.router.run("ip", "route", "del", "10.1.4.0/24", "metric", "7")
    wait_until("it is not any more", lambda: "overridden" not in lab.told("10.1.4.0/24"))
    # One with a higher metric doesn't matter.
    lab.router.run("ip", "route", "add", "10.1.4.0/24", "via", "10.9.0.9", "metric", "700")
    assert "overridden" not in lab.told("10.1.4.0/24")


def test_babel_says_what_it_knows(lab):
    answer = lab.why("10.2.1.0/24")
    known = answer["known"][0]
    assert known["protocol"] == "mesh" and known["route"][0]["used"] == "selected", known
    assert known["route"][0]["metric"] == known["route"][0]["link_cost"] + known["route"][0]["advertised"]
    assert answer["route"][0]["next_hop"] == ["10.9.0.2 on to-peer, which is up"], answer
    assert "neighbours: 1" in lab.told("10.1.1.0/24", "mesh.ipv4")["advertised"]


def test_who_withdrew_a_route_is_remembered(lab):
    lab.other.write(lab.peers("route 10.2.0.0/16 blackhole;"))
    lab.other.configure()
    wait_until("it is gone", lambda: "10.2.1.0/24" not in lab.router.output("ip", "route"))
    answer = lab.why("10.2.1.0/24")
    assert answer["gone"].startswith("mesh withdrew 10.2.1.0/24 "), answer
    assert answer["longest_match"] == "10.2.0.0/16, by mesh", answer


def test_a_link_that_is_down_is_said(lab):
    lab.router.run("ip", "link", "set", "to-peer", "down")
    wait_until("it leads nowhere", lambda: "missing" in lab.why("10.1.1.0/24"))
    lab.router.run("ip", "link", "set", "to-peer", "up")
    wait_until("it is back", lambda: "missing" not in lab.why("10.1.1.0/24"))


def main():
    lab = Lab()
    failed = run_tests(globals(), lab)
    lab.daemon.stop()
    lab.other.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
