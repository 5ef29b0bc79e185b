# SPDX-License-Identifier: GPL-2.0-or-later
"""BGP benchmarks: the same peers (peers.c) play the same cells against each daemon in turn; medians, and ratios to BIRD."""

import argparse
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import ADDRESS, KINDS, LINK_LOCAL, Cell, largest, quiet, ran, roa_lines  # noqa: E402
from host import Host, cable, wait_until  # noqa: E402

PEERS = os.path.join(os.environ["BUILD"], "test/bench/bgp/peers")
ALL = ("meshd", "bird", "frr", "openbgpd", "gobgp")
SAME = ("meshd", "bird")  # Cells whose policy is in their common language.


class Peers:
    """The running peers.c."""

    def __init__(self, words, cell, scale, address):
        self.process = subprocess.Popen([*words, PEERS, cell, str(scale), address], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.answer("open")

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def answer(self, end="done"):
        figures = {}
        for line in self.process.stdout:
            words = line.split()
            if words[0] == end:
                return figures
            if words[0] == "wrong":
                raise RuntimeError(line.strip())
            figures[words[0]] = float(words[1])
        raise RuntimeError("the peers ended")

    def ask(self, command):
        self.tell(command)
        return self.answer()

    def end(self):
        self.process.kill()
        self.process.wait()


def listed(cell, scale):
    """(prefix, origin) of a cell's prefixes."""
    lines = subprocess.run([PEERS, cell, str(scale), "list"], check=True, capture_output=True, text=True).stdout
    return [tuple(line.split()) for line in lines.splitlines()]


# ---- cells: each returns {figure: value} of one run ----------------------------------------------------

class Run:
    """A daemon and its peers, on a cable."""

    def __init__(self, kind, name, cell, scale, head=""):
        self.kind, self.daemon, self.peers = kind, None, None
        self.host, self.other = Host("daemon"), Host("peers")
        try:
            self.network(cell)
            daemon_class, config_of = KINDS[kind]
            config = config_of(cell, head) if head else config_of(cell)
            self.daemon = daemon_class(self.host, config)
            self.peers = Peers(self.other.command(), name, scale, LINK_LOCAL + "%to-daemon" if cell.link_local else ADDRESS)
            quiet(self.daemon)
        except BaseException:
            self.end()
            raise

    def network(self, cell):
        cable(self.host, self.other)
        addresses = [(self.host, "to-peers", [ADDRESS + "/16", "fd09::/64", LINK_LOCAL + "/64"])]
        theirs = [address + ("/64" if ":" in address else "/16") for address, _, _ in cell.neighbours()]
        for number, address in enumerate(theirs if cell.own_links else [], 1):
            cable(self.host, self.other, str(number))
            addresses += [(self.host, "to-peers%d" % number, [LINK_LOCAL + "/64"]),
                          (self.other, "to-daemon%d" % number, [address])]
        theirs = [] if cell.own_links else theirs
        theirs += ["fd09::1:%x/64" % number for number in range(1, cell.blasters + 1)]
        addresses += [(self.other, "to-daemon", theirs)]
        for host, device, wanted in addresses:
            for address in wanted:
                host.run("ip", "addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))

    def load(self):
        """Everything is sent; what that took."""
        before, started = ran(self.daemon), time.monotonic()
        self.peers.tell("load")
        idle = quiet(self.daemon) - started
        told = self.peers.answer()
        # Of peers that send and are told the peers can't say when it is over: when the daemon rests.
        self.peers.ask("wait 0 0")
        self.peers.ask("check")
        return {"time s": told["load"], "until idle s": idle, "CPU s": ran(self.daemon) - before,
                "VmHWM MB": largest(self.daemon), "UPDATEs": told["updates"]}

    def ask(self, command):
        """Of a daemon that speaks BIRD's protocol."""
        with Client(self.daemon.bird_socket) as client:
            return client.ask(command)

    def end(self):
        if self.peers:
            self.peers.end()
        if self.daemon:
            self.daemon.stop()
        self.host.remove()
        self.other.remove()


class Client:
    """A connection in BIRD's control protocol: a reply ends in a line of four digits and a space."""

    def __init__(self, path, patience=None):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(patience)
        self.socket.connect(path)
        self.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def read(self):
        reply = b""
        while not re.search(rb"(^|\n)\d{4} [^\n]*\n$", reply):
            part = self.socket.recv(65536)
            if not part:
                raise RuntimeError("the client's connection ended")
            reply += part
        return reply.decode()

    def ask(self, command):
        self.socket.sendall(command.encode() + b"\n")
        return self.read()


def cell_full(run, _):
    """1.0 M IPv4 and 0.2 M IPv6 prefixes in 246 k attribute sets from one peer to one; then the sender goes (gone)."""
    figures = run.load()
    before = ran(run.daemon)
    figures["gone s"] = run.peers.ask("gone")["gone"]
    quiet(run.daemon)
    figures["gone CPU s"] = ran(run.daemon) - before
    return figures


def cell_load(run, _):
    """The sinks' tables are right, and what that took."""
    return run.load()


def cell_rested(run, _):
    """As cell_load; the peers send and are told, and it is over when the daemon rests."""
    figures = run.load()
    del figures["time s"], figures["UPDATEs"]
    return figures


def cell_counted(run, scale):
    """No sinks: all paths are there, the daemon says."""
    figures = run.load()
    del figures["UPDATEs"]
    expected = 1350 * (2700 // scale)
    reply = run.ask("show route count")
    if str(expected) not in re.findall(r"\d+", reply):
        raise RuntimeError("%d paths should be there: %s" % (expected, reply.strip()))
    return figures


LIMIT = 45    # Seconds that a client asks.
PATIENCE = 10  # Seconds that it waits for one answer; it asks no more then, and this is its figure.


class Asker(threading.Thread):
    """Asks for a count and one route in turns; what each answer took, in ms."""

    def __init__(self, path, prefix):
        super().__init__()
        self.client, self.over = Client(path, PATIENCE), False
        self.took = {"count": [], "for": []}
        self.commands = {"count": "show route count", "for": "show route for " + prefix}

    def run(self):
        while not self.over:
            for name, command in self.commands.items():
                started = time.monotonic()
                try:
                    self.client.ask(command)
                except socket.timeout:
                    self.over = True
                self.took[name].append((time.monotonic() - started) * 1000)
                if self.over:
                    break
                time.sleep(0.001)


def cell_cli(run, _):
    """Two tables as in `full`, sent in turns without end, while a client asks 1000 times for a count and for a route."""
    asker = Asker(run.daemon.bird_socket, run.prefix)
    run.peers.tell("churn")
    started = time.monotonic()
    asker.start()
    while not asker.over and len(asker.took["for"]) < 500:
        time.sleep(0.1)
        asker.over |= time.monotonic() - started > LIMIT
    asker.over = True
    asker.join()
    run.peers.tell("stop")
    figures = {"told/s": run.peers.answer()["told_per_s"], "samples": sum(map(len, asker.took.values()))}
    for name, took in asker.took.items():
        took = sorted(took) or [float("nan")]
        figures["%s p50 ms" % name] = statistics.median(took)
        figures["%s p99 ms" % name] = took[len(took) * 99 // 100]
    return figures


CHANGED = 100


def cell_roa(run, _):
    """A roa table of 400 k entries, 100 come and go; what the change takes until the sink knows, and the daemon."""
    figures = {"load s": run.load()["time s"]}
    for command, reached, withdrawn in (("enable", 0, CHANGED), ("disable", CHANGED, 0)):
        run.peers.tell("wait %d %d" % (reached, withdrawn))
        before, started = ran(run.daemon), time.monotonic()
        run.ask("%s extra_r4" % command)
        told = run.peers.answer()
        quiet(run.daemon)
        figures["%s s" % command] = told["last"] - started
        figures["%s CPU s" % command] = ran(run.daemon) - before
        figures["%s told" % command] = told["reached"] + told["withdrawn"]
        if (told["reached"], told["withdrawn"]) != (reached, withdrawn):
            raise RuntimeError("told %(reached)d more and %(withdrawn)d less" % told)
    return figures


# ---- their policies ------------------------------------------------------------------------------------

ROA_POLICY = """filter {
		if net.type = NET_IP4 && roa_check(r4, net, bgp_path.last) = ROA_INVALID then reject;
		accept;
	}"""


def roa_head(scale):
    nets = listed("roa", scale)
    fours = [(prefix, origin) for prefix, origin in nets if prefix.endswith("/24") and ":" not in prefix]
    entries, extra = fours[:400_000 // scale], [(prefix, "1") for prefix, _ in fours[-CHANGED:]]
    return "\n".join([*roa_lines("entries", entries), *roa_lines("extra", extra, disabled=True)])


DN42_POLICY = """filter {
		if ! ((net.type = NET_IP4 && net ~ OURS4) || (net.type = NET_IP6 && net ~ OURS6)) then reject;
		if net.type = NET_IP4 && roa_check(r4, net, bgp_path.last) != ROA_VALID then reject;
		if net.type = NET_IP6 && roa_check(r6, net, bgp_path.last) != ROA_VALID then reject;
		if bgp_path ~ [= * 4242420000 * =] then reject;
		if tell_of_latency(3) + tell_of_bandwidth(24) + tell_of_crypto(34) > 100 then reject;
		accept;
	}"""
# What dn42 asks for: latency, bandwidth and encryption of the worst link on the way.
def dn42_functions():
    lines = ["define OURS4 = [ 0.0.0.0/0{8,24} ];", "define OURS6 = [ 2000::/3{20,48} ];"]
    for name, first, count, is_worse in (("latency", 1, 9, "<"), ("bandwidth", 21, 5, ">"), ("crypto", 31, 4, ">")):
        lines += ["function tell_of_%s(int own) {" % name]
        for value in range(first, first + count):
            lines += ["\tif (64511, %d) ~ bgp_community then {" % value, "\t\tif %d %s own then {" % (value, is_worse),
                      "\t\t\tbgp_community.delete([(64511, %d)]);" % value,
                      "\t\t\tbgp_community.add((64511, own));", "\t\t}", "\t\treturn own;", "\t}"]
        lines += ["\tbgp_community.add((64511, own));", "\treturn own;", "}"]
    return "\n".join(lines) + "\n"


def dn42_head(scale):
    return dn42_functions() + "\n".join(roa_lines("entries", listed("dn42", scale)))


CELLS = {
    "full": (cell_full, ALL, Cell(), None),
    "fan": (cell_load, ALL, Cell(sinks=20, families=("ipv4",)), None),
    "ten": (cell_load, ALL, Cell(blasters=10, families=("ipv4",)), None),
    "dn42": (cell_rested, SAME, Cell(blasters=30, sinks=0, link_local=True, policy=DN42_POLICY), dn42_head),
    "tunnels": (cell_rested, SAME, Cell(blasters=30, sinks=0, link_local=True, own_links=True, policy=DN42_POLICY), dn42_head),
    "collector": (cell_counted, SAME, Cell(sinks=0, families=("ipv4",), add_paths=True), None),
    "cli": (cell_cli, SAME, Cell(), None),
    "roa": (cell_roa, SAME, Cell(policy=ROA_POLICY, roa=True), roa_head),
}
TITLES = {
    "fan": "0.2 M prefixes from one peer to 20 with the same policy",
    "ten": "0.1 M prefixes from each of 10 peers, the best to one",
    "dn42": "30 peers tell each other 2,700 prefixes over link-local sessions, roa and community policy",
    "tunnels": "dn42, each peer on a link of its own",
    "collector": "1,350 prefixes with 2,700 paths each, by ADD-PATH",
}

# ---- running and showing -------------------------------------------------------------------------------


def floor(scale):
    """What the peers need for themselves."""
    peers = Peers([], "floor", scale, "-")
    figures = {"time s": peers.ask("load")["load"]}
    peers.ask("check")
    peers.end()
    return figures


def once(kind, name, scale, head):
    measure, _, cell, _ = CELLS[name]
    run = Run(kind, name, cell, scale, head)
    try:
        if name == "cli":
            run.prefix = listed(name, scale)[0][0]
        return measure(run, scale)
    finally:
        run.end()


def show(name, title, results):
    print("%s: %s" % (name, title))
    base = results.get("bird")
    for kind, rows in results.items():
        print("  %s (%d)" % (kind, len(rows)))
        for figure in rows[0]:
            median = statistics.median(row[figure] for row in rows)
            other = statistics.median(row[figure] for row in base) if base and figure in base[0] else 0
            ratio = "%8.3f of BIRD's" % (median / other) if other and kind != "bird" else ""
            print("    %-18s%14.3f%s" % (figure, median, ratio))
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(prog="test/bench/run bgp", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scale", type=int, default=1, help="divides the sizes: to see that it works")
    parser.add_argument("--daemons", default=",".join(KINDS))
    parser.add_argument("cells", nargs="*", metavar="CELL", help=" ".join(CELLS))
    options = parser.parse_args()
    for name in options.cells:
        if name not in CELLS:
            parser.error("no cell '%s': %s" % (name, " ".join(CELLS)))
    failed = 0
    show("floor", "the blaster straight into the sink", {"peers": [floor(options.scale) for _ in range(options.runs)]})
    for name in options.cells or CELLS:
        measure, kinds, _, head_of = CELLS[name]
        kinds = [kind for kind in options.daemons.split(",") if kind in kinds and KINDS[kind][0].program
                 and os.path.exists(KINDS[kind][0].program)]
        results = {kind: [] for kind in kinds}
        head = head_of(options.scale) if head_of else ""
        for number in range(options.runs):
            # Behind one that took gigabytes memory is dear for a while: nobody is always that one's next.
            for kind in random.Random(number).sample(kinds, len(kinds)):
                try:
                    results[kind].append(once(kind, name, options.scale, head))
                except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                    failed += 1
                    print("%s, %s, run %d: %s" % (name, kind, number + 1, error), file=sys.stderr)
        show(name, TITLES.get(name, measure.__doc__.strip()), {kind: rows for kind, rows in results.items() if rows})
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
