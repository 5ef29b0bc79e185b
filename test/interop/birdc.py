# SPDX-License-Identifier: GPL-2.0-or-later
"""Transcripts of `birdc -v` against meshd and BIRD, compared; see birdc.sh.  `--show COMMAND…` prints one."""

import difflib
import os
import re
import shlex
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SRC"], "test/netns"))
from host import Bird, Host, Meshd, wait_until  # noqa: E402

FOLDER = os.path.join(os.environ["SRC"], "test/interop")

# What a route has that only the configuration can give it.
ATTRIBUTES = """
	route 10.20.0.0/16 via 192.0.2.2 { krt_metric = 77; krt_mtu = 1400; };
	route 10.21.0.0/16 via 192.0.2.2 {
		bgp_path.prepend(65001); bgp_path.prepend(65002); bgp_origin = ORIGIN_INCOMPLETE;
		bgp_next_hop = 192.0.2.9; bgp_med = 5; bgp_local_pref = 200;
		bgp_community.add((65000, 1)); bgp_community.add((65000, 2));
		bgp_ext_community.add((rt, 10, 20)); bgp_large_community.add((1, 2, 3));
	};
	route 10.22.0.0/16 blackhole {
		bgp_path.prepend(65001); bgp_origin = ORIGIN_IGP; %s
	};
""" % " ".join("bgp_community.add((65000, %d));" % (10000 + i) for i in range(90))

CONFIG = """router id 10.0.0.1;
hostname "here";
timeformat base iso long;
timeformat route iso long;
timeformat protocol iso long;
define LIMIT = 5;
ipv4 table side;
ipv4 table vacant;
roa4 table r4;
filter nothing { reject; }
filter some { if net.len > 24 then reject; accept; }
function twice(int x) { return x * 2; }
protocol device { scan time 10; }
protocol direct { ipv4; ipv6; interface "eth*"; }
protocol kernel k4 { ipv4 { export where source = RTS_STATIC; }; kernel table 100; }
protocol kernel k6 { ipv6 { export all; }; kernel table 100; }
protocol static s4 {
	description "routes by hand";
	ipv4 { import where net.len < 30; import keep filtered; import limit 100 action warn; };
	route 10.1.0.0/16 via "eth0";
	route 10.2.0.0/16 via 192.0.2.2;
	route 10.3.0.0/16 via 192.0.2.2 weight 2 via 192.0.2.3 weight 3;
	route 10.4.0.0/16 blackhole;
	route 10.5.0.0/16 unreachable;
	route 10.6.0.0/16 prohibit;
	route 10.7.0.0/16 recursive 192.0.2.77;
	route 10.8.0.0/16 via 198.51.100.1;
	route 10.9.0.0/30 blackhole;
	route 10.10.0.0/16 via 192.0.2.2 onlink;
	%s
}
protocol static s4b { ipv4 { preference 150; }; route 10.4.0.0/16 via 192.0.2.3; }
protocol static s6 { ipv6; route 2001:db8:1::/48 via fe80::2%%eth0; route 2001:db8:2::/48 blackhole; }
protocol static r { roa4 { table r4; }; route 10.1.0.0/16 max 24 as 65001; }
protocol pipe p { table master4; peer table side; export where net.len = 16; import none; }
protocol babel b {
	ipv4 { export all; };
	ipv6 { export all; };
	interface "eth0" { type wired; hello interval 1 s; };
}
protocol static spare { disabled; ipv4; route 10.99.0.0/16 blackhole; }
""" % ATTRIBUTES

NEIGHBOUR = """router id 10.0.0.2;
protocol device { scan time 10; }
protocol static { ipv4; route 10.50.0.0/16 blackhole; }
protocol static { ipv6; route 2001:db8:50::/48 blackhole; }
protocol babel {
	ipv4 { export all; };
	ipv6 { export all; };
	interface "eth0" { type wired; hello interval 1 s; };
}
"""

# In this order: some change what later ones show.  `raw:` goes to the socket as it is, on one connection.
COMMANDS = """
show status
show protocols
show protocols all
show protocols all s4
show protocols s6
show protocols "s*"
show protocols all "s4*"
show protocols nosuch
show protocols "nosuch*"
show protocols master4
show interfaces
show interfaces summary
show memory
show symbols
show symbols table
show symbols protocol
show symbols filter
show symbols function
show symbols s4
show symbols nosuch
show static
show static s4
show static b
show static nosuch
show babel interfaces
show babel interfaces b
show babel interfaces b "eth*"
show babel interfaces "x*"
show babel neighbors
show babel neighbors b "x"
show babel neighbors "eth0"
show babel entries
show babel routes
show babel interfaces s4
show babel entries nosuch
show route
show route all
show route for 10.2.3.4
show route for 10.2.3.4 all
show route for 10.4.0.1
show route for 99.2.3.4
show route for 2001:db8:1::5
show route for 10.0.0.0/8
show route 10.4.0.0/16
show route 10.21.0.0/16 all
show route 10.22.0.0/16 all
show route 10.50.0.0/16 all
show route 10.44.0.0/16
show route 2001:db8:1::/48 all
show route in 10.0.0.0/12
show route in 2001:db8::/32
show route table side
show route table vacant
show route table r4
show route table all
show route table nosuch
show route table side table r4
show route protocol s4b
show route protocol b
show route protocol b all
show route protocol nosuch
show route protocol master4
show route primary
show route filtered
show route filtered all
show route filtered primary
show route count
show route stats
show route filtered count
show route primary count
show route table side count
show route table vacant count
show route protocol s4 count
show route where net.len = 16 all
show route where net.len = 16 count
show route where source = RTS_STATIC && net ~ [ 10.0.0.0/8+ ] primary
show route where proto = "s4b"
show route where nosuch = 16
show route where net.len
show route filter some
show route filter nosuch
show route filter nothing
show route filter { if net.len = 48 then accept; reject; }
show route export k4
show route export k4 all
show route export k4.ipv4
show route preexport k4
show route noexport k4
show route exported k4
show route export k4 count
show route export b
show route export s4
show route export nosuch
show route export k4.ipv6
show route export k6 table master6
show route export k6 table master4
show route import table s4.ipv4
show route 10.4.0.0/16 10.5.0.0/16
show route for 10.1.2.3 table r4
show route 10.1.0.0/24
show route 10.1.2.3/16
show route foo bar
show route for
show route table
show
enable spare
enable spare
disable spare
disable spare
disable spare "with a word"
disable nosuch
disable "nosuch*"
disable
restart s4b
restart spare
restart "s4*"
reload s4
reload in s4
reload out k4
reload spare
reload s6
reload "k*"
reload nosuch
reload all
enable all
disable spare
debug s4 all
debug s4 { states, routes }
debug s4 off
debug "s*" { events }
debug all off
debug nosuch all
debug s4 nosuch
eval 1 + 2
eval "abc"
eval 1 / 0
eval nosuch
eval [1, 2, 3]
eval twice(LIMIT)
eval 10.0.0.0/8 ~ [ 10.0.0.0/8+ ]
eval
configure check
configure check "/nosuch"
configure soft
configure
configure timeout 60
configure status
configure confirm
configure status
configure confirm
configure undo
configure undo
configure "/nosuch"
show protocols s4
show route table side count
-r show route count
-r configure
-r disable s4
-r eval 2 + 2
raw: show status
raw: foo
raw: show foo
raw: echo all
raw: echo off
raw: echo { debug, trace } 4096
raw: echo nosuch
raw: echo { debug } 100
raw: echo off
raw: restrict
raw: show protocols s4
raw: configure
raw: configure check
raw: enable spare
raw: reload s4
raw: debug s4 all
raw: down
raw: graceful restart
raw: eval 3
raw: show route table side count
raw: 
"""


class Side:
    """One of the two daemons, with its neighbour."""

    def __init__(self, kind):
        self.name = kind.name
        self.host, self.neighbour = Host("c-" + kind.name), Host("n-" + kind.name)
        subprocess.run(["ip", "link", "add", "eth0", "netns", self.host.name, "type", "veth",
                        "peer", "name", "eth0", "netns", self.neighbour.name], check=True)
        for number, host in enumerate((self.host, self.neighbour), 1):
            host.run("ip", "link", "set", "eth0", "address", "02:00:00:00:00:0%d" % number, "up")
            host.run("ip", "addr", "add", "192.0.2.%d/24" % number, "dev", "eth0")
            host.run("ip", "addr", "add", "2001:db8::%d/64" % number, "dev", "eth0", "nodad")
        self.other = Bird(self.neighbour, NEIGHBOUR)
        self.daemon = kind(self.host, CONFIG)
        self.path = self.daemon.socket
        if kind is Meshd:
            self.path = os.path.join(self.daemon.folder, "bird")
            self.daemon.write('cli "%s" { protocol bird; }\n' % self.path + CONFIG)
            self.daemon.configure()
        self.raw = None

    def settle(self):
        """Until all is there and has been sent."""
        for table, count in (("master4", 14), ("master6", 4), ("side", 13)):
            wait_until("%s has all of %s" % (self.name, table), lambda: "\n%d of" % count in
                       self.birdc("show route table %s count" % table)[0].replace("1007-", "\n"))
        wait_until("the neighbour has all", lambda: "10.4.0.0/16" in self.other.ask("show", "route"))
        wait_until("the kernel has all", lambda: all(
            word in self.birdc("show protocols all \"k?\"")[0] for word in ("11 exported", "4 exported")))

    def birdc(self, command):
        words = ["birdc", "-v", "-s", self.path]
        if command.startswith("-r "):
            words, command = words + ["-r"], command[3:]
        result = subprocess.run(self.host.command(*words, command), capture_output=True, text=True, timeout=60)
        return result.stdout.split("\n", 1)[1], result.returncode

    def ask(self, command):
        """The lines of a reply, each with its code in front, then the exit status."""
        if command.startswith("raw:"):
            return self.ask_raw(command[5:])
        text, status = self.birdc(command)
        return with_codes(text.splitlines(), 5) + ["exit %d" % status]

    def ask_raw(self, line):
        if self.raw is None:
            self.raw = socket.socket(socket.AF_UNIX)
            self.raw.settimeout(20)
            self.raw.connect(self.path)
            self.file = self.raw.makefile("r")
            self.file.readline()
        self.raw.sendall(line.encode() + b"\n")
        lines = []
        while not lines or not re.match(r"\d{4} ", lines[-1]):
            line = self.file.readline()
            assert line, "the connection ended"
            if not line.startswith("+"):
                lines.append(line.rstrip("\n"))
        return with_codes(lines, 1)

    def stop(self):
        self.daemon.stop()
        self.other.stop()
        for host in (self.host, self.neighbour):
            host.remove()


# ---- what may differ from run to run ----


def with_codes(lines, blanks):
    """`NNNN text` for all lines: continuations have the code of the line before."""
    code, result = "----", []
    for line in lines:
        if re.match(r"\d{4}[- ]", line):
            code, text = line[:4], line[5:]
        else:
            text = line[blanks:]
        result.append((code + " " + text).rstrip())
    return result


def columns_kept(match):
    return "N".rjust(len(match.group()))


def masked(command, line):
    line = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", "TIME", line)
    line = re.sub(r"(Reading configuration from|^8002) /tmp/\S+", r"\1 FILE", line)
    line = re.sub(r"undo in [\d.]+ s", "undo in N s", line)
    if "babel neighbors" in command:
        line = re.sub(r" +\d+(?= +[\d.]+ No$)", columns_kept, line)  # hellos
    if "babel" in command:
        line = re.sub(r" *\b\d+\.\d{3}\b", columns_kept, line)  # timers
    if re.search(r"babel (entries|routes)", command):
        line = re.sub(r"(?<= )\d+(?= +\d+ +\d+$| +N$)", columns_kept, line)  # seqno
    if re.match(r"1006 +(Import|Export) (updates|withdraws):", line):
        line = re.sub(r" *\b\d+\b", columns_kept, line[5:])
    if command == "show memory":
        line = re.sub(r" *\b\d+\.\d +[kM ]B", columns_kept, line)
    return line


def in_order(command, lines):
    """Routes, symbols and prefixes come in no order to rely on."""
    if "show symbols" in command or re.search("babel (entries|routes)", command):
        return sorted(lines)
    if "show route" not in command:
        return lines
    result, blocks = [], []

    def end():
        result.extend(line for block in sorted(blocks) for line in block)
        blocks.clear()

    for line in lines:
        text = line[5:]
        if re.match(r"1007 \S+ .*\[\w+ TIME", line):
            blocks.append([line])
        elif blocks and (line[:4] in ("1008", "1012") or text.startswith(("\t", " " * 20))):
            blocks[-1].append(line)
        else:
            end()
            result.append(line)
    end()
    # Next hops of one route stand together.
    for at in range(len(result)):
        while at > 0 and "\tvia " in result[at] and "\tvia " in result[at - 1] and result[at] < result[at - 1]:
            result[at], result[at - 1] = result[at - 1], result[at]
            at -= 1
    return result


def normal(command, lines):
    return in_order(command, [masked(command, line) for line in lines])


# ---- the list of differences ----


class Rule:
    """A line of birdc.differences: a command, a side (- BIRD has the line, + meshd has it, ~ both have one like it,
    of equal codes; ? in front: not always), a pattern."""

    def __init__(self, number, line, reason):
        command, rest = line.split("\t", 1)
        self.may_rest = rest[0] == "?"
        rest = rest.lstrip("?")
        self.side, self.reason, self.number, self.uses = rest[0], reason, number, 0
        self.command, self.pattern = re.compile(command + r"\Z"), re.compile(rest[2:] + r"\Z")

    def strike(self, command, removed, added):
        """Takes out what it covers."""
        if not self.command.match(command):
            return
        bird = [line for line in removed if self.pattern.match(line)]
        ours = [line for line in added if self.pattern.match(line)]
        if self.side == "~":
            bird = [line for line in bird if any(line[:4] == other[:4] for other in ours)]
            ours = [line for line in ours if any(line[:4] == other[:4] for other in bird)]
            if len(bird) != len(ours):
                return
        for line in bird if self.side in "-~" else []:
            removed.remove(line)
            self.uses += 1
        for line in ours if self.side in "+~" else []:
            added.remove(line)
            self.uses += 1


def rules_read():
    rules, reason = [], ""
    with open(os.path.join(FOLDER, "birdc.differences")) as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if line.startswith("#"):
                reason = line[1:].strip()
            elif line:
                rules.append(Rule(number, line, reason))
    return rules


def difference(command, bird, ours, rules):
    """What no rule covers, as lines of a diff."""
    removed, added = [], []
    for line in difflib.ndiff(bird, ours):
        if line.startswith("- "):
            removed.append(line[2:])
        elif line.startswith("+ "):
            added.append(line[2:])
    for rule in rules:
        rule.strike(command, removed, added)
    return ["- " + line for line in removed] + ["+ " + line for line in added]


def main():
    sides = [Side(Bird), Side(Meshd)]
    for side in sides:
        side.settle()
    if sys.argv[1:2] == ["--show"]:
        for side in sides:
            print("== " + side.name)
            print("\n".join(side.ask(" ".join(sys.argv[2:]))))
        return 0
    rules = rules_read()
    commands = [line for line in COMMANDS.split("\n") if line]
    failed = 0
    print("1..%d" % (len(commands) + 1))
    for number, command in enumerate(commands, 1):
        bird, ours = (normal(command, side.ask(command)) for side in sides)
        left = difference(command, bird, ours, rules)
        failed += bool(left)
        print("%s %d - %s" % ("not ok" if left else "ok", number, command.replace("#", "")))
        for line in left:
            print("#   " + line)
    unused = [rule for rule in rules if rule.uses == 0 and not rule.may_rest]
    print("%s %d - every listed difference is one" % ("not ok" if unused else "ok", len(commands) + 1))
    for rule in unused:
        print("#   birdc.differences:%d" % rule.number)
    for side in sides:
        side.stop()
    return 1 if failed or unused else 0


sys.exit(main())
