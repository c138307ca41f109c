"""The unified table of a sweep, by column name.

    from llrtable import load, over_seeds
    sweep = load("results/paper/fig2")
    sweep.table["rho"]                 # numpy array, one entry a cell
    sweep.table.where(rule="thumb")    # the rows with that value
    sweep.rates("test", "class")       # one row a cell and class, with `error`
    over_seeds(sweep.rates(), ["rule", "rho", "index"], ["error"])   # mean, sd, se

Columns, their units and their meaning are those of results.h5 (`sweep.table.meaning`).
"""

import pathlib
import re
import sys

import h5py
import numpy as np


class Table:
    """Columns of one length."""

    def __init__(self, columns, meaning=None):
        self.columns = columns
        self.meaning = meaning or {}

    def __len__(self):
        return len(next(iter(self.columns.values()), ()))

    def __contains__(self, name):
        return name in self.columns

    def __getitem__(self, name):
        return self.columns[name]

    def get(self, name):
        """The column, or NaN everywhere where a table has no such column."""
        return self.columns[name] if name in self.columns else np.full(len(self), np.nan)

    def take(self, rows):
        """The rows of a mask or of a list of numbers."""
        return Table({name: column[rows] for name, column in self.columns.items()}, self.meaning)

    def where(self, **wanted):
        """Rows whose columns have the values asked for; a list asks for any of its values."""
        rows = np.ones(len(self), bool)
        for name, value in wanted.items():
            name = name.rstrip("_")  # `lambda_` is the column lambda
            rows &= np.isin(self[name], value if isinstance(value, (list, tuple)) else [value])
        return self.take(rows)

    def unique(self, name):
        """The values of a column in the order in which they first stand there."""
        values, first = np.unique(self[name], return_index=True)
        return values[np.argsort(first)]

    def first(self, *names):
        """The first row of each combination of values, in the table's order."""
        if not len(self):
            return self
        codes = [np.unique(self[name], return_inverse=True)[1] for name in names]
        rows = np.unique(np.array(codes), axis=1, return_index=True)[1]
        return self.take(np.sort(rows))

    def by(self, *names):
        """Pairs of a tuple of values and its rows, sorted by value; NaN equals NaN."""
        codes = [np.unique(self[name], return_inverse=True)[1] for name in names]
        if not len(self):
            return
        order = np.lexsort(codes[::-1])
        codes = np.array(codes)[:, order]
        cuts = 1 + np.flatnonzero(np.any(codes[:, 1:] != codes[:, :-1], axis=0))
        for rows in np.split(order, cuts):
            yield tuple(self[name][rows[0]] for name in names), self.take(rows)


class Sweep:
    """A result folder: `table` (cells), `long` (cell, split, class or group), `facts`, `job`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        with h5py.File(self.folder / "results.h5", "r") as file:
            self.table, self.long = read_group(file["table"]), read_group(file["long"])
            self.facts = {name: text(value) for name, value in file.attrs.items()}
        self.name = self.facts["job"]
        self.job = (self.folder / "job.yaml").read_text()

    def rates(self, split="test", kind="class"):
        """Rows of the long table beside the columns of their cells, and `error` = 1 - accuracy."""
        rows = self.long.where(split=split, kind=kind)
        columns = {**self.table.take(rows["cell"]).columns, **rows.columns, "error": 1 - rows["accuracy"]}
        columns.setdefault("theory_error", np.full(len(rows), np.nan))
        return Table(columns, {**self.table.meaning, **rows.meaning})

    def key(self, name):
        """What the resolved job says of a key of the top level, as text."""
        found = re.search(rf"^{name}: (.*)$", self.job, re.M)
        return found.group(1).strip('"') if found else ""

    def datasets(self):
        """The entries of datasets in the resolved job: {name: {key: text}}."""
        entries = {}
        for line in self.job.splitlines():
            found = re.match(r"  (?:- |  )(\w+): (.*)$", line)
            if found and line.startswith("  - "):
                entry = entries[found.group(2).strip('"')] = {}
            elif found:
                entry[found.group(1)] = found.group(2).strip('"')
        return entries

    def synthetic(self, dataset, key):
        """A number of a synthetic dataset; NaN where the dataset is a file."""
        found = re.search(rf"\b{key}: ([-+.\de]+)", self.datasets()[dataset].get("synthetic", ""))
        return float(found.group(1)) if found else np.nan

    def classes(self, dataset):
        """How many classes (as the job makes them) a dataset has."""
        cell = np.flatnonzero(self.table["dataset"] == dataset)[0]
        rows = self.long.where(cell=cell, split="test", kind="class")
        return len(set(rows["index"]))

    def is_synthetic(self, dataset):
        return "synthetic" in self.datasets()[dataset]

    def pool(self, dataset):
        """Features of the dataset's pool as the job cuts it by classes; without a split, all rows."""
        entry = self.datasets()[dataset]
        labels = re.findall(r"\d+", entry.get("classes", entry.get("merge", "")))
        with h5py.File(self.folder / entry["path"], "r") as file:
            keep = np.isin(file["labels"][:], [int(label) for label in labels]) | (not labels)
            if "split" in file:
                keep &= file["split"][:] == 0
            return file["features"][:][keep].astype(float)


def load(folder):
    return Sweep(folder)


def load_all(folders):
    """The sweeps of those folders that hold a table; says of the others that they do not."""
    sweeps = []
    for folder in map(pathlib.Path, folders):
        if (folder / "results.h5").exists():
            sweeps.append(load(folder))
        else:
            print(f"skipped {folder}: no results.h5", file=sys.stderr)
    return sweeps


def over_seeds(table, keys, values):
    """One row for each combination of `keys`: `value` (mean), `value_sd`, `value_se`, and `seeds`,
    over the rows whose first value is a number; rows without any are left out."""
    names = list(keys) + ["seeds"] + [value + end for value in values for end in ("", "_sd", "_se")]
    rows = []
    for key, part in table.by(*keys):
        row = list(key) + [np.count_nonzero(np.isfinite(part[values[0]]))]
        for value in values:
            numbers = part[value][np.isfinite(part[value])]
            sd = numbers.std(ddof=1) if len(numbers) > 1 else 0.0
            mean = numbers.mean() if len(numbers) else np.nan
            row += [mean, sd, sd / np.sqrt(max(len(numbers), 1))]
        rows.append(row)
    rows = [row for row in rows if np.isfinite(row[len(keys) + 1])]
    return Table({name: np.array([row[i] for row in rows]) for i, name in enumerate(names)})


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def read_group(group):
    columns, meaning = {}, {}
    for name, column in group.items():
        values = column[:]
        columns[name] = np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values
        meaning[name] = text(column.attrs.get("meaning", ""))
    return Table(columns, meaning)
