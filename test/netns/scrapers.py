# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers of BIRD's answers, written for this test in the manner of those in the field; see scrapers.sh."""

import os
import re
import socket
from datetime import datetime

import tap
from host import Host, Meshd, wait_until

CONFIG = """router id 10.0.0.1;
timeformat base iso long;
timeformat route iso long;
timeformat protocol iso long;
filter lan { accept; }
ipv4 table side;
protocol device dev { }
protocol kernel kern4 { ipv4 { export all; }; kernel table 100; }
protocol pipe over { table master4; peer table side; export all; }
protocol static uplinks {
	description "by hand: all of them";
	ipv4 { import filter lan; import keep filtered; import limit 1000 action block; };
	ipv6;
	route 10.1.0.0/16 via 192.0.2.2 {
		bgp_path.prepend(65001); bgp_path.prepend(4200000001); bgp_origin = ORIGIN_IGP;
		bgp_next_hop = 192.0.2.9; bgp_local_pref = 100; bgp_med = 7;
		%s
		bgp_large_community.add((65000, 1, 2)); bgp_ext_community.add((rt, 65000, 3));
	};
	route 10.2.0.0/16 via "eth0";
	route 10.3.0.0/16 via 192.0.2.2 weight 1 via 192.0.2.3 weight 2;
	route 10.4.0.0/16 unreachable;
	route 2001:db8:1::/48 via 2001:db8::2;
}
protocol static backup { ipv4 { preference 100; }; route 10.1.0.0/16 via 192.0.2.3; }
protocol static asleep { disabled; ipv4; route 10.9.0.0/16 blackhole; }
""" % " ".join("bgp_community.add((65000, %d));" % (20000 + i) for i in range(120))

ISO = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


class Place:
    def __init__(self):
        host = Host("scrape")
        host.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth1")
        for name in ("eth0", "eth1"):
            host.run("ip", "link", "set", name, "up")
        host.run("ip", "addr", "add", "192.0.2.1/24", "dev", "eth0")
        host.run("ip", "addr", "add", "2001:db8::1/64", "dev", "eth0", "nodad")
        self.daemon = Meshd(host, CONFIG)
        self.path = os.path.join(self.daemon.folder, "bird")
        self.daemon.write('cli "%s" { protocol bird; }\n' % self.path + CONFIG)
        self.daemon.configure()
        wait_until("all routes are there", lambda: "5 of 5" in self.ask("show route count"))

    def raw(self, command):
        """Bytes of a reply, as a program reads them that waits for `NNNN ` and an end of line."""
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(20)
            stream.connect(self.path)
            assert re.match(rb"0001 BIRD \d+\.\d+\.\d+ ready\.\n\Z", stream.recv(4096))
            stream.sendall(command.encode() + b"\n")
            data = b""
            while not re.search(rb"(?:\A|\n)\d{4} [^\n]*\n\Z", data):
                more = stream.recv(4096)
                assert more, data
                data += more
            return data

    def ask(self, command):
        """What a person sees: without codes."""
        text = self.raw(command).decode()
        return re.sub(r"(?m)^(?:\d{4}[- ]| )", "", text)


# ---- an exporter of metrics: asks the socket for all protocols ----


def exported(data):
    """Protocols by name and channel, from the lines as they come, codes and all."""
    head = re.compile(r"(?:1002-)?\s?(\S+)\s+(BGP|BFD|OSPF|RPKI|RIP|RAdv|Pipe|Perf|Direct|Babel|Device|Kernel|"
                      r"Static)\s+(\S+)\s+(\S+)\s+(" + ISO + r"|\S+)(?:\s+(.*?))?$")
    counts = re.compile(r"^\s+Routes:\s+(\d+) imported, (?:(\d+) filtered, )?(\d+) exported(?:, (\d+) preferred)?")
    changes = re.compile(r"(Import|Export) (updates|withdraws):\s+" + r"\s+".join([r"(\d+|---)"] * 5) + r"\s*$")
    found, current = {}, None
    for line in data.decode().split("\n"):
        line = line.rstrip()
        if line in ("", "1006-"):
            current = None
        elif head.match(line):
            name, proto, table, state, since, info = head.match(line).groups()
            current = {"proto": proto, "table": table, "state": state, "since": since, "info": info}
            found[(name, None)] = current
        elif current is not None and re.search(r"Channel ipv([46])", line):
            current = dict(current, changes={})
            found[(name, re.search(r"Channel (\S+)", line).group(1))] = current
        elif current is not None and counts.match(line):
            keys = ("imported", "filtered", "exported", "preferred")
            current.update(zip(keys, (int(number or 0) for number in counts.match(line).groups())))
        elif current is not None and changes.search(line):
            groups = changes.search(line).groups()
            current.setdefault("changes", {})[groups[:2]] = groups[2:]
        elif current is not None and re.search(r"(Input|Output) filter:\s+(.*)", line):
            way, name_of = re.search(r"(Input|Output) filter:\s+(.*)", line).groups()
            current[way] = name_of
        elif current is not None and "Description:" in line:
            current["description"] = re.search(r"Description:\s+(.*)", line).group(1)
    return found


def test_an_exporter_finds_protocols_channels_and_counters(place):
    found = exported(place.raw("show protocols all"))
    assert found[("dev", None)]["proto"] == "Device" and found[("kern4", None)]["proto"] == "Kernel"
    assert found[("over", None)]["proto"] == "Pipe" and found[("over", None)]["exported"] == 5
    four, six = found[("uplinks", "ipv4")], found[("uplinks", "ipv6")]
    assert (four["imported"], four["filtered"], four["exported"], four["preferred"]) == (4, 0, 0, 4), four
    assert (six["imported"], six["preferred"]) == (1, 1), six
    assert four["Input"] == "lan" and four["Output"] == "REJECT"
    assert found[("uplinks", None)]["description"] == "by hand: all of them"
    assert len(four["changes"]) == 4 and four["changes"][("Import", "withdraws")][2] == "---"
    assert four["changes"][("Import", "updates")][0] == "4"
    assert found[("kern4", "ipv4")]["exported"] == 4
    assert found[("asleep", None)]["state"] == "down"
    for what in found.values():
        datetime.strptime(what["since"], "%Y-%m-%d %H:%M:%S")


def test_an_exporter_sees_the_end_of_each_reply(place):
    for command in ("show protocols all", "show route count", "show status", "nonsense", "eval 1"):
        assert re.search(rb"\A(.*\n)*\d{4} [^\n]*\n\Z", place.raw(command)), command
    assert place.raw("show protocols all").endswith(b"\n0000 \n")


# ---- a looking glass that reads the socket, and shows tables and maps ----


def glass_lines(data):
    """Lines without their code and blanks in front; the reply ends with a code 0, 8 or 9."""
    result = []
    for line in data.decode().split("\n"):
        coded = re.match(r"\d{4}.", line)
        text = line[5:] if coded else line
        if text.strip():
            result.append(text.strip(" "))
        if coded and line[0] in "089":
            return result
    raise AssertionError("no end")


def test_a_looking_glass_shows_a_summary(place):
    row = re.compile(r"(\w+)\s+(\w+)\s+([\w-]+)\s+(\w+)\s+([0-9\-\. :]+)(.*)")
    lines = glass_lines(place.raw("show protocols"))
    assert lines[0].split() == ["Name", "Proto", "Table", "State", "Since", "Info"]
    rows = {row.match(line).group(1): row.match(line).groups() for line in lines[1:]}
    assert set(rows) == {"dev", "kern4", "over", "uplinks", "backup", "asleep"}
    assert rows["over"][3] == "up" and rows["over"][5] == "master4 <=> side"
    assert rows["backup"][2] == "master4" and rows["uplinks"][2] == "---"
    older = re.compile(r"(?P<name>\w+)\s+(?P<proto>\w+)\s+(?P<table>\S+)\s+(?P<state>\w+)\s+(?P<since>" + ISO +
                       r")(\s+(?P<info>.*))?$")
    assert all(older.match(line) for line in lines[1:])


def test_a_looking_glass_draws_a_map(place):
    text = place.raw("show route for 10.1.2.3 all").decode()
    best, first, second = text.split("\tvia ")
    assert "*" in best and "*" not in first.split("1007-")[0]
    lines = first.split("\n")
    paths = [re.match(r" ?\tBGP\.as_path: (.*)", line) for line in lines]
    assert [match.group(1) for match in paths if match] == ["4200000001 65001"]
    assert any(re.match(r" ?\tBGP\.next_hop: 192\.0\.2\.9$", line) for line in lines)
    assert "BGP.as_path" not in second


def test_no_line_is_longer_than_readers_expect(place):
    for command in ("show route all", "show protocols all", "show symbols", "show interfaces", "show memory"):
        assert max(len(line) for line in place.raw(command).split(b"\n")) < 512, command


# ---- a service that turns birdc's output into JSON ----


def routes_read(text):
    """Routes from lines, as blocks that begin in the first column."""
    first = re.compile(r"^([0-9a-f.:/]+)?\s+unicast\s+\[([\w.:]+)\s+([0-9\-:\s]+)(?:\s+from\s+([0-9a-f.:/]+))?\]\s+"
                       r"(?:(\*)\s+)?\((\d+)(?:/\d+)?(?:/[^)]*)?\).*$")
    routes, lines = [], text.split("\n")
    for at, line in enumerate(lines):
        match = first.match(line)
        if match:
            net = match.group(1) or routes[-1]["net"]
            routes.append({"net": net, "from": match.group(2), "age": match.group(3),
                           "primary": match.group(5) == "*", "metric": int(match.group(6)), "bgp": {}, "hops": []})
        elif re.match(r"^\s+via\s+([0-9a-f.:]+)\s+on\s+([^/\s]+)", line):
            routes[-1]["hops"].append(re.match(r"^\s+via\s+([0-9a-f.:]+)\s+on\s+([^/\s]+)", line).groups())
        elif re.match(r"^\s+dev\s+([^/\s]+)\s*$", line):
            routes[-1]["hops"].append((None, line.split()[1]))
        elif re.match(r"^\s+Type:\s+(.*)\s*$", line) and routes:
            routes[-1]["type"] = line.split(":")[1].split()
        elif re.match(r"^\s+BGP.(\w+):\s+(.+)\s*$", line):
            key, value = re.match(r"^\s+BGP.(\w+):\s+(.+)\s*$", line).groups()
            while at + 1 < len(lines) and lines[at + 1].startswith("\t\t"):
                at += 1
                value += lines[at][2:]
            routes[-1]["bgp"][key] = value
    return routes


def test_a_service_reads_the_status(place):
    lines = place.ask("show status").split("\n")
    expected = [r"^BIRD\s([0-9.]+)\s*$", r"^Router\sID\sis\s([0-9.]+)\s*$", r"^Hostname is \S+$",
                r"^Current\sserver\stime\sis\s([0-9\-]+\s[0-9:]+)\s*$",
                r"^Last\sreboot\son\s([0-9\-]+\s[0-9:]+)\s*$",
                r"^Last\sreconfiguration\son\s([0-9\-]+\s[0-9:]+)\s*$", r"^Daemon is up and running$"]
    for pattern, line in zip(expected, lines, strict=False):
        assert re.match(pattern, line), line
    assert "10.0.0.1" in lines[1]


def test_a_service_reads_protocols_as_blocks(place):
    blocks = [block for block in re.split(r"\n\s*\n", place.ask("show protocols all")) if block.strip()]
    values = {}
    for block in blocks:
        head = [line for line in block.split("\n") if re.match(r"^(\S+)\s+(\w+)\s+(\S+)\s+(\S+)\s+" + ISO, line)]
        if not head:
            continue
        values[head[0].split()[0]] = {
            key.strip(): value.strip()
            for key, value in re.findall(r"(?m)^\s+([^:\n]+):\s+(.+?)\s*$", block)}
    assert values["uplinks"]["Description"] == "by hand: all of them"
    assert values["backup"]["Preference"] == "100" and values["backup"]["Table"] == "master4"
    assert values["uplinks"]["Import limit"] == "1000" and values["uplinks"]["Action"] == "block"
    assert values["over"]["Peer table"] == "side" and values["over"]["Export state"] == "up"


def test_a_service_reads_routes_with_their_attributes(place):
    routes = routes_read(place.ask("show route all"))
    own = [route for route in routes if route["net"] == "10.1.0.0/16"]
    assert [(route["from"], route["primary"], route["metric"]) for route in own] == [
        ("uplinks", True, 200), ("backup", False, 100)]
    bgp = own[0]["bgp"]
    assert bgp["as_path"].split() == ["4200000001", "65001"] and bgp["origin"] == "IGP"
    assert bgp["local_pref"] == "100" and bgp["med"] == "7" and bgp["next_hop"] == "192.0.2.9"
    communities = re.findall(r"\((\d+),(\d+)\)", bgp["community"])
    assert communities == [("65000", str(20000 + i)) for i in range(120)]
    assert re.findall(r"\((\d+), (\d+), (\d+)\)", bgp["large_community"]) == [("65000", "1", "2")]
    assert re.findall(r"\(([^,]+), ([^,]+), ([^,]+)\)", bgp["ext_community"]) == [("rt", "65000", "3")]
    by_net = {route["net"]: route for route in routes if route["primary"]}
    assert by_net["10.2.0.0/16"]["hops"] == [(None, "eth0")]
    assert sorted(by_net["10.3.0.0/16"]["hops"]) == [("192.0.2.2", "eth0"), ("192.0.2.3", "eth0")]
    assert by_net["2001:db8:1::/48"]["hops"] == [("2001:db8::2", "eth0")]
    assert by_net["10.1.0.0/16"]["type"] == ["static", "univ"]
    datetime.strptime(by_net["10.1.0.0/16"]["age"], "%Y-%m-%d %H:%M:%S")


def test_a_service_counts_and_lists(place):
    for command, count in (("show route protocol uplinks count", 4), ("show route table side count", 5),
                           ("show route export kern4 count", 4), ("show route primary protocol backup count", 0),
                           ("show route noexport kern4 where from=192.0.2.1 count", 0),
                           ("show route where net.type = NET_IP4 count", 5)):
        numbers = [int(number) for number in re.findall(r"(?m)^(\d+)\s+of\s+\d+\s+routes", place.ask(command))]
        assert numbers and numbers[0] == count, (command, numbers)
    kinds = {}
    for line in place.ask("show symbols").split("\n"):
        match = re.match(r"^(\S+)\s+(.+)\s*$", line)
        if match and not line.startswith("0000"):
            kinds.setdefault(match.group(2), set()).add(match.group(1))
    assert "side" in kinds["routing table"] and "uplinks" in kinds["protocol"] and "lan" in kinds["filter"]


def test_what_readers_ask_for_is_understood(place):
    for command in ("show route table 'master4' noexport 'kern4' all", "show route all protocol uplinks",
                    "show route all filtered protocol uplinks", "show route 10.1.0.0/16 all",
                    "show route for 10.1.2.3 table master4 all", "show route for 10.1.2.3 protocol uplinks all",
                    "show route where net ~ [ 10.0.0.0/8{16,24} ]", "show route where net ~ [ 10.0.0.0/8{16,24} ] all",
                    "show protocols all uplinks", "show protocols uplinks", "show route export kern4"):
        assert re.search(rb"(\A|\n)0000 \n\Z", place.raw(command)), (command, place.raw(command)[-300:])


tap.run(globals(), Place())
