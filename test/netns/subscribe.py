# SPDX-License-Identifier: GPL-2.0-or-later
"""The native protocol, spoken by hand: subscriptions, back-pressure, breaking off; see subscribe.sh."""

import json
import socket
import time

from client_tests import main
from host import wait_until

CONFIG = """router id 10.0.0.1;
protocol device { }
protocol direct { ipv4; }
protocol static fixed { ipv4; route 10.1.0.0/16 blackhole; route 10.1.2.0/24 unreachable; }
protocol static extra { disabled; ipv4; route 10.1.2.128/25 blackhole; }
ipv4 table many;
protocol static lots { ipv4 { table many; };
%s
}
""" % "\n".join("\troute 20.%d.%d.0/24 unreachable;" % (i // 256, i % 256) for i in range(20000))


class Line:
    """A connection to the control socket."""

    def __init__(self, daemon):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(daemon.socket)
        self.file = self.socket.makefile("r", newline="\n")
        assert self.file.readline().startswith("meshd ")

    def send(self, text):
        self.socket.sendall(text.encode())

    def next(self):
        line = self.file.readline()
        assert line, "the connection ended"
        return line

    def row(self):
        line = self.next()
        assert line[0] == " ", line
        return json.loads(line)

    def until_ready(self):
        """The rows of what there is."""
        rows = []
        while not rows or rows[-1]["event"] != "ready":
            rows.append(self.row())
        return rows[:-1]

    def end(self):
        """The output up to the end, and the status."""
        lines = []
        while not lines or lines[-1][0] != ".":
            lines.append(self.next())
        return lines[:-1], lines[-1][1]

    def close(self):
        self.file.close()
        self.socket.close()


def started(client, request):
    line = Line(client.daemon)
    line.send(request + "\n")
    return line, line.until_ready()


def told(line, count):
    """`count` rows without the time, in order."""
    return [(row["event"], row.get("net") or row.get("name")) for row in (line.row() for _ in range(count))]


def test_what_there_is_comes_first(client):
    line, rows = started(client, "subscribe routes table master4")
    assert {row["net"] for row in rows if row["protocol"] == "fixed"} == {"10.1.0.0/16", "10.1.2.0/24"}
    assert all(row["row"] == "routes" and row["event"] == "add" and row["table"] == "master4" for row in rows)
    line.close()


def test_routes_that_change_are_told(client):
    line, _ = started(client, "subscribe routes table master4 protocol extra")
    client.run("enable", "extra")
    assert told(line, 1) == [("add", "10.1.2.128/25")]
    client.run("disable", "extra")
    assert told(line, 1) == [("remove", "10.1.2.128/25")]
    line.send("stop\n")
    assert line.end() == ([], "0")
    line.close()


def test_one_address_has_one_answer(client):
    line, rows = started(client, "subscribe routes for 10.1.2.200")
    assert [row["net"] for row in rows] == ["10.1.2.0/24"]
    client.run("enable", "extra")
    assert told(line, 1) == [("change", "10.1.2.128/25")]
    client.run("disable", "extra")
    assert told(line, 1) == [("change", "10.1.2.0/24")]
    client.run("disable", "fixed")
    event = told(line, 1)[0]
    # One of the two networks goes first.
    if event == ("change", "10.1.0.0/16"):
        event = told(line, 1)[0]
    assert event[0] == "remove"
    client.run("enable", "fixed")
    assert told(line, 1)[0][0] == "add"
    line.close()


def test_a_prefix_is_told_exactly_or_with_what_lies_in_it(client):
    exact, rows = started(client, "subscribe routes 10.1.0.0/16")
    assert [row["net"] for row in rows] == ["10.1.0.0/16"]
    within, rows = started(client, "subscribe routes in 10.1.2.0/24 table master4 changes")
    assert rows == []
    client.run("enable", "extra")
    assert told(within, 1) == [("add", "10.1.2.128/25")]
    client.run("disable", "extra")
    assert told(within, 1) == [("remove", "10.1.2.128/25")]
    exact.send("stop\n")
    assert exact.end() == ([], "0"), "what was told of other networks"
    exact.close()
    within.close()


def test_protocols_are_told_with_their_states(client):
    line, rows = started(client, "subscribe protocols")
    states = {row["name"]: row["state"] for row in rows}
    assert states["fixed"] == "up" and states["extra"] == "down"
    client.run("enable", "extra")
    seen = line.row()
    while seen["state"] != "up":
        seen = line.row()
    assert (seen["name"], seen["event"]) == ("extra", "change")
    client.run("disable", "extra", "for a while")
    while seen["info"] != "for a while":
        seen = line.row()
    assert seen["state"] in ("stop", "down")
    line.close()


def test_links_are_told_as_they_come_and_go(client):
    host = client.daemon.host
    line, rows = started(client, "subscribe links")
    assert [row["name"] for row in rows] == ["lo"]
    host.run("ip", "link", "add", "one", "type", "veth", "peer", "name", "two")
    assert sorted(told(line, 2)) == [("add", "one"), ("add", "two")]
    host.run("ip", "link", "set", "one", "up")
    host.run("ip", "link", "set", "two", "up")
    up = set()
    while up != {"one", "two"}:
        row = line.row()
        assert row["event"] == "change", row
        up |= {row["name"]} if row["state"] == "up" else set()
    host.run("ip", "link", "del", "one")
    gone = set()
    while gone != {"one", "two"}:
        row = line.row()
        gone |= {row["name"]} if row["event"] == "remove" else set()
    line.close()


def test_a_table_that_is_removed_is_told_as_a_whole(client):
    client.daemon.write(CONFIG + "ipv4 table brief;\nprotocol static shortly { ipv4 { table brief; };"
                                 " route 30.0.0.0/8 blackhole; }\n")
    client.run("configure")
    line, rows = started(client, "subscribe routes table brief")
    assert [row["net"] for row in rows] == ["30.0.0.0/8"]
    client.daemon.write(CONFIG)
    client.run("configure")
    events = told(line, 1)
    while events[-1] != ("remove", None):
        events += told(line, 1)
    line.send("stop\n")
    assert line.end() == ([], "0")
    line.close()


def test_who_does_not_read_is_told_the_newest_state_later(client):
    """The routes are taken away and put back again and again, many times what a socket holds."""
    line, rows = started(client, "subscribe routes table many")
    assert len(rows) == 20000
    count = ("show", "route", "table", "many", "count")
    sizes = []
    for _ in range(12):
        client.run("disable", "lots")
        wait_until("they are gone", lambda: "0 of 0" in client.run(*count).stdout)
        client.run("enable", "lots")
        wait_until("they are back", lambda: "20000 of" in client.run(*count).stdout)
        sizes.append(client.daemon.memory("VmRSS"))
    assert sizes[-1] - sizes[2] < 2, sizes
    client.run("disable", "lots")
    wait_until("they are gone", lambda: "0 of 0" in client.run(*count).stdout)
    there = {row["net"] for row in rows}
    read = 0
    while there:
        row = line.row()
        read += 1
        (there.add if row["event"] != "remove" else there.discard)(row["net"])
    assert read < 12 * 2 * 20000, "all that ever happened was told"
    client.run("enable", "lots")
    while len(there) < 20000:
        row = line.row()
        (there.add if row["event"] != "remove" else there.discard)(row["net"])
    line.close()


def test_requests_behind_a_subscription_wait_for_its_end(client):
    line = Line(client.daemon)
    line.send("csv subscribe protocols fixed\nstop\ntext eval 6*7\nstop\nstop\ntext eval 7*7\n")
    lines, status = line.end()
    assert lines[0].startswith(" time,event,name,protocol") and status == "0"
    assert line.end() == ([" 42\n"], "0")
    assert line.end() == ([" 49\n"], "0")
    line.close()


def test_a_long_answer_is_broken_off(client):
    line = Line(client.daemon)
    line.send("json show route table many\nstop\njson eval 1\n")
    rows, status = line.end()
    assert len(rows) < 20000 and status == "0"
    rows, status = line.end()
    assert json.loads(rows[0]) and status == "0"
    line.close()


def test_the_daemon_survives_subscribers_that_vanish(client):
    for request in ("subscribe routes", "subscribe protocols", "subscribe links", "text subscribe routes for 10.1.2.3"):
        for _ in range(3):
            line = Line(client.daemon)
            line.send(request + "\n")
            line.next()
            line.close()
    client.run("restart", "all")
    assert client.run("show", "status").returncode == 0
    wait_until("the routes are back", lambda: len(client.daemon.rows("show", "route", "table", "many")) == 20000)


def test_who_only_asks_gets_all_answers(client):
    """The writing half is closed behind the last request, as `nc -N` does."""
    line = Line(client.daemon)
    line.send("text eval 6*7\nsubscribe protocols fixed\njson show route table many\n")
    line.socket.shutdown(socket.SHUT_WR)
    assert line.end() == ([" 42\n"], "0")
    rows, status = line.end()
    assert len(rows) == 2 and status == "0"
    rows, status = line.end()
    assert len(rows) == 20000 and status == "0"
    assert line.file.readline() == ""
    line.close()


def test_what_cannot_be_told_is_refused(client):
    line = Line(client.daemon)
    for request, error in (("subscribe routes table mani", "did you mean `many'"),
                           ("subscribe routes 10.0.0.1/8", "host bits"),
                           ("subscribe routes protocol nobody", "no protocol"),
                           ("subscribe nonsense", "no command"),
                           ("nonsense", "A request is")):
        line.send(request + "\n")
        lines, status = line.end()
        assert status == "1" and error in lines[0], lines
    line.close()


def test_text_is_folded_and_coloured_as_set(client):
    line = Line(client.daemon)
    line.send("set colour on\nset width 40\ntext show protocols fixed\nset width x\nset colour off\n")
    assert line.end() == ([], "0") and line.end() == ([], "0")
    lines, _ = line.end()
    assert any("\x1b[32mup\x1b[0m" in one for one in lines), lines
    assert line.end()[1] == "1" and line.end()[1] == "0"
    line.close()


def prepare(client):
    for count, table in ((2, "master4"), (20000, "many")):
        wait_until("all routes are there", lambda: "%d of" % count in client.run(
            "show", "route", "table", table, "count").stdout)


if __name__ == "__main__":
    main(globals(), "subscribe", CONFIG, prepare)
