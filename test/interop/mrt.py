# SPDX-License-Identifier: GPL-2.0-or-later
"""MRT dumps of meshd as bgpdump reads them, and logs of what is sent beside those of who gets it; the drawings are in
mrt.sh."""

import os
import struct
import subprocess
import sys

from host import Bird, Host, Meshd, cable, folder_make, run_tests, wait_until

BIRD = """router id 10.0.0.2;
protocol device { }
protocol static { ipv4; route 10.9.0.0/16 blackhole; route 10.8.0.0/24 blackhole; }
protocol static { ipv6; route fd09::/32 blackhole; }
filter told {
	bgp_path.prepend(65010);
	bgp_community.add((65002, 7));
	bgp_large_community.add((65002, 8, 9));
	bgp_med = 5;
	accept;
}
protocol bgp {
	local 10.0.0.2 as 65002;
	neighbor 10.0.0.1 as 65001;
	ipv4 { import all; export filter told; };
	ipv6 { import all; export filter told; next hop address fd00::2; };
}
"""
MESHD = """router id 10.0.0.1;
mrtdump "FOLDER/heard";
mrtdump protocols { states, messages };
protocol device { }
protocol static { ipv4; route 10.7.0.0/16 blackhole; }
protocol bgp bird {
	local 10.0.0.1 as 65001;
	neighbor 10.0.0.2 as 65002;
	ipv4 { import all; export none; };
	ipv6 { import all; export none; };
}
protocol mrt { table "master*"; filename "%%N.periodic"; period 1; }
""".replace("%%N", "FOLDER/%N")


def read(path):
    """The fields of bgpdump's lines by prefix: peer, AS, path, origin, next hop, MED, communities …"""
    lines = subprocess.run(["bgpdump", "-m", path], check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split("|")[5]: line.split("|") for line in lines}


class Pair:
    def __init__(self):
        self.one, self.two = Host("one"), Host("two")
        cable(self.one, self.two)
        for host, number, device in ((self.one, 1, "to-two"), (self.two, 2, "to-one")):
            host.run("ip", "addr", "add", "10.0.0.%d/24" % number, "dev", device)
            host.run("ip", "addr", "add", "fd00::%d/64" % number, "dev", device, "nodad")
        self.bird = Bird(self.two, BIRD)
        self.folder = self.bird.folder
        os.chmod(self.folder, 0o777)
        self.meshd = Meshd(self.one, MESHD.replace("FOLDER", self.folder))
        wait_until("all routes have come", lambda: "Total: 4 of 4" in self.meshd.ask("show", "route", "count")
                   or self.routes() == 4)

    def routes(self):
        return len(self.meshd.rows("show", "route"))

    def dump(self, name, *words):
        path = os.path.join(self.folder, name)
        self.said = self.meshd.ask("mrt dump table %s to \"%s\" %s" % (words[0], path, " ".join(words[1:])))
        return read(path)


def test_routes_have_their_peer_and_all_attributes(pair):
    routes = pair.dump("four", "master4")
    assert set(routes) == {"10.9.0.0/16", "10.8.0.0/24", "10.7.0.0/16"}, routes
    told = routes["10.9.0.0/16"]
    assert told[3:5] == ["10.0.0.2", "65002"], told
    assert told[6] == "65002 65010" and told[7] == "IGP" and told[8] == "10.0.0.2", told
    assert told[10] == "5" and "65002:7" in told[11], told


def test_local_routes_are_of_nobody(pair):
    own = pair.dump("own", "master4")["10.7.0.0/16"]
    assert own[3:5] == ["0.0.0.0", "0"] and own[6] == "" and own[7] == "INCOMPLETE", own


def test_ip6_has_its_next_hop(pair):
    told = pair.dump("six", "master6")["fd09::/32"]
    assert told[3:5] == ["10.0.0.2", "65002"] and told[6] == "65002 65010" and told[8] == "fd00::2", told


def test_condition_chooses_routes(pair):
    routes = pair.dump("few", "master4", "where source = RTS_BGP && net.len = 24")
    assert set(routes) == {"10.8.0.0/24"}, routes


def test_pattern_takes_several_tables_into_one_file(pair):
    pair.dump("all", '"master*"')
    assert "4 routes" in pair.said, pair.said


def test_period_makes_whole_files(pair):
    path = os.path.join(pair.folder, "master4.periodic")
    wait_until("there is a file", lambda: os.path.exists(path))
    wait_until("all routes are in it", lambda: len(read(path)) == 3)


def lines(path):
    """What bgpdump makes of a log of updates."""
    shown = subprocess.run(["bgpdump", "-m", path], check=True, capture_output=True, text=True)
    assert not shown.stdout.count("Unknown"), shown.stdout
    return shown.stdout.splitlines()


def test_what_is_heard_is_logged(pair):
    path = os.path.join(pair.folder, "heard")
    wait_until("all is written", lambda: any("|A|10.0.0.2|65002|fd09::/32|65002 65010|" in line for line in lines(path)))
    states = [line.split("|")[5:] for line in lines(path) if "|STATE|" in line]
    assert states[-1] == ["5", "6"] and ["1", "3"] in states, states
    told = [line.split("|") for line in lines(path) if "|A|" in line and "|10.9.0.0/16|" in line]
    assert told and told[0][0] == "BGP4MP" and told[0][3:5] == ["10.0.0.2", "65002"], told
    assert told[0][6] == "65002 65010" and told[0][10] == "5" and "65002:7" in told[0][11], told


def test_it_goes_on_in_another_file_with_microseconds(pair):
    path, moved = os.path.join(pair.folder, "heard"), os.path.join(pair.folder, "heard.1")
    os.rename(path, moved)
    pair.meshd.write(MESHD.replace("FOLDER", pair.folder).replace("mrtdump p", "mrtdump microseconds on;\nmrtdump p"))
    pair.meshd.configure()
    pair.bird.ask("disable", "static1")
    wait_until("the withdrawals are written",
               lambda: os.path.exists(path) and any("|W|10.0.0.2|65002|10.9.0.0/16" in line for line in lines(path)))
    assert all(line.startswith("BGP4MP_ET|") for line in lines(path)), lines(path)
    assert "." in lines(path)[0].split("|")[1], lines(path)
    pair.bird.ask("enable", "static1")


# ---- what is sent ----

HUB = """router id 10.0.0.9;
mrtdump "FOLDER/sent";
mrtdump protocols sent;
protocol device { }
protocol static four { ipv4; ROUTES }
protocol static six { ipv6; route fd07::/32 blackhole; }
template bgp told {
	local as 65009;
	passive;
	ipv4 { import all; export all; };
	ipv6 { import all; export all; next hop address fd00::9; };
}
protocol bgp bird from told { neighbor 10.1.0.2 as 65002; }
protocol bgp other from told { neighbor 10.2.0.2 as 65003; }
protocol bgp third from told { neighbor 10.3.0.2 as 65004; }
"""
HEARER = """router id 10.0.0.NUMBER;
mrtdump "FOLDER/heard";
mrtdump protocols { messages };
protocol device { }
protocol static { ipv4; OWN }
protocol bgp hub {
	local as 6500NUMBER;
	neighbor 10.LINK.0.1 as 65009;
	connect delay time 1;
	ipv4 { import all; export all; };
	ipv6 { import all; export all; };
}
"""
LINKS = {"bird": 1, "other": 2, "third": 3}
LOCAL = (6, 7, 10, 11)
FOUR_BYTES = (4, 7, 9, 11)  # So wide are the AS numbers in records of these subtypes.


def messages(path, sent, peer):
    """The BGP messages of a log to or from that IPv4 neighbour, one way."""
    with open(path, "rb") as file:
        log = file.read()
    found, at = [], 0
    while at + 12 <= len(log):
        _, kind, subtype, size = struct.unpack_from(">IHHI", log, at)
        record, at = log[at + 12:at + 12 + size], at + 12 + size
        assert kind == 16, kind
        where = 12 if subtype in FOUR_BYTES else 8
        if (subtype in LOCAL) == sent and record[where:where + 4] == bytes(map(int, peer.split("."))):
            found.append(record[where + 8:])
    return found


class Star:
    def __init__(self):
        hub, bird, other, third = Host("hub"), Host("bird"), Host("other"), Host("third")
        for host, link in zip((bird, other, third), LINKS.values()):
            cable(hub, host)
            hub.run("ip", "addr", "add", "10.%d.0.1/24" % link, "dev", hub.to(host))
            host.run("ip", "addr", "add", "10.%d.0.2/24" % link, "dev", host.to(hub))
        # A folder that each may write to.
        self.logs = folder_make("mrt-")
        os.chmod(self.logs, 0o755)
        for name in ("hub", *LINKS):
            os.mkdir(os.path.join(self.logs, name))
            os.chmod(os.path.join(self.logs, name), 0o777)
        self.hub = Meshd(hub, self.hub_config(0))
        # One of the hub's prefixes: it is told all but that one.
        self.bird = Bird(bird, self.hearer_config("bird", 2, 1, "route 10.9.5.0/24 blackhole;"))
        self.other = Meshd(other, self.hearer_config("other", 3, 2, ""))
        self.third = Meshd(third, self.hearer_config("third", 4, 3, ""))

    def hub_config(self, count):
        routes = "".join("route 10.9.%d.0/24 blackhole { bgp_community.add((65009, %d)); };" % (i, i)
                         for i in range(count))
        return HUB.replace("FOLDER", self.log("hub")).replace("ROUTES", routes)

    def hearer_config(self, name, number, link, own):
        config = HEARER.replace("FOLDER", self.log(name)).replace("NUMBER", str(number))
        return config.replace("LINK", str(link)).replace("OWN", own)

    def log(self, name):
        return os.path.join(self.logs, name)

    def tell(self, count):
        self.hub.write(self.hub_config(count))
        self.hub.configure()

    def pair(self, name, link):
        """What the hub has sent to this one, and what that has heard of the hub."""
        try:
            return (messages(self.log("hub") + "/sent", True, "10.%d.0.2" % link),
                    messages(self.log(name) + "/heard", False, "10.%d.0.1" % link))
        except FileNotFoundError:
            return [], []

    def are_up(self):
        return len([row for row in self.hub.rows("show", "protocols") if row.get("info", "").startswith("Established")]) == 3

    def are_told_as_one(self):
        rows = [row for row in self.hub.rows("show", "bgp", "groups") if row.get("channel") == "ipv4"]
        return {row["name"] for row in rows if row["members"] == 2} == {"other", "third"}


def types_of(told):
    return {message[18] for message in told}


def test_what_is_sent_is_what_is_heard(_):
    star = Star()
    wait_until("all sessions are up", star.are_up)
    star.tell(200)
    wait_until("BIRD has the routes", lambda: "10.9.199.0/24" in star.bird.ask("show", "route"))
    wait_until("two are told as one", star.are_told_as_one)
    star.tell(100)
    star.hub.ask("reload", "in", "all")
    wait_until("some are gone", lambda: "10.9.199.0/24" not in star.bird.ask("show", "route"))
    star.hub.ask("restart", "all")
    wait_until("all sessions are up again",
               lambda: star.are_up() and "10.9.99.0/24" in star.bird.ask("show", "route"))
    star.hub.ask("disable", "all")
    for name, link in LINKS.items():
        def is_alike():
            sent, heard = star.pair(name, link)
            return sent == heard and sent and sent[-1][18] == 3
        try:
            wait_until(name + " has heard what is logged as sent", is_alike, 20)
        finally:
            sent, heard = star.pair(name, link)
            print("# %s: %d messages sent, %d heard, of types %s" % (name, len(sent), len(heard), sorted(types_of(sent))))
        assert types_of(sent) == {1, 2, 3, 4, 5}, types_of(sent)
        # Each the hub's address on its own link.
        assert any(bytes((64, 3, 4, 10, link, 0, 1)) in message for message in sent), name
        assert not any(bytes((64, 3, 4, 10, link % 3 + 1, 0, 1)) in message for message in sent), name
    assert any(line.startswith("BGP4MP_LOCAL|") and "|A|10.1.0.2|65002|10.9.99.0/24|65009|IGP|10.1.0.1|" in line
               for line in lines(star.log("hub") + "/sent"))


if __name__ == "__main__":
    sys.exit(run_tests(globals(), Pair()) > 0)
