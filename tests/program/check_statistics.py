"""`llrsweep report` against numpy, and against scipy where it is: check_statistics.py DIR METHOD

Selection (analysis/selection.py), mean, deviation and standard error to rounding; bootstrap intervals
to what two sets of resamples can differ by; p-values by scipy's permutation test."""

import csv
import os
import subprocess
import sys

import numpy as np
from llrtable import load
from selection import choose

try:
    from scipy import stats
except ImportError:
    stats = None


def report(folder, *options):
    said = subprocess.run([os.environ["LLR_BINARY"], "report", folder, "--format", "csv", *options], check=True,
                          capture_output=True, text=True).stdout
    return list(csv.DictReader(said.splitlines()))


def values_of(chosen, line):
    cells = chosen[line["method"]].where(dataset=line["dataset"], loss=line["loss"], n=int(line["n"]))
    return dict(zip(cells["seed"], cells["test_" + line["metric"]]))


def resampled(values, generator):
    means = values[generator.integers(len(values), size=(20000, len(values)))].mean(1)
    return np.quantile(means, [.025, .975])


def permuted(a, b):
    """The share of choices of signs, one by one, or by scipy."""
    if stats:
        return stats.permutation_test((a, b), lambda x, y: np.mean(x - y), permutation_type="samples",
                                      n_resamples=10**5).pvalue
    signs = 1 - 2 * (np.arange(2 ** len(a))[:, None] >> np.arange(len(a)) & 1)
    return np.mean(abs(signs @ (a - b)) >= abs(np.sum(a - b)) - 1e-12)


def main():
    folder, against = sys.argv[1:]
    sweep = load(folder)
    lines = report(folder)
    chosen = {method: choose(sweep, method) for method in {line["method"] for line in lines}}
    generator = np.random.default_rng(1)
    for line, error, interval in zip(lines, report(folder, "--spread", "se"), report(folder, "--spread", "bootstrap")):
        values = np.array(list(values_of(chosen, line).values()))
        assert len(values) == int(line["seeds"])
        if len(values) < 2:
            continue
        assert np.isclose(values.mean(), float(line["mean"]), rtol=1e-12)
        assert np.isclose(values.std(ddof=1), float(line["standard_deviation"]), rtol=1e-9, atol=1e-15)
        assert np.isclose(values.std(ddof=1) / len(values)**.5, float(error["standard_error"]), rtol=1e-9, atol=1e-15)
        ends = np.array([float(interval["low"]), float(interval["high"])])
        assert np.all(abs(ends - resampled(values, generator)) <= .1 * np.ptp(ends) + 1e-12), (line, ends)
    smallest = 1
    for line in report(folder, "--compare", against):
        ours, theirs = values_of(chosen, line), values_of(chosen, {**line, "method": against})
        seeds = sorted(set(ours) & set(theirs))
        if len(seeds) < 2:
            continue
        a, b = (np.array([values[seed] for seed in seeds]) for values in (ours, theirs))
        assert np.isclose(np.mean(a - b), float(line["difference"]), atol=1e-12)
        assert np.isclose(permuted(a, b), float(line["p"]), atol=1e-12), (line, permuted(a, b))
        smallest = min(smallest, float(line["p"]))
    assert smallest < .05
    print(f"{folder}: the report is what numpy {'and scipy find' if stats else 'finds'}")


main()
