#!/usr/bin/env python3
"""How far predictions are from measurements, from the tables of result folders:

    python3 analysis/agreement.py results/paper/*

Simulated data, a line for each folder: one point is a mean over seeds of one class's error at one
weighting; distances from the prediction in standard errors of that mean (se). Asked for: 98 % of the
points within 3 se and none beyond 5 se + 1/d; a line that misses says so, and the exit code is 1.

Real data, a line for each dataset, loss, lambda, and delta: mean over the grid of exponents and over
groups (classes where there are no groups) of |predicted - measured| test error, measured as the mean
over seeds (and, `a fit`, seed by seed: what the seeds scatter is in there too).
"""

import argparse
import sys

import numpy as np

from llrtable import Table, load, over_seeds

FIT = ["dataset", "loss", "n", "lambda", "index"]


def once(rows):
    """Leaves out fits that stand in the table under a second name, such as ratio 1 and uniform."""
    same = ("dataset", "loss", "n", "n_used", "lambda", "seed", "index")
    seen, keep = set(), np.zeros(len(rows), bool)
    for i, (low, high) in enumerate(zip(rows["w_min"], rows["w_max"])):
        mark = tuple(rows[name][i] for name in same) + (f"{low:.5g} {high:.5g}",)
        keep[i] = mark not in seen
        seen.add(mark)
    return rows.take(keep)


def simulated(sweep):
    """Prints a folder's line; whether it has what is asked for."""
    rows = sweep.rates()
    rows = once(rows.take(np.isfinite(rows["error"]) & np.isfinite(rows["theory_error"])))
    points = over_seeds(rows, FIT + ["rule", "value", "d"], ["error", "theory_error"])
    if not len(points):
        print(f"{sweep.name:18} no predictions in the table")
        return True
    off = abs(points["error"] - points["theory_error"])
    ses = off / points["error_se"]
    within = np.mean(ses <= 3)
    beyond = np.count_nonzero(off > 5 * points["error_se"] + 1 / points["d"])
    good = within >= .98 and not beyond
    print(f"{sweep.name:18} {len(points):6} {100 * within:10.2f} {ses.max():11.2f} {off.max():10.5f} "
          f"{beyond:14}   {'' if good else 'MISSES'}")
    worst = np.argmax(ses)
    if ses[worst] > 3:
        print("  farthest:", describe(points, worst))
    return good


def describe(points, i):
    value = "" if np.isnan(points["value"][i]) else f"={points['value'][i]:g}"
    return (f"{points['dataset'][i]} n={points['n'][i]} {points['rule'][i]}{value} class "
            f"{points['index'][i]}: measured {points['error'][i]:.5g} +- {points['error_se'][i]:.2g}, "
            f"predicted {points['theory_error'][i]:.5g}")


def deviations(rows):
    """Mean |predicted - measured| with seeds averaged, the largest mean of one class or group, and
    the mean seed by seed."""
    points = over_seeds(rows, FIT + ["value", "delta"], ["error", "theory_error"])
    off = Table({**points.columns, "off": abs(points["error"] - points["theory_error"])})
    worst = max(np.nanmean(part["off"]) for _, part in off.by("index"))
    return np.nanmean(off["off"]), worst, np.nanmean(abs(rows["error"] - rows["theory_error"]))


def real(sweep):
    """Prints the lines of a folder of real data."""
    rules = ["exponent"] if sweep.name.startswith("plugin") else ["ratio"]
    weights_by = sweep.key("weights_by")
    for dataset in sweep.table.unique("dataset"):
        kind = "group" if len(sweep.rates(kind="group").where(dataset=dataset)) else "class"
        rows = sweep.rates(kind=kind).where(dataset=dataset, rule=rules)
        rows = rows.take(np.isfinite(rows["error"]) & np.isfinite(rows["theory_error"]))
        for (loss,), of_loss in rows.by("loss"):
            head = f"{sweep.name:18} {dataset:18} {loss:9} {weights_by:8} {kind:6}"
            for (delta,), part in of_loss.by("delta"):
                each = [deviations(cells)[0] for _, cells in part.by("lambda")]
                lambdas = " ".join(f"{value:.4f}" for value in each)
                mean, worst, fit = deviations(part)
                print(f"{head} {delta:6.3g} {mean:7.4f} {worst:7.4f} {fit:7.4f}   {lambdas}")
            mean, worst, fit = deviations(of_loss)
            print(f"{head} {'all':>6} {mean:7.4f} {worst:7.4f} {fit:7.4f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="DIR", help="result folder")
    sweeps = [load(folder) for folder in parser.parse_args().folders]
    invented = [sweep for sweep in sweeps if sweep.is_synthetic(sweep.table["dataset"][0])]
    good = True
    if invented:
        print(f"{'simulated':18} {'points':>6} {'% in 3 se':>10} {'largest, se':>11} {'largest':>10} "
              f"{'> 5 se + 1/d':>14}")
    for sweep in invented:
        good &= simulated(sweep)
    others = [sweep for sweep in sweeps if sweep not in invented]
    if others:
        print(f"{'real':18} {'dataset':18} {'loss':9} {'weights':8} {'of':6} {'delta':>6} {'mean':>7} "
              f"{'worst':>7} {'a fit':>7}   mean by lambda")
    for sweep in others:
        real(sweep)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
