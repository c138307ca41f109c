"""Figures of weights, lambda, n and errors, for one dataset and loss of any sweep. Each function
returns a figure, or None where the table has too little of what it shows."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from llrtable import over_seeds
from plotting import (CLASS_STYLES, GREY, METHOD_STYLES, STYLES, band, caption, curve, finish,
                      log_ticks, mark, marks, panels_for, plt, points_words)
from selection import best_lambda, choose, methods

GRID = ["exponent", "ratio"]
MOST_CURVES = len(STYLES)


def metric_of(sweep):
    """The accuracy that the sweep is about."""
    return sweep.key("select_by")


def kind_of(sweep, dataset):
    """What errors are shown of: groups where these are chosen by or weighted, else classes."""
    groups = metric_of(sweep) == "worst_group" or sweep.key("weights_by") == "group"
    return "group" if groups and len(sweep.rates(kind="group").where(dataset=dataset)) else "class"


def axis_of(rows):
    """The rule and column of the weight axis: the one of exponents and ratios with more values."""
    counts = {rule: len(set(rows.where(rule=rule)["value"])) for rule in GRID}
    return max(counts, key=counts.get)


def axis_name(rule):
    return r"exponent $\gamma$" if rule == "exponent" else r"$\rho$ = $w_{minority}\,/\,w_{majority}$"


def shortened(items, most=8):
    """At most so many of a sorted list, its ends among them."""
    items = list(items)
    if len(items) <= most:
        return items
    return [items[round(i * (len(items) - 1) / (most - 1))] for i in range(most)]


def title(rows):
    return rf"n = {rows['n'][0]}, $\delta$ = {rows['delta'][0]:.3g}"


def done(figure, axes, words):
    finish(figure, axes, words, lambda _: None)
    return figure


def methods_by_n(sweep, dataset, loss):
    """Test accuracy of each method against n."""
    value = "test_" + metric_of(sweep)
    figure, axes = panels_for(1, 2.6)
    figure.set_size_inches(4.8, 3.6)
    drawn = None
    for method in methods(sweep):
        rows = choose(sweep, method).where(dataset=dataset, loss=loss)
        points = over_seeds(rows, ["n"], [value]) if len(rows) else rows
        if not len(points):
            continue
        band(axes[0, 0], "n", points, value, METHOD_STYLES[method], METHOD_STYLES[method][3])
        drawn = rows
    if drawn is None:
        plt.close(figure)
        return None
    log_ticks(axes[0, 0], "x", drawn["n"])
    axes[0, 0].set_xlabel("n")
    axes[0, 0].set_ylabel(f"test accuracy, {metric_of(sweep).replace('_', ' ')}")
    words = ("points are means, bands one standard deviation; $\\lambda$ (and the tuned exponent) chosen for "
             "each seed on validation")
    return done(figure, axes, caption(sweep, drawn, words, strength=False))


def grid_of(rows, value):
    """Means over seeds as an array, lambda by weight, with both axes."""
    lambdas, weights = sorted(set(rows["lambda"])), sorted(set(rows["value"]))
    grid = np.full((len(lambdas), len(weights)), np.nan)
    for (strength, weight), part in rows.by("lambda", "value"):
        numbers = part[value][np.isfinite(part[value])]
        if len(numbers):
            grid[lambdas.index(strength), weights.index(weight)] = numbers.mean()
    return lambdas, weights, grid


def ticks(axis, which, values, form):
    places = shortened(range(len(values)), 7)
    getattr(axis, f"set_{which}ticks")(places, [form(values[place]) for place in places])


def contours(axis, foretold):
    """Predicted accuracy as labelled lines, where there is enough of it."""
    if np.isfinite(foretold).sum() > 3 and np.nanmax(foretold) - np.nanmin(foretold) > .01:
        lines = axis.contour(np.ma.masked_invalid(foretold), colors="white", linewidths=.8,
                             levels=MaxNLocator(4).tick_values(np.nanmin(foretold), np.nanmax(foretold))[1:-1])
        axis.clabel(lines, fontsize=6, fmt="%.2g", inline_spacing=2)


def heat_panel(axis, rows, metric, limits):
    """One n; marks the best on test and the best on validation. Returns the image."""
    lambdas, weights, grid = grid_of(rows, "test_" + metric)
    image = axis.imshow(grid, origin="lower", aspect="auto", cmap="cividis", vmin=limits[0], vmax=limits[1])
    axis.grid(False)
    if "theory_" + metric + "_error" in rows:
        contours(axis, 1 - grid_of(rows, "theory_" + metric + "_error")[2])
    for values, style, label in (
            (grid, {"marker": "*", "markersize": 7, "color": "white"}, "best on test"),
            (grid_of(rows, "validation_" + metric)[2],
             {"marker": "o", "markersize": 11, "color": "none"}, "best on validation")):
        if np.isfinite(values).any():
            row, column = np.unravel_index(np.nanargmax(values), values.shape)
            edge = "black" if style["color"] == "white" else "white"
            axis.plot(column, row, markeredgecolor=edge, markeredgewidth=.8 if edge == "black" else 1.6,
                      linestyle="none", **style)
            axis.plot([], [], style["marker"], color="none", markeredgecolor="black", markersize=6, label=label)
    ticks(axis, "x", weights, "{:g}".format)
    ticks(axis, "y", lambdas, "{:.3g}".format)
    axis.set_title(title(rows))
    return image


def heat(sweep, dataset, loss):
    """Worst accuracy over weight and lambda, a panel for each n; theory as contours."""
    metric = metric_of(sweep)
    rows = sweep.table.where(dataset=dataset, loss=loss)
    rule = axis_of(rows)
    rows = rows.where(rule=rule)
    if len(set(rows["value"])) < 2 or len(set(rows["lambda"])) < 2:
        return None
    sizes = shortened(sorted(set(rows["n"])))
    grids = [grid_of(rows.where(n=n), "test_" + metric)[2] for n in sizes]
    if not np.isfinite(grids).any():
        return None
    figure, axes = panels_for(len(sizes), 2.)
    limits = np.nanmin(grids), np.nanmax(grids)
    for axis, n in zip(axes.flat, sizes):
        image = heat_panel(axis, rows.where(n=n), metric, limits)
        axis.set_xlabel(axis_name(rule))
    for row in axes:
        row[0].set_ylabel(r"$\lambda$")
    figure.colorbar(image, ax=axes, label=f"test {metric.replace('_', ' ')} accuracy", aspect=30, pad=.01)
    foretold = any(len(axis.collections) for axis in axes.flat)
    words = "means" + ("; contours: predicted accuracy" if foretold else "")
    return done(figure, axes, caption(sweep, rows, words, strength=False))


def border_of(rows):
    """delta beyond which lambda = 0 leaves no finite equal-error weights: K times the least prior,
    which is 1 / the largest inverse prior weight."""
    widest = rows.where(rule="inverse_prior")["w_max"]
    widest = widest[np.isfinite(widest)]
    return 1 / widest.max() if len(widest) else np.nan


def mark_border(axis, rows, label):
    """Where it is among the measured delta."""
    border = border_of(rows)
    if rows["delta"].min() <= border <= rows["delta"].max():
        mark(axis, border, (GREY, "-"), label)


def phase(sweep, dataset, loss):
    """Best exponent against delta: chosen on validation, and what the rules advise."""
    rows = sweep.table.where(dataset=dataset, loss=loss)
    tuned = choose(sweep, "tuned_exponent").where(dataset=dataset, loss=loss)
    if len(set(rows["delta"])) < 2 or len(set(rows.where(rule=GRID)["gamma"])) < 3 or not len(tuned):
        return None
    figure, axes = panels_for(1, 2.6)
    figure.set_size_inches(4.8, 3.6)
    axis = axes[0, 0]
    highest = np.nanmax(rows.where(rule=GRID)["gamma"])
    missing = []
    for method in ("tuned_exponent", "paper", "thumb", "theory"):
        if method not in methods(sweep):
            continue
        chosen = choose(sweep, method).where(dataset=dataset, loss=loss)
        points = over_seeds(chosen, ["delta"], ["gamma"]) if len(chosen) else chosen
        if len(points):
            band(axis, "delta", points, "gamma", METHOD_STYLES[method], METHOD_STYLES[method][3], floor=-20.)
        else:
            missing.append(method)
    axis.axhline(1, color=METHOD_STYLES["inverse_prior"][0], linestyle="--", linewidth=1,
                 label="inverse prior")
    mark_border(axis, rows, r"$\lambda$ = 0: border $\delta = K\pi_{min}$")
    log_ticks(axis, "x", rows["delta"])
    axis.set_ylim(min(0, np.nanmin(rows.where(rule=GRID)["gamma"])) - .1, 1.5 * highest)
    axis.set_xlabel(r"$\delta$ = d/n")
    axis.set_ylabel(r"exponent $\gamma$, $w_c \sim \pi_c^{-\gamma}$")
    words = (f"means, bands one standard deviation; $\\lambda$ chosen for each seed on validation; exponents "
             f"up to {highest:.3g} were tried")
    if missing:
        words += f"; no exponent gives the weights of {', '.join(missing)}"
    return done(figure, axes, caption(sweep, tuned, words, strength=False))


def minority_of(rows):
    """The class with the larger inverse prior weight among two."""
    part = rows.where(rule="inverse_prior")
    weights = {index: np.nanmean(part.where(index=index)["weight"]) for index in part.unique("index")}
    return max(weights, key=weights.get)


def named_parts(rows, kind, small):
    """(name, style, rows) of each class or group; of very many the worst, median and best on average.
    small: the minority of two classes."""
    indices = sorted(set(rows["index"]))
    if kind == "class" and len(indices) == 2:
        names = {1 - small: "majority", small: "minority"}
        return [(f"{names[i]} (class {i})", CLASS_STYLES[names[i]], rows.where(index=i)) for i in (1 - small, small)]
    if len(indices) <= MOST_CURVES:
        return [(f"{kind} {i}", STYLES[i % MOST_CURVES], rows.where(index=i)) for i in indices]
    points = over_seeds(rows, ["index"], ["error"])
    order = points["index"][np.argsort(points["error"])]
    picks = [("worst", order[-1]), ("median", order[len(order) // 2]), ("best", order[0])]
    return [(f"{word} of {len(order)} ({kind} {i})", style, rows.where(index=i))
            for (word, i), style in zip(picks, STYLES[1:])]


def class_curves(axis, rows, kind, x, small):
    for name, style, part in named_parts(rows, kind, small):
        points = over_seeds(part, [x], ["error", "theory_error"])
        if len(points):
            curve(axis, x, points, style, name)


def weight(sweep, dataset, loss):
    """Error of each class (or group) against the weight, a panel for each n, each at the lambda of its
    best mean validation accuracy; marks at what the rules give."""
    kind = kind_of(sweep, dataset)
    rates = sweep.rates(kind=kind).where(dataset=dataset, loss=loss)
    rule = axis_of(rates)
    if len(set(rates.where(rule=rule)["value"])) < 3 or not np.isfinite(rates["error"]).any():
        return None
    x = "rho" if np.isfinite(rates["rho"]).any() else "gamma" if rule == "exponent" else "value"
    sizes = shortened(sorted(set(rates["n"])))
    figure, axes = panels_for(len(sizes), 2.2)
    for axis, n in zip(axes.flat, sizes):
        cells = sweep.table.where(dataset=dataset, loss=loss, n=n)
        strength = best_lambda(sweep, cells.where(rule=GRID))
        part = rates.where(n=n, lambda_=strength)
        class_curves(axis, part.where(rule=[rule, "uniform", "inverse_prior"]), kind, x, minority_of(part))
        beyond = marks(axis, part, x, np.nanmax(part.where(rule=rule)[x]))
        axis.set_title(title(part) + rf", $\lambda$ = {strength:.3g}" + beyond)
        if x == "rho":
            log_ticks(axis, "x", part.where(rule=rule)["rho"])
        axis.set_xlabel(axis_name("ratio" if x == "rho" else "exponent"))
    for row in axes:
        row[0].set_ylabel("test error")
    words = points_words(rates) + r"; at each n the $\lambda$ of the best mean validation accuracy"
    return done(figure, axes, caption(sweep, rates, words, strength=False))


def delta(sweep, dataset, loss):
    """Error of each class (or group) against delta: unweighted, inverse prior, and one more method."""
    kind = kind_of(sweep, dataset)
    rates = sweep.rates(kind=kind).where(dataset=dataset, loss=loss)
    if len(set(rates["delta"])) < 2:
        return None
    present = methods(sweep)
    if len(set(rates.where(rule=GRID)["value"])) < 2:
        present = [name for name in present if name != "tuned_exponent"]
    last = next((name for name in ("tuned_exponent", "theory", "thumb") if name in present), None)
    shown = [name for name in ("uniform", "inverse_prior", last) if name in present]
    figure, axes = panels_for(len(shown), 2.2)
    for axis, method in zip(axes.flat, shown):
        part = rates.take(np.isin(rates["cell"], choose(sweep, method)["cell"]))
        if len(part):
            class_curves(axis, part, kind, "delta", minority_of(rates))
            log_ticks(axis, "x", part["delta"])
        mark_border(axis, rates, r"$\lambda$ = 0: border $\delta = K\pi_{min}$")
        axis.set_title(METHOD_STYLES[method][3])
        axis.set_xlabel(r"$\delta$ = d/n")
    axes[0, 0].set_ylabel("test error")
    words = points_words(rates) + r"; $\lambda$ chosen for each seed on validation"
    return done(figure, axes, caption(sweep, rates, words, strength=False))


def predicted(sweep, dataset, loss):
    """Predicted against measured error of each class (or group), a panel for each n."""
    kind = kind_of(sweep, dataset)
    rates = sweep.rates(kind=kind).where(dataset=dataset, loss=loss, rule=GRID)
    rates = rates.take(np.isfinite(rates["error"]) & np.isfinite(rates["theory_error"]))
    if len(rates) < 3:
        return None
    points = over_seeds(rates, ["n", "delta", "rule", "value", "lambda", "index"], ["error", "theory_error"])
    sizes = shortened(sorted(set(points["n"])))
    strengths = shortened(sorted(set(points["lambda"])), len(STYLES))
    figure, axes = panels_for(len(sizes), 2.2)
    end = min(1., 1.15 * max(points["error"].max(), points["theory_error"].max()))
    for axis, n in zip(axes.flat, sizes):
        part = points.where(n=n)
        for strength, style in zip(strengths, STYLES):
            cells = part.where(lambda_=strength)
            axis.errorbar(cells["theory_error"], cells["error"], cells["error_sd"], fmt=style[1], color=style[0],
                          elinewidth=.5, alpha=.7, label=rf"$\lambda$ = {strength:.3g}")
        axis.plot([0, end], [0, end], color=GREY, linewidth=.8)
        axis.set(xlim=(-.03 * end, 1.03 * end), ylim=(-.03 * end, 1.03 * end))
        off = np.mean(abs(part["theory_error"] - part["error"]))
        axis.set_title(title(part) + f":\noff by {off:.3f} on average")
        axis.set_xlabel("predicted error")
    for row in axes:
        row[0].set_ylabel("measured error")
    words = f"a point is a weighting and a {kind}; " + points_words(rates, "bar")
    return done(figure, axes, caption(sweep, rates, words))
