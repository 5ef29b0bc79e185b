# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemons of the BGP benchmarks: how each is configured for the same cells, started and measured."""

import os
import pwd
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SRC"], "test/netns"))
from host import Bird, Daemon, Meshd  # noqa: E402

ADDRESS = "10.9.0.1"
LINK_LOCAL = "fe80::9"


class Cell:
    """What peers.c knows a cell by, and what the daemon is to do there."""

    def __init__(self, blasters=1, sinks=1, families=("ipv4", "ipv6"), link_local=False, own_links=False, add_paths=False, policy="",
                 roa=""):
        self.blasters, self.sinks, self.families = blasters, sinks, families
        self.link_local, self.add_paths = link_local, add_paths
        self.own_links = own_links  # Each peer is on a cable of its own.
        self.policy = policy  # The import filter of the blasters; sinks of a link-local cell are blasters.
        self.roa = roa        # None, entries, or entries and some that come and go.

    def neighbours(self):
        """(address, AS, is a blaster) of the peers."""
        for number in range(1, self.blasters + 1):
            yield ("fe80::1:%x" if self.link_local else "10.9.1.%d") % number, 65000 + number, True
        for number in range(1, self.sinks + 1):
            yield "10.9.2.%d" % number, 65100 + number, False


# ---- BIRD's language ---------------------------------------------------------------------------------

def roa_lines(name, entries, disabled=False):
    """Two static protocols with (prefix, AS) entries."""
    for family, table in ((".", "r4"), (":", "r6")):
        yield "protocol static %s_%s { %s roa%s { table %s; };" % (name, table, "disabled;" * disabled, table[1], table)
        for prefix, asn in entries:
            if family in prefix.split("/")[0]:
                yield "\troute %s max %s as %s;" % (prefix, prefix.split("/")[1], asn)
        yield "}"


def bird_channel(cell, family, is_blaster):
    words = []
    if cell.link_local:
        words += ["import %s;" % cell.policy, "export where source = RTS_BGP;"]
        words += ["extended next hop on;"] * (family == "ipv4")
    elif is_blaster:
        words += ["import %s;" % (cell.policy or "all"), "export none;"]
        # So that BIRD can judge again what it has: peers here don't speak route refresh.
        words += ["import table;"] * bool(cell.roa)
    else:
        words += ["import none;", "export all;"]
    words += ["add paths rx;"] * cell.add_paths
    return "\t%s { %s };" % (family, " ".join(words))


def bird_config(cell, head=""):
    lines = ["router id %s;" % ADDRESS, "roa4 table r4;", "roa6 table r6;", "protocol device { }", head]
    for number, (address, asn, is_blaster) in enumerate(cell.neighbours()):
        where = "%%'to-peers%s'" % (number + 1 if cell.own_links else "") if cell.link_local else ""
        local = LINK_LOCAL if cell.link_local else ADDRESS
        lines += ["protocol bgp p%d {" % number, "\tlocal %s as 65000;" % local,
                  "\tneighbor %s%s as %d;" % (address, where, asn), "\tpassive;",
                  *(bird_channel(cell, family, is_blaster) for family in cell.families), "}"]
    return "\n".join(lines) + "\n"


class BgpMeshd(Meshd):
    """With a socket that speaks as BIRD's does."""

    @property
    def bird_socket(self):
        return os.path.join(self.folder, "bird")

    def write(self, config):
        super().write('cli "%s" { protocol bird; }\n' % self.bird_socket + config)


class BgpBird(Bird):
    @property
    def bird_socket(self):
        return self.socket


# ---- the others --------------------------------------------------------------------------------------

class Frr(Daemon):
    """FRR's bgpd alone: no zebra, no logs."""
    name = "frr"
    program = "/usr/lib/frr/bgpd"

    def words(self):
        return [self.program, "-Z", "-n", "-S", "-u", "root", "-g", "root", "-f", self.config, "-i",
                os.path.join(self.folder, "pid"), "--vty_socket", self.folder, "-l", ADDRESS, "--log-level", "emergencies"]

    def answers(self):
        self.socket = os.path.join(self.folder, "bgpd.vty")
        return super().answers()

    @staticmethod
    def config_of(cell):
        lines = ["router bgp 65000", " bgp router-id " + ADDRESS, " no bgp ebgp-requires-policy",
                 " no bgp default ipv4-unicast", " no bgp network import-check"]
        rows = {family: [] for family in cell.families}
        for address, asn, is_blaster in cell.neighbours():
            lines += [" neighbor %s remote-as %d" % (address, asn), " neighbor %s passive" % address,
                      # Else it waits 30 s before it tells another route of a prefix.
                      " neighbor %s advertisement-interval 0" % address]
            for row in rows.values():
                row += ["  neighbor %s activate" % address,
                        "  neighbor %s route-map none %s" % (address, "out" if is_blaster else "in")]
        for family in cell.families:
            lines += [" address-family %s unicast" % family, *rows[family], " exit-address-family"]
        return "\n".join(lines + ["route-map none deny 10", ""])


class OpenBgpd(Daemon):
    name = "openbgpd"
    program = shutil.which("bgpd", path="/usr/sbin")

    def words(self):
        # It changes its root to the home of its user, which Debian makes with its service.
        os.makedirs(pwd.getpwnam("_openbgpd").pw_dir, exist_ok=True)
        return [self.program, "-d", "-f", self.config]

    def write(self, config):
        super().write(config.replace("SOCKET", self.socket))
        os.chmod(self.config, 0o600)

    @staticmethod
    def config_of(cell):
        lines = ["AS 65000", "router-id " + ADDRESS, "listen on " + ADDRESS, 'socket "SOCKET"', "fib-update no"]
        rules = []
        for address, asn, is_blaster in cell.neighbours():
            lines += ["neighbor %s {" % address, "\tremote-as %d" % asn, "\tpassive", "\tlocal-address " + ADDRESS,
                      "\tannounce IPv4 unicast", "\tannounce IPv6 unicast", "}"]
            rules += ["%s from %s" % ("allow" if is_blaster else "deny", address),
                      "%s to %s" % ("deny" if is_blaster else "allow", address)]
        return "\n".join([*lines, *rules, ""])

    def processes(self):
        """It is several."""
        children = subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True).stdout.split()
        return [self.pid, *map(int, children)]


class GoBgp(Daemon):
    name = "gobgp"
    program = shutil.which("gobgpd")

    def words(self):
        return [self.program, "-f", self.config, "-t", "toml", "--api-hosts", "unix://" + self.socket, "-l", "error"]

    @staticmethod
    def config_of(cell):
        sinks = ['"%s"' % address for address, _, is_blaster in cell.neighbours() if not is_blaster]
        lines = ["[global.config]", "as = 65000", 'router-id = "%s"' % ADDRESS,
                 "[global.apply-policy.config]", 'export-policy-list = ["sinks"]',
                 'default-export-policy = "reject-route"', 'default-import-policy = "accept-route"',
                 "[[defined-sets.neighbor-sets]]", 'neighbor-set-name = "sinks"',
                 "neighbor-info-list = [%s]" % ", ".join(sinks),
                 "[[policy-definitions]]", 'name = "sinks"', "[[policy-definitions.statements]]",
                 'name = "all"', "[policy-definitions.statements.conditions.match-neighbor-set]",
                 'neighbor-set = "sinks"', "[policy-definitions.statements.actions]",
                 'route-disposition = "accept-route"']
        for address, asn, _ in cell.neighbours():
            lines += ["[[neighbors]]", "[neighbors.config]", 'neighbor-address = "%s"' % address,
                      "peer-as = %d" % asn, "[neighbors.transport.config]", "passive-mode = true"]
            for family in cell.families:
                lines += ["[[neighbors.afi-safis]]", "[neighbors.afi-safis.config]",
                          'afi-safi-name = "%s-unicast"' % family]
        return "\n".join(lines) + "\n"


KINDS = {"meshd": (BgpMeshd, bird_config), "bird": (BgpBird, bird_config), "frr": (Frr, Frr.config_of),
         "openbgpd": (OpenBgpd, OpenBgpd.config_of), "gobgp": (GoBgp, GoBgp.config_of)}


# ---- measuring: of all threads of all processes --------------------------------------------------------

def processes(daemon):
    return daemon.processes() if hasattr(daemon, "processes") else [daemon.pid]


def ran(daemon):
    """Seconds on a processor so far."""
    total = 0
    for pid in processes(daemon):
        for task in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/schedstat" % (pid, task)) as file:
                total += int(file.read().split()[0]) / 1e9
    return total


def largest(daemon):
    """Largest resident size so far, in MB."""
    total = 0
    for pid in processes(daemon):
        with open("/proc/%d/status" % pid) as file:
            total += sum(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:"))
    return total


QUIET_STEP = 0.005


def quiet(daemon):
    """Waits until it has used next to no processor for a while; the moment that began, to QUIET_STEP."""
    last, since = ran(daemon), time.monotonic()
    while time.monotonic() - since < 0.5:
        time.sleep(QUIET_STEP)
        now = ran(daemon)
        if now - last > QUIET_STEP / 5:
            since = time.monotonic()
        last = now
    return since
