#!/usr/bin/env python3
"""Measures what `plan` predicts: the rank correlation of predicted and measured seconds over units of
many kinds, with df and without, and the seconds of all together. Data: made ones, and those of the
folder that LLR_BENCH_DATA names. Exit code 1: a correlation below 0.95, or all units together are
predicted to take more than 1.25 times as long as they do, or less than 0.8 times.
"""
import argparse
import csv
import os
import subprocess
import sys
import tempfile

from overhead import environment

LEAST, LARGEST_RATIO = 0.95, 1.25
MADE = "".join("  - {name: made%d, synthetic: {d: %d, separation: 2, priors: [.8, .2]}}\n" % (d, d)
               for d in (128, 512, 1024))
REAL = ("cmnist", "fashion-mnist")
JOB = """datasets:
%slosses: [square, logistic]
sizes: [300, 600, 1200, 2400]
rules: [balanced_subsample]
df: %s
seeds: {count: %d}
"""


def datasets():
    folder = os.environ.get("LLR_BENCH_DATA", "")
    paths = [(name, os.path.join(folder, name + ".h5")) for name in REAL]
    return MADE + "".join("  - {name: %s, path: %s}\n" % (name, path)
                          for name, path in paths if os.path.exists(path))


def call(options, *words):
    done = subprocess.run([options.program, *words], env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)
    if done.returncode not in (0, 3):
        sys.exit(done.stderr)
    return done.stdout


def predicted(text):
    """Seconds of a unit by dataset, loss and n, as `plan` prints them."""
    words = [line.split() for line in text.splitlines()]
    return {tuple(w[:3]): float(w[5]) for w in words if len(w) > 6 and w[1] in ("square", "logistic")}


def measured(folder, seeds):
    """CPU seconds of a unit, mean over the seeds."""
    seconds = {}
    with open(os.path.join(folder, "results.csv"), newline="") as file:
        for row in csv.DictReader(file):
            key = (row["dataset"], row["loss"], row["n"])
            seconds[key] = seconds.get(key, 0) + float(row["seconds"]) / seeds
    return seconds


def ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    return {index: rank for rank, index in enumerate(order)}


def rank_correlation(a, b):
    first, second, count = ranks(a), ranks(b), len(a)
    apart = sum((first[i] - second[i]) ** 2 for i in range(count))
    return 1 - 6 * apart / (count * (count ** 2 - 1))


def compare(options, df):
    with tempfile.TemporaryDirectory(prefix="llr-cost-") as folder:
        job = os.path.join(folder, "job.yaml")
        with open(job, "w") as file:
            file.write(JOB % (datasets(), df, options.seeds))
        plan = predicted(call(options, "plan", job))
        call(options, "run", "-q", job, "-o", os.path.join(folder, "out"))
        real = measured(os.path.join(folder, "out"), options.seeds)
    keys = sorted(plan, key=real.__getitem__)
    print("df: %s" % df)
    for key in keys:
        print("  %-14s %-8s n = %-5s predicted %8.4f s, measured %8.4f s" % (
            *key, plan[key], real[key]))
    rate = rank_correlation([plan[k] for k in keys], [real[k] for k in keys])
    print("  rank correlation of predicted and measured cost: %.3f (%d kinds of units)" % (
        rate, len(keys)))
    ratio = sum(plan.values()) / sum(real.values())
    print("  all together: predicted %.2f times what was measured" % ratio, flush=True)
    return rate >= LEAST and 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="llrsweep")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    return 0 if all([compare(options, df) for df in ("[square, logistic]", "[]")]) else 1


if __name__ == "__main__":
    sys.exit(main())
