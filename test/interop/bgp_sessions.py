# SPDX-License-Identifier: GPL-2.0-or-later
"""BGP sessions between meshd and others: one process of each has all kinds of sessions at the same time."""

import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

from bgp_peers import PEERS, MeshdPeer, Session
from host import Host, wait_until

WAIT = 90.0  # Seconds until a session must be established; some try only now and then.
LINK = "p0"


def sessions():
    """From meshd: every kind."""
    return [
        Session("ebgp4", "10.1.0.1", "10.1.0.2", 65001, 65002, families=(4,)),
        Session("ebgp6", "fd00:1::1", "fd00:1::2", 65001, 65002, families=(6,)),
        Session("inner", "10.2.0.1", "10.2.0.2", 65002, 65002),
        Session("linklocal", "fe80::1", "fe80::2", 65001, 65002, interface=LINK, families=(6,)),
        Session("secret", "10.3.0.1", "10.3.0.2", 65001, 65002, password="saltandpepper"),
        Session("near", "10.4.0.1", "10.4.0.2", 65001, 65002, gtsm=True),
        Session("called", "10.5.0.1", "10.5.0.2", 65001, 65002, passive=True),
        Session("calling", "10.6.0.1", "10.6.0.2", 65001, 65002),
    ]


def wire(name):
    """Two hosts with addresses for all sessions."""
    hosts = [Host(name + "0"), Host(name + "1")]
    hosts[0].run("ip", "link", "add", LINK, "type", "veth", "peer", "name", LINK, "netns", hosts[1].name)
    for number, host in enumerate(hosts, 1):
        host.run("sysctl", "-qw", "net.ipv6.conf.%s.addr_gen_mode=1" % LINK)
        host.run("ip", "link", "set", LINK, "up")
        for subnet in range(1, 7):
            host.run("ip", "addr", "add", "10.%d.0.%d/24" % (subnet, number), "dev", LINK)
        host.run("ip", "addr", "add", "fd00:1::%d/64" % number, "dev", LINK, "nodad")
        host.run("ip", "addr", "add", "fe80::%d/64" % number, "dev", LINK, "nodad")
    return hosts


class Trial:
    """meshd and one other."""

    def __init__(self, kind):
        self.kind = kind
        self.sessions = [session for session in sessions()
                         if kind.can_link_local or not session.is_local]
        self.others = [session.reverse(passive=session.name == "calling") for session in self.sessions]
        self.results = []
        self.hosts = wire(kind.name)
        self.meshd = self.other = None

    def check(self, title, what, seconds=WAIT):
        try:
            took = wait_until(title, what, seconds, 0.1)
            self.results.append((True, "%s: %s (%.1f s)" % (self.kind.name, title, took), ""))
        except Exception:
            self.results.append((False, "%s: %s" % (self.kind.name, title), traceback.format_exc() + self.state()))

    def is_up(self, index):
        return self.meshd.established(self.sessions[index]) and self.other.established(self.others[index])

    def run(self):
        try:
            self.meshd = MeshdPeer(self.hosts[0], "10.9.0.1", self.sessions)
            self.other = self.kind(self.hosts[1], "10.9.0.2", self.others)
            for index, session in enumerate(self.sessions):
                self.check(session.name + " is established", lambda index=index: self.is_up(index))
            self.shutdowns()
        except Exception:
            self.results.append((False, self.kind.name + ": runs", traceback.format_exc() + self.state()))
        finally:
            for daemon in (self.meshd, self.other):
                if daemon:
                    daemon.stop()
            for host in self.hosts:
                host.remove()
        return self.results

    def shutdowns(self):
        """Both ways, with a message; and back."""
        ours, theirs = self.sessions[0], self.others[0]
        self.meshd.shut(ours, "gone fishing")
        if self.kind.can_hear:
            self.check("our message arrives", lambda: self.other.has_heard(theirs, "gone fishing"))
        self.check("the session is down", lambda: not self.other.established(theirs))
        self.meshd.open(ours)
        self.check("the session is back", lambda: self.is_up(0))
        if not self.kind.can_say:
            return
        self.other.shut(theirs, "out for lunch")
        self.check("its message arrives", lambda: self.meshd.has_heard(ours, "out for lunch"))
        self.other.open(theirs)
        self.check("the session is back again", lambda: self.is_up(0))

    def state(self):
        """What both say, for a failure."""
        daemons = [daemon for daemon in (self.meshd, self.other) if daemon]
        return self.meshd.ask("show", "bgp", "summary") + "".join(map(tail, daemons)) if self.meshd else ""


def tail(daemon):
    """The end of its log."""
    daemon.log.flush()
    with open(daemon.log.name) as file:
        return "".join(file.readlines()[-40:])


def main():
    kinds = [kind for kind in PEERS if not sys.argv[1:] or kind.name in sys.argv[1:]]
    results = [(True, "%s # SKIP %s" % (kind.name, kind.unusable()), "") for kind in kinds if kind.unusable()]
    kinds = [kind for kind in kinds if not kind.unusable()]
    with ThreadPoolExecutor(len(kinds)) as pool:
        results += [result for part in pool.map(lambda kind: Trial(kind).run(), kinds) for result in part]
    print("1..%d" % len(results))
    for number, (good, title, more) in enumerate(results, 1):
        print("%sok %d - %s" % ("" if good else "not ", number, title))
        if more and not good:
            print("# " + more.strip().replace("\n", "\n# "))
    sys.exit(not all(result[0] for result in results))


if __name__ == "__main__":
    main()
