#!/usr/bin/env python3
"""How far predictions are from measurements, from the tables of result folders:

    python3 analysis/agreement.py results/paper/*

Simulated data, a line for each folder: one point is a mean over seeds of one class's error at one
weighting; distances from the prediction in standard errors of that mean (se). Asked for: 98 % of the
points within 3 se and none beyond 5 se + 1/d; a line that misses says so, and the exit code is 3.

Real data, a line for each dataset, loss, lambda, and delta: mean over the grid of exponents and over
groups (classes where there are no groups) of |predicted - measured| test error, measured as the mean
over seeds (and, `a fit`, seed by seed: what the seeds scatter is in there too). `bias` is the mean of
predicted - measured: below 0 where the prediction promises too much.

Weights of rule theory against inverse prior weights where a table has both, a line for each dataset and
loss: measured and predicted gain in worst-class (worst-group, with weights by group) accuracy, over n and
lambda; how often it loses by more than one standard error of the paired difference.
"""

import argparse
import sys

import numpy as np

from llrtable import load_all, over_seeds

FIT = ["dataset", "loss", "n", "lambda", "index"]
ROUNDING = 1e-12  # of an error; below it seeds do not differ
MISSES = 3


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
    se = points["error_se"]
    ses = np.divide(off, se, out=np.where(off > ROUNDING, np.inf, 0.), where=se > ROUNDING)
    within = np.mean(ses <= 3)
    beyond = np.count_nonzero(off > 5 * se + 1 / points["d"])
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
    """Mean |predicted - measured| with seeds averaged, the largest mean of one class or group, the
    mean seed by seed, and the mean of predicted - measured."""
    points = over_seeds(rows, FIT + ["value", "delta"], ["error", "theory_error"])
    off = points["theory_error"] - points["error"]
    worst = max(np.mean(abs(off[points["index"] == index])) for index in points.unique("index"))
    each = np.mean(abs(rows["error"] - rows["theory_error"]))
    return np.mean(abs(off)), worst, each, np.mean(off)


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
                numbers = " ".join(f"{number:7.4f}" for number in deviations(part))
                print(f"{head} {delta:6.3g} {numbers}   {lambdas}")
            numbers = " ".join(f"{number:7.4f}" for number in deviations(of_loss))
            print(f"{head} {'all':>6} {numbers}")


def gains(sweep):
    """Prints the lines of rule theory against inverse prior weights."""
    by = sweep.key("weights_by")
    measured, predicted = f"test_worst_{by}", f"theory_worst_{by}_error"
    for (dataset, loss), cells in sweep.table.by("dataset", "loss"):
        rows = []
        for _, part in cells.by("n", "lambda"):
            pair = [part.where(rule=rule) for rule in ("theory", "inverse_prior")]
            finite = np.isfinite(pair[0][measured]) & np.isfinite(pair[1][measured])
            assert list(pair[0]["seed"]) == list(pair[1]["seed"])
            ours, theirs = (rows_of.take(finite) for rows_of in pair)
            if np.count_nonzero(finite) < 2:
                continue
            gain = ours[measured] - theirs[measured]
            foretold = np.mean(theirs.get(predicted) - ours.get(predicted))
            rows.append((np.mean(gain), foretold, np.std(gain, ddof=1) / np.sqrt(len(gain))))
        if not rows:
            continue
        gain, foretold, se = np.array(rows).T
        sure = foretold > .01
        print(f"{sweep.name:18} {dataset:18} {loss:9} {by:8} {len(gain):5} {np.mean(gain):8.4f} "
              f"{np.mean(foretold):10.4f} {np.min(gain):8.4f} {np.count_nonzero(gain < -se):7} "
              f"{np.count_nonzero(sure):12} {np.count_nonzero(sure & (gain <= 0)):13}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="DIR", help="result folder")
    sweeps = load_all(parser.parse_args().folders)
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
              f"{'worst':>7} {'a fit':>7} {'bias':>7}   mean by lambda")
    for sweep in others:
        real(sweep)
    advised = [sweep for sweep in others if "theory" in sweep.table["rule"]]
    if advised:
        print(f"{'theory - inverse':18} {'dataset':18} {'loss':9} {'weights':8} {'cells':>5} {'measured':>8} "
              f"{'predicted':>10} {'least':>8} {'worse':>7} {'pred. > .01':>12} {'of them <= 0':>13}")
    for sweep in advised:
        gains(sweep)
    sys.exit(0 if good else MISSES)


if __name__ == "__main__":
    main()
