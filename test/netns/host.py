# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts (network namespaces) and the daemons that run on them: for interop tests and benchmarks."""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

from tap import Skipped

BUILD = os.environ["BUILD"]
SANITIZED = os.environ.get("SANITIZE") == "yes"  # Freed memory is kept then: a daemon's size says nothing.
TICK = os.sysconf("SC_CLK_TCK")


# Whoever is told to end does what is to be done at the end.
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def folder_make(prefix):
    """A folder for temporary files, gone when the program ends."""
    folder = tempfile.mkdtemp(prefix=prefix)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def wait_until(what, condition, seconds=60.0, pause=0.02):
    """Polls until `condition` holds; the seconds that took.  An error names what did not come."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise RuntimeError("timed out waiting until " + what)
        time.sleep(pause)
    return time.monotonic() - started


class Host:
    def __init__(self, name):
        self.name = name
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.run("ip", "link", "set", "lo", "up")
        for setting in ("net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1",
                        "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0"):
            self.run("sysctl", "-qw", setting)

    def to(self, other):
        """The name of the interface on the cable to another host."""
        return "to-" + other.name

    def command(self, *words):
        return ["ip", "netns", "exec", self.name, *words]

    def run(self, *words, **options):
        return subprocess.run(self.command(*words), check=True, **options)

    def output(self, *words):
        return subprocess.run(self.command(*words), check=True, capture_output=True, text=True).stdout

    def routes(self, family="-6", *selector):
        return len(self.output("ip", family, "route", "show", *selector).splitlines())

    def remove(self):
        subprocess.run(["ip", "netns", "del", self.name], check=False)


def cable(a, b, which=""):
    """Joins two hosts: interface to-B on A and to-A on B; of several cables the names have `which` at their end."""
    ends = (a, a.to(b) + which), (b, b.to(a) + which)
    subprocess.run(["ip", "link", "add", ends[0][1], "netns", a.name, "type", "veth",
                    "peer", "name", ends[1][1], "netns", b.name], check=True)
    for host, name in ends:
        host.run("ip", "link", "set", name, "up")


def segment(name, *hosts):
    """Joins hosts by a bridge in a namespace of its own: interface NAME on each, port pN for the Nth.  Taking a port
    out of the bridge is a cut that nobody's carrier tells of."""
    bridge = Host("sw-" + name)
    bridge.run("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
    bridge.run("ip", "link", "set", "br0", "up")
    for number, member in enumerate(hosts):
        port = "p%d" % number
        subprocess.run(["ip", "link", "add", name, "netns", member.name, "type", "veth",
                        "peer", "name", port, "netns", bridge.name], check=True)
        bridge.run("ip", "link", "set", port, "master", "br0", "up")
        member.run("ip", "link", "set", name, "up")
    return bridge


def users_are_mapped():
    """A daemon can become another user here: not in an ordinary user's own namespace."""
    with open("/proc/self/uid_map") as file:
        return sum(int(line.split()[2]) for line in file) > 1


class Daemon:
    """One running router.  Subclasses say how it is started, asked and told."""
    becomes_another = False  # User.

    @classmethod
    def unusable(cls):
        """Why it can't run here; nothing: it can."""
        if cls.becomes_another and not users_are_mapped():
            return cls.name + " becomes another user, and an ordinary user's namespace has none"
        return ""

    def __init__(self, host, config, **options):
        if self.unusable():
            raise Skipped(self.unusable())
        self.host = host
        self.folder = folder_make(self.name + "-")
        self.config = os.path.join(self.folder, "config")
        self.socket = os.path.join(self.folder, "ctl")
        self.write(config)
        self.options = options
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.begin()

    def begin(self):
        """Starts it, at first or after halt()."""
        self.process = subprocess.Popen(self.host.command(*self.words(**self.options)), stdout=self.log,
                                        stderr=self.log, cwd=self.folder)
        wait_until(self.name + " answers", self.answers)

    def write(self, config):
        with open(self.config, "w") as file:
            file.write(config)

    def answers(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise RuntimeError(self.name + " ended: " + self.log.read()[-2000:])
        return os.path.exists(self.socket)

    # `ip netns exec` becomes the program itself: the pid is the daemon's.
    @property
    def pid(self):
        return self.process.pid

    def cpu(self):
        """User and system seconds so far."""
        with open("/proc/%d/stat" % self.pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) / TICK, int(fields[12]) / TICK

    def ran(self):
        """Seconds on a processor so far, to the nanosecond."""
        with open("/proc/%d/schedstat" % self.pid) as file:
            return int(file.read().split()[0]) / 1e9

    def memory(self, key):
        """VmHWM or VmRSS in MB."""
        with open("/proc/%d/status" % self.pid) as file:
            for line in file:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) / 1024
        return None

    def quiet(self, seconds=0.6):
        """Waits until the daemon has used next to no processor for a while."""
        last, since = self.ran(), time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(0.1)
            now = self.ran()
            if now - last > 0.002:
                since = time.monotonic()
            last = now

    def halt(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # It may stay behind, and is no sign that the next one answers.
        if os.path.exists(self.socket):
            os.unlink(self.socket)

    def stop(self):
        self.halt()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Meshd(Daemon):
    name = "meshd"
    program = os.path.join(BUILD, "daemon/meshd")

    def words(self):
        return [self.program, "-f", "-c", self.config, "-s", self.socket]

    def answers(self):
        """Its socket is there before its configuration is read, which a test may write anew; it greets behind that."""
        if not super().answers():
            return False
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(20)
            try:
                client.connect(self.socket)
                return client.recv(6) == b"meshd "
            except OSError:
                return False

    def ask(self, *words):
        return self.host.output(os.path.join(BUILD, "client/meshc"), "-s", self.socket, *words)

    def rows(self, *words):
        return [json.loads(line) for line in self.ask("-j", *words).splitlines()]

    def configure(self):
        self.ask("configure")


class Bird(Daemon):
    name = "bird"
    program = shutil.which("bird")

    flags = ()

    def words(self):
        return [self.program, "-f", "-c", self.config, "-s", self.socket, *self.flags]

    def ask(self, *words):
        return self.host.output("birdc", "-s", self.socket, *words)

    def configure(self):
        self.ask("configure")


class Babeld(Daemon):
    name = "babeld"
    program = shutil.which("babeld")

    def words(self, interfaces=()):
        return [self.program, "-c", self.config, "-S", os.path.join(self.folder, "state"),
                "-I", os.path.join(self.folder, "pid"), "-G", self.socket, "-L",
                os.path.join(self.folder, "babeld.log"), *interfaces]


def run_tests(names, *given):
    """Runs the test_ functions among `names` with what they are given and prints their results as TAP; the number of
    those that failed."""
    tests = [value for name, value in names.items() if name.startswith("test_")]
    tests = [test for test in tests if not sys.argv[1:] or any(word in test.__name__ for word in sys.argv[1:])]
    failed = 0
    print("1..%d" % len(tests))
    for number, test in enumerate(tests, 1):
        title = test.__name__[5:].replace("_", " ")
        try:
            test(*given)
            print("ok %d - %s" % (number, title), flush=True)
        except Skipped as why:
            print("ok %d - %s # SKIP %s" % (number, title, why), flush=True)
        except Exception:
            failed += 1
            print("not ok %d - %s" % (number, title))
            print("# " + traceback.format_exc().strip().replace("\n", "\n# "), flush=True)
    return failed
