# SPDX-License-Identifier: GPL-2.0-or-later
"""Reloads that must touch nothing; the drawing is in reload.sh."""

import json
import os
import subprocess
import sys
import time

from host import SANITIZED, Host, Meshd, cable, run_tests, wait_until

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
	interface "to-peer" { update interval 160; };
}
protocol static { ipv4; route 10.50.0.1/32 via 10.2.0.2; route 10.51.0.0/24 recursive 10.50.0.1; }
protocol direct { ipv4; }
"""
PEER = """router id 10.0.0.2;
protocol babel mesh { ipv4 { import all; export all; }; interface "to-router" { update interval 160; }; }
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
sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))  # All: others see no packet that leaves.
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
    if frame[12:14] != b"\\x86\\xdd" or frame[20] != 17 or frame[56:58] != b"\\x1a\\x28":
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


def start(host, program, *words):
    """Starts a program, and waits until it has started."""
    process = subprocess.Popen(host.command(sys.executable, "-c", program, *words), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def packets_of(sniffer):
    """What a sniffer saw, until the next Hellos of both sides: what comes late comes with them at the latest."""
    for _ in range(4):
        sniffer.stdout.readline()
    sniffer.stdin.close()
    packets = json.loads(sniffer.stdout.read().splitlines()[-1])
    sniffer.wait()
    return packets


def heard(router):
    return packets_of(start(router, SNIFFER, "to-peer"))


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
        # The first dump comes after up to an eighth of the interval, the next one once we are through.
        time.sleep(160 / 8)
        wait_until("both have told all they know", lambda: heard(self.router) == {})

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
        self.received = start(lab.target, RECEIVER)
        self.sniffer = start(lab.router, SNIFFER, "to-peer")
        self.monitor = subprocess.Popen(lab.router.command("ip", "-o", "monitor", "route"), stdout=subprocess.PIPE,
                                        text=True)
        self.sent = start(lab.source, SENDER)
        self.protocols = lab.state()
        return self

    def __exit__(self, kind, value, trace):
        packets = packets_of(self.sniffer)
        self.sent.stdin.close()
        sent, received = int(self.sent.stdout.read()), int(self.received.stdout.read())
        self.monitor.terminate()
        changes = self.monitor.stdout.read()
        for process in (self.sent, self.received, self.monitor):
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


def nested(left, right, count=10000, inside="1"):
    return "define A = " + left * count + inside + right * count + ";\n"


# What is wrong, the text (bytes: as they are; a function: makes it at the path it is given), what is said of it.
NONSENSE = (
    ("an include cycle", lambda path: [put(path, 'include "%s.2";' % path), put(path + ".2", 'include "%s";' % path)],
     "includes itself"),
    ("a file of 100 MB", lambda path: put(path, "route 10.0.0.0/8 blackhole; # padding\n" * 2700000),
     "larger than the limit of 64 MB"),
    ("a binary file", bytes(range(256)) * 1000, "this is not a text file"),
    ("a directory", os.mkdir, "Is a directory"),
    ("a missing file in a glob", lambda path: [os.mkdir(path + ".d"), os.symlink("/nowhere", path + ".d/x.conf"),
                                               put(path, 'include "%s.d/*.conf";' % path)], "cannot read"),
    ("blocks 10000 deep", "protocol static { " + "ipv4 { " * 10000, "cannot stand here"),
    ("parentheses 10000 deep", nested("(", ")"), "nested more than 1000 deep"),
    ("negations 10000 deep", nested("!", "", inside="true"), "more than 10000 parts are open"),
    ("braces 10000 deep", "filter f { " + "{ " * 10000 + "accept; " + "} " * 10001, "nested more than 1000 deep"),
    ("a chain of 10000 ifs", "filter f { " + "if net.len = 1 then " * 10000 + "accept; }\n", "more than 10000 parts are open"),
    ("a set of two million", "define A = [ " + ", ".join("10.%d.%d.%d/32" % (i >> 16, i >> 8 & 255, i & 255)
                                                       for i in range(2000000)) + " ];\n",
     "more than the limit of 128 MB"),
    ("a million mistakes", "filter f { " + "print; " * 1000000 + "}\n", "what comes after them was not read"),
    ("recursion without end", "function f(int a) -> int { return f(a + 1); }\ndefine A = f(1);\n",
     "more than 1000 calls deep"),
    ("recursion that branches", "function f(int a) -> int { if a = 0 then return 1; return f(a - 1) + f(a - 1); }\n"
     "define A = f(100);\n", "more than 1000000 steps"),
)


def put(path, text):
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def test_nonsense_is_refused_and_touches_nobody(lab):
    with Watch(lab):
        for number, (what, make, said) in enumerate(NONSENSE):
            path = os.path.join(lab.daemon.folder, "nonsense%d" % number)
            make(path) if callable(make) else put(path, make)
            status, answer = lab.configure('"%s"' % path)
            assert status == 1, "%s: %s" % (what, answer[:500])
            assert said in answer, "%s: %s" % (what, answer[:500])
    assert SANITIZED or lab.daemon.memory("VmHWM") < 300, lab.daemon.memory("VmHWM")


def test_a_set_of_a_million_is_taken(lab):
    lab.daemon.write(CONFIG + "define MANY = [ " + ", ".join(str(2 * i) for i in range(1000000)) + " ];\n")
    with Watch(lab):
        status, said = lab.configure("check")
        assert status == 0 and "Nothing would change" in said, said[:500]


def main():
    lab = Lab()
    failed = run_tests(globals(), lab)
    lab.daemon.stop()
    lab.other.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
