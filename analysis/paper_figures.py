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
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from llrtable import Table, load_all, over_seeds

# Okabe-Ito colours, told apart by shape and dash too.
BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK, GREY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#777777")
CLASS_STYLES = {"majority": (BLUE, "o", "-"), "minority": (RED, "s", "--")}
RULE_STYLES = {  # colour, marker, dash, name
    "uniform": (BLUE, "o", "-", "unweighted"),
    "inverse_prior": (ORANGE, "^", "--", "inverse prior"),
    "balanced_subsample": (GREEN, "D", "-.", "balanced subsample"),
    "thumb": (RED, "s", ":", "equal-error weight (thumb)"),
    "theory": (PURPLE, "v", (0, (5, 1, 1, 1)), "best predicted (theory)")}
MARKS = {  # rule whose rho is marked
    "inverse_prior": (GREY, "--", "prior ratio"),
    "paper": (BLACK, "-", "paper's weight"),
    "thumb": (GREEN, "-.", "thumb"),
    "theory": (PURPLE, ":", "theory's best")}
WEIGHTED = ["exponent", "ratio", "uniform", "inverse_prior"]

plt.rcParams.update({
    "font.size": 8, "axes.titlesize": 7.5, "legend.fontsize": 7, "lines.linewidth": 1.2,
    "lines.markersize": 3.5, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#e4e4e4", "grid.linewidth": .5, "axes.axisbelow": True,
    "legend.frameon": False, "pdf.fonttype": 42, "savefig.dpi": 200,
    "figure.constrained_layout.use": True})


def panels(rows, columns, height=2.1):
    return plt.subplots(rows, columns, squeeze=False, sharey=True,
                        figsize=(max(2.25 * columns, 3.6) + .4, height * rows + .9))


def finish(figure, axes, sweep, rows, out, name, spread="band"):
    """One legend for all panels, what was measured below them, both files."""
    handles = {}
    for axis in axes.flat:
        handles.update(zip(*reversed(axis.get_legend_handles_labels())))
    columns = min(len(handles), 2 if figure.get_figwidth() < 5 else 4)
    figure.legend(handles.values(), handles.keys(), loc="upper center", ncol=columns,
                  handlelength=2.8)
    frame(figure, -(-len(handles) // columns), caption(sweep, rows, spread))
    save(figure, out, name)


def frame(figure, legend_lines, words):
    """Room for a legend above the panels and for words below them, broken to the width."""
    lines = textwrap.wrap(words, int(20 * figure.get_figwidth()))
    figure.text(.5, .01, "\n".join(lines), ha="center", va="bottom", fontsize=6.5, color="#444444")
    inches = figure.get_figheight()
    top, bottom = (.16 * legend_lines + .1) / inches, (.13 * len(lines) + .08) / inches
    figure.get_layout_engine().set(rect=(0, bottom, 1, 1 - top - bottom))


def caption(sweep, rows, spread):
    """Dataset, loss, n and seeds of the rows drawn; spread: the shape that shows a deviation."""
    names = list(rows.unique("dataset"))
    data = ", ".join(names)
    if sweep.is_synthetic(names[0]):
        lengths = sorted({sweep.synthetic(name, "separation") for name in names})
        data = f"two Gaussians, d = {rows['d'][0]}, s = " + " to ".join(
            f"{length:g}" for length in sorted({lengths[0], lengths[-1]}))
    sizes = sorted(set(rows["n"]))
    n = ", ".join(map(str, sizes)) if len(sizes) <= 4 else f"{sizes[0]} to {sizes[-1]}"
    strengths = ", ".join(f"{value:g}" for value in sorted(set(rows["lambda"])))
    losses = ", ".join(rows.unique("loss"))
    predicted = spread == "band" and np.isfinite(rows["theory_error"]).any()
    lines = ", lines: theory" if predicted else ""
    return (f"{data}; {losses} loss, $\\lambda$ = {strengths}; n = {n}; points: mean over "
            f"{len(set(rows['seed']))} seeds, {spread}: one standard deviation{lines}")


def save(figure, out, name):
    for end in ("png", "pdf"):
        figure.savefig(out / f"{name}.{end}", metadata={"CreationDate": None} if end == "pdf" else None)
    plt.close(figure)
    print(out / f"{name}.png")


def curve(axis, x, points, style, label, value="error"):
    """Points with their band, and the prediction as a line through the same places."""
    colour, marker, dash = style
    order = np.argsort(points[x])
    at, mean, sd = (points[name][order] for name in (x, value, value + "_sd"))
    low, high = np.maximum(mean - sd, mean / 100), np.minimum(mean + sd, 1)  # logarithms, accuracies
    axis.fill_between(at, low, high, color=colour, alpha=.18, linewidth=0)
    predicted = points["theory_" + value][order]
    axis.plot(at, mean, marker, color=colour)
    axis.plot(at, predicted, color=colour, linestyle=dash)
    dash = dash if np.isfinite(predicted).any() else "none"
    axis.plot([], [], marker=marker, linestyle=dash, color=colour, label=label)


def mark(axis, at, style, label):
    colour, dash, _ = style
    if np.isfinite(at):
        axis.axvline(at, color=colour, linestyle=dash, linewidth=1, label=label)


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


def rho_marks(axis, rows, largest):
    """A line at each rule's weight; returns words for those beyond the largest rho drawn."""
    beyond = []
    for rule, style in MARKS.items():
        rho = rows.where(rule=rule)["rho"]
        rho = rho[np.isfinite(rho)].mean() if np.isfinite(rho).any() else np.nan
        if rho > 1.2 * largest:
            beyond.append(f"{rule} {float(f'{rho:.2g}'):g}")
            rho = np.nan
        mark(axis, rho, style, style[2])
    return "\nbeyond: " + ", ".join(beyond) if beyond else ""


def rho_panel(axis, rows, title, value="error"):
    """Rates of both classes against rho, with marks at the rules' weights."""
    class_curves(axis, rows.where(rule=WEIGHTED), "rho", minority(rows), value)
    largest = rows.where(rule=WEIGHTED)["rho"].max()
    axis.set_title(title + rho_marks(axis, rows, largest))
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
            mark(axis, border, (GREY, "--", ""), r"border $\delta = 2\pi_{min}$")
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
        mark(axis, delta / 2, (GREY, "--", ""), r"border $\delta = 2\pi_{min}$")
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
    for rule, (colour, marker, dash, label) in RULE_STYLES.items():
        part = rows.where(rule=rule)
        if len(part) and np.isfinite(part["error"]).any():
            curve(axis, x, worse_class(part, x), (colour, marker, dash), label)


def draw_rules(sweep, out):
    """Figure 5: the rules against delta."""
    rows = sweep.rates()
    figure, axes = panels(1, 1, 2.9)
    figure.set_size_inches(4.6, 3.6)
    rule_curves(axes[0, 0], rows, "delta")
    border = 2 * prior(rows)
    mark(axes[0, 0], border, (GREY, "--", ""), r"border $\delta = 2\pi_{min}$")
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
    for (dataset, sweep), (colour, dash) in zip(pools.items(), styles):
        features = sweep.pool(dataset)
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
    rows = ", ".join(f"{dataset} {len(sweep.pool(dataset))}" for dataset, sweep in pools.items())
    frame(figure, 0, f"rows of the retraining pools: {rows}")
    save(figure, out, name)


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
    styles = [(BLUE, "o"), (RED, "s"), (GREEN, "D"), (PURPLE, "v"), (ORANGE, "^")]
    return [(key, part, style) for (key, part), style in zip(parts, styles)]


FIGURES = {"fig1": draw_delta, "fig2": draw_rho, "fig3": draw_rho, "fig4": draw_prior,
           "fig5": draw_rules, "fig6": draw_real, "fig7": draw_real, "fig8": draw_separation,
           "fig10": draw_real, "plugin": draw_plugin}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="DIR", help="result folder")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path("figures"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
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
