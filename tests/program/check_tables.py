"""Tables as analysis/llrtable.py gives them against the CSV files beside them."""

import csv
import sys

import figures_cost
import numpy as np
from llrtable import load, over_seeds


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def same(column, texts):
    if column.dtype.kind == "U":
        return list(column) == texts
    numbers = np.array([float(text or "nan") for text in texts])
    return np.array_equal(column.astype(float), numbers, equal_nan=True)


def check(folder):
    sweep, rows, long = load(folder), read(folder + "/results.csv"), read(folder + "/long.csv")
    keys = [row.pop("key") for row in long]
    assert list(sweep.table["key"][sweep.long["cell"]]) == keys, folder
    for row, cell in zip(long, sweep.long["cell"]):
        row["cell"] = str(cell)
    for table, texts in ((sweep.table, rows), (sweep.long, long)):
        assert set(table.columns) == set(texts[0]), folder
        for name in texts[0]:
            assert same(table[name], [row[name] for row in texts]), f"{folder}: column {name}"
    for rule in sweep.table.unique("rule"):
        wanted = sum(row["rule"] == rule for row in rows)
        assert len(sweep.table.where(rule=rule)) == wanted, f"{folder}: rows of {rule}"
    check_means(sweep, rows, long)
    check_times(sweep)


def check_times(sweep):
    """A rank solves one unit after the other, within the time that it says."""
    bars = sorted(figures_cost.units(sweep))
    for one, two in zip(bars, bars[1:]):
        assert one[0] != two[0] or one[2] <= two[1] + .01, f"{sweep.name}: units of a rank at once"
    for rank, begun, ended, seconds, _ in bars:
        assert ended - begun > .9 * seconds - .01, f"{sweep.name}: more CPU time than time"


def check_pauses():
    """The axis of time has no room for what lies between two runs."""
    bars = [(0, 100., 101., 1, "a"), (1, 100., 102., 1, "a"), (0, 5000., 5001., 1, "a"), (1, 5000.5, 5002., 1, "a")]
    assert figures_cost.shown_times(bars) == ([0, 0, 2, 2.5], 4, 1)


def check_means(sweep, rows, long):
    """Mean and deviation of one class's error over seeds, by hand and by the module."""
    mean = over_seeds(sweep.rates().where(rule="uniform"), ["dataset", "n", "lambda", "index"], ["error"])
    assert len(mean), sweep.name
    for i in range(len(mean)):
        errors = [1 - float(row["accuracy"]) for row in long
                  if row["split"] == "test" and row["kind"] == "class"
                  and int(row["index"]) == mean["index"][i]
                  and rows[int(row["cell"])]["rule"] == "uniform"
                  and rows[int(row["cell"])]["dataset"] == mean["dataset"][i]
                  and int(rows[int(row["cell"])]["n"]) == mean["n"][i]
                  and float(rows[int(row["cell"])]["lambda"]) == mean["lambda"][i]]
        assert len(errors) == mean["seeds"][i] == 3, sweep.name
        assert np.isclose(np.mean(errors), mean["error"][i], rtol=1e-12), sweep.name
        assert np.isclose(np.std(errors, ddof=1), mean["error_sd"][i], rtol=1e-9), sweep.name
        assert np.isclose(np.std(errors, ddof=1) / 3**.5, mean["error_se"][i], rtol=1e-9), sweep.name


check_pauses()
for argument in sys.argv[1:]:
    check(argument)
print(f"{len(sys.argv) - 1} tables are as their CSV files")
