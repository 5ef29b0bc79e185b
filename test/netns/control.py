# SPDX-License-Identifier: GPL-2.0-or-later
"""Control sockets against a running daemon; see control.sh."""

import os
import random
import re
import socket
import stat
import subprocess

import tap
from host import SANITIZED, Host, Meshd, folder_make, wait_until

MESHC = os.environ["BUILD"] + "/client/meshc"
ROUTES = 20000
CONFIG = """router id 10.0.0.1;
protocol device { }
protocol static s { ipv4; route 10.1.0.0/16 blackhole; }
ipv4 table many;
protocol static lots { ipv4 { table many; };
%s
}
""" % "\n".join("\troute 10.%d.%d.0/24 unreachable;" % (100 + i // 256, i % 256) for i in range(ROUTES))


class Session:
    """A connection in the native protocol."""

    def __init__(self, path, seconds=20):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        self.greeting = self.file.readline()

    def send(self, data):
        self.socket.sendall(data)

    def reply(self):
        """What was said, and whether that was good."""
        lines = []
        while True:
            line = self.file.readline()
            assert line, "the connection ended"
            if line.startswith(b"."):
                return b"".join(lines).decode(), line == b".0\n"
            lines.append(line[1:])

    def ask(self, line):
        self.send(b"text " + line.encode() + b"\n")
        return self.reply()

    def is_over(self):
        return self.file.read() == b""

    def close(self):
        self.file.close()
        self.socket.close()


class Place:
    """What a test works with: the daemon, and a folder for sockets."""

    def __init__(self):
        self.daemon = Meshd(Host("control"), CONFIG)
        self.folder = folder_make("control-")

    def path(self, name):
        return os.path.join(self.folder, name)

    def configure(self, blocks):
        """The configuration with these `cli` blocks; what `configure` said, and whether it was good."""
        self.daemon.write(blocks + CONFIG)
        result = subprocess.run([MESHC, "-s", self.daemon.socket, "configure"], capture_output=True, text=True,
                                timeout=60)
        return result.stdout + result.stderr, result.returncode == 0


def expect(good, place, blocks):
    said, was_good = place.configure(blocks)
    assert was_good == good, said
    return said


def test_a_declared_socket_answers_and_goes_with_its_block(place):
    path = place.path("one")
    expect(True, place, 'cli "%s" { }\n' % path)
    session = Session(path)
    assert session.ask("show status")[1]
    expect(True, place, "")
    assert session.is_over() and not os.path.exists(path)


def test_its_rights_are_those_of_the_daemons_own(place):
    path = place.path("rights")
    expect(True, place, 'cli "%s";\n' % path)
    ours, first = os.stat(path), os.stat(place.daemon.socket)
    assert stat.S_IMODE(ours.st_mode) == 0o660 == stat.S_IMODE(first.st_mode)
    assert (ours.st_uid, ours.st_gid) == (first.st_uid, first.st_gid)


def test_a_reload_leaves_other_sockets_and_their_clients_alone(place):
    one, two = place.path("stays"), place.path("comes")
    expect(True, place, 'cli "%s";\n' % one)
    inode, session = os.stat(one).st_ino, Session(one)
    expect(True, place, 'cli "%s";\ncli "%s";\n' % (two, one))
    assert os.stat(one).st_ino == inode and session.ask("show status")[1]
    assert Session(two).ask("show status")[1]
    expect(True, place, 'cli "%s";\n' % one)
    assert os.stat(one).st_ino == inode and session.ask("show status")[1]
    assert not os.path.exists(two)


def test_a_restricted_socket_only_shows(place):
    path = place.path("restricted")
    expect(True, place, 'cli "%s" { restrict; }\n' % path)
    session = Session(path)
    assert session.ask("show protocols")[1]
    for line in ("disable s", "configure", "configure undo", "down", "debug s all"):
        said, good = session.ask(line)
        assert not good and "only look" in said, said
    assert session.ask("show protocols s")[0].split()[9] == "up"


def test_restricting_a_socket_takes_the_right_from_who_is_connected(place):
    path = place.path("later")
    expect(True, place, 'cli "%s";\n' % path)
    session = Session(path)
    assert session.ask("debug s off")[1]
    expect(True, place, 'cli "%s" { restrict; }\n' % path)
    assert not session.ask("debug s off")[1]
    expect(True, place, 'cli "%s";\n' % path)
    assert not session.ask("debug s off")[1] and Session(path).ask("debug s off")[1]


def test_a_client_may_take_away_its_own_socket(place):
    path = place.path("own")
    expect(True, place, 'cli "%s";\n' % path)
    place.daemon.write(CONFIG)
    session = Session(path)
    assert session.ask("configure")[1]
    assert session.is_over()


def test_a_place_where_no_socket_can_be_leaves_all_as_it_was(place):
    path, bad = place.path("kept"), place.path("no/such/folder")
    expect(True, place, 'cli "%s";\n' % path)
    said = expect(False, place, 'cli "%s";\ncli "%s";\n' % (place.path("new"), bad))
    assert "config:2: error:" in said and bad in said and "No such file" in said, said
    assert os.path.exists(path) and not os.path.exists(place.path("new"))
    said = expect(False, place, 'cli "%s";\n' % place.daemon.socket)
    assert "answers there already" in said, said
    with open(place.path("file"), "w") as file:
        file.write("mine")
    said = expect(False, place, 'cli "%s";\n' % place.path("file"))
    assert os.path.getsize(place.path("file")) == 4, said
    said = expect(False, place, 'cli "%s";\ncli "%s";\n' % (path, path))
    assert "there already, in line 1" in said, said
    assert Session(path).ask("show status")[1]


def test_a_dead_daemons_socket_is_replaced(place):
    path = place.path("stale")
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(path)
    dead.close()
    expect(True, place, 'cli "%s";\n' % path)
    assert Session(path).ask("show status")[1]


def test_configure_check_opens_nothing_and_says_what_would_be(place):
    path = place.path("checked")
    expect(True, place, "")
    place.daemon.write('cli "%s";\n' % path + CONFIG)
    assert "cli" in place.daemon.ask("configure", "check")
    assert not os.path.exists(path)


def test_a_line_that_is_too_long_is_answered_in_its_turn(place):
    session = Session(place.daemon.socket)
    session.send(b"text show route table many\ntext " + b"x" * 1000000 + b"\ntext show status\n")
    assert session.reply()[0].count("\n") > ROUTES
    assert session.reply() == ("The request is too long\n", False)
    assert session.reply()[1]


def test_clients_that_go_away_in_the_middle_harm_nobody(place):
    for _ in range(50):
        session = Session(place.daemon.socket)
        session.send(b"text show route table many\n" * 3)
        session.close()
    half = Session(place.daemon.socket)
    half.send(b"text show")
    half.close()
    assert Session(place.daemon.socket).ask("show status")[1]


def test_too_many_clients_of_one_socket_are_sent_away_and_others_are_not(place):
    path = place.path("busy")
    expect(True, place, 'cli "%s";\n' % path)
    sessions = [Session(path) for _ in range(64)]
    more = Session(path)
    assert b"too many" in more.greeting and more.is_over()
    assert all(session.ask("show status")[1] for session in sessions)
    assert Session(place.daemon.socket).ask("show status")[1]
    sessions.pop().close()
    wait_until("there is room again", lambda: b"ready" in Session(path).greeting)


class Bird:
    """A connection in BIRD's protocol, and what comes as bytes."""

    def __init__(self, path, seconds=60):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        self.greeting = self.file.readline()

    def send(self, data):
        self.socket.sendall(data)

    def reply(self):
        lines = []
        while not lines or not re.match(rb"\d{4} ", lines[-1]):
            lines.append(self.file.readline())
            assert lines[-1], "the connection ended"
        return lines

    def ask(self, line):
        self.send(line.encode() + b"\n")
        return self.reply()

    def close(self):
        self.file.close()
        self.socket.close()


def bird_socket(place, name):
    path = place.path(name)
    expect(True, place, 'cli "%s" { protocol bird; }\n' % path)
    return path


def test_birds_protocol_is_spoken_where_it_is_asked_for(place):
    path = bird_socket(place, "bird")
    assert Bird(path).greeting == b"0001 BIRD 2.0.12 ready.\n"
    assert Session(place.daemon.socket).ask("show status")[1]
    expect(True, place, 'cli "%s" { protocol bird; restrict; }\n' % path)
    assert Bird(path).ask("disable s")[-1].startswith(b"8007 ")
    session = Bird(path)
    expect(True, place, 'cli "%s" { protocol native; }\n' % path)
    assert session.ask("eval 1") == [b"0023 1\n"] and Session(path).ask("show status")[1]


def test_garbage_gets_as_many_answers_as_it_has_lines(place):
    session = Bird(bird_socket(place, "garbage"))
    lines = [bytes(range(1, 256)).replace(b"\n", b""), b"\x00" * 100, b"show route " * 500, b"x" * 1000000,
             b"'" * 99, b"{" * 2000, b"show route where " + b"(" * 5000, b"eval " + b"-" * 4000, b"\xff\xfe"]
    random.seed(7)
    lines += [bytes(random.randrange(256) for _ in range(random.randrange(200))).replace(b"\n", b"n")
              for _ in range(500)]
    for line in lines:
        session.send(line + b"\n")
        assert re.match(rb"[89]\d{3} ", session.reply()[-1]), line[:100]
    assert session.ask("eval 1") == [b"0023 1\n"]


def test_who_does_not_read_costs_little_and_harms_nobody(place):
    path = bird_socket(place, "deaf")
    before = place.daemon.memory("VmRSS")
    deaf = [Bird(path) for _ in range(60)]
    for session in deaf:
        session.send(b"show route table many all\n" * 20)
    assert Bird(path).ask("eval 1") == [b"0023 1\n"]
    wait_until("each has as much as it may", lambda: place.daemon.memory("VmRSS") > before + 5)
    place.daemon.quiet()
    grown = place.daemon.memory("VmRSS") - before
    assert SANITIZED or grown < 60 * 0.5, "%d MB" % grown
    # One that reads gets all of it, the rest go away in the middle.
    for _ in range(20):
        assert len(deaf[0].reply()) > 2 * ROUTES
    for session in deaf:
        session.close()
    assert Session(place.daemon.socket).ask("show status")[1]


def test_more_requests_than_are_read_wait_outside(place):
    session = Bird(bird_socket(place, "flood"))
    session.socket.setblocking(False)
    sent = 0
    try:
        while sent < 64 * 1024 * 1024:
            sent += session.socket.send(b"show route table many\n" * 1000)
    except BlockingIOError:
        pass
    assert sent < 16 * 1024 * 1024
    assert SANITIZED or place.daemon.memory("VmRSS") < 100
    assert Session(place.daemon.socket).ask("show status")[1]
    session.close()


tap.run(globals(), Place())
