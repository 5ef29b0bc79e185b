# SPDX-License-Identifier: GPL-2.0-or-later
"""Protocol rpki of meshd, and BIRD's beside it, on one StayRTR.

usage: rpki.py [WORD...]      runs the tests whose names contain a word
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time

from host import Bird, Host, Meshd, run_tests, wait_until

PORT = 8282

CONFIG = """router id 10.9.0.1;
roa4 table r4;
roa6 table r6;
protocol device { }
protocol rpki k {
	roa4 { table r4; };
	roa6 { table r6; };
	remote "localhost" port %d;
	refresh keep %d; retry keep 1; expire keep 600;
}
"""

FIRST = {("10.%d.0.0/16" % i, 24, 64496 + i) for i in range(200)} | {("fd00:%x::/32" % i, 48, 64496) for i in range(1, 101)}
SECOND = FIRST - {("10.0.0.0/16", 24, 64496)} | {("172.20.0.0/14", 28, 4242420000), ("10.1.0.0/16", 20, 64497)}


class Cache:
    """A StayRTR that serves a file."""

    def __init__(self, host):
        self.host = host
        self.folder = tempfile.mkdtemp(prefix="stayrtr-")
        self.path = os.path.join(self.folder, "roas.json")
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.process = None
        self.second = 0

    def serve(self, entries):
        roas = [{"prefix": prefix, "maxLength": most, "asn": "AS%d" % asn, "ta": "test"}
                for prefix, most, asn in sorted(entries)]
        with open(self.path + ".new", "w") as file:
            json.dump({"metadata": {"buildtime": "2026-01-01T00:00:00Z"}, "roas": roas}, file)
        os.rename(self.path + ".new", self.path)

    def start(self):
        # Its session is numbered by the second, and serials begin anew: two of one second look like one.
        wait_until("the second is another", lambda: int(time.time()) != self.second)
        self.process = subprocess.Popen(
            self.host.command("stayrtr", "-bind", "127.0.0.1:%d" % PORT, "-cache", self.path, "-checktime=false",
                              "-refresh", "1", "-metrics.addr", ""), stdout=self.log, stderr=self.log, cwd=self.folder)
        wait_until("stayrtr listens", self.listens)
        self.second = int(time.time())

    def listens(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise RuntimeError("stayrtr ended: " + self.log.read()[-2000:])
        return ":%d" % PORT in self.host.output("ss", "-Hltn")

    def stop(self):
        self.process.kill()
        self.process.wait()


def details(meshd):
    return next(row for row in meshd.rows("show", "protocols", "all", "k") if row.get("row") == "protocols")


def of_meshd(meshd):
    """What its tables hold."""
    found = set()
    for table in ("r4", "r6"):
        for row in meshd.rows("show", "route", "table", table):
            if row.get("row") == "routes":
                prefix, most, asn = re.match(r"(\S+/\d+)-(\d+) AS(\d+)", row["net"]).groups()
                found.add((prefix, int(most), int(asn)))
    return found


def of_bird(bird):
    return {(prefix, int(most), int(asn)) for table in ("r4", "r6")
            for prefix, most, asn in re.findall(r"^(\S+/\d+)-(\d+) AS(\d+)", bird.ask("show", "route", "table", table), re.M)}


def counters(meshd, changes, key):
    """Summed over both channels."""
    row = details(meshd)
    return sum(next(line[key] for line in row[channel]["counters"] if line["changes"] == changes)
               for channel in ("roa4", "roa6"))


def started(host, entries, refresh=3600):
    cache = Cache(host)
    cache.serve(entries)
    cache.start()
    meshd = Meshd(host, CONFIG % (PORT, refresh))
    wait_until("all is there", lambda: of_meshd(meshd) == entries)
    return cache, meshd


def shape(answer):
    """The lines of `show protocols all` with every number as one."""
    lines = answer.split("ready.\n")[1].splitlines()
    return [re.sub(r"[0-9][0-9.:]*", "N", line).rstrip() for line in lines]


def test_birdc_shows_a_session_as_birds(host):
    cache, meshd = started(host, FIRST)
    bird = Bird(host, CONFIG % (PORT, 3600))
    socket = os.path.join(meshd.folder, "bird.ctl")
    wait_until("bird has all", lambda: of_bird(bird) == FIRST)
    meshd.write((CONFIG + "cli \"%s\" { protocol bird; }\n") % (PORT, 3600, socket))
    meshd.configure()
    ours, theirs = (shape(host.output("birdc", "-s", path, "show", "protocols", "all", "k")) for path in (socket, bird.socket))
    assert ours == theirs, "\n".join([*ours, "---", *theirs])
    bird.stop()
    meshd.stop()
    cache.stop()


def test_tables_follow_the_cache_as_those_of_bird_do(host):
    cache, meshd = started(host, FIRST)
    bird = Bird(host, CONFIG % (PORT, 3600))
    wait_until("bird has all", lambda: of_bird(bird) == FIRST)
    cache.serve(SECOND)
    wait_until("the change is there", lambda: of_meshd(meshd) == SECOND)
    # StayRTR tells of a change by a Serial Notify.
    wait_until("the change is with bird", lambda: of_bird(bird) == SECOND)
    assert counters(meshd, "import updates", "received") == len(FIRST) + 2
    assert counters(meshd, "import withdraws", "received") == 1
    row = details(meshd)
    assert row["version"] == 1 and row["resets"] == 1 and row["changes"] == 1, row
    assert row["reports_sent"] == row["reports_received"] == 0, row
    bird.stop()
    meshd.stop()
    cache.stop()


def test_a_cache_that_was_gone_is_heard_again(host):
    cache, meshd = started(host, FIRST)
    cache.stop()
    wait_until("it is missed", lambda: details(meshd)["status"] == "Transport-Error")
    assert of_meshd(meshd) == FIRST
    cache.serve(SECOND)
    cache.start()
    wait_until("the change is there", lambda: of_meshd(meshd) == SECOND)
    wait_until("it stands", lambda: details(meshd)["status"] == "Established")
    # All is told again by a new process, and what is as before changes nothing.
    row = details(meshd)
    assert row["resets"] == 2, row
    assert counters(meshd, "import updates", "accepted") == len(FIRST) + 2
    meshd.stop()
    cache.stop()


def test_version_0_is_enough(host):
    cache, meshd = started(host, FIRST)
    meshd.write(CONFIG.replace("expire", "max version 0; expire") % (PORT, 3600))
    meshd.configure()
    wait_until("it speaks version 0", lambda: (lambda row: row.get("version") == 0 and row.get("status") == "Established")(
        details(meshd)))
    wait_until("all is there", lambda: of_meshd(meshd) == FIRST)
    meshd.stop()
    cache.stop()


def test_routes_outlive_a_lost_cache(host):
    """That they expire after 600 s, the least RFC 8210 §6 allows, is seen in the simulator (unit/rpki/session)."""
    cache, meshd = started(host, FIRST)
    cache.stop()
    wait_until("it is missed", lambda: details(meshd)["status"] == "Transport-Error")
    assert of_meshd(meshd) == FIRST
    cache.start()
    wait_until("it is heard again", lambda: details(meshd)["status"] == "Established")
    assert of_meshd(meshd) == FIRST
    meshd.stop()
    cache.stop()


if __name__ == "__main__":
    sys.exit(run_tests(globals(), Host("r")) > 0)
