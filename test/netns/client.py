# SPDX-License-Identifier: GPL-2.0-or-later
"""meshc against a running daemon; see client.sh."""

import json
import os
import pty
import select
import subprocess
import time

from client_tests import MESHC, main
from host import wait_until

ROUTES = 3000
CONFIG = """router id 10.0.0.1;
protocol device { }
protocol static elsewhere { ipv4; route 10.1.0.0/16 blackhole; }
ipv4 table many;
ipv4 table somewhere;
protocol static there { ipv4 { table somewhere; }; route 10.2.0.0/24 unreachable; }
protocol static lots { ipv4 { table many; };
%s
}
filter nothing { reject; }
""" % "\n".join("\troute 10.%d.%d.0/24 unreachable;" % (100 + i // 256, i % 256) for i in range(ROUTES))


class Terminal:
    """meshc on a terminal of its own."""

    def __init__(self, client):
        # libedit keeps the names of added functions for ever: not a leak of ours to be told of.
        environment = dict(os.environ, TERM="xterm", PAGER="cat", HOME=client.daemon.folder,
                           ASAN_OPTIONS="detect_leaks=0")
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.execve(MESHC, [MESHC, "-s", client.daemon.socket], environment)
        self.seen = ""

    def type(self, text):
        os.write(self.file, text.encode())

    def expect(self, text, seconds=10):
        """Waits until `text` has appeared, and forgets what came before its end."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            ready = select.select([self.file], [], [], max(0, end - time.monotonic()))[0]
            if not ready:
                raise AssertionError("no %r in %r" % (text, self.seen[-500:]))
            try:
                self.seen += os.read(self.file, 4096).decode(errors="replace")
            except OSError:
                raise AssertionError("it ended; no %r in %r" % (text, self.seen[-500:])) from None
        self.seen = self.seen.split(text, 1)[1]

    def end(self):
        """Its exit status, once it has ended by itself."""
        try:
            while os.read(self.file, 4096):
                pass
        except OSError:
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.file)
        return status


def test_words_may_be_cut_short(client):
    whole = client.run("show", "protocols").stdout
    assert "elsewhere" in whole
    assert client.run("sh", "pro").stdout == whole
    assert client.run("show", "routes", "10.1.0.0/16").stdout == client.run("show", "route", "10.1.0.0/16").stdout
    ambiguous = client.run("show", "m")
    assert ambiguous.returncode in (0, 1)
    assert "not unique" in client.run("re", "x").stdout


def test_exit_codes_say_how_it_went(client):
    assert client.run("show", "status").returncode == 0
    assert client.run("show", "nonsense").returncode == 1
    assert client.run("show", "route", "10.99.0.0/16").returncode == 1
    assert subprocess.run([MESHC, "-s", "/nowhere", "show", "status"], capture_output=True).returncode == 2
    assert subprocess.run([MESHC, "--bad"], capture_output=True).returncode == 2


def test_every_show_answers_in_json(client):
    for words in ("status", "protocols", "protocols all", "interfaces", "links", "route", "route all", "route count",
                  "memory", "symbols", "route table many primary"):
        result = client.run("-j", "show", *words.split())
        assert result.returncode == 0, words
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert lines or words == "links", words
    rows = [json.loads(line) for line in client.run("-j", "show", "route").stdout.splitlines()]
    assert {row["table"] for row in rows} == {"master4", "many", "somewhere"}
    assert len(rows) == ROUTES + 2


def test_many_routes_stream(client):
    lines = client.run("show", "route", "table", "many").stdout.splitlines()
    assert len(lines) == ROUTES + 2, len(lines)
    assert "%d of %d routes for %d networks in table many" % (ROUTES, ROUTES, ROUTES) in client.run(
        "show", "route", "table", "many", "count").stdout
    assert "2 of" in client.run("show", "route", "in", "10.100.0.0/23", "count").stdout
    assert "10.100.7.0/24" in client.run("show", "route", "for", "10.100.7.9", "table", "many").stdout
    where = client.run("show", "route", "table", "many", "where", "net = 10.100.9.0/24")
    assert len(where.stdout.splitlines()) == 3, where


def test_tables_are_shown_in_order(client):
    lines = client.run("show", "route", "in", "10.100.0.0/14", "table", "many").stdout.splitlines()[2:]
    nets = [[int(part) for part in line.split("/")[0].split(".")] for line in lines]
    assert len(nets) == 4 * 256 and nets == sorted(nets)


def test_only_the_word_where_begins_an_expression(client):
    shown = client.run("show", "route", "table", "somewhere", "where", "net.len = 24")
    assert "10.2.0.0/24" in shown.stdout, shown


def test_commands_come_from_a_pipe(client):
    result = client.run(data="show status\n# a comment\n\neval 6*7\nnonsense\nquit\nshow memory\n")
    assert "42" in result.stdout and "Router ID" in result.stdout
    assert "Part" not in result.stdout, "it went on after quit"
    assert result.returncode == 1


def test_a_client_that_does_not_read_stops_nobody(client):
    slow = subprocess.Popen([MESHC, "-s", client.daemon.socket, "show", "route", "all"], stdout=subprocess.PIPE)
    time.sleep(0.3)
    assert client.run("show", "status").returncode == 0
    assert slow.communicate()[0].count(b"\n") > ROUTES


def test_protocols_are_switched_off_and_on(client):
    assert "disabled" in client.run("disable", "elsewhere").stdout
    wait_until("it is down", lambda: client.run("show", "route", "10.1.0.0/16").returncode == 1)
    assert "enabled" in client.run("enable", "elsewhere").stdout
    wait_until("it is up", lambda: client.run("show", "route", "10.1.0.0/16").returncode == 0)
    assert client.run("restart", "else*").returncode == 0
    wait_until("it is up again", lambda: client.run("show", "route", "10.1.0.0/16").returncode == 0)
    assert client.run("reload", "in", "elsewhere").returncode == 0
    assert client.run("disable", "nobody").returncode == 1


def test_tab_completes_words_and_live_names(client):
    terminal = Terminal(client)
    terminal.expect("meshd> ")
    terminal.type("sh\t")
    terminal.expect("ow ")
    terminal.type("prot\t")
    terminal.expect("ocols ")
    terminal.type("elsew\t")
    terminal.expect("here")
    terminal.type("\n")
    terminal.expect("static")
    terminal.expect("meshd> ")
    terminal.type("show route table \t")
    terminal.expect("many")
    terminal.type("\x15quit\n")
    assert terminal.end() == 0


def test_a_question_mark_shows_what_may_follow(client):
    terminal = Terminal(client)
    terminal.expect("meshd> ")
    terminal.type("show ?")
    terminal.expect("status")
    terminal.expect("interfaces")
    terminal.expect("meshd> show ")
    terminal.type("\x15quit\n")
    assert terminal.end() == 0


def test_the_history_is_kept(client):
    terminal = Terminal(client)
    terminal.expect("meshd> ")
    terminal.type("eval 20+3\n")
    terminal.expect("23")
    terminal.expect("meshd> ")
    terminal.type("quit\n")
    assert terminal.end() == 0
    terminal = Terminal(client)
    terminal.expect("meshd> ")
    terminal.type("\x10\x10")  # Ctrl-P, past `quit`
    terminal.expect("20+3")
    terminal.type("\n")
    terminal.expect("23")
    terminal.type("quit\n")
    terminal.end()


def prepare(client):
    wait_until("all routes are there", lambda: "%d of" % ROUTES in client.run(
        "show", "route", "table", "many", "count").stdout)


if __name__ == "__main__":
    main(globals(), "client", CONFIG, prepare)
