# SPDX-License-Identifier: GPL-2.0-or-later
"""Reloads that must touch nothing; the drawing is in reload.sh."""

import json
import os
import subprocess
import sys

from host import Host, Meshd, cable, run_tests, wait_until

MESHC = os.environ["BUILD"] + "/client/meshc"
TARGET = "10.50.0.1"
CONFIG = """router id 10.0.0.1;
define NEAR = [ 10.0.0.0/8+ ];
function is_near() { return net ~ NEAR; }
filter near { if is_near() then accept; reject; }
roa4 table checks;
protocol static roas { roa4 { table checks; }; route 10.0.0.0/8 max 24 as 65000; }
protocol kernel kernel4 { ipv4 { export filter near; }; }
protocol babel mesh {
	ipv4 { import where roa_check(checks, net, 65000) != ROA_INVALID; export filter near; };
	interface "to-peer" { hello interval 1; update interval 600; };
}
protocol static { ipv4; route 10.50.0.1/32 via 10.2.0.2; route 10.51.0.0/24 recursive 10.50.0.1; }
protocol direct { ipv4; }
"""
PEER = """router id 10.0.0.2;
protocol babel mesh { ipv4 { import all; export all; }; interface "to-router" { hello interval 1; update interval 600; }; }
protocol static { ipv4; route 10.60.0.0/24 unreachable; }
"""
# The same, written otherwise.
OTHERWISE = CONFIG.replace("\n", "\n\n# a remark\n").replace("NEAR", "CLOSE_BY").replace(
    "{ if is_near() then accept; reject; }", "{\n\tif is_near()\n\t\tthen { accept; }\n\treject;\n}")

# Counts what comes.
RECEIVER = """
import socket
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("%s", 5000))
receiver.settimeout(20)
print("ready", flush=True)
count = 0
while receiver.recv(100) != b"end":
    count += 1
print(count)
""" % TARGET
# Sends some 500 packets a second until its input ends.
SENDER = """
import select, socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("ready", flush=True)
count = 0
while not select.select([sys.stdin], [], [], 0.002)[0]:
    sender.sendto(b"x", ("%s", 5000))
    count += 1
sender.sendto(b"end", ("%s", 5000))
print(count)
""" % (TARGET, TARGET)
# Counts the TLVs of Babel packets on an interface, but for Hello, IHU and padding: type by type.
SNIFFER = """
import collections, json, socket, sys
sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86dd))
sniffer.bind((sys.argv[1], 0))
sniffer.settimeout(0.2)
seen = collections.Counter()
print("ready", flush=True)
import threading
done = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
while not done.is_set():
    try:
        frame = sniffer.recv(65536)
    except socket.timeout:
        continue
    if frame[20] != 17 or frame[56:58] != b"\\x1a\\x28":
        continue
    body, at = frame[62 + 4:], 0
    body = body[:int.from_bytes(frame[62 + 2:62 + 4], "big")]
    while at < len(body):
        kind = body[at]
        if kind == 0:
            at += 1
            continue
        if kind == 4:
            print("hello", flush=True)
        elif kind not in (1, 5):
            seen[kind] += 1
        at += 2 + body[at + 1]
print(json.dumps(seen))
"""


class Lab:
    def __init__(self):
        self.source, self.router, self.target, self.peer = (Host(name) for name in ("source", "router", "target", "peer"))
        for number, (a, b) in enumerate(((self.source, self.router), (self.router, self.target),
                                         (self.router, self.peer)), 1):
            cable(a, b)
            a.run("ip", "addr", "add", "10.%d.0.1/24" % number, "dev", a.to(b))
            b.run("ip", "addr", "add", "10.%d.0.2/24" % number, "dev", b.to(a))
        self.target.run("ip", "addr", "add", TARGET + "/32", "dev", "lo")
        self.source.run("ip", "route", "add", "default", "via", "10.1.0.2")
        self.target.run("ip", "route", "add", "10.1.0.0/24", "via", "10.2.0.1")
        self.daemon = Meshd(self.router, CONFIG)
        self.other = Meshd(self.peer, PEER)
        wait_until("the route is there", lambda: TARGET in self.router.output("ip", "route"))
        wait_until("the peer knows it", lambda: TARGET in self.other.ask("show", "route"))
        wait_until("the peer's is here", lambda: "10.60.0.0/24" in self.router.output("ip", "route"))

        last = [None]

        def is_settled():
            last.append(self.state())
            return last[-1] == last[-2]

        wait_until("all has settled", is_settled, pause=2)

    def state(self):
        """Of all protocols on both sides: since when, and the routes they had."""
        rows = self.daemon.rows("show", "protocols", "all") + self.other.rows("show", "protocols", "all")
        return [{key: row.get(key) for key in ("name", "state", "since", "ipv4", "roa4")} for row in rows]

    def configure(self, *words):
        """What `configure` says, and how it ends."""
        result = subprocess.run(self.router.command(MESHC, "-s", self.daemon.socket, "configure", *words),
                                capture_output=True, text=True, timeout=60)
        return result.returncode, result.stdout + result.stderr


class Watch:
    """Nothing happens between its beginning and its end but what happens always: the kernel's routes, the peer's
    packets, the protocols, the forwarding of a steady stream."""

    def __init__(self, lab):
        self.lab = lab

    def __enter__(self):
        lab = self.lab
        self.received = self.run(lab.target, RECEIVER)
        self.sniffer = self.run(lab.router, SNIFFER, "to-peer")
        self.monitor = subprocess.Popen(lab.router.command("ip", "-o", "monitor", "route"), stdout=subprocess.PIPE,
                                        text=True)
        self.sent = self.run(lab.source, SENDER)
        self.protocols = lab.state()
        return self

    @staticmethod
    def run(host, program, *words):
        """Starts a program, and waits until it has started."""
        process = subprocess.Popen(host.command(sys.executable, "-c", program, *words), stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        return process

    def __exit__(self, kind, value, trace):
        # What comes late comes with the next Hellos of both sides at the latest.
        for _ in range(4):
            self.sniffer.stdout.readline()
        for process in (self.sent, self.sniffer):
            process.stdin.close()
        sent, received = int(self.sent.stdout.read()), int(self.received.stdout.read())
        packets = json.loads(self.sniffer.stdout.read().splitlines()[-1])
        self.monitor.terminate()
        changes = self.monitor.stdout.read()
        for process in (self.sent, self.received, self.sniffer, self.monitor):
            process.wait()
        if kind:
            return
        assert changes == "", "the kernel saw " + changes
        assert packets == {}, "the peer saw TLVs %s" % packets
        now = self.lab.state()
        assert now == self.protocols, (now, self.protocols)
        assert sent == received, "of %d packets %d arrived" % (sent, received)
        assert sent > 100, sent


def test_the_same_again_touches_nobody(lab):
    assert "Nothing would change" in lab.configure("check")[1]
    with Watch(lab):
        for _ in range(3):
            status, said = lab.configure()
            assert status == 0, said


def test_the_same_in_other_words_touches_nobody(lab):
    lab.daemon.write(OTHERWISE)
    assert "Nothing would change" in lab.configure("check")[1]
    with Watch(lab):
        status, said = lab.configure()
        assert status == 0, said


def main():
    lab = Lab()
    failed = run_tests(globals(), lab)
    lab.daemon.stop()
    lab.other.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
