# SPDX-License-Identifier: GPL-2.0-or-later
"""The same expressions to BIRD's `eval` and to ours: the same text, or the same kind of error; see differential.sh."""

import argparse
import collections
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import generate

FUNCTIONS = 300
CRASH = "it crashed"
PATIENCE = 20.0  # Seconds: BIRD 2.0.12 doesn't end with some functions.
WORST = 3500  # Characters of an expression: BIRD takes lines of 4096.


class Side:
    """A daemon with the configuration, and a connection to it."""

    def __init__(self, folder, name, command, config):
        self.name = name
        self.path = os.path.join(folder, name + ".ctl")
        self.command = [*command, "-f", "-c", config, "-s", self.path]
        self.log = open(os.path.join(folder, name + ".log"), "w", encoding="utf-8")
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(self.path)
                break
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise RuntimeError("%s did not start: %s" % (self.name, open(self.log.name, encoding="utf-8").read())) from None
                time.sleep(0.05)
        self.socket.settimeout(PATIENCE)
        self.stream = self.socket.makefile("rb")
        self.greeting = self.stream.readline().decode().strip()
        self.is_old = " 2.0." in self.greeting

    def send(self, lines):
        self.socket.sendall("".join(line + "\n" for line in lines).encode())

    def line(self):
        text = self.stream.readline().decode(errors="replace")
        if not text:
            raise RuntimeError("%s is gone" % self.name)
        return text.rstrip("\n")

    def stop(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()

    def close(self):
        self.stop()
        self.log.close()


class Bird(Side):
    """Its errors come as they are."""

    def ask(self, expression, again=True):
        self.send(["eval " + expression])
        said = []
        while True:
            try:
                line = self.stream.readline().decode(errors="replace").rstrip("\n")
            except (TimeoutError, ConnectionError):
                self.process.kill()
                line = ""
            if not line:
                self.stop()
                self.start()
                return (False, CRASH)
            said.append(line[5:] if re.match(r"\d{4}[ -]", line) else line[1:])
            if re.match(r"\d{4} ", line):
                break
        text = "\n".join(said)
        if text == "Too many nested method calls" and again:
            # BIRD 2.19 counts on after mistakes inside of method calls.
            self.stop()
            self.start()
            return self.ask(expression, False)
        return (line[:4] == "0023", modern(text) if self.is_old else text)


class Mesh(Side):
    def ask(self, expression):
        self.send(["json eval " + expression])
        good, text = False, ""
        while True:
            line = self.line()
            if line.startswith("."):
                return (good, text)
            thing = json.loads(line[1:])
            if thing.get("object") == "eval":
                good, text = True, thing["value"]
            elif thing.get("severity") == "error" or "error" in thing:
                text = text or thing.get("message") or thing["error"]


# What an error is about. BIRD says no more than that there was one when it met it running.
KINDS = [
    ("divide", r"Mother told me not to divide|division by zero"),
    ("bounds", r"out of bounds|4-byte value|does not fit|too large|not 0 to|go(es)? from 0|lower first|range"),
    ("running", r"runtime error"),
    ("other", r""),
]


def kind_of(text):
    return next(name for name, pattern in KINDS if re.search(pattern, text))


# BIRD 2.0.12 numbers two kinds of enums otherwise than 2.19 does.
OLD_KINDS = {"34": "33", "35": "34"}


def modern(text):
    return re.sub(r"\(enum (34|35)\)", lambda found: "(enum %s)" % OLD_KINDS[found.group(1)], text)


def agrees(bird, mesh):
    if bird[0] or mesh[0]:
        return bird == mesh
    kinds = kind_of(bird[1]), kind_of(mesh[1])
    return kinds[0] == kinds[1] or kinds[0] == "running"


def config_write(path, functions):
    with open(path, "w", encoding="utf-8") as file:
        file.write("router id 1.2.3.4;\nprotocol device { }\n" + generate.PRELUDE + "".join(functions))


def first_error(command, path):
    """The line of the first mistake the daemon finds in a configuration, and what it is; None if it is good."""
    done = subprocess.run([*command, "-p", "-c", path], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    for line in (done.stderr + done.stdout).splitlines():
        found = re.search(re.escape(os.path.basename(path)) + r":(\d+):\d+:? (?!warning|Inferring|Method .* is deprecated)(.*)", line)
        if found:
            return int(found.group(1)), found.group(2)
    raise RuntimeError("%s: %s" % (command[0], done.stderr))


def functions_make(seed, count, methods, sides, path):
    """Functions both sides take, and (text, who refused, why) of those only one takes."""
    generator = generate.Generator(seed, wrong=0, methods=methods)
    functions = [generator.function("f%d" % i) for i in range(count)]
    refused = []
    while True:
        config_write(path, functions)
        errors = [first_error(side, path) for side in sides]
        if errors == [None, None]:
            break
        side = 0 if errors[0] else 1
        line, why = errors[side]
        at = open(path, encoding="utf-8").read().split("\n", line)[:line]
        name = re.findall(r"^function (f\d+)\(", "\n".join(at), re.M)[-1]
        index = next(i for i, text in enumerate(functions) if text.startswith("function %s(" % name))
        config_write(path + ".one", functions[:index + 1])
        if first_error(sides[1 - side], path + ".one") is None:
            refused.append((functions[index], sides[side][0], why))
        # Who calls it goes with it.
        gone = {name}
        kept = []
        for text in functions:
            its = re.match(r"function (f\d+)\(", text).group(1)
            if its in gone or any(re.search(r"\b%s\(" % g, text) for g in gone):
                gone.add(its)
            else:
                kept.append(text)
        functions = kept
        generator.functions = [f for f in generator.functions if f[0] not in gone]
    return functions, generator, refused


def classes_read(path):
    """{flag: [{direction: what BIRD says}, count]} of the file that says what differs and why."""
    classes = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            found = re.match(r"(\w[\w ]*) \((.*?)\): ", line)
            if found:
                directions = re.findall(r"([\w ]+\w)(?: `([^`]*)`)?", found.group(2))
                classes[found.group(1)] = [{name.strip(): re.compile(said) for name, said in directions}, 0]
    return classes


def class_of(classes, flags, bird, mesh):
    """The class a difference is of, counted; None if it is of none."""
    direction = "both give values" if bird[0] and mesh[0] else "BIRD refuses" if mesh[0] else \
        "we refuse" if bird[0] else "other error"
    for flag in sorted(flags):
        said = classes[flag][0].get(direction) if flag in classes else None
        if said and said.search(bird[1]):
            classes[flag][1] += 1
            return flag
    return None


def shape(answer):
    good, text = answer
    return "=" + re.sub(r"[0-9a-f]+", "0", text)[:30] if good else "!" + re.sub(r"\\d+", "0", text)


def show(differences, most, functions):
    """One of each sort, the shortest."""
    groups = {}
    for expression, *answers in sorted(differences, key=lambda item: len(item[0])):
        groups.setdefault(tuple(shape(answer) for answer in answers), []).append((expression, answers))
    for group in sorted(groups.values(), key=len, reverse=True)[:most]:
        expression, answers = group[0]
        print("%d like: %s" % (len(group), expression[:600]))
        for name in sorted(set(re.findall(r"\bf\d+\b", expression)))[:2]:
            print("".join("    | %s\n" % line for line in functions.get(name, "")[:800].splitlines()), end="")
        for who, (good, text) in zip(("bird ", "meshd"), answers):
            print("    %s %s %s" % (who, "=" if good else "!", text[:200]))
    if len(groups) > most:
        print("and %d other sorts" % (len(groups) - most))


def compare(options, folder):
    path = os.path.join(folder, "both.conf")
    birds, meshes = [options.bird], [options.meshd]
    functions, maker, refused = functions_make(options.seed, options.functions, options.methods, (birds, meshes), path)
    config_write(path, functions)
    classes = classes_read(options.classes)
    bird = Bird(folder, "bird", [*birds, "-P", os.path.join(folder, "bird.pid")], path)
    mesh = Mesh(folder, "meshd", [*meshes, "-u", "root"] if os.getuid() == 0 else meshes, path)
    generator = generate.Generator(options.seed + 1000000, methods=options.methods)
    generator.functions, generator.function_flags = maker.functions, maker.function_flags
    counts = collections.Counter()
    unexplained = []
    try:
        while counts["asked"] < options.count:
            depth = generator.pick([1, 2, 2, 3, 3, 4])
            generator.flags = set()
            expression = generator.expression(None, depth)
            if len(expression) > WORST:
                continue
            answers = bird.ask(expression), mesh.ask(expression)
            if answers[0][1] in ("<line overflow>", CRASH):
                continue  # It shows no more than 4096 characters.
            counts["asked"] += 1
            counts["value" if answers[0][0] else "error"] += 1
            if agrees(*answers):
                continue
            name = class_of(classes, generator.flags, *answers)
            counts["known" if name else "unexplained"] += 1
            if not name:
                unexplained.append((expression, *answers))
    finally:
        bird.close()
        mesh.close()
    for text, who, why in refused:
        answers = [(side[0] != who, why if side[0] == who else "") for side in (birds, meshes)]
        flags = generator.function_flags[re.match(r"function (\w+)", text).group(1)]
        if not class_of(classes, flags, *answers):
            unexplained.append((text, *answers))
    show(unexplained, options.show, {re.match(r"function (\w+)", text).group(1): text for text in functions})
    print("%s: %d expressions (%d values, %d errors) and %d functions, %d of which one side refused; %d differences of "
          "known classes, %d others; seed %d" % (bird.greeting, counts["asked"], counts["value"], counts["error"],
                                                 len(functions) + len(refused), len(refused), counts["known"],
                                                 len(unexplained), options.seed))
    for name, (_, count) in classes.items():
        print("    %-24s %d" % (name, count))
    return 1 if unexplained else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bird", default="bird")
    parser.add_argument("--meshd", default=os.environ.get("BUILD", "build") + "/daemon/meshd")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=25000)
    parser.add_argument("--functions", type=int, default=FUNCTIONS)
    parser.add_argument("--methods", type=float, default=0.01,
                        help="share of x.add(y) beside add(x, y): BIRD 2.0.12 has them in statements only")
    parser.add_argument("--show", type=int, default=20, help="differences shown")
    parser.add_argument("--classes", default=os.path.join(os.path.dirname(__file__), "differences"))
    options = parser.parse_args()
    # Whoever is told to end takes the daemons and their files along.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="differential.") as folder:
        return compare(options, folder)


if __name__ == "__main__":
    sys.exit(main())
