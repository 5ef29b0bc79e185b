# SPDX-License-Identifier: GPL-2.0-or-later
"""Protocol kernel and the daemon's manners, on one router between two hosts; the drawing is in kernel.sh."""

import os
import signal
import socket
import subprocess
import sys
import time
import traceback

from host import Host, Meshd, wait_until

HEAD = """router id 10.0.0.1;
graceful restart wait 3;
protocol device { }
protocol kernel kernel4 { ipv4 { %(import)s; %(export)s; }; %(kernel)s }
protocol kernel kernel6 { ipv6 { export all; }; }
"""
PLAIN = {"import": "import none", "export": "export all", "kernel": ""}
STATIC = """protocol static {
	ipv4;
%s
}
"""
TARGET = "10.50.0.1"
ROUTE = "\troute 10.50.0.1/32 via 10.2.0.2;"


class Lab:
    """source --- router === target; each test has its own daemon."""

    def __init__(self):
        self.source, self.router, self.target = Host("source"), Host("router"), Host("target")
        self.join(self.source, "r", self.router, "s", 1)
        self.join(self.router, "t1", self.target, "r1", 2)
        self.join(self.router, "t2", self.target, "r2", 3)
        self.target.run("ip", "addr", "add", TARGET + "/32", "dev", "lo")
        self.source.run("ip", "route", "add", "default", "via", "10.1.0.2")
        self.target.run("ip", "route", "add", "10.1.0.0/24", "via", "10.2.0.1")

    @staticmethod
    def join(a, a_name, b, b_name, net):
        subprocess.run(["ip", "link", "add", a_name, "netns", a.name, "type", "veth",
                        "peer", "name", b_name, "netns", b.name], check=True)
        for host, name, last in ((a, a_name, 1), (b, b_name, 2)):
            host.run("ip", "addr", "add", "10.%d.0.%d/24" % (net, last), "dev", name)
            host.run("ip", "link", "set", name, "up")

    def config(self, routes=(ROUTE,), more="", **changes):
        return HEAD % {**PLAIN, **changes} + STATIC % "\n".join(routes) + more

    def show(self, prefix, *more):
        # A table that has had no route yet is an error of ip's; here it is one without this route.
        return subprocess.run(self.router.command("ip", "route", "show", prefix, *more), capture_output=True,
                              text=True, check=False).stdout.strip()

    def has(self, prefix, text=""):
        line = self.show(prefix)
        return bool(line) and text in line

    def log(self, daemon):
        daemon.log.flush()
        with open(daemon.log.name) as file:
            return file.read()


def test_a_deleted_route_comes_back(lab, start):
    start(lab.config())
    wait_until("the route is there", lambda: lab.has(TARGET, "proto 77"))
    for _ in range(5):
        lab.router.run("ip", "route", "del", TARGET)
        wait_until("it is back", lambda: lab.has(TARGET, "proto 77"), 2)


def test_an_overwritten_route_is_put_right(lab, start):
    start(lab.config())
    wait_until("the route is there", lambda: lab.has(TARGET, "10.2.0.2"))
    lab.router.run("ip", "route", "replace", TARGET, "via", "10.3.0.2", "metric", "32")
    wait_until("it is right again", lambda: lab.has(TARGET, "via 10.2.0.2"), 2)
    assert "10.3.0.2" not in lab.show(TARGET)


def test_a_killed_daemon_loses_no_packet(lab, start):
    daemon = start(lab.config())
    wait_until("the route is there", lambda: lab.has(TARGET))
    ping = subprocess.Popen(lab.source.command("ping", "-n", "-i", "0.01", "-c", "250", TARGET),
                            stdout=subprocess.PIPE, text=True)
    monitor = subprocess.Popen(lab.router.command("ip", "monitor", "route"), stdout=subprocess.PIPE, text=True)
    time.sleep(0.3)
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()
    time.sleep(0.2)
    again = start(lab.config())
    wait_until("it has taken the route over",
               lambda: "Adopted unconfirmed: 0" in again.ask("show", "protocols", "all", "kernel4"))
    output = ping.communicate()[0]
    monitor.terminate()
    assert " 0% packet loss" in output, output[-300:]
    assert "Deleted 10.50" not in monitor.communicate()[0]


def test_what_nobody_confirms_is_removed(lab, start):
    other = "\troute 10.60.0.0/16 via 10.2.0.2;"
    daemon = start(lab.config(routes=(ROUTE, other)))
    wait_until("both are there", lambda: lab.has(TARGET) and lab.has("10.60.0.0/16"))
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()
    start(lab.config())
    time.sleep(1)
    assert lab.has("10.60.0.0/16"), "it must stay while protocols may still confirm it"
    wait_until("it is removed after the wait", lambda: not lab.has("10.60.0.0/16"), 10)
    assert lab.has(TARGET)


def test_a_clean_end_takes_the_routes_away(lab, start):
    daemon = start(lab.config())
    wait_until("the route is there", lambda: lab.has(TARGET))
    daemon.process.send_signal(signal.SIGTERM)
    daemon.process.wait(10)
    assert not lab.has(TARGET)


def test_persist_leaves_them(lab, start):
    daemon = start(lab.config(kernel="persist;"))
    wait_until("the route is there", lambda: lab.has(TARGET))
    daemon.process.send_signal(signal.SIGTERM)
    daemon.process.wait(10)
    assert lab.has(TARGET)
    lab.router.run("ip", "route", "del", TARGET)


def test_a_refusal_names_the_route_and_the_reason(lab, start):
    daemon = start(lab.config(export="export filter { krt_prefsrc = 203.0.113.7; accept; }"))
    wait_until("it is logged", lambda: "10.50.0.1/32" in lab.log(daemon) and "Invalid argument" in lab.log(daemon))
    assert "Refused" in daemon.ask("show", "protocols", "all", "kernel4")


def test_metrics_go_with_the_route(lab, start):
    start(lab.config(export="export filter { krt_mtu = 1400; krt_lock_mtu = true; krt_ssthresh = 30;"
                            " krt_congctl = \"reno\"; krt_feature_ecn = true; accept; }"))
    wait_until("the route is there", lambda: lab.has(TARGET, "via 10.2.0.2"))
    shown = lab.router.output("ip", "route", "show", TARGET)
    for part in ("mtu lock 1400", "ssthresh 30", "congctl reno", "features ecn"):
        assert part in shown, shown


def test_foreign_routes_are_learned_and_forgotten(lab, start):
    daemon = start(lab.config(**{"import": "import all", "kernel": "learn;"}))
    lab.router.run("ip", "route", "add", "10.70.0.0/16", "via", "10.3.0.2", "proto", "static")
    wait_until("it is learned", lambda: "10.70.0.0/16" in daemon.ask("show", "route", "protocol", "kernel4"))
    lab.router.run("ip", "route", "del", "10.70.0.0/16")
    wait_until("it is forgotten", lambda: "10.70.0.0/16" not in daemon.ask("show", "route", "protocol", "kernel4"))


def test_several_hops_share_by_weight(lab, start):
    start(lab.config(routes=("\troute 10.50.0.1/32 via 10.2.0.2 weight 3 via 10.3.0.2;",)))
    wait_until("both hops are there",
               lambda: lab.has(TARGET, "via 10.2.0.2 dev t1 weight 3") and lab.has(TARGET, "via 10.3.0.2"))
    lab.router.run("ip", "link", "set", "t2", "down")
    wait_until("the other one is alone", lambda: lab.has(TARGET, "via 10.2.0.2 dev t1") and
               "10.3.0.2" not in lab.show(TARGET), 3)
    lab.router.run("ip", "link", "set", "t2", "up")
    wait_until("both are back", lambda: lab.has(TARGET, "via 10.3.0.2"), 3)


def test_routes_follow_their_link(lab, start):
    start(lab.config())
    wait_until("the route is there", lambda: lab.has(TARGET))
    lab.router.run("ip", "link", "set", "t1", "down")
    wait_until("it is gone with the link", lambda: not lab.has(TARGET), 3)
    lab.router.run("ip", "link", "set", "t1", "up")
    wait_until("it is back with the link", lambda: lab.has(TARGET), 3)


def test_another_table_and_metric(lab, start):
    start(lab.config(kernel="kernel table 100; metric 7;"))
    wait_until("it is in table 100", lambda: "metric 7" in lab.show(TARGET, "table", "100"))
    assert not lab.has(TARGET)


def test_recursive_routes_follow_what_resolves_them(lab, start):
    routes = ("\troute 10.50.0.1/32 recursive 10.80.0.1;", "\troute 10.80.0.0/24 via 10.2.0.2;")
    daemon = start(lab.config(routes=routes))
    wait_until("it is resolved", lambda: lab.has(TARGET, "via 10.2.0.2"))
    daemon.write(lab.config(routes=(routes[0], "\troute 10.80.0.0/24 via 10.3.0.2;")))
    daemon.configure()
    wait_until("it follows", lambda: lab.has(TARGET, "via 10.3.0.2"), 3)


def test_a_bad_reload_changes_nothing(lab, start):
    daemon = start(lab.config())
    wait_until("the route is there", lambda: lab.has(TARGET))
    monitor = subprocess.Popen(lab.router.command("ip", "monitor", "route"), stdout=subprocess.PIPE, text=True)
    before = daemon.ask("show", "protocols")
    daemon.write(lab.config().replace("route 10.50", "roote 10.50") + "protocol nonsense { }\n")
    result = subprocess.run(lab.router.command(os.environ["BUILD"] + "/client/meshc", "-s", daemon.socket, "configure"),
                            capture_output=True, text=True)
    assert result.returncode == 1, result
    said = result.stdout + result.stderr
    assert "roote" in said and "nonsense" in said, said
    assert daemon.ask("show", "protocols") == before
    time.sleep(0.3)
    monitor.terminate()
    assert monitor.communicate()[0] == "", "the kernel was touched"


def test_a_reload_touches_only_what_changed(lab, start):
    routes = ["\troute 10.50.%d.0/24 via 10.2.0.2;" % i for i in range(50)]
    daemon = start(lab.config(routes=routes))
    wait_until("all are there", lambda: lab.has("10.50.49.0/24"))
    time.sleep(0.3)
    monitor = subprocess.Popen(lab.router.command("ip", "monitor", "route"), stdout=subprocess.PIPE, text=True)
    time.sleep(0.2)
    routes[20] = routes[20].replace("10.2.0.2", "10.3.0.2")
    daemon.write(lab.config(routes=routes))
    daemon.configure()
    wait_until("it has changed", lambda: lab.has("10.50.20.0/24", "10.3.0.2"))
    time.sleep(0.3)
    monitor.terminate()
    changed = [line for line in monitor.communicate()[0].splitlines() if line]
    assert len(changed) == 1 and "10.50.20.0/24" in changed[0], changed


def exchange(path, data):
    """What the control socket answers to some bytes, until it is silent."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.settimeout(0.5)
        connection.sendall(data)
        answer = b""
        try:
            while True:
                piece = connection.recv(65536)
                if not piece:
                    break
                answer += piece
        except socket.timeout:
            pass
        return answer.decode(errors="replace")


def test_garbage_on_the_control_socket_is_answered(lab, start):
    daemon = start(lab.config())
    for data in (b"\x00\xff\xfe garbage\n", b"text\n", b"text " + b"x" * 1_000_000 + b"\n",
                 b"text show \"open\n", b"text " + b"a " * 3000 + b"\n"):
        answer = exchange(daemon.socket, data)
        assert ".1\n" in answer, (data[:20], answer[:200])
    assert "up" in daemon.ask("show", "protocols")


def main():
    lab = Lab()
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    tests = [test for test in tests if not sys.argv[1:] or any(word in test.__name__ for word in sys.argv[1:])]
    failed = False
    print("1..%d" % len(tests))
    for number, test in enumerate(tests, 1):
        daemons = []

        def start(config):
            daemons.append(Meshd(lab.router, config))
            return daemons[-1]

        try:
            test(lab, start)
            print("ok %d - %s" % (number, test.__name__[5:].replace("_", " ")), flush=True)
        except Exception:
            failed = True
            print("not ok %d - %s" % (number, test.__name__[5:].replace("_", " ")))
            print("# " + traceback.format_exc().strip().replace("\n", "\n# "))
            for daemon in daemons:
                print("# log: " + lab.log(daemon)[-1500:].strip().replace("\n", "\n# "), flush=True)
        finally:
            for daemon in daemons:
                daemon.stop()
            for table in ("main", "100"):
                subprocess.run(lab.router.command("ip", "route", "flush", "table", table, "proto", "77"),
                               capture_output=True, check=False)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
