#!/usr/bin/env python3
"""Draws the paper's figures from result folders of the jobs in jobs/paper, as PNG and PDF:

    python3 analysis/paper_figures.py results/paper/* -o results/paper/figures

Which figure a folder holds is said by the name of its job (fig1, fig7-digits, plugin-classes ...).
Points are means over seeds with a band of one standard deviation; lines are predictions, where the
table has them.
"""

import argparse
import itertools
import pathlib
import sys

import numpy as np

from llrtable import Table, load_all, over_seeds
from plotting import (BLACK, BLUE, CLASS_STYLES, GREEN, GREY, METHOD_STYLES, ORANGE, PURPLE, RED, SKY,
                      STYLES, caption, curve, frame, mark, marks, panels, points_words, write)
import plotting

RULES = ("uniform", "inverse_prior", "balanced_subsample", "thumb", "theory")
WEIGHTED = ["exponent", "ratio", "uniform", "inverse_prior"]
BORDER = (GREY, "--")


def finish(figure, axes, sweep, rows, out, name, spread="band"):
    plotting.finish(figure, axes, caption(sweep, rows, points_words(rows, spread)),
                    lambda drawn: write(drawn, out, name))


def minority(rows):
    """The class with the larger weight under inverse prior weights."""
    part = rows.where(rule="inverse_prior", seed=rows["seed"][0])
    weights = {index: part.where(index=index)["weight"][0] for index in part.unique("index")}
    return 0 if weights[0] > weights[1] else 1


def class_curves(axis, rows, x, small, value="error"):
    """A curve for each of two classes; `small` is the number of the minority."""
    for name, style in CLASS_STYLES.items():
        part = rows.where(index=small if name == "minority" else 1 - small)
        curve(axis, x, over_seeds(part, [x], [value, "theory_" + value]), style, name, value)


def rho_panel(axis, rows, title, value="error"):
    """Rates of both classes against rho, with marks at the rules' weights."""
    class_curves(axis, rows.where(rule=WEIGHTED), "rho", minority(rows), value)
    largest = rows.where(rule=WEIGHTED)["rho"].max()
    axis.set_title(title + marks(axis, rows, "rho", largest))
    axis.set_xscale("log")
    ticks = [tick for tick in (1, 2, 4, 7, 15, 30, 60) if tick < 1.01 * largest]
    axis.set_xticks(ticks, map(str, ticks))
    axis.set_xticks([], minor=True)
    axis.set_xlabel(r"$\rho$ = $w_{minority}\,/\,w_{majority}$")


def prior(rows):
    return 1 / (1 + rows.where(rule="inverse_prior")["rho"][0])


def draw_delta(sweep, out):
    """Figure 1: error against delta, a panel for each prior."""
    rows = sweep.rates()
    names = rows.unique("dataset")
    figure, axes = panels(1, len(names))
    for axis, name in zip(axes[0], names):
        part = rows.where(dataset=name)
        class_curves(axis, part.where(rule="uniform"), "delta", minority(part))
        border = 2 * prior(part)
        if border <= part["delta"].max():
            mark(axis, border, BORDER, r"border $\delta = 2\pi_{min}$")
        axis.set_title(rf"$\pi_{{min}}$ = {prior(part):.2g}, $\rho$ = 1")
        axis.set_xlabel(r"$\delta$ = d/n")
    axes[0, 0].set_ylabel("test error")
    finish(figure, axes, sweep, rows, out, sweep.name)


def draw_rho(sweep, out):
    """Figures 2 and 3: error against rho, a panel for each delta."""
    rows = sweep.rates()
    figure, axes = panels(1, len(set(rows["delta"])), 2.4)
    for axis, ((delta,), part) in zip(axes[0], rows.by("delta")):
        border = 2 * prior(part)
        sign = "<" if delta < border else ">"
        rho_panel(axis, part, rf"$\delta$ = {delta:.3g} ${sign}\ 2\pi_{{min}}$ = {border:.2g}")
    axes[0, 0].set_ylabel("test error")
    finish(figure, axes, sweep, rows, out, sweep.name)


def draw_prior(sweep, out):
    """Figure 4: error against the minority's prior, rho = 1, a panel for each delta."""
    rows = sweep.rates()
    priors = {name: prior(rows.where(dataset=name)) for name in rows.unique("dataset")}
    rows.columns["pi"] = np.array([priors[name] for name in rows["dataset"]])
    small = minority(rows)
    figure, axes = panels(1, len(set(rows["delta"])), 2.4)
    for axis, ((delta,), part) in zip(axes[0], rows.where(rule="uniform").by("delta")):
        class_curves(axis, part, "pi", small)
        mark(axis, delta / 2, BORDER, r"border $\delta = 2\pi_{min}$")
        axis.set_title(rf"$\delta$ = {delta:.3g}, $\rho$ = 1")
        axis.set_xlabel(r"$\pi_{min}$")
    axes[0, 0].set_ylabel("test error")
    finish(figure, axes, sweep, rows, out, sweep.name)


def worse_class(rows, x):
    """Mean over seeds of the error of that class whose mean is the larger."""
    points = over_seeds(rows, [x, "index"], ["error", "theory_error"])
    chosen = []
    for _, part in points.by(x):
        worst = np.argmax(part["error"])
        row = {name: part[name][worst] for name in part.columns}
        row["theory_error"] = part["theory_error"].max()
        chosen.append(row)
    return Table({name: np.array([row[name] for row in chosen]) for name in points.columns})


def rule_curves(axis, rows, x):
    for rule in RULES:
        part, style = rows.where(rule=rule), METHOD_STYLES[rule]
        if len(part) and np.isfinite(part["error"]).any():
            curve(axis, x, worse_class(part, x), style, style[3])


def draw_rules(sweep, out):
    """Figure 5: the rules against delta."""
    rows = sweep.rates()
    figure, axes = panels(1, 1, 2.9)
    figure.set_size_inches(4.6, 3.6)
    rule_curves(axes[0, 0], rows, "delta")
    border = 2 * prior(rows)
    mark(axes[0, 0], border, BORDER, r"border $\delta = 2\pi_{min}$")
    axes[0, 0].set_xlabel(r"$\delta$ = d/n")
    axes[0, 0].set_ylabel("test error of the worse class")
    finish(figure, axes, sweep, rows, out, sweep.name)


def draw_separation(sweep, out):
    """Figure 8: the rules against the separation."""
    rows = sweep.rates()
    lengths = {name: sweep.synthetic(name, "separation") for name in rows.unique("dataset")}
    rows.columns["s"] = np.array([lengths[name] for name in rows["dataset"]])
    figure, axes = panels(1, 1, 2.9)
    figure.set_size_inches(4.6, 3.6)
    rule_curves(axes[0, 0], rows, "s")
    axes[0, 0].set_yscale("log")
    axes[0, 0].set_xlabel(r"separation s = $\Vert\mu\Vert$")
    axes[0, 0].set_ylabel("test error of the worse class")
    axes[0, 0].set_title(rf"$\delta$ = {rows['delta'][0]:.3g}, $\pi_{{min}}$ = {prior(rows):.2g}")
    finish(figure, axes, sweep, rows, out, sweep.name)


def draw_real(sweep, out):
    """Figures 6, 7, 10-12: accuracy against rho, a figure for each dataset, a row for each n and a
    column for each lambda."""
    rows = sweep.rates()
    rows.columns["theory_accuracy"] = 1 - rows["theory_error"]
    for name in rows.unique("dataset"):
        part = rows.where(dataset=name)
        sizes, strengths = sorted(set(part["n"])), sorted(set(part["lambda"]))
        figure, axes = panels(len(sizes), len(strengths), 1.75)
        for (n, strength), axis in zip(itertools.product(sizes, strengths), axes.flat):
            cells = part.where(n=n, lambda_=strength)
            delta = cells["delta"][0]
            rho_panel(axis, cells, rf"n = {n}, $\delta$ = {delta:.3g}, $\lambda$ = {strength:g}",
                      "accuracy")
            axis.label_outer()
        for row in axes:
            row[0].set_ylabel("test accuracy")
        finish(figure, axes, sweep, part, out, f"{sweep.name}-{name}")


def spectrum(features):
    """Cumulative share of the variance in the leading principal components."""
    values = np.linalg.svd(features - features.mean(0), compute_uv=False) ** 2
    return np.cumsum(values) / values.sum()


def draw_spectra(sweeps, out, name):
    """Figure 9: spectra of the pools, as they are and standardised."""
    figure, axes = panels(1, 2, 2.6)
    pools = {}
    for sweep in sweeps:
        for dataset in sweep.table.unique("dataset"):
            if not sweep.is_synthetic(dataset):
                pools.setdefault(dataset, sweep)
    styles = [(c, d) for d in ("-", "--") for c in (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK)]
    rows = []
    for (dataset, sweep), (colour, dash) in zip(pools.items(), styles):
        features = sweep.pool(dataset)
        rows.append(f"{dataset} {len(features)}")
        scale = features.std(0)
        for axis, columns in zip(axes[0], (features, features[:, scale > 0] / scale[scale > 0])):
            share = spectrum(columns)
            needed = 1 + np.count_nonzero(share < .99)
            axis.plot(np.arange(1, 1 + len(share)), share, color=colour, linestyle=dash)
            axis.plot(needed, share[needed - 1], "o", color=colour,
                      label=f"{dataset}: {needed}")
    for axis, title in zip(axes[0], ("features as they are", "standardised columns")):
        axis.axhline(.99, color=GREY, linewidth=.8)
        axis.set_xscale("log")
        axis.set_title(title)
        axis.set_xlabel("principal components")
        axis.set_ylim(0, 1.04)
        axis.legend(title="components for 99 %", title_fontsize=7, loc="lower right",
                    handlelength=.8, labelspacing=.25)
    axes[0, 0].set_ylabel("share of variance")
    frame(figure, 0, "rows of the retraining pools: " + ", ".join(rows))
    write(figure, out, name)


def draw_plugin(sweep, out):
    """Predicted against measured error of each group, or class where there are no groups."""
    for (dataset, loss), _ in sweep.table.by("dataset", "loss"):
        rows = sweep.rates(kind="group").where(dataset=dataset, loss=loss)
        rows = rows if len(rows) else sweep.rates().where(dataset=dataset, loss=loss)
        points = over_seeds(rows.where(rule="exponent"), ["delta", "lambda", "value", "index"],
                            ["error", "theory_error"])
        if not np.isfinite(points["theory_error"]).any():
            continue
        figure, axes = panels(1, len(set(points["delta"])))
        for axis, ((delta,), part) in zip(axes[0], points.by("delta")):
            for (strength,), cells, style in zip_style(part.by("lambda")):
                axis.errorbar(cells["theory_error"], cells["error"], cells["error_sd"], fmt=style[1],
                              color=style[0], elinewidth=.5, alpha=.7, label=rf"$\lambda$ = {strength:g}")
            axis.plot([0, 1], [0, 1], color=GREY, linewidth=.8)
            axis.set(xlim=(-.03, 1.03), ylim=(-.03, 1.03))
            off = np.nanmean(abs(part["theory_error"] - part["error"]))
            axis.set_title(rf"$\delta$ = {delta:.3g}: off by {off:.3f} on average")
            axis.set_xlabel("predicted error")
        axes[0, 0].set_ylabel("measured error")
        finish(figure, axes, sweep, rows, out, f"{sweep.name}-{dataset}-{loss}", "bar")


def zip_style(parts):
    return [(key, part, style) for (key, part), style in zip(parts, STYLES)]


FIGURES = {"fig1": draw_delta, "fig2": draw_rho, "fig3": draw_rho, "fig4": draw_prior,
           "fig5": draw_rules, "fig6": draw_real, "fig7": draw_real, "fig8": draw_separation,
           "fig10": draw_real, "plugin": draw_plugin}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="DIR", help="result folder")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path("figures"))
    options = parser.parse_args()
    plotting.output_folder(parser, options.output)
    real = {}
    for sweep in load_all(options.folders):
        kind = sweep.name.split("-")[0]
        if kind not in FIGURES:
            sys.exit(f"{sweep.folder}: no figure is known for a job named `{sweep.name}`")
        FIGURES[kind](sweep, options.output)
        if FIGURES[kind] is draw_real:
            real.setdefault("fig9-digits" if "digits" in sweep.name else "fig9", []).append(sweep)
    for name, sweeps in real.items():
        draw_spectra(sweeps, options.output, name)


if __name__ == "__main__":
    main()
