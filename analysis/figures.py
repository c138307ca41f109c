#!/usr/bin/env python3
"""Draws what a result folder shows, whatever its job, as PNG and PDF:

    python3 analysis/figures.py results/demo -o figures
    python3 analysis/figures.py results/demo --only methods,heat

For each dataset and loss, where the table has what it needs:

    methods    test accuracy of each method against n, lambda (and gamma) chosen on validation
    heat       worst accuracy over exponent and lambda, a panel for each n; theory as contours
    phase      best exponent against delta, beside what the rules advise
    weight     error of each class (or group) against the weight, a panel for each n
    delta      error of each class (or group) against delta, a panel for each of three methods
    predicted  predicted against measured error

For each folder `timeline`, the units of its ranks in time; for several folders of one job at several
rank counts `scaling`. In a notebook: `figures.heat(load("results/demo"), "digits", "square")` returns
the figure; None where there is nothing to draw.
"""

import argparse
import pathlib
import sys

import figures_cost
import figures_weights
from llrtable import load_all
from plotting import output_folder, plt, write

EACH = {"methods": figures_weights.methods_by_n, "heat": figures_weights.heat,
        "phase": figures_weights.phase, "weight": figures_weights.weight,
        "delta": figures_weights.delta, "predicted": figures_weights.predicted}
KINDS = [*EACH, "timeline", "scaling"]


def file_names(sweeps):
    """How the files of each sweep begin: by the job, and by the folder too where jobs have one name;
    numbered where folders have one name as well."""
    jobs = [sweep.name for sweep in sweeps]
    names = [sweep.name if jobs.count(sweep.name) == 1 else f"{sweep.name}-{sweep.folder.resolve().name}"
             for sweep in sweeps]
    return [name if names.count(name) == 1 else f"{name}-{i + 1}" for i, name in enumerate(names)]


def draw(sweep, name, kinds, save):
    """All figures of a folder, whose files begin with a name; save(figure, name)."""
    for (dataset, loss), _ in sweep.table.by("dataset", "loss"):
        for kind in filter(EACH.get, kinds):
            figure = EACH[kind](sweep, dataset, loss)
            if figure is not None:
                save(figure, f"{name}-{kind}-{dataset}-{loss}")
    if "timeline" in kinds:
        save(figures_cost.timeline(sweep), f"{name}-timeline")


def dots(text):
    if not text.isdecimal() or not 1 <= int(text) <= 10000:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 10000, found `{text}`")
    return int(text)


def words(text):
    kinds = text.split(",")
    for kind in kinds:
        if kind not in KINDS:
            raise argparse.ArgumentTypeError(f"`{kind}` is none of {', '.join(KINDS)}")
    return kinds


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="DIR", help="result folder")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path("figures"))
    parser.add_argument("--only", type=words, default=KINDS, metavar="KIND,...", help="only these")
    parser.add_argument("--dpi", type=dots, default=200, help="dots per inch of the PNG (200)")
    options = parser.parse_args()
    sweeps = load_all(options.folders)
    if not sweeps:
        sys.exit("no folder holds a table")
    plt.rcParams["savefig.dpi"] = options.dpi
    output = output_folder(parser, options.output)

    def save(figure, name):
        write(figure, output, name)

    for sweep, name in zip(sweeps, file_names(sweeps)):
        draw(sweep, name, options.only, save)
    for name, run in figures_cost.series(sweeps).items():
        if "scaling" in options.only:
            save(figures_cost.scaling(*run), f"{name}-scaling")


if __name__ == "__main__":
    main()
