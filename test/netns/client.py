# SPDX-License-Identifier: GPL-2.0-or-later
"""meshc against a running daemon; see client.sh."""

import csv
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import socket
import struct
import subprocess
import termios
import time

from client_tests import MESHC, main
from host import wait_until
from tap import Skipped

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

    def __init__(self, client, *words, rows=24, columns=80, **environment):
        # libedit keeps the names of added functions for ever: not a leak of ours to be told of.
        preset = {"TERM": "xterm", "PAGER": "cat", "NO_COLOR": "", "HOME": client.daemon.folder,
                  "ASAN_OPTIONS": "detect_leaks=0"}
        environment = {**os.environ, **preset, **environment}
        ready, go = os.pipe()
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.close(go)
            os.read(ready, 1)
            os.execve(MESHC, [MESHC, "-s", client.daemon.socket, *words], environment)
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.close(ready)
        os.close(go)
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
        end = time.monotonic() + 20
        try:
            while select.select([self.file], [], [], max(0, end - time.monotonic()))[0]:
                self.seen += os.read(self.file, 4096).decode(errors="replace")
            os.kill(self.pid, signal.SIGKILL)
        except OSError:
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.file)
        return status


def on_terminal(client, words, **options):
    """What one command shows on a terminal."""
    terminal = Terminal(client, *words.split(), **options)
    assert terminal.end() == 0
    return terminal.seen


def test_words_may_be_cut_short(client):
    whole = client.run("show", "protocols").stdout
    assert "elsewhere" in whole
    assert client.run("sh", "pro").stdout == whole
    assert client.run("show", "routes", "10.1.0.0/16").stdout == client.run("show", "route", "10.1.0.0/16").stdout
    ambiguous = client.run("show", "m")
    assert ambiguous.returncode in (0, 1)
    assert "not unique" in client.run("re", "x").stderr
    assert client.run("s", "p", "a").stdout == client.run("show", "protocols", "all").stdout


def test_exit_codes_say_how_it_went(client):
    assert client.run("show", "status").returncode == 0
    assert client.run("show", "nonsense").returncode == 1
    assert client.run("show", "route", "10.99.0.0/16").returncode == 1
    assert client.run("watch", "-n", "soon", "show", "status").returncode == 2
    assert subprocess.run([MESHC, "--bad"], capture_output=True).returncode == 2
    assert subprocess.run([MESHC, "--color=pink", "help"], capture_output=True).returncode == 2
    assert subprocess.run([MESHC, "-s", "/nowhere", "show", "status"], capture_output=True).returncode == 3


def test_errors_leave_the_output_clean(client):
    for form in ("--json", "--csv", "--color=never"):
        result = client.run(form, "show", "route", "table", "mani")
        assert result.returncode == 1
        assert "did you mean `many'" in (result.stdout if form == "--json" else result.stderr)
        assert form == "--json" or result.stdout == ""


def test_mistakes_are_told_with_what_was_meant(client):
    for words, meant in (("shwo status", "`show'"), ("show stats", "`show status'"), ("show route tabel many", "`table'"),
                         ("show protocols elsewere", "`elsewhere'"), ("disable elsewere", "`elsewhere'"),
                         ("show route protocol lotz", "`lots'"), ("show route filter nothin", "`nothing'"),
                         ("show", "`show' is followed by"), ("show xyzzy", "is followed by")):
        result = client.run(*words.split())
        assert result.returncode == 1 and meant in result.stderr, (words, result)


def why_not(*words, **options):
    result = subprocess.run([MESHC, *words, "show", "status"], capture_output=True, text=True, **options)
    assert result.returncode == 3 and not result.stdout, result
    return result.stderr


def test_a_daemon_that_is_not_there_is_missed_with_advice(client):
    folder = client.daemon.folder
    nowhere = os.path.join(folder, "nowhere")
    assert "not running" in why_not("-s", nowhere) and "meshd -c FILE -s " + nowhere in why_not("-s", nowhere)
    with open(os.path.join(folder, "file"), "w"):
        pass
    assert "is no socket" in why_not("-s", os.path.join(folder, "file"))
    assert "too long" in why_not("-s", "/" + 200 * "x")
    left = socket.socket(socket.AF_UNIX)
    left.bind(os.path.join(folder, "left"))
    left.close()
    assert "nobody listens" in why_not("-s", os.path.join(folder, "left"))
    os.symlink(client.daemon.socket, os.path.join(folder, "meshd.ctl"))
    assert "meshc -l" in why_not("-s", nowhere, cwd=folder)
    assert client.run("-l", "show", "status", cwd=folder).returncode == 0


def test_another_protocol_is_recognized(client):
    for greeting, said in (("0001 BIRD 2.0.12 ready.\n", "birdc"), ("220 mail ready\n", "220 mail"),
                           ("meshd 9 busy: too many\n", "busy"), ("", "doesn't answer")):
        path = os.path.join(client.daemon.folder, "other")
        other = socket.socket(socket.AF_UNIX)
        other.bind(path)
        other.listen()
        process = subprocess.Popen([MESHC, "-s", path, "show", "status"], stderr=subprocess.PIPE, text=True)
        connection = other.accept()[0]
        connection.sendall(greeting.encode())
        connection.close()
        other.close()
        assert said in process.communicate(timeout=20)[1], greeting
        assert process.returncode == 3
        os.unlink(path)


def can_become_nobody():
    return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "true"],
                          capture_output=True).returncode == 0


def test_who_may_not_ask_is_told_how(client):
    if not can_become_nobody():
        raise Skipped("there is nobody else to be")
    folder = client.daemon.folder
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", MESHC]
    for mode, group, said in ((0o755, 0, "be root"), (0o755, 12, "usermod -aG man nobody"), (0o700, 0, "may not look into")):
        os.chown(client.daemon.socket, 0, group)
        os.chmod(client.daemon.socket, 0o660)
        os.chmod(folder, mode)
        result = subprocess.run([*nobody, "-s", client.daemon.socket, "show", "status"], capture_output=True, text=True)
        assert result.returncode == 3 and said in result.stderr, result
    os.chmod(folder, 0o755)


def test_every_table_is_csv(client):
    for words in ("status", "protocols", "protocols all", "interfaces", "links", "route", "route all", "memory", "symbols",
                  "route table many primary"):
        result = client.run("--csv", "show", *words.split())
        assert result.returncode == 0, words
        rows = list(csv.DictReader(result.stdout.splitlines()))
        assert rows or words == "links", words
        assert all(None not in row and None not in row.values() for row in rows), words
    rows = list(csv.DictReader(client.run("show", "route", "--csv").stdout.splitlines()))
    assert {row["table"] for row in rows} == {"master4", "many", "somewhere"} and len(rows) == ROUTES + 2
    rows = list(csv.DictReader(client.run("--csv", "show", "route", "10.1.0.0/16", "all").stdout.splitlines()))
    assert "source=RTS_STATIC" in rows[0]["details"], rows


def test_colours_are_for_terminals(client):
    escape = "\x1b["
    assert escape not in client.run("show", "protocols").stdout
    assert escape + "32mup" in client.run("--color=always", "show", "protocols").stdout
    assert escape not in client.run("--color=always", "--json", "show", "protocols").stdout
    shown = on_terminal(client, "show protocols")
    assert escape + "32mup" in shown
    assert escape not in on_terminal(client, "show protocols", NO_COLOR="1")
    assert escape not in on_terminal(client, "show protocols", TERM="dumb")
    assert escape not in on_terminal(client, "--color=never show protocols")


def test_lines_fit_the_terminal(client):
    for columns in (50, 80):
        for line in on_terminal(client, "--color=never help", columns=columns).splitlines():
            assert len(line) <= columns, line


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
    terminal = at_prompt(client)
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
    terminal = at_prompt(client)
    terminal.type("show ?")
    terminal.expect("status")
    terminal.expect("interfaces")
    terminal.expect("meshd> show ")
    terminal.type("\x15quit\n")
    assert terminal.end() == 0


def test_the_history_is_kept(client):
    terminal = at_prompt(client)
    terminal.type("eval 20+3\n")
    terminal.expect("23")
    terminal.expect("meshd> ")
    terminal.type("quit\n")
    assert terminal.end() == 0
    terminal = at_prompt(client)
    terminal.type("\x10\x10")  # Ctrl-P, past `quit`
    terminal.expect("20+3")
    terminal.type("\n")
    terminal.expect("23")
    terminal.type("quit\n")
    terminal.end()


def at_prompt(client, **options):
    terminal = Terminal(client, "--color=never", **options)
    terminal.expect("meshd> ")
    # Something only the editor says: from then on it is the one to read keys.
    terminal.type("sh\t")
    terminal.expect("ow ")
    terminal.type("\x15")
    return terminal


def quit_from(terminal):
    terminal.type("\x15quit\n")
    assert terminal.end() == 0


def test_the_end_of_input_ends_the_session(client):
    terminal = at_prompt(client)
    terminal.type("\x04")
    assert terminal.end() == 0


def test_ctrl_c_cancels_what_is_typed(client):
    terminal = at_prompt(client)
    terminal.type("show nonsense\x03")
    terminal.expect("^C")
    terminal.expect("meshd> ")
    terminal.type("eval 6*7\n")
    terminal.expect("42")
    quit_from(terminal)


def test_ctrl_c_ends_what_runs_and_not_the_session(client):
    terminal = at_prompt(client)
    terminal.type("subscribe protocols elsewhere\n")
    terminal.expect("add")
    client.run("disable", "elsewhere")
    terminal.expect("down")
    client.run("enable", "elsewhere")
    terminal.expect("up")
    terminal.type("\x03")
    terminal.expect("meshd> ")
    terminal.type("eval 6*7\n")
    terminal.expect("42")
    quit_from(terminal)


def test_a_long_line_is_typed_in_pieces(client):
    terminal = at_prompt(client)
    terminal.type("eval 6 \\\n")
    terminal.expect("     > ")
    terminal.type("* \\\n")
    terminal.expect("     > ")
    terminal.type("7\n")
    terminal.expect("42")
    terminal.type("eval 1+1\neval 2+3\neval 5+8\n")
    for result in ("\n2\r", "\n5\r", "\n13\r"):
        terminal.expect(result)
    quit_from(terminal)


def test_a_question_mark_may_be_typed(client):
    terminal = at_prompt(client)
    terminal.type('eval "really?"\n')
    terminal.expect("\nreally?")
    quit_from(terminal)


def test_completion_knows_what_belongs_where(client):
    terminal = at_prompt(client)
    terminal.type("show route table elsew\tX\n")
    terminal.expect("There is no table `elsewX'")
    terminal.type("show route protocol elsew\t")
    terminal.expect("here ")
    terminal.type("\x15watch show rou\t")
    terminal.expect("te ")
    terminal.type("\x15wat\t")
    terminal.expect("ch ")
    quit_from(terminal)


def test_the_client_outlives_the_daemon(client):
    terminal = at_prompt(client)
    client.daemon.halt()
    terminal.type("show status\n")
    terminal.expect("not running")
    terminal.type("show rou\t")
    terminal.expect("te ")
    terminal.type("\x15")
    client.daemon.begin()
    terminal.type("eval 6*7\n")
    terminal.expect("connected again: meshd")
    terminal.expect("42")
    quit_from(terminal)


def test_a_daemon_that_ends_amid_an_answer_is_told(client):
    terminal = at_prompt(client)
    terminal.type("subscribe protocols\n")
    terminal.expect("elsewhere")
    client.daemon.halt()
    terminal.expect("the daemon closed the connection")
    client.daemon.begin()
    terminal.expect("meshd> ")
    quit_from(terminal)


def test_what_is_longer_than_the_screen_goes_through_the_pager(client):
    pager = "sed -u -e 's/^/P:/' -e 4q"
    terminal = at_prompt(client, rows=10, PAGER=pager)
    terminal.type("show status\n")
    terminal.expect("\nVersion")
    terminal.expect("meshd> ")
    terminal.type("show route table many\n")
    terminal.expect("P:Table many:")
    terminal.expect("meshd> ")
    terminal.type("eval 6*7\n")
    terminal.expect("\n42")
    quit_from(terminal)


def test_only_terminals_get_a_pager(client):
    result = subprocess.run([MESHC, "-s", client.daemon.socket, "show", "route"], capture_output=True, text=True,
                            env=dict(os.environ, PAGER="false"))
    assert len(result.stdout.splitlines()) > ROUTES


def test_a_command_is_watched_on_a_terminal(client):
    terminal = Terminal(client, "watch", "-n", "0.1", "show", "protocols", "elsewhere", rows=12)
    terminal.expect("Every 0.1 s: show protocols elsewhere")
    terminal.expect("static")
    client.run("disable", "elsewhere")
    terminal.expect("\x1b[7m")
    terminal.expect("Every 0.1 s")
    client.run("enable", "elsewhere")
    terminal.expect("\x1b[7m")
    terminal.type("\x03")
    assert terminal.end() == 0


def reader(client, *words):
    return subprocess.Popen([MESHC, "-s", client.daemon.socket, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)


def end(process):
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    return process.returncode


def test_a_command_is_watched_into_a_pipe(client):
    watch = reader(client, "watch", "-n0.1", "eval", "6*7")
    assert [watch.stdout.readline() for _ in range(3)] == 3 * ["42\n"]
    assert end(watch) == 0
    assert client.run("watch", "show", "nonsense").returncode == 1
    assert client.run("watch").returncode == 2


def test_events_are_watched(client):
    watch = reader(client, "--json", "watch", "protocols", "elsewhere")
    rows = [json.loads(watch.stdout.readline()) for _ in range(2)]
    assert [row["event"] for row in rows] == ["add", "ready"]
    client.run("restart", "elsewhere")
    assert json.loads(watch.stdout.readline())["event"] == "change"
    assert end(watch) == 0
    assert client.run("watch", "routes", "table", "nowhere").returncode == 1


def test_watching_goes_on_when_the_daemon_is_back(client):
    watch = reader(client, "--json", "watch", "routes", "10.1.0.0/16")
    assert "add" in watch.stdout.readline()
    client.daemon.halt()
    assert "waiting for it" in watch.stderr.readline()
    client.daemon.begin()
    line = watch.stdout.readline()
    while '"add"' not in line:
        line = watch.stdout.readline()
    assert end(watch) == 0


def test_help_tells_how_a_command_is_used(client):
    shown = client.run("help").stdout
    assert "show route" in shown and "watch routes" in shown
    assert "Usage: show route [<prefix>]" in client.run("help", "show", "route").stdout
    assert "Usage: watch [-n SECONDS] COMMAND" in client.run("help", "watch").stdout
    assert client.run("help", "nonsense").returncode == 1


def test_shells_are_told_what_may_follow(client):
    def words(*typed):
        shown = subprocess.run([MESHC, "--complete", *typed], capture_output=True, text=True).stdout
        return [line.split("\t")[0] for line in shown.splitlines()]
    live = ("-s", client.daemon.socket)
    assert "elsewhere" in words(*live, "show", "protocols", "")
    assert words(*live, "show", "route", "table", "") == ["master4", "master6", "many", "somewhere", "all"]
    assert words("--js") == ["--json"]
    assert words("-j", "show", "stat") == ["status", "static"]
    assert words("-s", "") == []
    assert "elsewhere" not in words("-s", "/nowhere", "show", "protocols", "")
    assert "route" in words("-s", "/nowhere", "show", "")


def test_bash_completes(client):
    script = os.path.join(os.environ["SRC"], "client/completion/meshc")
    typed = """. %s
COMP_WORDS=(%s -s %s show route protocol elsew); COMP_CWORD=6; _meshc; echo "${COMPREPLY[@]}"
COMP_WORDS=(%s sh); COMP_CWORD=1; _meshc; echo "${COMPREPLY[@]}"
""" % (script, MESHC, client.daemon.socket, MESHC)
    result = subprocess.run(["bash", "-c", typed], capture_output=True, text=True)
    assert result.stdout == "elsewhere\nshow\n", result


def shell(program):
    if not shutil.which(program):
        raise Skipped(program + " is not installed")
    return os.path.join(os.environ["SRC"], "client/completion", {"zsh": "_meshc", "fish": "meshc.fish"}[program])


def test_zsh_completes(client):
    typed = """_describe() { print -l -- ${(P)2} }; _files() { print files }
words=(%s -s %s show route protocol elsew); CURRENT=7; . %s
words=(%s -s ''); CURRENT=3; . %s
""" % (MESHC, client.daemon.socket, shell("zsh"), MESHC, shell("zsh"))
    result = subprocess.run(["zsh", "-f", "-c", typed], capture_output=True, text=True)
    assert result.stdout == "elsewhere:static\nfiles\n", result


def test_fish_completes(client):
    typed = "source %s; complete -C 'meshc -s %s show route protocol elsew'; complete -C 'meshc show sta'" % (
        shell("fish"), client.daemon.socket)
    environment = dict(os.environ, HOME=client.daemon.folder, PATH=os.path.dirname(MESHC) + ":" + os.environ["PATH"])
    result = subprocess.run(["fish", "--no-config", "-c", typed], capture_output=True, text=True, env=environment)
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == ["elsewhere", "static", "status"], result


def prepare(client):
    wait_until("all routes are there", lambda: "%d of" % ROUTES in client.run(
        "show", "route", "table", "many", "count").stdout)


if __name__ == "__main__":
    main(globals(), "client", CONFIG, prepare)
