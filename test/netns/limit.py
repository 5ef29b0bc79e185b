# SPDX-License-Identifier: GPL-2.0-or-later
"""A peer that announces far more than a limit allows: each action of a limit, what it costs, and who else notices.

usage: limit.py                       the tests, with MILLIONS of prefixes (1)
       limit.py flood ADDRESS COUNT   announces COUNT prefixes to the daemon, from 10.9.1.1
       limit.py quiet ADDRESS         keeps a session from 10.9.1.2, until its input ends; says the longest silence
"""

import os
import select
import socket
import struct
import subprocess
import sys
import time

MILLIONS = int(os.environ.get("MILLIONS", "1"))
COUNT = MILLIONS * 1000000
LIMIT = 1000
HOLD = 9
PER_MESSAGE = 780
CONFIG = """router id 10.9.0.1;
protocol device { }
protocol static own { ipv4; route 192.0.2.0/24 via "lo"; }
protocol bgp flood { local 10.9.0.1 as 65001; neighbor 10.9.1.1 as 65101; multihop; passive; connect delay time 1;
	error wait time 600, 600; ipv4 { import all; export none; %(limit)s; }; }
protocol bgp quiet { local 10.9.0.1 as 65001; neighbor 10.9.1.2 as 65102; multihop; passive; hold time %(hold)d;
	ipv4 { import all; export none; }; }
"""


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def connect(address, own, asn):
    stream = socket.create_connection((address, 179), timeout=30, source_address=(own, 0))
    capabilities = struct.pack("!BBHBB", 1, 4, 1, 0, 1) + struct.pack("!BBI", 65, 4, asn)
    parameter = struct.pack("!BB", 2, len(capabilities)) + capabilities
    stream.sendall(message(1, struct.pack("!BHH4sB", 4, asn, HOLD if asn == 65102 else 0, socket.inet_aton(own),
                                          len(parameter)) + parameter) + message(4))
    return stream


def updates(count, asn):
    """Prefixes of 32 bits from 20.0.0.0 on, every message with attributes of its own."""
    at = 20 << 24
    end = at + count
    number = 0
    while at < end:
        upto = min(at + PER_MESSAGE, end)
        path = struct.pack("!BBIII", 2, 3, asn, 70000 + number % 60000, 200000 + number)
        attributes = (b"\x40\x01\x01\x00" + struct.pack("!BBB", 0x40, 2, len(path)) + path
                      + b"\x40\x03\x04" + socket.inet_aton("192.0.2.9"))
        nets = b"".join([b"\x20" + value.to_bytes(4, "big") for value in range(at, upto)])
        yield message(2, struct.pack("!HH", 0, len(attributes)) + attributes + nets)
        at, number = upto, number + 1


def flood(address, count):
    stream = connect(address, "10.9.1.1", 65101)
    sent = 0
    try:
        for one in updates(count, 65101):
            stream.sendall(one)
            sent += 1
        print("sent", flush=True)
        stream.settimeout(None)
        while stream.recv(65536):
            pass
    except OSError:
        pass
    print("ended", flush=True)


def quiet(address):
    stream = connect(address, "10.9.1.2", 65102)
    heard = said = time.monotonic()
    silence = 0.0
    while True:
        ready = select.select([stream, sys.stdin], [], [], 0.1)[0]
        now = time.monotonic()
        if stream in ready:
            if not stream.recv(65536):
                sys.exit("the session has ended")
            silence = max(silence, now - heard)
            heard = now
        if now - said > HOLD / 3:
            stream.sendall(message(4))
            said = now
        if sys.stdin in ready:
            print("%.2f" % max(silence, now - heard))
            return


def memory(pid):
    with open("/proc/%d/status" % pid) as file:
        return int([line for line in file if line.startswith("VmHWM")][0].split()[1]) / 1024


class Run:
    """One daemon with one limit, flooded."""

    def __init__(self, host, limit):
        from host import Meshd, wait_until
        self.wait_until = wait_until
        self.daemon = Meshd(host, CONFIG % {"limit": limit, "hold": HOLD})
        self.base = memory(self.daemon.pid)
        self.quiet = self.start(host, "quiet", "10.9.0.1")
        wait_until("the quiet session is up", lambda: self.state("quiet") == "up", 30)
        begin = time.monotonic()
        self.flood = self.start(host, "flood", "10.9.0.1", str(COUNT))
        self.slowest = 0.0
        while not self.over():
            asked = time.monotonic()
            self.daemon.ask("show", "route", "count")
            self.slowest = max(self.slowest, time.monotonic() - asked)
            if asked - begin > 600:
                raise RuntimeError("the flood did not end")
        self.seconds = time.monotonic() - begin
        self.peak = memory(self.daemon.pid)

    @staticmethod
    def start(host, *words):
        return subprocess.Popen(host.command(sys.executable, os.path.abspath(__file__), *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True)

    def state(self, name):
        return self.daemon.rows("show", "protocols", name)[0]["state"]

    def over(self):
        """All was sent and read, or the session has ended."""
        return bool(select.select([self.flood.stdout], [], [], 0)[0])

    def received(self):
        channel = self.daemon.rows("show", "protocols", "all", "flood")[0]["ipv4"]
        return channel["counters"][0]["received"]

    def logged(self):
        with open(os.path.join(self.daemon.folder, "log")) as file:
            return [line for line in file if "limit (%d) reached" % LIMIT in line]

    def end(self):
        self.quiet.stdin.write("\n")
        self.quiet.stdin.flush()
        silence = float(self.quiet.communicate(timeout=20)[0])
        assert self.quiet.returncode == 0, "the other session has ended"
        self.flood.kill()
        self.flood.communicate()
        self.daemon.stop()
        return silence


def flooded(host, limit, bounded, check):
    run = Run(host, limit)
    check(run)
    assert len(run.logged()) == 1, run.logged()
    silence = run.end()
    print("# %s: %.1f s, memory %.1f MB at first and %.1f MB at most, the slowest command %.0f ms, the other session "
          "silent for %.1f s" % (limit, run.seconds, run.base, run.peak, run.slowest * 1000, silence), flush=True)
    assert silence < HOLD / 2, silence
    if bounded:
        assert run.peak < run.base + 8, "%.1f MB" % run.peak


def imported(run, count):
    channel = run.daemon.rows("show", "protocols", "all", "flood")[0]["ipv4"]
    return channel["imported"] == count


def all_read(run, count):
    run.wait_until("all is read", lambda: run.received() == COUNT, 120)
    assert imported(run, count), run.daemon.ask("show", "protocols", "all", "flood")


def ended(run):
    run.wait_until("the session has ended", lambda: run.state("flood") != "up", 60)
    run.wait_until("its routes are gone", lambda: len(run.daemon.rows("show", "route", "protocol", "flood")) == 0, 60)


def test_warn_takes_all_and_says_so_once(host):
    flooded(host, "import limit %d action warn" % LIMIT, False, lambda run: all_read(run, COUNT))


def test_block_keeps_what_it_has(host):
    flooded(host, "import limit %d action block" % LIMIT, True, lambda run: all_read(run, LIMIT))


def test_block_of_what_is_received(host):
    flooded(host, "receive limit %d action block" % LIMIT, True, lambda run: all_read(run, LIMIT))


def test_restart_ends_the_session(host):
    flooded(host, "import limit %d action restart" % LIMIT, True, ended)


def test_disable_ends_it_for_good(host):
    def check(run):
        ended(run)
        assert "disabled" in run.daemon.ask("show", "bgp", "peer", "flood", "problem")
    flooded(host, "import limit %d action disable" % LIMIT, True, check)


def main():
    from host import Host, run_tests
    host = Host("router")
    for address in ("10.9.0.1", "10.9.1.1", "10.9.1.2"):
        host.run("ip", "addr", "add", address + "/32", "dev", "lo")
    sys.exit(run_tests(globals(), host) > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["flood"]:
        flood(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1:2] == ["quiet"]:
        quiet(sys.argv[2])
    else:
        main()
