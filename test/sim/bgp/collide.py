# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls that cross each other: collide.py SEED > FILE

Eight routers, an AS each, and a link between any two. All restart their sessions at the same moment, again and again,
mostly before they stand, so that both ends of each pair call while the other's call is under way (RFC 4271 §6.8), over
links that delay, lose, double and reorder what passes. Each time that they are left alone one connection of each pair
is left, known to both, and all routes are there."""

import random
import sys
from itertools import combinations

from scenario import Scenario

COUNT = 8


class Collide(Scenario):
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.links = list(combinations(range(1, COUNT + 1), 2))
        self.ports, self.used = {}, {number: 0 for number in range(1, COUNT + 1)}
        for link in self.links:
            self.join(*link)

    def routers(self):
        for number in self.used:
            sessions = "".join(self.session(number, other, 65000 + number, 65000 + other) for other in self.used
                               if other != number)
            self.router(number, '\tprotocol direct { ipv4; ipv6; interface "lo"; }\n' + sessions)

    def wires(self):
        chance = self.chance
        print("addresses ip4 on\naddresses ip6 on")
        self.routers()
        for a, b in self.links:
            print("link r%d r%d delay %dms jitter %dms loss %d%% duplicate 3%% reorder 20%%" % (
                a, b, chance.randint(100, 500), chance.randint(0, 200), chance.choice((0, 0, 2, 5))))

    def events(self):
        chance = self.chance
        print("allow loops")
        for _ in range(4):
            for _ in range(chance.randint(5, 15)):
                for number in self.used:
                    print('command r%d "restart all"' % number)
                print("wait %dms" % chance.choice((300, 1200, 2000, 3000, 5000)))
            print("expect converged within 15s")
            for a, b in self.links:
                print("expect connections r%d r%d = 1 within 30s" % (a, b))
            for a, b in self.links:
                print("expect connections r%d r%d = 1" % (a, b))


def main():
    scenario = Collide(int(sys.argv[1]))
    scenario.wires()
    scenario.events()


if __name__ == "__main__":
    main()
