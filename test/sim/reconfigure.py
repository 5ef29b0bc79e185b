# SPDX-License-Identifier: GPL-2.0-or-later
"""Random reconfigurations in the simulator: reconfigure.py FIRST LAST; the drawing is in reconfigure.sh.

A model of a configuration is things that may be written several ways, or not at all.  A step changes some of them;
commands, faults and other routes of the neighbours come in between, with and without time to settle.  In the end all
routers say what they have; then the router is started anew, and they say it again.

What `path metric` says is the same in all sessions, as the order of routes is not transitive where it differs; and no
routes of BGP go through the pipe, whose other end orders them by their paths."""

import difflib
import os
import random
import re
import subprocess
import sys
import tempfile

STEPS = 25
NUMBER = {"m": 1, "e1": 2, "e2": 3, "i1": 4, "i2": 5, "b": 6}
NEIGHBOURS = ("e1", "e2", "i1", "i2", "b")  # At eth0, eth1, …
AS = {"e1": 65001, "e2": 65002, "i1": 65000, "i2": 65000}
NETS = {"ipv4": ["10.50.%d.0/24" % i for i in range(8)] + ["10.60.0.0/16", "10.60.5.0/24", "172.20.3.0/24"],
        "ipv6": ["2001:db8:%d::/48" % i for i in range(6)]}
FAST = "connect delay time 1; connect retry time 3; error wait time 1, 3; error forget time 5; hold time 9;"
FILTERS = (
    "accept;", "reject;", "if is_good() then accept; reject;", "bgp_local_pref = 150; accept;", "preference = 120; accept;",
    "bgp_community.add((65000, 9)); accept;", "bgp_path.prepend(65000); accept;", "bgp_med = 33; accept;",
    "if proto = \"e2\" then reject; accept;", "bgp_community.delete([(65000, *)]); accept;", "unset(bgp_local_pref); accept;",
    "if net.type = NET_IP4 then { if roa_check(r4, net, bgp_path.last) = ROA_INVALID then reject; } accept;",
    "if source = RTS_STATIC then { bgp_origin = ORIGIN_EGP; } accept;")
POLICIES = ("all", "none", "filter f1", "filter f2", "where net.len > 22", "where source = RTS_BGP", "where bgp_path.len < 2",
            "where (65000, 2) ~ bgp_community", "where is_good()", "where preference > 100", "where proto = \"e1\"",
            "where bgp_path.last = 65002", "where bgp_med > 5", "where defined(bgp_local_pref)")
MOSTLY_ALL = ("all",) * 6 + POLICIES
# Of a session; "" is nothing.
SESSION = (
    FAST, ("", "passive;"), ("", "disabled;"), ("", 'description "one";', 'description "two";'), ("", "enable as4 off;"),
    ("", "enable route refresh off;"), ("", "enable enhanced route refresh off;"), ("", "enable extended messages on;"),
    ("", "graceful restart on;", "graceful restart off; long lived graceful restart off;",
     "graceful restart on; long lived graceful restart on;"),
    ("", "interpret communities off;"), ("", "allow local as 1;"), ("", "allow bgp_local_pref on;"), ("", "med metric on;"),
    ("", "igp metric off;"), ("", "deterministic med on;"), ("", "default bgp_med 7;"), ("", "send hold time 20;"),
    ("", "default bgp_local_pref 200;", "default bgp_local_pref 50;"), ("", "advertise hostname on;"), ("", "check link off;"),
    ("", "periodic refresh time 40;"), ("", "graceful restart time 20;"))
CHANNEL = (
    ("", "preference 95;", "preference 105;", "preference 300;"), ("", "import keep filtered on;"), ("", "rpki reload off;"),
    ("", "import limit 1000 action block;", "import limit 2 action warn;"), ("", "export limit 1000 action block;"))
SESSION_CHANNEL = (
    ("", "next hop self;", "next hop keep;", "next hop self ebgp;"), ("", "cost 10;"), ("", "secondary on;"),
    ("", "import table on;"), ("", "add paths on;", "add paths rx;", "add paths tx;"), ("", "aigp on;", "aigp originate;"),
    ("", "graceful restart off;"), ("", "link local next hop format single;", "link local next hop format double;"))
SHOWN = ("show route all table all", "show route all filtered", "show protocols all", "show bgp groups", "show symbols",
         "show interfaces")
# What a router has been through, not where it is.
HISTORY = re.compile(
    r"timer:|Hold time|Keepalive time|count:|Updates |Last |Send errors|Dropped|Seqno|Counters:|Route changes|"
    r"(import|export) (updates|withdraws)|Lost and|strays|Adopted|reviews|Received|[Rr]eceived:|sent:|Refused|Queued:|"
    r"Ghost|Requests|Ago:|ode:|What:|Message:|No (Hello|channel)|acknowledgment|request:|Own router-id|Entries:|BGP state: +[ACO]|Connect|Restart|Hops:")


class Model:
    def __init__(self, chance):
        self.chance, self.choices, self.parts = chance, [], []
        self.add(["router id 0.0.0.1; ipv4 table t4; ", ("", "debug protocols all; "), ("", "ipv6 table u6; "),
                  ("roa4 table r4; ", "roa4 table r4 { min settle time 0; }; "), "function is_good() ",
                  ("{ return true; }", "{ return net.len = 24; }", "{ return net ~ [ 10.50.1.0/24, 10.60.0.0/16+ ]; }")])
        for name in "f1", "f2":
            self.add(["filter %s { " % name, FILTERS, " }"])
        vias = ("unreachable", "blackhole", "via fe80::2:2%eth0", "recursive 10.0.6.1", 'via "eth1"',
                "via fe80::2:2%eth0 via fe80::3:2%eth1 weight 3", "unreachable { bgp_community.add((65000, 2)); }")
        routes = [("",) + tuple("route %s %s; " % (net, via) for via in vias) for net in NETS["ipv4"][:4] + NETS["ipv4"][8:]]
        roas = [("",) + tuple("route %s max %d as %d; " % (net, most, asn) for most in (24, 28) for asn in (65001, 64999))
                for net in NETS["ipv4"][:5] + ["10.50.0.0/16"]]
        babel = ('interface "eth2", "eth3", "eth4" { type wired; hello interval 1 s; }; ',
                 'interface "eth4", "eth3" { type wired; hello interval 1 s; rxcost 200; }; ')
        inner = ("where source ~ [ RTS_DEVICE, RTS_BABEL ]", "all", "none")
        self.add(["protocol device { ", ("", "scan time 10; "), "}"])
        self.instance("protocol direct", [('interface "lo"; ', 'interface "*"; ')], ["ipv4"], exports=("none",))
        self.instance("protocol kernel", [("", "scan time 10; "), ("", "merge paths on; "), ("", "learn; ")],
                      ["ipv4"])
        self.instance("protocol kernel", [("", "kernel table 100; "), ("", "merge paths on; ")], ["ipv6"])
        self.instance("protocol static", routes + [("", "check link; ")], ["ipv4"], exports=("none",))
        self.instance("protocol static", roas + ["roa4 { table r4; };"], [])
        self.instance("protocol pipe", [
            ("table master4; peer table t4; ", "table t4; peer table master4; "),
            ("import none; ", "import where source = RTS_STATIC; "), "export where source = RTS_STATIC; "], [])
        self.instance("protocol babel", [babel], ["ipv4", "ipv6"], exports=inner)
        path_metric = self.choice(("", "", "path metric off; "))
        for name in AS:
            self.session(name, path_metric)

    def choice(self, ways):
        """A place in a text: [the ways to write it, which one]."""
        self.choices.append([ways, 0])
        return self.choices[-1]

    def resolve(self, pieces):
        return [self.choice(piece) if isinstance(piece, tuple) else piece for piece in pieces]

    def add(self, pieces):
        self.parts.append(self.resolve(pieces))

    def channel(self, kind, imports, exports, more):
        return ["%s { import " % kind, imports, "; export ", exports, "; ", ("", "table t4; ") if kind == "ipv4" else "",
                *CHANNEL, *more, " }; "]

    def instance(self, head, options, channels, imports=MOSTLY_ALL, exports=MOSTLY_ALL, more=()):
        pieces = [("", "", "#"), head, " { ", *options]
        for kind in channels:
            pieces += self.channel(kind, imports, exports, more)
        self.add(pieces + ["}"])

    def session(self, name, path_metric):
        where = "local as 65000; neighbor fe80::%d:2%%eth%d as %d; direct; " % (
            NUMBER[name], NEIGHBOURS.index(name), AS[name])
        if name == "i2":
            where = "local 10.0.1.1 as 65000; neighbor 10.0.5.1 as 65000; multihop; "
        kind = ("", "rs client;") if AS[name] != 65000 else ("", "rr client;", "rr client; rr cluster id 1.2.3.4;")
        self.instance("protocol bgp " + name, [where, path_metric, kind, *SESSION], ["ipv4", "ipv6"],
                      more=SESSION_CHANNEL + ("extended next hop;",))

    def change(self, count):
        for _ in range(count):
            if self.chance.random() < 0.03:
                self.chance.shuffle(self.parts)
            choice = self.chance.choice(self.choices)
            choice[1] = self.chance.randrange(len(choice[0]))

    def text(self):
        texts = ["".join(piece if isinstance(piece, str) else piece[0][piece[1]] for piece in part) for part in self.parts]
        # What others name stands in front of them.
        texts.sort(key=lambda text: (not text.startswith("router"), not text.startswith("filter")))
        # `extended next hop` is of IPv4.
        return "\n\t".join(re.sub(r"(ipv6 \{[^{}]*)extended next hop;", r"\1", text) for text in texts if text[0] != "#")


def neighbour(name, chance):
    """One with routes at random."""
    text = ['router id 0.0.0.%d; protocol device { } protocol direct { ipv4; ipv6; interface "lo"; }' % NUMBER[name],
            "protocol kernel { ipv4 { export all; }; } protocol kernel { ipv6 { export all; }; }"]
    for kind, nets in NETS.items():
        routes = ""
        for net in chance.sample(nets, len(nets) // 2):
            sets = "".join(chance.choice(("", way)) for way in (
                "bgp_community.add((65000, %d)); " % chance.randint(1, 3), "bgp_med = %d; " % chance.randint(0, 9),
                "bgp_path.prepend(65100); "))
            routes += "route %s unreachable%s " % (net, " { %s};" % sets if sets else ";")
        text.append("protocol static { %s; %s}" % (kind, routes))
    if name in ("i1", "i2", "b"):
        channel = "{ export where source ~ [ RTS_DEVICE, RTS_BABEL ]; };"
        text.append('protocol babel { ipv4 %s ipv6 %s interface "eth*" { type wired; hello interval 1 s; }; }' % (
            channel, channel))
    if name in AS:
        where = "local as %d; neighbor fe80::1:%d%%eth0 as 65000; direct;" % (AS[name], NEIGHBOURS.index(name) + 2)
        if name == "i2":
            where = "local 10.0.5.1 as 65000; neighbor 10.0.1.1 as 65000; multihop;"
        # Not the way to themselves: with that a session may stand, or not, for good.
        channel = "{ import all; export where source = RTS_STATIC; add paths on; %s};"
        text.append("protocol bgp m { %s %s ipv4 %s ipv6 %s }" % (where, FAST, channel % "extended next hop; ", channel % ""))
    return "\n\t".join(text)


def events(model, chance):
    """What happens between two waits."""
    at = chance.randrange(len(NEIGHBOURS))
    name, moment = NEIGHBOURS[at], "wait %dms" % chance.choice((0, 10, 1000, 12000))
    dice = chance.random()
    if dice < 0.65:
        model.change(chance.choice((1, 1, 1, 2, 3, 6, 30)))
        return ["configure m {\n\t%s\n}" % model.text()]
    if dice < 0.75:
        return ["configure %s {\n\t%s\n}" % (name, neighbour(name, chance))]
    if dice < 0.85:
        verb = chance.choice(("reload", "reload in", "reload out", "restart", "disable", "enable"))
        which = chance.choice(["all"] + [name for name in AS if "\tprotocol bgp %s " % name in model.text()])
        return ['command m "%s %s"' % (verb, which)]
    if dice < 0.9:
        return ["cut m %s" % name, moment, "heal"]
    if dice < 0.93:
        return ["interface m eth%d down" % at, moment, "interface m eth%d up" % at]
    if dice < 0.95:
        return ["interface m eth%d rename x" % at, moment, "interface m x rename eth%d" % at]
    return ["kill %s" % name, moment, "start %s" % name]


def scenario(seed):
    chance = random.Random(seed)
    model = Model(chance)
    model.change(len(model.choices) // 6)
    script = ["addresses ip4 on", "addresses ip6 on", "allow loops", "router m {\n\t%s\n}" % model.text()]
    script += ["router %s {\n\t%s\n}" % (name, neighbour(name, chance)) for name in NEIGHBOURS]
    script += ["link m %s delay 2ms" % name for name in NEIGHBOURS]
    for _ in range(STEPS):
        script.append("wait %dms" % chance.choice((0, 0, 1, 5, 50, 300, 1000, 3000, 10000)))
        # The command must find what the configuration has.
        script += events(model, chance)
    shows = ['print "--- %s: %s"\nshow %s "%s"' % (name, line, name, line)
             for name in NUMBER for line in (SHOWN if name == "m" else SHOWN[:3])]
    for moment in "before", "behind":
        script += ['command m "enable all"', "wait 4min", 'print "=== %s"' % moment] + shows
        script += ["restart m", "wait 1ms"] if moment == "before" else []
    return "\n".join(script) + "\n"


def parts_of(lines, is_own):
    """Lines that may stand in any order: what is further in belongs to the line before."""
    parts, table = [], ""
    for line in lines:
        if HISTORY.search(line) and line[0] == " ":
            continue
        line = re.sub(r"\d\d:\d\d:\d\d(\.\d+)?", "TIME", line)
        # Which connection is under way, and how the last one ended.
        line = re.sub(r" bgp .* (Active|Connect|OpenSent|OpenConfirm)\b.*", " bgp waits", line)
        line = re.sub(r"\s+", " ", line).rstrip()
        if line.startswith("Table "):
            table = line + " "
        elif line.startswith(" ") and parts:
            parts[-1] += "\n" + line
        elif line:
            # Of paths that are equal but for their number one is best.
            parts.append(table + (line if is_own else line.replace(" * ", " ")))
    return "\n".join(sorted(parts)).splitlines()


def states_of(output):
    """Of both moments: what was asked of whom -> what there is."""
    states, state, key = [], {}, None
    for line in output.splitlines():
        mark = re.match(r"\s*[0-9.]+ (===|---) (.*)", line)
        if mark and mark[1] == "===":
            state = {}
            states.append(state)
        elif mark:
            key = mark[2]
            state[key] = []
        elif state and not line.startswith("pass "):
            state[key].append(line)
    return states


def run(seed, path):
    """False: it failed, and that was told."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(scenario(seed))
    done = subprocess.run([os.environ["BUILD"] + "/sim/meshsim", "--audit", "1000", "--seed", str(seed), path],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print("seed %d:" % seed, done.stdout[-2000:], done.stderr[-4000:])
        return False
    before, behind = states_of(done.stdout)
    good = True
    for key, lines in before.items():
        was, now = (parts_of(state, key.startswith("m:")) for state in (lines, behind[key]))
        if was != now:
            good = False
            print("seed %d, %s: otherwise than behind a restart" % (seed, key))
            print("\n".join(line for line in difflib.unified_diff(was, now, lineterm="", n=0) if line[0] in "+-"))
    return good


def main():
    first, last = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        failed = [seed for seed in range(first, last + 1) if not run(seed, folder + "/x.scn")]
    for seed in failed:
        print("again: test/sim/reconfigure.py %d %d" % (seed, seed))
    print("%d of %d runs end as they would have begun" % (last + 1 - first - len(failed), last + 1 - first))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
