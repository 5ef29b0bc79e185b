# SPDX-License-Identifier: GPL-2.0-or-later
"""Expressions and functions of the filter language, made at random from a seed: over every type, operator, method and
statement that BIRD 2.0.12 has and we have.  Most are well typed; some parts are replaced by ones of a wrong type."""

import ipaddress
import random

KINDS = {
    "RTS": ["RTS_STATIC", "RTS_INHERIT", "RTS_DEVICE", "RTS_RIP", "RTS_OSPF", "RTS_OSPF_IA", "RTS_OSPF_EXT1",
            "RTS_OSPF_EXT2", "RTS_BGP", "RTS_PIPE", "RTS_BABEL"],
    "RTD": ["RTD_BLACKHOLE", "RTD_UNREACHABLE", "RTD_PROHIBIT"],
    "ROA": ["ROA_UNKNOWN", "ROA_VALID", "ROA_INVALID"],
    "NET": ["NET_IP4", "NET_IP6", "NET_IP6_SADR", "NET_ROA4", "NET_ROA6", "NET_VPN4", "NET_VPN6", "NET_FLOW4",
            "NET_FLOW6"],
    "SCOPE": ["SCOPE_HOST", "SCOPE_LINK", "SCOPE_SITE", "SCOPE_ORGANIZATION", "SCOPE_UNIVERSE", "SCOPE_UNDEFINED"],
    "ORIGIN": ["ORIGIN_IGP", "ORIGIN_EGP", "ORIGIN_INCOMPLETE"],
}
ENUMS = ["enum " + kind for kind in KINDS]
LISTS = {"clist": "pair", "eclist": "ec", "lclist": "lc"}
ELEMENTS = ["int", "pair", "quad", "ip", "ec", "lc"] + ENUMS
SETS = [element + " set" for element in ELEMENTS] + ["prefix set"]
TYPES = ["bool", "int", "pair", "quad", "ip", "prefix", "ec", "lc", "string", "path", "mask"] + list(LISTS) + ENUMS + SETS
# What a variable or parameter can be declared as.
DECLARED = {"path": "bgppath", "mask": "bgpmask"}
NUMBERS = [0, 1, 2, 3, 5, 7, 10, 42, 100, 255, 256, 1000, 64496, 64511, 65535, 65536, 100000, 4200000000, 4294967295]
ADDRESSES4 = ["0.0.0.0", "10.0.0.1", "10.1.2.3", "127.0.0.1", "169.254.1.1", "172.20.0.53", "192.0.2.1", "224.0.0.5",
              "255.255.255.255", "1.2.3.4"]
ADDRESSES6 = ["::", "::1", "fe80::1", "fd00::42", "2001:db8::", "2001:db8:1:2:3:4:5:6", "2001:db8:0:1::", "ff02::1:6",
              "::ffff:0:0", "::1.2.3.4", "1:0:0:2::", "1:0:0:2:0:0:0:3", "0:0:1::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]
STRINGS = ["", "a", "abc", "Hello", "*", "?", "a*c", "*b*", "hell?", "x y", "e1ns(5)", "ABC", "a\\*", "[abc]"]

# What the configuration of both sides declares, beside the generated functions.
PRELUDE = """
define c_int = 42;
define c_ip = 10.0.0.1;
define c_prefix = 10.0.0.0/8;
define c_string = "abc";
define c_ints = [1, 5..7, 42];
define c_prefixes = [10.0.0.0/8+, 192.0.2.0/24];
define c_true = true;
function same_bool(bool a) { return a; }
function same_int(int a) { return a; }
function same_pair(pair a) { return a; }
function same_quad(quad a) { return a; }
function same_ip(ip a) { return a; }
function same_prefix(prefix a) { return a; }
function same_ec(ec a) { return a; }
function same_lc(lc a) { return a; }
function same_string(string a) { return a; }
function same_path(bgppath a) { return a; }
function same_mask(bgpmask a) { return a; }
function same_clist(clist a) { return a; }
function same_eclist(eclist a) { return a; }
function same_lclist(lclist a) { return a; }
function same_ints(int set a) { return a; }
function same_pairs(pair set a) { return a; }
function same_prefixes(prefix set a) { return a; }
function quad_a() quad q; { q = 1.2.3.4; return q; }
function quad_b() quad q; { q = 10.0.0.1; return q; }
function quad_c() quad q; { q = 255.255.255.255; return q; }
function quad_d() quad q; { q = 0.0.0.0; return q; }
function no_int() int i; { return i; }
function no_ip() ip i; { return i; }
roa4 table r4;
roa6 table r6;
protocol static { roa4 { table r4; };
	route 10.0.0.0/8 max 16 as 1; route 10.1.0.0/16 max 24 as 2; route 10.1.2.0/24 max 24 as 64496;
	route 192.0.2.0/24 max 32 as 0; }
protocol static { roa6 { table r6; };
	route 2001:db8::/32 max 48 as 1; route fd00::/8 max 64 as 4200000000; }
"""


class Generator:
    """Makes text; the same seed makes the same."""

    def __init__(self, seed, wrong=0.02, methods=0.5):
        self.random = random.Random(seed)
        self.wrong = wrong
        self.methods = methods  # How often the new spelling, x.add(y), is used.
        self.flags = set()  # What is in the text that is known to differ: see the file `differences`.
        self.function_flags = {}
        self.variables = []  # (name, type), inside of functions
        self.functions = []  # (name, parameter types, result type)

    # ---- small things

    def pick(self, choices):
        return choices[self.random.randrange(len(choices))]

    def chance(self, probability):
        return self.random.random() < probability

    def number(self):
        if self.chance(0.4):
            return self.random.randrange(20)
        return self.pick(NUMBERS)

    def literal_int(self):
        number = self.number()
        return "0x%x" % number if self.chance(0.1) else str(number)

    def address4(self):
        if self.chance(0.6):
            return self.pick(ADDRESSES4)
        return ".".join(str(self.random.randrange(256)) for _ in range(4))

    def address6(self):
        if self.chance(0.6):
            return self.pick(ADDRESSES6)
        groups = ["%x" % self.pick([0, 0, 0, self.random.randrange(65536), 1]) for _ in range(8)]
        if self.chance(0.5):
            at = self.random.randrange(6)
            return ":".join(groups[:at]) + "::" + ":".join(groups[at + 2:])
        return ":".join(groups)

    def prefix4(self, bits=None):
        length = self.random.randrange(33) if bits is None else bits
        number = self.pick([0x0a000000, 0x0a010000, 0x0a010200, 0xc0000200, self.random.getrandbits(32)])
        number &= (0xffffffff << (32 - length)) & 0xffffffff
        return "%d.%d.%d.%d/%d" % (number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255, length)

    def prefix6(self, bits=None):
        length = self.pick([0, 1, 3, 8, 16, 31, 32, 33, 48, 63, 64, 65, 96, 127, 128]) if bits is None else bits
        number = self.pick([0x20010db8 << 96, 0xfd << 120, self.random.getrandbits(128), 0xfe80 << 112])
        number &= ((1 << 128) - 1) ^ ((1 << (128 - length)) - 1)
        return ":".join("%x" % (number >> shift & 0xffff) for shift in range(112, -1, -16)) + "/%d" % length

    # ---- expressions

    def expression(self, kind=None, depth=3):
        """Of the type, if nothing goes wrong on purpose."""
        if kind is None:
            kind = self.pick(TYPES)
        if self.chance(self.wrong):
            kind = self.pick(TYPES)
            self.flags.add("wrong type")
        same = [name for name, its in self.variables if its == kind]
        if same and self.chance(0.45):
            return self.pick(same)
        callable_ = [f for f in self.functions if f[2] == kind]
        if callable_ and depth > 0 and self.chance(0.15):
            name, parameters, _ = self.pick(callable_)
            self.flags |= self.function_flags[name]
            return "%s(%s)" % (name, ", ".join(self.expression(p, depth - 1) for p in parameters))
        if kind.endswith(" set"):
            return self.set(kind, depth)
        if kind in ENUMS:
            return self.enum(kind, depth)
        if kind in LISTS:
            return self.list(kind, depth)
        return getattr(self, "make_" + kind)(depth)

    def parens(self, text):
        return "(%s)" % text if self.chance(0.3) else text

    def object(self, kind, depth):
        """What a method may stand behind."""
        text = self.expression(kind, depth)
        simple = text.replace("_", "").isalnum() or text.endswith(")") and text.startswith("same_")
        return text if simple and not text[0].isdigit() else "(%s)" % text

    def make_bool(self, depth):
        if depth <= 0:
            return self.pick(["true", "false", "c_true"])
        e = self.expression
        which = self.random.randrange(12)
        if which == 0:
            return self.pick(["true", "false"])
        if which == 1:
            return "!" + self.pick(["(%s)" % e("bool", depth - 1), "true", "same_bool(%s)" % e("bool", depth - 1)])
        if which <= 3:
            sign = self.pick(["&&", "||"])
            return "%s %s %s" % (e("bool", depth - 1), sign, e("bool", depth - 1))
        if which == 4:
            return "same_bool(%s)" % e("bool", depth - 1)
        if which == 5:
            return "%s.is_v4" % self.object("ip", depth - 1)
        if which == 6:
            self.flags.add("defined list")
            return "defined(%s)" % self.pick([e(None, depth - 1), "no_int()", "no_ip()"])
        if which <= 8:
            return self.comparison(depth)
        return self.match(depth)

    def side(self, kind, depth):
        """An operand of a comparison: no comparison itself, they don't chain."""
        text = self.expression(kind, depth)
        return "(%s)" % text if kind == "bool" or any(sign in text for sign in "=<>~&|") else text

    def comparison(self, depth):
        sign = self.pick(["=", "!=", "=", "!=", "<", "<=", ">", ">="])
        ordered = ["bool", "int", "pair", "quad", "ip", "prefix", "ec", "lc", "string"] + ENUMS
        kind = self.pick(TYPES if sign in ("=", "!=") else ordered)
        other = kind
        if kind == "quad" and self.chance(0.5):
            other = "ip"
        if sign not in ("=", "!="):
            self.flags |= {"string": {"string order"}, "quad": {"quad order"}}.get(kind, set())
        if kind == "int" and self.chance(0.1):
            self.flags.add("undefined argument")
            return "%s %s %s" % (self.side(kind, depth - 1), sign, self.pick(["no_int()", "same_int(no_int())"]))
        return "%s %s %s" % (self.side(kind, depth - 1), sign, self.side(other, depth - 1))

    MATCHES = [("int", "int set"), ("pair", "pair set"), ("quad", "quad set"), ("ip", "ip set"), ("ec", "ec set"),
               ("lc", "lc set"), ("ip", "prefix"), ("prefix", "prefix"), ("prefix", "prefix set"), ("path", "mask"),
               ("int", "path"), ("path", "int set"), ("pair", "clist"), ("quad", "clist"), ("clist", "pair set"),
               ("clist", "quad set"), ("ec", "eclist"), ("eclist", "ec set"), ("lc", "lclist"), ("lclist", "lc set"),
               ("string", "string"), ("quad", "ip set"), ("ip", "clist"), ("clist", "ip set")]

    def match(self, depth):
        if self.chance(0.1):
            kind = self.pick(ENUMS)
            left, right = kind, kind + " set"
        else:
            left, right = self.pick(self.MATCHES)
        return "%s %s %s" % (self.side(left, depth - 1), self.pick(["~", "~", "!~"]), self.side(right, depth - 1))

    def make_int(self, depth):
        if depth <= 0:
            return self.pick([self.literal_int(), self.literal_int(), "c_int"])
        e = self.expression
        which = self.random.randrange(14)
        if which <= 1:
            return self.literal_int()
        if which <= 4:
            sign = self.pick(["+", "-", "*", "/", "+", "-"])
            return self.parens("%s %s %s" % (e("int", depth - 1), sign, e("int", depth - 1)))
        if which == 5:
            return "same_int(%s)" % e("int", depth - 1)
        if which <= 7:
            return "%s.%s" % (self.object("path", depth - 1), self.pick(["len", "first", "last", "last_nonaggregated"]))
        if which == 8:
            return "%s.len" % self.object(self.pick(list(LISTS)), depth - 1)
        if which <= 10:
            return "%s.%s" % (self.object("prefix", depth - 1), self.pick(["len", "len", "maxlen", "asn"]))
        if which == 11:
            return "%s.%s" % (self.object("pair", depth - 1), self.pick(["asn", "data"]))
        if which == 12:
            return "%s.%s" % (self.object("lc", depth - 1), self.pick(["asn", "data1", "data2"]))
        return "c_int"

    def make_pair(self, depth):
        which = self.random.randrange(4) if depth > 0 else 0
        if which == 1:
            return "same_pair(%s)" % self.expression("pair", depth - 1)
        if which == 2:
            return "%s.%s" % (self.object("clist", depth - 1), self.pick(["min", "max"]))
        if which == 3:
            return "(%s, %s)" % (self.expression("int", depth - 1), self.expression("int", depth - 1))
        return "(%d, %d)" % (self.number() % 65536, self.number() % 65536)

    def make_quad(self, depth):
        text = self.pick(["quad_a()", "quad_b()", "quad_c()", "quad_d()"])
        return "same_quad(%s)" % text if depth > 0 and self.chance(0.3) else text

    def make_ip(self, depth):
        which = self.random.randrange(6) if depth > 0 else 0
        if which == 3:
            bits = self.pick([self.random.randrange(33), self.random.randrange(33), self.random.randrange(129)])
            if bits > 32:
                self.flags.add("long mask")
            return "%s.mask(%d)" % (self.object("ip", depth - 1), bits)
        if which == 4:
            return "%s.ip" % self.object("prefix", depth - 1)
        if which == 5:
            return "same_ip(%s)" % self.expression("ip", depth - 1)
        return self.pick([self.address4(), self.address6(), "c_ip"])

    def make_prefix(self, depth):
        which = self.random.randrange(9) if depth > 0 else self.random.randrange(6)
        if which == 4:
            bits = self.random.randrange(33)
            return "%s max %d as %d" % (self.prefix4(bits), self.random.randrange(bits, 33), self.number())
        if which == 5:
            if self.chance(0.5):
                return "%s max %d as %d" % (self.prefix6(48), self.random.randrange(48, 129), self.number())
            self.flags.add("source prefix")
            return "%s from %s" % (self.prefix6(), self.prefix6())
        if which == 6:
            return "same_prefix(%s)" % self.expression("prefix", depth - 1)
        if which == 7:
            return "(%s from %s).%s" % (self.prefix6(), self.prefix6(), self.pick(["src", "dst"]))
        return self.pick([self.prefix4(), self.prefix6(), self.prefix4(), "c_prefix"])

    def make_ec(self, depth):
        which = self.random.randrange(5) if depth > 0 else 0
        if which == 3:
            return "%s.%s" % (self.object("eclist", depth - 1), self.pick(["min", "max"]))
        if which == 4:
            return "same_ec(%s)" % self.expression("ec", depth - 1)
        word = self.pick(["rt", "ro", "generic", "unknown 0x%x" % self.pick([0, 1, 0x4002, 0x4300, 0x8006])])
        key = self.pick([self.literal_int(), self.address4()])
        value = self.literal_int() if self.chance(0.4) else str(self.random.randrange(65536))
        if which == 2:
            key, value = self.expression("int", depth - 1), self.expression("int", depth - 1)
        return "(%s, %s, %s)" % (word, key, value)

    def make_lc(self, depth):
        which = self.random.randrange(5) if depth > 0 else 0
        if which == 3:
            return "%s.%s" % (self.object("lclist", depth - 1), self.pick(["min", "max"]))
        if which == 4:
            return "same_lc(%s)" % self.expression("lc", depth - 1)
        return "(%s, %s, %s)" % tuple(self.expression("int", depth - 2) for _ in range(3))

    def make_string(self, depth):
        which = self.random.randrange(5) if depth > 0 else 0
        if which >= 3:
            return "format(%s)" % self.expression(None, depth - 1)
        if which == 2:
            return "same_string(%s)" % self.expression("string", depth - 1)
        return self.pick(['"%s"' % self.pick(STRINGS), "c_string"])

    def make_path(self, depth):
        if depth <= 0:
            text = self.pick(["+empty+", "+ empty +"])
            for _ in range(self.random.randrange(5)):
                text = "prepend(%s, %d)" % (text, self.number())
            return text
        p = self.expression("path", depth - 1)
        which = self.random.randrange(8)
        if which == 0:
            return "same_path(%s)" % p
        if which <= 3:
            return self.call("prepend", p, self.expression("int", depth - 1))
        if which == 4:
            return self.call("delete", p, self.expression("int", depth - 1))
        if which == 5:
            return self.call(self.pick(["delete", "filter"]), p, self.expression("int set", depth - 1))
        if which == 6 and self.chance(self.methods):
            self.flags.add("new method")
            return "%s.empty" % self.wrap(p)
        return p

    def wrap(self, text):
        return text if text.replace("_", "").isalnum() and not text[0].isdigit() else "(%s)" % text

    def call(self, name, object_, argument):
        """Old or new spelling."""
        if not self.chance(self.methods):
            return "%s(%s, %s)" % (name, object_, argument)
        self.flags.add("new method")
        return "%s.%s(%s)" % (self.wrap(object_), name, argument)

    def make_mask(self, depth):
        items = []
        for _ in range(self.random.randrange(7)):
            which = self.random.randrange(10)
            if which <= 2:
                items.append(str(self.number()))
            elif which == 3:
                items.append("*")
            elif which == 4:
                items.append("?")
            elif which == 5 and items and items[-1] not in ("+", "*"):
                items.append("+")
            elif which == 6:
                low = self.random.randrange(50)
                items.append("%d..%d" % (low, low + self.random.randrange(60)))
            elif which == 7:
                items.append(self.set_text("int", 0))
            elif which == 8:
                items.append(self.pick(["c_int", "(%s)" % self.expression("int", depth - 2)]))
            else:
                items.append(str(self.random.randrange(8)))
        return "[= %s =]" % " ".join(items)

    def enum(self, kind, depth):
        word = kind[5:]
        if word == "NET" and depth > 0 and self.chance(0.4):
            return "%s.type" % self.object("prefix", depth - 1)
        if word == "ROA" and depth > 0 and self.chance(0.7):
            return "roa_check(%s, %s, %s)" % (self.pick(["r4", "r6"]), self.expression("prefix", depth - 1),
                                              self.pick(["1", "2", "64496", "0", self.expression("int", depth - 1)]))
        return self.pick(KINDS[word])

    def list(self, kind, depth):
        element = LISTS[kind]
        empty = {"clist": ["-empty-", "- empty -"], "eclist": ["--empty--", "-- empty --"],
                 "lclist": ["---empty---", "--- empty ---"]}[kind]
        if depth <= 0:
            text = self.pick(empty)
            for _ in range(self.random.randrange(4)):
                text = "add(%s, %s)" % (text, self.expression(element, 0))
            return text
        inner = self.expression(kind, depth - 1)
        which = self.random.randrange(9)
        if which == 0:
            return "same_%s(%s)" % (kind, inner)
        if which <= 3:
            added = element if kind != "clist" or self.chance(0.8) else self.pick(["quad", "ip"])
            return self.call("add", inner, self.expression(added, depth - 1))
        if which == 4:
            return self.call("add", inner, self.expression(kind, depth - 1))
        if which == 5:
            return self.call("delete", inner, self.expression(self.pick([element, kind, element + " set"]), depth - 1))
        if which == 6:
            return self.call("filter", inner, self.expression(self.pick([kind, element + " set"]), depth - 1))
        if which == 7 and self.chance(self.methods):
            self.flags.add("new method")
            return "%s.empty" % self.wrap(inner)
        return inner

    # ---- sets

    def set(self, kind, depth):
        element = kind[:-4]
        if depth > 0 and self.chance(0.15):
            if element == "int":
                return self.pick(["c_ints", "same_ints(%s)" % self.expression(kind, depth - 1)])
            if element == "pair":
                return "same_pairs(%s)" % self.expression(kind, depth - 1)
            if element == "prefix":
                return self.pick(["c_prefixes", "same_prefixes(%s)" % self.expression(kind, depth - 1)])
        return self.set_text(element, depth)

    def set_text(self, element, depth):
        """Items that overlap are rare: BIRD 2.0.12 keeps them and gets lost."""
        if self.chance(0.05):
            return "[]"
        count = self.pick([1, 1, 2, 2, 3, 3, 4, 6, 10])
        is_ip4 = self.chance(0.7)
        may_overlap = element == "prefix" or self.chance(0.02)
        texts, boxes = [], []
        for _ in range(count):
            text, box = self.set_item(element, is_ip4)
            overlaps = any(all(a[0] <= b[1] and b[0] <= a[1] for a, b in zip(box, other)) for other in boxes)
            if overlaps and not may_overlap:
                continue
            if overlaps and element != "prefix":
                self.flags.add("overlap")
            texts.append(text)
            boxes.append(box)
        return "[%s]" % ", ".join(texts)

    def span(self, limit=4294967295):
        """(text, (low, high))"""
        low = self.number() % (limit + 1)
        if self.chance(0.6):
            return str(low), (low, low)
        high = min(limit, low + self.random.randrange(50))
        return "%d..%d" % (low, high), (low, high)

    def number_item(self):
        if self.chance(0.1):
            return "c_int", [(42, 42)]
        if self.chance(0.1):
            number = self.random.randrange(9)
            return "(%d + 1)" % number, [(number + 1, number + 1)]
        text, its = self.span()
        return text, [its]

    def pair_item(self):
        every = ("*", (0, 65535))
        if self.chance(0.1):
            low = (self.number() % 65536, self.number() % 65536)
            high = min(65535, low[0] + self.random.randrange(3))
            return "(%d,%d)..(%d,65535)" % (*low, high), [(low[0], high), (0, 65535)]
        first = every if self.chance(0.03) else self.span(65535)
        second = self.pick([every, self.span(65535)])
        # Behind a range, a number makes as many items as there are in that.
        if (".." in first[0] or first is every) and self.chance(0.9 if first is every else 0.5):
            second = every
        if self.chance(0.05):
            first = ("c_int", (42, 42))
        return "(%s, %s)" % (first[0], second[0]), [first[1], second[1]]

    def ip_item(self, is_ip4):
        text = self.address4() if is_ip4 else self.address6()
        if text == "::ffff:0:0":
            text = "::2"  # Which is IPv4: BIRD looks at one item to tell what a set is of.
        at = int(ipaddress.ip_address(text))
        if not is_ip4 and self.chance(0.7):
            return text, [(at + (1 << 64), at + (1 << 64))]
        if not is_ip4:
            end = min((1 << 128) - 1, at + self.random.getrandbits(20))
            return "%s..%s" % (text, ipaddress.IPv6Address(end)), [(at + (1 << 64), end + (1 << 64))]
        end = min(0xffffffff, at + self.random.getrandbits(10))
        if self.chance(0.7):
            return text, [(at, at)]
        return "%s..%s" % (text, ipaddress.IPv4Address(end)), [(at, end)]

    def ec_item(self):
        word = self.random.randrange(5)
        key = self.number() % 65536
        text, its = self.pick([self.span(65535), ("*", (0, 1 << 32))])
        name = ["rt", "ro", "generic", "unknown 0x4300", "unknown 0x8006"][word]
        if word < 2 and self.chance(0.1):
            self.flags.add("address key")
            address = ipaddress.IPv4Address(self.address4())
            return "(%s, %s, %s)" % (name, address, text), [(word, word), (int(address) + (1 << 40),) * 2, its]
        return "(%s, %d, %s)" % (name, key, text), [(word, word), (key, key), its]

    def lc_item(self):
        parts = [(str(number), (number, number)) for number in (self.number() for _ in range(3))]
        if self.chance(0.1):
            low = [its[0] for _, its in parts]
            high = min(4294967295, low[0] + self.random.randrange(3))
            last = "(%d, 4294967295, 4294967295)" % high
            return "(%d, %d, %d)..%s" % (*low, last), [(low[0], high), (0, 4294967295), (0, 4294967295)]
        cut = self.random.randrange(4)
        every = ("*", (0, 4294967295))
        if cut < 3:
            parts[cut:] = [self.pick([self.span(), every])] + [every] * (2 - cut)
        return "(%s)" % ", ".join(text for text, _ in parts), [its for _, its in parts]

    def set_item(self, element, is_ip4):
        """(text, what it covers: a range for each part)"""
        if element == "int":
            return self.number_item()
        if element == "pair":
            return self.pair_item()
        if element in ("ip", "quad"):
            return self.ip_item(is_ip4 or element == "quad")
        if element == "ec":
            return self.ec_item()
        if element == "lc":
            return self.lc_item()
        if element == "prefix":
            return self.prefix_item(is_ip4), []
        kind = KINDS[element[5:]]
        at = self.random.randrange(len(kind))
        if element[5:] in ("ROA", "ORIGIN") and self.chance(0.2):  # Their members follow each other.
            return "%s..%s" % (kind[0], kind[at]), [(0, at)]
        return kind[at], [(at, at)]

    def prefix_item(self, is_ip4):
        longest = 32 if is_ip4 else 128
        text = self.prefix4() if is_ip4 else self.prefix6()
        length = int(text.rsplit("/", 1)[1])
        which = self.random.randrange(6)
        if which == 0:
            return text + "+"
        if which == 1:
            return text + "-"
        if which <= 3:
            low = self.random.randrange(longest + 1)
            if which == 3:
                low = length
            return "%s{%d,%d}" % (text, low, self.random.randrange(low, longest + 1))
        return text

    # ---- functions

    def function(self, name):
        """The text of a function of statements; it can be called by later ones."""
        kinds = ["int", "bool", "pair", "ip", "prefix", "string", "path", "clist", "eclist", "lclist", "ec", "lc"]
        parameters = [self.pick(kinds) for _ in range(self.random.randrange(4))]
        result = self.pick(["int", "int", "bool", "string", "path", "clist", "lc", "pair"])
        self.flags = set()
        self.variables = [("a%d" % i, kind) for i, kind in enumerate(parameters)]
        self.fresh = 0
        separator = self.pick(["; ", "; "])
        head = "function %s(%s)" % (name, separator.join("%s %s" % (DECLARED.get(k, k), n) for n, k in self.variables))
        old = []
        for _ in range(self.random.randrange(3)):
            kind = self.pick(kinds)
            old.append("%s %s;" % (DECLARED.get(kind, kind), self.declare(kind)))
        # They have no value yet, which matters to BIRD where they are lists.
        variables, self.variables = self.variables, []
        body = []
        for local, kind in variables[len(parameters):]:
            if kind == "path" or kind in LISTS or self.chance(0.7):
                body.append("%s = %s;" % (local, self.expression(kind, 1)))
            else:
                self.flags.add("undefined argument")
        self.variables = variables
        body += [self.statement(2) for _ in range(self.random.randrange(1, 6))]
        body.append("return %s;" % self.expression(result, 2))
        self.variables = []
        text = "%s\n%s{\n%s\n}\n" % (head, " ".join(old), "\n".join(body))
        self.functions.append((name, parameters, result))
        self.function_flags[name] = self.flags
        return text

    def declare(self, kind):
        self.fresh += 1
        name = "x%d" % self.fresh
        self.variables.append((name, kind))
        return name

    def statement(self, depth):
        mark = len(self.variables)
        which = self.random.randrange(10)
        if which <= 1 or not self.variables:
            kind = self.pick(["int", "bool", "string", "path", "clist", "eclist", "lclist", "pair", "prefix", "ip"])
            value = self.expression(kind, 2)
            return "%s %s = %s;" % (DECLARED.get(kind, kind), self.declare(kind), value)
        if which <= 4:
            name, kind = self.pick(self.variables)
            return "%s = %s;" % (name, self.expression(kind, 2))
        if which == 5:
            changeable = [v for v in self.variables if v[1] in LISTS or v[1] == "path"]
            if not changeable or not self.chance(2 * self.methods):
                return "{ }"
            self.flags.add("new method")
            name, kind = self.pick(changeable)
            if kind == "path":
                method = self.pick(["prepend", "delete"])
                return "%s.%s(%s);" % (name, method, self.expression("int", 1))
            return "%s.%s(%s);" % (name, self.pick(["add", "delete"]), self.expression(LISTS[kind], 1))
        if depth == 0:
            return "{ }"
        if which <= 7:
            text = "if %s then %s" % (self.expression("bool", 2), self.block(depth - 1))
            if self.chance(0.5):
                text += " else %s" % self.block(depth - 1)
        elif which == 8:
            text = self.case(depth - 1)
        else:
            kind = self.pick(["path"] + list(LISTS))
            element = LISTS.get(kind, "int")
            self.flags.add("loop")
            source = self.expression(kind, 2)
            name = self.declare(element)
            text = "for %s %s in %s do %s" % (element, name, source, self.block(depth - 1))
        del self.variables[mark:]
        return text

    def block(self, depth):
        mark = len(self.variables)
        text = "{ %s }" % " ".join(self.statement(depth) for _ in range(self.random.randrange(3)))
        del self.variables[mark:]
        return text

    def case(self, depth):
        labels = sorted(self.random.sample(range(0, 100, 2), 4))
        items = [str(labels[0]), "%d, %d" % (labels[1], labels[1] + 1), "%d..%d" % (labels[2], labels[3])]
        if labels[1] + 1 == labels[2]:
            items[1] = str(labels[1])
        arms = []
        for item in items:
            mark = len(self.variables)
            braces = self.chance(0.5)
            body = self.statement(depth)
            arms.append("%s: %s" % (item, "{ %s }" % body if braces else body))
            del self.variables[mark:]
        if self.chance(0.7):
            arms.append("else: %s" % self.block(depth))
        return "case %s { %s }" % (self.expression("int", 2), " ".join(arms))
