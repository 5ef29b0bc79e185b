# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmarks: each cell measures meshd and its peers in turn, several times, and shows medians and ratios."""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.environ["SRC"], "test/netns"))
from host import Babeld, Bird, Host, Meshd, cable, segment, wait_until  # noqa: E402

ROUTES = 100_000
BURST = 4000


def progress(text):
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" + text)
        sys.stderr.flush()


# ---- configurations ---------------------------------------------------------------------------------

def static_lines(changed=None):
    for i in range(ROUTES):
        last = 2 if i == changed else 1
        yield "\troute 10.%d.%d.%d/32 via 192.0.2.%d;" % (i >> 16, i >> 8 & 255, i & 255, last)


def static_config(changed=None, kernel=True):
    export = "export all" if kernel else "export none"
    return "\n".join(["router id 1.1.1.1;", "protocol device { }",
                      "protocol kernel { ipv4 { %s; }; }" % export,
                      "protocol static { ipv4;", *static_lines(changed), "}", ""])


IDLE = "router id 1.1.1.1;\nprotocol device { }\nprotocol kernel { ipv4 { export all; }; }\n" \
       "protocol static { ipv4; }\n"


def babel_config(number, interfaces, routes=0):
    """`routes`: so many static ones, announced once `burst` is enabled."""
    names = ", ".join('"to-%s"' % name for name in interfaces)
    lines = "".join("\troute fd00:2::%x/128 unreachable;\n" % i for i in range(1, routes + 1))
    return """router id 10.0.0.%d;
protocol device { }
protocol kernel { ipv6 { export where source = RTS_BABEL; }; }
protocol static burst { disabled; ipv6;
%s}
protocol babel {
	ipv6 { import all; export where source = RTS_BABEL || source = RTS_STATIC; };
	interface %s { type wired; hello interval 1 s; update interval 4 s; };
}
""" % (number, lines, names)


BABELD_CONFIG = "default hello-interval 1\ndefault update-interval 4\n" \
                "redistribute ip fd00::/16 ge 128 allow\nredistribute local deny\n"


def babel_daemon(kind, machine, number, neighbours, routes=0):
    if kind is Babeld:
        return Babeld(machine, BABELD_CONFIG, interfaces=["to-" + name for name in neighbours])
    return kind(machine, babel_config(number, neighbours, routes))


# ---- cells: each returns {figure: value} of one run ----------------------------------------------------

def parse_cpu(kind, path):
    """Seconds of processor that `-p` takes for a configuration."""
    process = subprocess.Popen([kind.program, "-p", "-c", path], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(kind.name + " -p failed")
    return usage.ru_utime + usage.ru_stime


def cell_parse(kind):
    """`-p` on 100 000 static routes."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "config")
        with open(path, "w") as file:
            file.write(static_config())
        return {"parse CPU s": parse_cpu(kind, path)}


def uplink(machine):
    machine.run("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "other")
    machine.run("ip", "link", "set", "other", "up")
    machine.run("ip", "link", "set", "uplink", "up")
    machine.run("ip", "addr", "add", "192.0.2.100/24", "dev", "uplink")


def cell_static(kind):
    """100 000 static routes into the kernel; then a reload with one changed line."""
    machine = Host("static")
    try:
        uplink(machine)
        daemon = kind(machine, static_config())
        wait_until("the kernel has all routes",
                   lambda: machine.routes("-4", "type", "unicast") > ROUTES, pause=0.2)
        daemon.quiet()
        user, system = daemon.cpu()
        figures = {"install user s": user, "install system s": system,
                   "VmHWM MB": daemon.memory("VmHWM")}
        daemon.write(static_config(changed=ROUTES // 2))
        before, started = daemon.ran(), time.monotonic()
        daemon.configure()
        wait_until("the changed route is in the kernel", lambda: "192.0.2.2" in machine.output(
            "ip", "route", "show", "10.0.195.80"), pause=0.002)
        figures["reload ms"] = (time.monotonic() - started) * 1000
        daemon.quiet()
        figures["reload CPU ms"] = (daemon.ran() - before) * 1000
        # Reading costs what `-p` does; the rest is finding the difference, applying it, and one route.
        figures["beyond reading ms"] = figures["reload CPU ms"] - parse_cpu(kind, daemon.config) * 1000
        daemon.stop()
        return figures
    finally:
        machine.remove()


def cell_idle(kind):
    """A daemon with nothing to do."""
    machine = Host("idle")
    try:
        daemon = kind(machine, IDLE)
        daemon.quiet()
        figures = {"RSS MB": daemon.memory("VmRSS")}
        daemon.stop()
        return figures
    finally:
        machine.remove()


def cell_burst(kind):
    """4000 Babel routes appear at one end and pass through the node in the middle."""
    names = ["origin", "middle", "sink"]
    machines = {name: Host(name) for name in names}
    daemons = []
    try:
        cable(machines["origin"], machines["middle"])
        cable(machines["middle"], machines["sink"])
        daemons = [babel_daemon(Bird, machines["origin"], 1, ["middle"], BURST),
                   babel_daemon(kind, machines["middle"], 2, ["origin", "sink"]),
                   babel_daemon(Bird, machines["sink"], 3, ["middle"])]
        sink = machines["sink"]
        selector = ("root", "fd00::/16")
        time.sleep(5)  # They know each other; there is nothing to tell this by from outside in babeld.
        before, started = daemons[1].ran(), time.monotonic()
        daemons[0].ask("enable", "burst")
        wait_until("all routes have arrived", lambda: sink.routes("-6", *selector) >= BURST, pause=0.1)
        arrived = time.monotonic() - started
        time.sleep(max(0.0, 5 - arrived))  # What follows a burst counts too, for all alike.
        middle_cpu = daemons[1].ran() - before
        return {"burst CPU s": middle_cpu, "arrived after s": arrived}
    finally:
        for daemon in daemons:
            daemon.stop()
        for machine in machines.values():
            machine.remove()


SHOWN = 1_000_000


def shown_config(routes):
    lines = ("\troute %d.%d.%d.0/24 unreachable;" % (20 + (i >> 16), i >> 8 & 255, i & 255) for i in range(routes))
    return "\n".join(["router id 1.1.1.1;", "protocol device { }", "protocol static { ipv4;", *lines, "}", ""])


def client_run(words):
    """How long a client runs, and its largest size in MB as far as it was seen."""
    started, size = time.monotonic(), 0
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            with open("/proc/%d/status" % process.pid) as file:
                size = max([size] + [int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM")])
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            pass
    if process.returncode:
        raise RuntimeError("%s failed" % words[0])
    return time.monotonic() - started, size


def cell_client(kind):
    """The client: one command from start to end, and a million routes shown into /dev/null."""
    client = [CLIENTS[kind]]
    machine = Host("shown")
    try:
        daemon = kind(machine, shown_config(SHOWN))
        client += ["-s", daemon.socket]
        wait_until("all routes are there", lambda: str(SHOWN) in daemon.ask("show", "route", "count"), pause=0.2)
        daemon.quiet()
        once = []
        for _ in range(21):
            started = time.monotonic()
            subprocess.run([*client, "show", "status"], stdout=subprocess.DEVNULL, check=True)
            once.append(time.monotonic() - started)
        size, ran = daemon.memory("VmRSS"), daemon.ran()
        took, client_size = client_run([*client, "show", "route"])
        figures = {"one command ms": statistics.median(once) * 1000, "1 M routes s": took, "daemon CPU s": daemon.ran() - ran,
                   "daemon grew MB": daemon.memory("VmHWM") - size, "client MB": client_size}
        daemon.stop()
        return figures
    finally:
        machine.remove()


class Prober(threading.Thread):
    """Asks for something small again and again; the longest it waited, in ms."""

    def __init__(self, path):
        super().__init__()
        self.longest, self.over = 0.0, False
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.socket.recv(4096)

    def run(self):
        while not self.over:
            started = time.monotonic()
            self.socket.sendall(b"eval 1\n")
            self.socket.recv(4096)
            self.longest = max(self.longest, (time.monotonic() - started) * 1000)
            time.sleep(0.002)

    def end(self):
        self.over = True
        self.join()
        self.socket.close()
        return self.longest


def cell_birdc(kind):
    """A million routes shown to birdc, by both daemons in BIRD's protocol; what others wait meanwhile."""
    machine = Host("birdc")
    try:
        daemon = kind(machine, shown_config(SHOWN))
        path = daemon.socket
        if kind is Meshd:
            path = daemon.folder + "/bird"
            daemon.write('cli "%s" { protocol bird; }\n' % path + shown_config(SHOWN))
            daemon.configure()
        client = ["birdc", "-s", path, "show", "route"]
        wait_until("all routes are there", lambda: str(SHOWN) in subprocess.run(
            [*client, "count"], capture_output=True, text=True, check=True).stdout, pause=0.2)
        daemon.quiet()
        figures = {}
        for name, words in (("show route", []), ("show route all", ["all"]), ("count", ["count"])):
            prober, ran = Prober(path), daemon.ran()
            prober.start()
            figures[name + " s"] = client_run([*client, *words])[0]
            figures[name + " CPU s"] = daemon.ran() - ran
            figures[name + " wait ms"] = prober.end()
        figures["VmHWM MB"] = daemon.memory("VmHWM")
        daemon.stop()
        return figures
    finally:
        machine.remove()


CUT_CONFIG = """router id 10.0.0.%d;
protocol device { scan time 1; }
protocol direct { ipv6; interface "lo"; }
protocol kernel { ipv6 { export where source = RTS_BABEL; }; }
protocol babel {
	ipv6 { import all; export all; };
	interface "s*" { type wired; hello interval 1 s; update interval 4 s; };
}
"""
# Segments of the diamond: 0 reaches 3 by 1 or by 2.
DIAMOND = {"s01": (0, 1), "s02": (0, 2), "s13": (1, 3), "s23": (2, 3)}


def diamond_daemon(kind, machine, number):
    names = [name for name, members in DIAMOND.items() if number in members]
    if kind is Babeld:
        config = "default type wired\ndefault hello-interval 1\ndefault update-interval 4\n" \
                 "redistribute local ip fd00::/16 ge 128 allow\nredistribute local deny\n"
        return Babeld(machine, config, interfaces=names)
    return kind(machine, CUT_CONFIG % (number + 1))


def first_segment(source):
    words = source.output("ip", "-6", "route", "get", "fd00::3").split()
    return words[words.index("dev") + 1]


def outage(source, cut):
    """Milliseconds without an answer around a cut, by a ping every 10 ms."""
    ping = subprocess.Popen(source.command("ping", "-n", "-D", "-i", "0.01", "fd00::3"),
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    time.sleep(1)
    cut()
    wait_until("the ping goes on", lambda: subprocess.run(source.command(
        "ping", "-n", "-c", "1", "-W", "1", "fd00::3"), capture_output=True).returncode == 0, 60)
    time.sleep(1)
    ping.terminate()
    stamps = [float(line[1:].split("]")[0]) for line in ping.communicate()[0].splitlines()
              if "bytes from" in line]
    return max(b - a for a, b in zip(stamps, stamps[1:])) * 1000


def carrier(bridge, state):
    """Both ends of a segment lose their carrier, or get it back."""
    bridge.run("ip", "-batch", "-", input="link set p0 %s\nlink set p1 %s\n" % (state, state), text=True)


def cell_cut(kind):
    """A diamond of four of a kind, hellos each second: how long a ping stands still when its way is cut."""
    machines = [Host("cut%d" % i) for i in range(4)]
    bridges, daemons, figures = {}, [], {}
    try:
        for number, machine in enumerate(machines):
            machine.run("ip", "addr", "add", "fd00::%d/128" % number, "dev", "lo")
        for name, members in DIAMOND.items():
            bridges[name] = segment(name, *(machines[i] for i in members))
        daemons = [diamond_daemon(kind, machine, i) for i, machine in enumerate(machines)]
        for figure in ("carrier ms", "silent ms"):
            wait_until("both ways are known", lambda: subprocess.run(machines[0].command(
                "ping", "-n", "-c", "1", "-W", "1", "fd00::3"), capture_output=True).returncode == 0, 60)
            time.sleep(10)
            used = first_segment(machines[0])
            if figure == "carrier ms":
                figures[figure] = outage(machines[0], lambda: carrier(bridges[used], "down"))
                carrier(bridges[used], "up")
            else:
                figures[figure] = outage(machines[0], lambda: bridges[used].run(
                    "ip", "link", "set", "p0", "nomaster"))
        return figures
    finally:
        for daemon in daemons:
            daemon.stop()
        for machine in [*machines, *bridges.values()]:
            machine.remove()


# ---- policies ----------------------------------------------------------------------------------------

STATICS, EACH = 1000, 1000  # Instances, each with routes that have attributes in common.
ORIGINS = 400_000           # Entries of the roa table.


def piped(number):
    """The number of a route as the address of its /24."""
    return "%d.%d.%d.0" % (20 + (number >> 16), number >> 8 & 255, number & 255)


def prefix_set(count):
    """Every hundredth route, and as many that no route is in."""
    for i in range(count // 2):
        yield "%s/24" % piped(i * (STATICS * EACH // (count // 2)))
        yield "200.%d.%d.0/24{24,28}" % (i >> 8 & 255, i & 255)


# All of them let every route through, as the empty one does: what is taken off is the pipe's time for just as many.
POLICIES = {
    "empty": "accept;",
    "prefix set": "if net ~ PREFIXES && bgp_path.len = 0 then reject; accept;",
    "path, community": "if bgp_path.len > 12 then reject; if bgp_path ~ [= * 64999 * =] then reject; "
                       "if (65000, 13) ~ bgp_community then reject; if bgp_path.last = 65123 then bgp_local_pref = 50; "
                       "bgp_community.delete([(65000, 100..200)]); bgp_community.add((65000, 666)); "
                       "bgp_path.prepend(65000); accept;",
    "roa_check": "if roa_check(r4, net, bgp_path.last) = ROA_INVALID && bgp_path.len = 0 then reject; accept;",
}


def policy_config(policy):
    lines = ["router id 1.1.1.1;", "ipv4 table side;", "roa4 table r4;", "protocol device { }",
             "define PREFIXES = [ %s ];" % ", ".join(prefix_set(10_000)),
             "filter policy { %s }" % policy,
             "protocol pipe p { table master4; peer table side; import none; export filter policy; }",
             "protocol static { roa4 { table r4; };"]
    lines += ["\troute %s/24 max 24 as %d;" % (piped(2 * i), 65000 + i % 7) for i in range(ORIGINS)]
    lines.append("}")
    for instance in range(STATICS):
        lines.append("protocol static s%d { ipv4 { import filter { bgp_path.prepend(%d); bgp_path.prepend(%d); "
                     "bgp_path.prepend(64600); bgp_community.add((65000, %d)); bgp_community.add((64600, %d)); accept; "
                     "}; };" % (instance, 65000 + instance % 7, 64512 + instance % 97, instance % 250, instance))
        lines += ["\troute %s/24 unreachable;" % piped(instance * EACH + i) for i in range(EACH)]
        lines.append("}")
    return "\n".join(lines) + "\n"


def cell_policy(kind):
    """A million routes through a pipe into another table: processor time from `reload` to rest, without the pipe's."""
    figures = {}
    machine = Host("policy")
    try:
        daemon = kind(machine, policy_config(POLICIES["empty"]))
        wait_until("all routes are there", lambda: str(STATICS * EACH) in daemon.ask(
            "show", "route", "table", "master4", "count"), 120, pause=0.3)
        empty = 0
        for name, policy in POLICIES.items():
            daemon.write(policy_config(policy))
            daemon.configure()
            daemon.quiet()
            before = daemon.ran()
            daemon.ask("reload", "p")
            daemon.quiet()
            took = daemon.ran() - before
            empty = took if name == "empty" else empty
            figures["pipe alone s" if name == "empty" else name + " s"] = took if name == "empty" else took - empty
        daemon.stop()
        return figures
    finally:
        machine.remove()


# ---- large configurations ----------------------------------------------------------------------------

def large_config(filters=2000, entries=100_000, changed=False):
    """5 MB: entries of a roa table, and filters as people write them, each used."""
    lines = ["router id 1.1.1.1;", "roa4 table r4;", "protocol device { }",
             "protocol static { roa4 { table r4; };"]
    lines += ["\troute %s/24 max %d as %d;" % (piped(i), 24 + i % 3, 65000 + i % 1000) for i in range(entries)]
    lines.append("}")
    for i in range(filters):
        lines += ["filter f%d {" % i,
                  "\tif net ~ [ 10.%d.0.0/16+, 172.16.0.0/12{16,24}, 192.168.%d.0/24 ] then {" % (i % 250, i % 250),
                  "\t\tif roa_check(r4, net, %d) = ROA_INVALID then reject;" % (65000 + i),
                  "\t\tbgp_community.add((65000, %d));" % i,
                  "\t\tbgp_local_pref = %d;" % (100 + i % 100 + changed * (i == 7)),
                  "\t\taccept;", "\t}", "\tif bgp_path ~ [= * %d * =] then reject;" % (64512 + i),
                  "\tif (65000, %d) ~ bgp_community || bgp_path.len > 20 then reject;" % i,
                  "\taccept;", "}"]
    for i in range(filters):
        lines.append("protocol static s%d { ipv4 { import filter f%d; }; route 10.%d.%d.0/24 unreachable; }" %
                     (i, i, i % 250, i // 250))
    return "\n".join(lines) + "\n"


def cell_large(kind):
    """A configuration of 5 MB with 100 000 roa lines and 2 000 filters: reading, reloads, and what ten of these leave."""
    machine = Host("large")
    try:
        daemon = kind(machine, large_config())
        figures = {"parse CPU s": parse_cpu(kind, daemon.config)}
        daemon.quiet()
        sizes, reloads = [], []
        for number in range(10):
            daemon.write(large_config(changed=number % 2 == 0))
            before = daemon.ran()
            daemon.configure()
            daemon.quiet()
            reloads.append(daemon.ran() - before)
            sizes.append(daemon.memory("VmRSS"))
        figures["reload CPU s"] = statistics.median(reloads)
        figures["RSS after 1 MB"], figures["RSS after 10 MB"] = sizes[0], sizes[-1]
        daemon.stop()
        return figures
    finally:
        machine.remove()


CLIENTS = {Meshd: os.path.join(os.environ["BUILD"], "client/meshc"), Bird: "birdc"}
START_CONFIG = """router id 10.0.0.%d;
protocol device { }
protocol direct { ipv6; interface "lo"; }
protocol kernel { ipv6 { export where source = RTS_BABEL; }; }
protocol babel {
	ipv6 { import all; export all; };
	interface "to-*" { type wired; hello interval %d s; update interval %d s; };
}
"""


def start_daemon(kind, machine, number, neighbours, hello):
    if kind is Babeld:
        config = "default type wired\ndefault hello-interval %d\ndefault update-interval %d\n" \
                 "redistribute local ip fd00::/16 ge 128 allow\nredistribute local deny\n" % (hello, 4 * hello)
        return Babeld(machine, config, interfaces=["to-" + name for name in neighbours])
    return kind(machine, START_CONFIG % (number + 1, hello, 4 * hello))


def start_together(kind, count, ring, hello):
    """Seconds from the start of all daemons until each kernel has a route to all others."""
    machines = [Host("start%d" % i) for i in range(count)]
    daemons = []
    try:
        pairs = [(i, i + 1) for i in range(count - 1)] + ([(0, count - 1)] if ring else [])
        for number, machine in enumerate(machines):
            machine.run("ip", "addr", "add", "fd00::%d/128" % number, "dev", "lo")
        for a, b in pairs:
            cable(machines[a], machines[b])
        neighbours = [[machines[a + b - i].name for a, b in pairs if i in (a, b)] for i in range(count)]
        time.sleep(3)  # Their links are up, all of them, whatever the kernel was busy with.
        started = time.monotonic()
        with ThreadPoolExecutor(count) as pool:
            daemons = list(pool.map(lambda i: start_daemon(kind, machines[i], i, neighbours[i], hello),
                                    range(count)))
        wait_until("all routes are everywhere", lambda: all(
            machine.output("ip", "-6", "route", "show", "root", "fd00::/16").count("via fe80") >= count - 1
            for machine in machines))
        return time.monotonic() - started
    finally:
        for daemon in daemons:
            daemon.stop()
        for machine in machines:
            machine.remove()


def cell_start(kind):
    """Five in a line and six in a ring are started together: how long until all routes are in all kernels."""
    return {"%s, hello %d s: s" % ("ring" if ring else "line", hello): start_together(kind, 5 + ring, ring, hello)
            for ring in (False, True) for hello in (1, 4)}


CELLS = {
    "parse": (cell_parse, [Meshd, Bird]),
    "static": (cell_static, [Meshd, Bird]),
    "idle": (cell_idle, [Meshd, Bird]),
    "client": (cell_client, [Meshd, Bird]),
    "birdc": (cell_birdc, [Meshd, Bird]),
    "policy": (cell_policy, [Meshd, Bird]),
    "large": (cell_large, [Meshd, Bird]),
    "burst": (cell_burst, [Meshd, Bird, Babeld]),
    "cut": (cell_cut, [Meshd, Bird, Babeld]),
    "start": (cell_start, [Meshd, Bird, Babeld]),
}

# ---- running and showing ----------------------------------------------------------------------------------


def measure(name, runs):
    cell, kinds = CELLS[name]
    results = {kind.name: [] for kind in kinds if kind.program}
    for run in range(runs):
        for kind in kinds:
            if kind.program:
                progress("%s: run %d of %d, %s" % (name, run + 1, runs, kind.name))
                results[kind.name].append(cell(kind))
    progress("")
    return cell, results


def show(name, cell, results):
    print("%s: %s" % (name, cell.__doc__.strip()))
    kinds = list(results)
    print("  %-20s" % "median" + "".join("%12s" % kind for kind in kinds) +
          "".join("%14s" % ("meshd/" + kind) for kind in kinds[1:]))
    for figure in results["meshd"][0]:
        medians = [statistics.median(run[figure] for run in results[kind]) for kind in kinds]
        ratios = ["%14s" % ("%.2f" % (medians[0] / other) if other else "-") for other in medians[1:]]
        print("  %-20s" % figure + "".join("%12.3f" % value for value in medians) + "".join(ratios))
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(CELLS))
    options = parser.parse_args()
    for name in options.names or CELLS:
        show(name, *measure(name, options.runs))


if __name__ == "__main__":
    main()
