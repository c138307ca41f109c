#!/usr/bin/env python3
"""Races llrsweep's units against numpy and scikit-learn on one core: ours, theirs, ours, ...

A unit is one subsample with all fits of 9 exponents 0..2 by 9 lambdas 1e-4..1. Two times of it, in
CPU seconds with one BLAS thread: fit, the solve phase alone (llr_solve against the fit calls), and
sweep, which is subsampling, solving and metrics on validation and test; reading data is in neither.
A line shows medians over the turns, each turn another subsample. Both sides fit the same rows of
the same data, made here or taken from the folder that LLR_BENCH_DATA names. Exit code 1: a fit of
ours was not certified, or its optimum is worse than theirs.

LLR_BENCH_PYTHON: interpreter for the other side (default: the first that has numpy).
LLR_BENCH_OPTIONS: more options, for `cmake --build ... --target bench`.
"""
import argparse
import datetime
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from statistics import geometric_mean, median

SIZES = (600, 1200, 2400, 4800)
PHASES = ("gather", "solve", "metrics")
SOLVER_NAMES = {"gram": "expert numpy", "ridge": "RidgeClassifier"}
REAL_FILES = {"cmnist": "cmnist.h5", "spam-assassin": "spam-assassin.h5",
              "fashion-mnist": "fashion-mnist.h5", "cifar10-lt": "cifar10-lt-squeezenet.h5"}
# How far ours may lie above theirs, relative: the tolerance of each certificate and rounding.
SLACK = 1e-12


class Block:
    """Lines of the table: one task on one dataset against one opponent."""

    def __init__(self, data, loss, tolerance, solver, sizes):
        self.data, self.loss, self.tolerance, self.solver, self.sizes = (
            data, loss, tolerance, solver, sizes)

    @property
    def name(self):
        word = self.loss if self.loss == "square" else "%s %s" % (self.loss, self.tolerance)
        return "%s, %s | %s" % (word, self.data, self.opponent)

    @property
    def opponent(self):
        return SOLVER_NAMES.get(self.solver) or self.solver.replace(":", " ") + " warm"


def all_blocks():
    gauss = ["iso d=512", "aniso d=512", "iso d=128", "iso d=1024"]
    blocks = [Block(d, "square", "1e-8", s, SIZES) for s in ("gram", "ridge") for d in gauss]
    blocks += [Block(d, "logistic", "1e-8", "lbfgs:1e-8", SIZES)
               for d in ("iso d=512", "iso d=1024", "aniso d=512")]
    blocks += [Block(d, "logistic", "1e-12", "newton-cg:1e-6", (600, 1200, 2400))
               for d in ("iso d=512", "aniso d=512")]
    blocks.append(Block("iso d=512 K=10", "softmax", "1e-8", "lbfgs:1e-8", (1200, 4800)))
    for data, sizes in (("cmnist", SIZES), ("spam-assassin", (600, 1200, 2400))):
        blocks.append(Block(data, "square", "1e-8", "gram", sizes))
        blocks.append(Block(data, "logistic", "1e-8", "lbfgs:1e-8", sizes))
    for data in ("fashion-mnist", "cifar10-lt"):
        blocks.append(Block(data, "square", "1e-8", "gram", (1200, 4800)))
        blocks.append(Block(data, "softmax", "1e-8", "lbfgs:1e-8", (1200,)))
    return blocks


class Side:
    """A process that answers lines of words by lines of key=value."""

    def __init__(self, name, command, environment):
        self.name = name
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, universal_newlines=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer:
            raise SystemExit("%s failed at: %s" % (self.name, " ".join(map(str, words))[:80]))
        return dict(word.split("=", 1) for word in answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def python_with_numpy():
    candidates = [os.environ.get("LLR_BENCH_PYTHON"), sys.executable, "/usr/bin/python3", "python3"]
    for python in filter(None, candidates):
        try:
            if not subprocess.call([python, "-c", "import numpy"], stderr=subprocess.DEVNULL):
                return python
        except OSError:
            pass
    return None


def environment(kernel):
    """One thread on both sides, and a malloc that keeps large blocks: page faults are dear."""
    env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    env.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1",
               MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="2147483647",
               MALLOC_TOP_PAD_="67108864")
    if kernel:
        env["OPENBLAS_CORETYPE"] = kernel
    return env


class Race:
    """Both sides on one dataset."""

    def __init__(self, options, data, folder, env, python):
        self.ours = Side("our side", [options.unit] + self.source(data) + [folder], env)
        self.machine = self.ours.ask("machine")
        self.theirs = self.other = None
        if python:
            self.start_theirs(python, folder, env)
            if self.other["kernel"] != self.machine["kernel"]:
                self.theirs.close()
                self.start_theirs(python, folder, dict(env, OPENBLAS_CORETYPE=self.machine["kernel"]))
        self.options = options

    def start_theirs(self, python, folder, env):
        """Under the kernel that our side runs: where OpenBLAS does not know the CPU, ours does not
        leave the choice to it."""
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "baseline.py")
        self.theirs = Side("the other side", [python, script, folder], env)
        self.other = self.theirs.ask("machine")

    @staticmethod
    def source(data):
        if data in REAL_FILES:
            return ["file", os.path.join(os.environ["LLR_BENCH_DATA"], REAL_FILES[data])]
        classes = "10" if data.endswith("K=10") else "2"
        dim = data.split("d=")[1].split()[0]
        return ["made", dim, "1" if data.startswith("aniso") else "0", classes]

    def close(self):
        for side in filter(None, (self.ours, self.theirs)):
            side.close()

    def has(self, solver):
        return self.theirs and (solver == "gram" or self.other["sklearn"] != "none")

    def start(self, block):
        """Lays the block's task out on our side; exponents and lambdas come from there."""
        loss = "square" if block.loss == "square" else "logistic"
        sizes = ",".join(map(str, block.sizes))
        self.grid = self.ours.ask("task", loss, block.tolerance, self.options.units, sizes)

    def turn(self, block, n, seed):
        ours = self.ours.ask("unit", n, seed)
        if not self.has(block.solver):
            return ours, None
        rows = self.ours.ask("rows", n, seed)["rows"]
        return ours, self.theirs.ask("unit", block.solver, self.grid["exponents"],
                                     self.grid["lambdas"], rows)

    def line(self, block, n):
        turns, start = [], time.monotonic()
        while len(turns) < 3 * self.options.units:
            waited = time.monotonic() - start
            if len(turns) >= self.options.turns and waited > self.options.patience:
                break
            if len(turns) >= 3 and waited > self.options.limit:
                break
            turns.append(self.turn(block, n, len(turns) % self.options.units))
        return Line(block, n, turns)


def rate(turns, side, key):
    return median(int(t[side]["fits"]) / float(t[side][key]) for t in turns)


def average_meters(answers):
    """Calls, seconds and flops of the phases and kernels, means over the turns."""
    total = {}
    for answer in answers:
        for key, value in answer.items():
            if key.split("/")[0] in PHASES:
                sums = total.setdefault(key, [0, 0, 0])
                total[key] = [s + float(v) / len(answers) for s, v in zip(sums, value.split(","))]
    return total


class Line:
    def __init__(self, block, n, turns):
        self.block, self.n, self.turns = block, n, len(turns)
        self.meters = average_meters([t[0] for t in turns])
        self.ours = {k: rate(turns, 0, k) for k in ("fit", "sweep")}
        self.theirs = {k: rate(turns, 1, k) for k in ("fit", "sweep")} if turns[0][1] else None
        self.uncertified = sum(int(t[0]["fits"]) - int(t[0]["converged"]) for t in turns)
        self.above = self.below = self.apart = None
        if self.theirs:
            self.compare(turns)

    def compare(self, turns):
        """Relative distance of the optima where ours is the larger, and where theirs is; the
        distance of the mean accuracies."""
        pairs = [(float(a), float(b)) for ours, theirs in turns for a, b in
                 zip(ours["objectives"].split(","), theirs["objectives"].split(","))]
        self.above = max(max((a - b) / b for a, b in pairs), 0)
        self.below = max(max((b - a) / b for a, b in pairs), 0)
        self.apart = max(abs(float(a["accuracy"]) - float(b["accuracy"])) for a, b in turns)

    @property
    def complaint(self):
        if self.uncertified:
            return "  %d FITS OF OURS NOT CERTIFIED" % self.uncertified
        if self.theirs and not self.above <= float(self.block.tolerance) + SLACK:
            return "  AN OPTIMUM OF OURS IS WORSE"
        return ""

    def ratio(self, key):
        return self.ours[key] / self.theirs[key]

    HEAD = "%-50s %5s %5s  %9s %9s %6s  %9s %9s %6s  %8s %8s %8s" % (
        "block | opponent", "n", "turns", "ours", "theirs", "fit", "ours", "theirs", "sweep",
        "F above", "F below", "accuracy")

    def __str__(self):
        text = "%-50s %5d %5d" % (self.block.name, self.n, self.turns)
        for key in ("fit", "sweep"):
            text += "  %9.1f" % self.ours[key]
            text += " %9.1f %5.1fx" % (self.theirs[key], self.ratio(key)) if self.theirs else (
                " %9s %6s" % ("-", "-"))
        if self.theirs:
            text += "  %8.0e %8.0e %8.0e" % (self.above, self.below, self.apart)
        return text + self.complaint

    @property
    def task(self):
        return "%s, n = %d" % (self.block.name.split(" |")[0], self.n)

    def breakdown(self):
        """(name, calls, seconds, flops) of each phase, its kernels, and the rest of its time."""
        for phase in PHASES:
            inside = {k: m for k, m in self.meters.items() if k.startswith(phase + "/")}
            yield (phase, *self.meters[phase])
            for name, meter in inside.items():
                yield ("  " + name.split("/")[1].replace("cblas_", "").rstrip("_"), *meter)
            if inside:
                yield "  rest", 0, self.meters[phase][1] - sum(m[1] for m in inside.values()), 0

    def phase_lines(self, dgemm):
        yield self.task
        total = sum(self.meters[phase][1] for phase in PHASES)
        for name, calls, seconds, flops in self.breakdown():
            line = "  %-12s %7s %10.2f ms %3.0f %%" % (name, "%.0f" % calls if calls else "",
                                                      1e3 * seconds, 100 * seconds / total)
            if flops and seconds:
                speed = 1e-9 * flops / seconds
                line += " %10.4f %8.1f %5.0f %%" % (1e-9 * flops, speed, 100 * speed / dgemm)
            yield line

    PHASE_HEAD = "  %-12s %7s %13s %5s %10s %8s %7s" % (
        "", "calls", "time", "", "Gflop", "GFLOP/s", "of dgemm")


class Report:
    """The text of the table, on the terminal as it grows and in a file."""

    def __init__(self, options):
        self.options, self.text = options, []

    def say(self, line=""):
        print(line, flush=True)
        self.text.append(line)

    def head(self, race):
        ours, theirs = race.machine, race.other
        set_ones = ["%s=%s" % (k, v) for k, v in sorted(os.environ.items())
                    if k.startswith("OPENBLAS_") and k not in ("OPENBLAS_CORETYPE",
                                                               "OPENBLAS_NUM_THREADS")]
        self.say("date      %s" % datetime.datetime.now().astimezone().isoformat(" ", "seconds"))
        self.say("machine   %s, %d cores, %s, load %.2f" % (
            cpu_name(), os.cpu_count(), platform.platform(), os.getloadavg()[0]))
        self.say("ours      llrsweep %s (%s, %s, %s), BLAS %s" % (
            ours["version"], ours["git"], ours["build"], ours["compiler"], ours["blas"]))
        self.say("theirs    " + ("numpy %s, scipy %s, scikit-learn %s, python %s" % (
            theirs["numpy"], theirs["scipy"], theirs["sklearn"], theirs["python"]) if theirs else
            "none: no python with numpy found (Debian: python3-numpy python3-sklearn)"))
        self.say("kernels   ours %s, theirs %s%s; dgemm %s GFLOP/s" % (
            ours["kernel"], theirs["kernel"] if theirs else "-",
            " (%s)" % " ".join(set_ones) if set_ones else "", ours["dgemm"]))
        self.say("options   %s" % self.options.words)
        self.say()

    def tail(self, lines):
        self.say()
        self.say("ours, theirs: fits per CPU second, medians. F above, below: largest relative")
        self.say("distance of an optimum of ours above or below theirs. accuracy: largest distance")
        self.say("of a unit's mean balanced test accuracy.")
        for opponent in dict.fromkeys(line.block.opponent for line in lines if line.theirs):
            raced = [line for line in lines if line.block.opponent == opponent]
            self.say("ratios to %-22s" % opponent + "".join(
                "  %s: least %5.2f, geometric mean %5.2f" % (
                    key, min(l.ratio(key) for l in raced),
                    geometric_mean([l.ratio(key) for l in raced])) for key in ("fit", "sweep")))
        self.say("load at the end %.2f" % os.getloadavg()[0])

    def write(self, lines, dgemm):
        os.makedirs(os.path.dirname(os.path.abspath(self.options.output)), exist_ok=True)
        with open(self.options.output, "w") as out:
            out.write("\n".join(self.text) + "\n\nWhere the time of one of our units goes: phases, "
                      "and the dense kernels in them\n\n" + Line.PHASE_HEAD + "\n")
            for line in {line.task: line for line in lines}.values():
                out.write("\n".join(line.phase_lines(dgemm)) + "\n")


def cpu_name():
    with open("/proc/cpuinfo") as info:
        names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return names[0] if names else platform.machine()


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unit", required=True, help="the program bench_unit")
    parser.add_argument("--output", default="bench.txt")
    parser.add_argument("--quick", action="store_true",
                        help="one size a block and few turns: under two minutes, numbers are rough")
    parser.add_argument("--block", action="append", default=[], metavar="TEXT",
                        help="only blocks whose name has this text; may be repeated")
    parser.add_argument("--list", action="store_true", help="name the blocks and stop")
    parser.add_argument("--sizes", type=lambda s: tuple(map(int, s.split(","))),
                        help="these n in place of the blocks' own")
    parser.add_argument("--units", type=int, help="subsamples a line (default 10, quick 3)")
    parser.add_argument("--turns", type=int, help="least turns a line (default: units; quick 1)")
    parser.add_argument("--patience", type=float,
                        help="seconds after which a line gets no turns beyond those, else three "
                             "for each unit (default 5, quick 1.5)")
    parser.add_argument("--limit", type=float, default=300,
                        help="seconds after which a line ends with three turns (default 300)")
    parser.add_argument("--kernel", help="OPENBLAS_CORETYPE for both sides (default: what OpenBLAS picks, "
                        "or, where it does not know the CPU, what our side does)")
    words = sys.argv[1:] + shlex.split(os.environ.get("LLR_BENCH_OPTIONS", ""))
    options = parser.parse_args(words)
    options.words = " ".join(words)
    options.units = options.units or (3 if options.quick else 10)
    options.turns = options.turns or (1 if options.quick else options.units)
    if options.patience is None:
        options.patience = 1.5 if options.quick else 5
    return options


def chosen_blocks(options):
    blocks = [b for b in all_blocks()
              if not options.block or any(text in b.name for text in options.block)]
    if not blocks:
        sys.exit("no block has this in its name: %s; --list names all" % " ".join(options.block))
    for block in blocks:
        if options.sizes or options.quick:
            block.sizes = options.sizes or tuple(n for n in block.sizes if n >= 1200)[:1]
    folder = os.environ.get("LLR_BENCH_DATA")
    there = [b for b in blocks if b.data not in REAL_FILES or
             folder and os.path.exists(os.path.join(folder, REAL_FILES[b.data]))]
    missing = sorted({b.data for b in blocks} - {b.data for b in there})
    return there, missing


def run(options, report):
    blocks, missing = chosen_blocks(options)
    env, python, lines, dgemm = environment(options.kernel), python_with_numpy(), [], None
    for data in dict.fromkeys(b.data for b in blocks):
        folder = tempfile.mkdtemp(prefix="llr-bench-", dir=os.path.dirname(options.unit))
        try:
            race = Race(options, data, folder, env, python)
        finally:
            shutil.rmtree(folder)
        if dgemm is None:
            report.head(race)
            report.say(Line.HEAD)
            dgemm = float(race.machine["dgemm"])
        for block in (b for b in blocks if b.data == data):
            race.start(block)
            for n in block.sizes:
                lines.append(race.line(block, n))
                report.say(str(lines[-1]))
        race.close()
    for data in missing:
        report.say("%-50s skipped: LLR_BENCH_DATA names no folder with %s" % (
            data, REAL_FILES[data]))
    if not lines:
        return 1
    report.tail(lines)
    report.write(lines, dgemm)
    return 1 if any(line.complaint for line in lines) else 0


def main():
    options = read_options()
    if options.list:
        print("\n".join(b.name for b in all_blocks()))
        return 0
    return run(options, Report(options))


if __name__ == "__main__":
    sys.exit(main())
