# SPDX-License-Identifier: GPL-2.0-or-later
"""BGP speakers that can be given the same sessions: BIRD, FRR, OpenBGPD, GoBGP and ExaBGP, and meshd itself.  Each writes
its own configuration, says which sessions are established, and can be made to end one with a message."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from host import Bird, Daemon, Meshd


@dataclass(frozen=True)
class Session:
    """One side of a session."""
    name: str
    local: str
    remote: str
    local_as: int
    remote_as: int
    interface: str = None  # Of link-local addresses.
    password: str = None
    gtsm: bool = False
    passive: bool = False
    families: tuple = (4, 6)

    def reverse(self, **other):
        """The other side of it."""
        same = dict(interface=self.interface, password=self.password, gtsm=self.gtsm, families=self.families)
        return Session(self.name, self.remote, self.local, self.remote_as, self.local_as, **{**same, **other})

    @property
    def is_ip6(self):
        return ":" in self.remote

    @property
    def is_local(self):
        return self.remote.startswith("fe80:")


def bird_config(router_id, sessions, more=""):
    """For BIRD and for meshd."""
    lines = ["router id %s;" % router_id, "protocol device { scan time 1; }", more]
    for session in sessions:
        lines += ["protocol bgp %s {" % session.name,
                  "local %s as %d;" % (session.local, session.local_as),
                  "neighbor %s%s as %d;" % (session.remote,
                                            " %% '%s'" % session.interface if session.interface else "",
                                            session.remote_as),
                  "connect delay time 1; connect retry time 5; error wait time 1, 2;"]
        if session.password:
            lines.append('password "%s";' % session.password)
        lines += ["ttl security on;"] * session.gtsm + ["passive;"] * session.passive
        lines += ["ipv%d { import all; export all; };" % family for family in session.families]
        lines.append("}")
    return "\n".join(lines) + "\n"


class BirdLike:
    """What BIRD and meshd are asked in the same words."""

    def details(self, name):
        return self.ask("show", "protocols", "all", name)

    def shut(self, session, text):
        self.ask("disable", session.name, '"%s"' % text)

    def open(self, session):
        self.ask("enable", session.name)


class MeshdPeer(BirdLike, Meshd):
    def __init__(self, host, router_id, sessions, more=""):
        super().__init__(host, bird_config(router_id, sessions, more))

    def established(self, session):
        return any(row["name"] == session.name and row["state"] == "Established"
                   for row in self.rows("show", "bgp", "summary"))

    def has_heard(self, session, text):
        return text in self.ask("show", "bgp", "peer", session.name, "problem")


class BirdPeer(BirdLike, Bird):
    can_link_local = can_hear = can_say = True

    def __init__(self, host, router_id, sessions, more=""):
        super().__init__(host, "log stderr all;\n" + bird_config(router_id, sessions, more))

    def established(self, session):
        return re.search(r"BGP state: +Established", self.details(session.name)) is not None

    def has_heard(self, session, text):
        self.log.flush()
        with open(self.log.name) as file:
            return text in file.read()


class FrrPeer(Daemon):
    """Zebra, which knows the interfaces, and bgpd."""
    name = "frr"
    program = shutil.which("bgpd", path="/usr/lib/frr")
    becomes_another = True
    can_link_local = can_hear = can_say = True

    def __init__(self, host, router_id, sessions, more=""):
        self.zebra = None
        super().__init__(host, self.text(router_id, sessions) + more)

    def text(self, router_id, sessions):
        lines = ["log file %s" % "bgpd.log", "debug bgp neighbor-events",
                 "router bgp %d" % sessions[0].local_as, "bgp router-id " + router_id,
                 "no bgp ebgp-requires-policy", "no bgp default ipv4-unicast", "bgp log-neighbor-changes"]
        for session in sessions:
            peer = "neighbor %s " % session.remote
            lines += [peer + "remote-as %d" % session.remote_as, peer + "timers connect 1",
                      peer + "update-source %s" % (session.interface or session.local)]
            lines += [peer + "interface " + session.interface] if session.interface else []
            lines += [peer + "password " + session.password] if session.password else []
            lines += [peer + "ttl-security hops 1"] * session.gtsm + [peer + "passive"] * session.passive
        for family in (4, 6):
            lines.append("address-family ipv%d unicast" % family)
            lines += ["neighbor %s activate" % session.remote for session in sessions if family in session.families]
            lines.append("exit-address-family")
        return "\n".join(lines) + "\n"

    def begin(self):
        shutil.chown(self.folder, "frr")  # Whom zebra becomes.
        common = ["-z", os.path.join(self.folder, "zserv"), "--vty_socket", self.folder]
        self.zebra = subprocess.Popen(
            self.host.command("/usr/lib/frr/zebra", *common, "-f", "/dev/null", "-i",
                              os.path.join(self.folder, "zebra.pid")),
            stdout=self.log, stderr=self.log, cwd=self.folder)
        self.common = common
        self.socket = os.path.join(self.folder, "bgpd.vty")
        super().begin()

    def words(self):
        return [self.program, "-S", "-u", "root", "-g", "root", *self.common, "-f", self.config, "-i", os.path.join(self.folder, "bgpd.pid")]

    def ask(self, *lines):
        words = ["vtysh", "--vty_socket", self.folder, "-d", "bgpd"]
        for line in lines:
            words += ["-c", line]
        return self.host.output(*words)

    def established(self, session):
        shown = json.loads(self.ask("show bgp neighbors %s json" % session.remote))
        return shown.get(session.remote, {}).get("bgpState") == "Established"

    def shut(self, session, text):
        self.ask("configure terminal", "router bgp", "neighbor %s shutdown message %s" % (session.remote, text))

    def open(self, session):
        self.ask("configure terminal", "router bgp", "no neighbor %s shutdown" % session.remote)

    def has_heard(self, session, text):
        return text in self.ask("show bgp neighbors %s" % session.remote) or text in self.logged()

    def logged(self):
        path = os.path.join(self.folder, "bgpd.log")
        if not os.path.exists(path):
            return ""
        with open(path) as file:
            return file.read()

    def halt(self):
        super().halt()
        self.zebra.terminate()
        self.zebra.wait()


class OpenbgpdPeer(Daemon):
    name = "openbgpd"
    program = shutil.which("bgpd", path="/usr/sbin")
    becomes_another = True
    can_hear = can_say = True
    can_link_local = False  # 7.7 ends with signal 11 as soon as one is established, with BIRD, too.

    def __init__(self, host, router_id, sessions, more=""):
        self.router_id, self.sessions, self.more = router_id, sessions, more
        super().__init__(host, "")

    def begin(self):
        self.write(self.text())
        os.chmod(self.config, 0o600)
        os.chmod(self.folder, 0o755)
        os.makedirs("/run/openbgpd", exist_ok=True)  # Its jail; of the sandbox' own.
        super().begin()

    def text(self):
        lines = ["AS %d" % self.sessions[0].local_as, "router-id " + self.router_id, "fib-update no",
                 'socket "%s"' % self.socket, self.more]
        for session in self.sessions:
            scope = "%" + session.interface if session.is_local else ""
            lines += ["neighbor %s%s {" % (session.remote, scope), "remote-as %d" % session.remote_as,
                      "local-address %s%s" % (session.local, scope), 'descr "%s"' % session.name]
            lines += ["announce IPv%d %s" % (family, "unicast" if family in session.families else "none")
                      for family in (4, 6)]
            lines += ['tcp md5sig password "%s"' % session.password] if session.password else []
            lines += ["ttl-security yes"] * session.gtsm + ["passive"] * session.passive
            lines.append("}")
        lines += ["allow from any", "allow to any"]
        return "\n".join(line for line in lines if line) + "\n"

    def words(self):
        return [self.program, "-d", "-f", self.config]

    def ask(self, *words):
        return self.host.output("bgpctl", "-s", self.socket, *words)

    def row(self, session):
        rows = json.loads(self.ask("-j", "show", "neighbor", session.name))["neighbors"]
        return rows[0] if rows else {}

    def established(self, session):
        return self.row(session).get("state") == "Established"

    def shut(self, session, text):
        self.ask("neighbor", session.name, "down", text)

    def open(self, session):
        self.ask("neighbor", session.name, "up")

    def has_heard(self, session, text):
        self.log.flush()
        with open(self.log.name) as file:
            return text in file.read() or text in self.ask("show", "neighbor", session.name)


class GobgpPeer(Daemon):
    name = "gobgp"
    program = shutil.which("gobgpd")
    can_link_local = can_hear = can_say = True

    def __init__(self, host, router_id, sessions, more=""):
        super().__init__(host, self.text(router_id, sessions) + more)

    def text(self, router_id, sessions):
        lines = ["[global.config]", "as = %d" % sessions[0].local_as, 'router-id = "%s"' % router_id]
        for session in sessions:
            scope = "%" + session.interface if session.is_local else ""
            lines += ["[[neighbors]]", "[neighbors.config]", 'neighbor-address = "%s%s"' % (session.remote, scope),
                      "peer-as = %d" % session.remote_as]
            lines += ['auth-password = "%s"' % session.password] if session.password else []
            lines += ["[neighbors.timers.config]", "connect-retry = 1", "idle-hold-time-after-reset = 1",
                      "[neighbors.transport.config]", 'local-address = "%s%s"' % (session.local, scope)]
            lines += ["passive-mode = true"] * session.passive
            if session.gtsm:
                lines += ["[neighbors.ttl-security.config]", "enabled = true", "ttl-min = 255"]
            for family in session.families:
                lines += ["[[neighbors.afi-safis]]", "[neighbors.afi-safis.config]",
                          'afi-safi-name = "ipv%d-unicast"' % family]
        return "\n".join(lines) + "\n"

    def words(self):
        return [self.program, "-f", self.config, "-t", "toml", "--api-hosts", "127.0.0.1:50051", "-p"]

    def answers(self):
        if self.process.poll() is not None:
            return super().answers()
        return subprocess.run(self.host.command("gobgp", "neighbor"), capture_output=True,
                              check=False).returncode == 0

    def ask(self, *words):
        return self.host.output("gobgp", *words)

    def peer(self, session):
        return session.remote + ("%" + session.interface if session.is_local else "")

    def established(self, session):
        shown = self.ask("neighbor", self.peer(session))
        return "BGP state = ESTABLISHED" in shown or "state = established" in shown.lower()

    def shut(self, session, text):
        # `disable` would drop the text.
        self.ask("neighbor", self.peer(session), "shutdown", "--reason", text)

    def open(self, session):
        pass  # It comes back of its own accord.

    def has_heard(self, session, text):
        self.log.flush()
        with open(self.log.name) as file:
            return text in file.read()


class ExabgpPeer(Daemon):
    """Scripted: what it hears is in a file, line by line as JSON."""
    name = "exabgp"
    program = shutil.which("exabgp")
    can_link_local = can_say = False
    can_hear = False  # 4.2.21 stumbles over the text of a shutdown, whoever sends it.

    def __init__(self, host, router_id, sessions, more=""):
        self.router_id, self.sessions, self.more = router_id, sessions, more
        super().__init__(host, "")

    def begin(self):
        self.events, self.commands, script = (os.path.join(self.folder, name) for name in ("events", "commands", "script"))
        with open(self.commands, "w"):
            pass
        with open(script, "w") as file:
            file.write("#!/bin/sh\ntail -n +1 -f %s &\nexec cat > %s\n" % (self.commands, self.events))
        os.chmod(script, 0o755)
        self.script = script
        self.write(self.text())
        super().begin()

    def text(self):
        lines = ["process watch {", "run %s;" % self.script, "encoder json;", "}"]
        for session in self.sessions:
            scope = "%" + session.interface if session.is_local else ""
            lines += ["neighbor %s%s {" % (session.remote, scope), "router-id %s;" % self.router_id,
                      "local-address %s%s;" % (session.local, scope), "local-as %d;" % session.local_as,
                      "peer-as %d;" % session.remote_as]
            lines += ['md5-password "%s";' % session.password] if session.password else []
            lines += ["outgoing-ttl 255;", "incoming-ttl 255;"] * session.gtsm
            lines += ["passive true;"] * session.passive
            lines += ["family {"] + ["ipv%d unicast;" % family for family in session.families] + ["}"]
            lines += ["api { processes [ watch ]; neighbor-changes;",
                      "receive { parsed; notification; update; } }", self.more, "}"]
        return "\n".join(lines) + "\n"

    def words(self):
        return ["env", "exabgp.daemon.user=root", "exabgp.log.destination=stdout", "exabgp.api.cli=false",
                "exabgp.api.ack=false", *self.listening(), self.program, self.config]

    def say(self, command):
        """In its API's words: `announce route …`."""
        with open(self.commands, "a") as file:
            file.write(command + "\n")

    def listening(self):
        """It waits for calls where it is told to."""
        waiting = [session.local for session in self.sessions if session.passive]
        return ["exabgp.tcp.bind=" + " ".join(waiting), "exabgp.tcp.port=179"] if waiting else []

    def answers(self):
        if self.process.poll() is not None:
            return super().answers()
        return os.path.exists(self.events)

    def heard(self):
        with open(self.events) as file:
            lines = file.read().splitlines()
        rows = []
        for line in lines:
            try:
                rows.append(json.loads(line))
            except ValueError:
                pass
        return rows

    def of(self, session):
        return [row for row in self.heard()
                if row.get("neighbor", {}).get("address", {}).get("peer", "").split("%")[0] == session.remote]

    def established(self, session):
        states = [row["neighbor"]["state"] for row in self.of(session) if row["type"] == "state"]
        return bool(states) and states[-1] == "up"


PEERS = (BirdPeer, FrrPeer, OpenbgpdPeer, GobgpPeer, ExabgpPeer)
