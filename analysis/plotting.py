"""How all figures look: colours that the colour-blind tell apart (Okabe and Ito), a marker and a
dash beside each colour so that they survive a grey print, a legend above the panels, and below them
what was measured: dataset, loss, n, seeds."""

import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK, GREY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#777777")
STYLES = [(BLUE, "o", "-"), (RED, "s", "--"), (GREEN, "D", "-."), (PURPLE, "v", ":"),
          (ORANGE, "^", (0, (5, 1, 1, 1))), (SKY, "P", (0, (3, 1))), (BLACK, "X", (0, (1, 1)))]
CLASS_STYLES = {"majority": STYLES[0], "minority": STYLES[1]}
METHOD_STYLES = {  # colour, marker, dash, name
    "uniform": (BLUE, "o", "-", "unweighted"),
    "inverse_prior": (ORANGE, "^", "--", "inverse prior"),
    "balanced_subsample": (GREEN, "D", "-.", "balanced subsample"),
    "averaged_balanced": (SKY, "P", (0, (3, 1)), "balanced subsamples, averaged"),
    "paper": (GREY, "X", (0, (1, 1)), "paper's weight"),
    "thumb": (RED, "s", ":", "equal-error weight (thumb)"),
    "theory": (PURPLE, "v", (0, (5, 1, 1, 1)), "best predicted (theory)"),
    "tuned_exponent": (BLACK, "*", (0, (5, 2)), "tuned exponent")}
MARKS = {  # rule whose weight is marked
    "inverse_prior": (GREY, "--", "prior ratio"),
    "paper": (BLACK, "-", "paper's weight"),
    "thumb": (GREEN, "-.", "thumb"),
    "theory": (PURPLE, ":", "theory's best")}

plt.rcParams.update({
    "font.size": 8, "axes.titlesize": 7.5, "legend.fontsize": 7, "lines.linewidth": 1.2,
    "lines.markersize": 3.5, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#e4e4e4", "grid.linewidth": .5, "axes.axisbelow": True,
    "legend.frameon": False, "pdf.fonttype": 42, "savefig.dpi": 200, "svg.hashsalt": "llrsweep",
    "figure.constrained_layout.use": True})


def output_folder(parser, path):
    """Made where it is missing; a path that cannot be one ends the script with a line about it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        parser.error(f"-o {path}: {failure.strerror}; a folder is needed")
    return path


def panels(rows, columns, height=2.1, sharey=True):
    return plt.subplots(rows, columns, squeeze=False, sharey=sharey,
                        figsize=(max(2.25 * columns, 3.6) + .4, height * rows + .9))


def panels_for(count, height=2.1, sharey=True):
    """So many panels, at most three a row; those left over are blank."""
    columns = 2 if count == 4 else min(count, 3)
    figure, axes = panels(-(-count // columns), columns, height, sharey)
    for axis in axes.flat[count:]:
        axis.set_visible(False)
    return figure, axes


def plain(name):
    """A user's name as it is: a dollar is no mathematics."""
    return str(name).replace("$", r"\$")


def finish(figure, axes, words, save):
    """One legend for all panels, words below them, then save(figure)."""
    handles = {}
    for axis in axes.flat:
        handles.update(zip(*reversed(axis.get_legend_handles_labels())))
    columns = max(1, min(len(handles), 2 if figure.get_figwidth() < 5 else 4))
    if handles:
        figure.legend(handles.values(), handles.keys(), loc="upper center", ncol=columns,
                      handlelength=2.8)
    frame(figure, -(-len(handles) // columns), words)
    save(figure)


def frame(figure, legend_lines, words):
    """Room for a legend above the panels and for words below them, broken to the width."""
    lines = textwrap.wrap(words, int(20 * figure.get_figwidth()))
    figure.text(.5, .01, "\n".join(lines), ha="center", va="bottom", fontsize=6.5, color="#444444")
    inches = figure.get_figheight()
    top, bottom = (.16 * legend_lines + .1) / inches, (.13 * len(lines) + .08) / inches
    figure.get_layout_engine().set(rect=(0, bottom, 1, 1 - top - bottom))


def few(values, form=str):
    """All of few values, the ends of many."""
    values = sorted(set(values))
    if len(values) <= 4:
        return ", ".join(form(value) for value in values)
    return f"{form(values[0])} to {form(values[-1])}"


def caption(sweep, rows, words, strength=True):
    """Dataset, loss, lambda, n and seeds of the rows drawn, and words on points and bands."""
    names = list(rows.unique("dataset"))
    data = plain(", ".join(names))
    if sweep.is_synthetic(names[0]):
        lengths = [f"{sweep.synthetic(name, 'separation'):g}" for name in names]
        classes = sweep.classes(names[0])
        kind = "two Gaussians" if classes == 2 else f"{classes} Gaussians"
        data = f"{kind}, d = {rows['d'][0]}, s = {few(lengths)}"
        data = data if len(names) > 1 else f"{plain(names[0])}: {data}"
    strengths = few(rows["lambda"], lambda value: f"{value:g}")
    lambdas = f", $\\lambda$ = {strengths}" if strength else ""
    losses = ", ".join(rows.unique("loss"))
    seeds = len(set(rows["seed"]))
    return (f"{data}; {losses} loss{lambdas}; n = {few(rows['n'])}; {seeds} seed"
            f"{'' if seeds == 1 else 's'}: {words}")


def points_words(rows, spread="band"):
    """What points, bands (or bars) and lines are."""
    predicted = spread == "band" and np.isfinite(rows["theory_error"]).any()
    lines = ", lines: theory" if predicted else ""
    return f"points are means, {spread}s one standard deviation{lines}"


def write(figure, out, name):
    """Both files, which hold no date."""
    for end in ("png", "pdf"):
        figure.savefig(out / f"{name}.{end}", metadata={"CreationDate": None} if end == "pdf" else None)
    plt.close(figure)
    print(out / f"{name}.png")


def band(axis, x, points, value, style, label=None, joined=True, floor=0.):
    """Means over seeds with a band of one standard deviation (accuracies and errors end at 1)."""
    colour, marker, dash = style[:3]
    order = np.argsort(points[x])
    at, mean, sd = (points[name][order] for name in (x, value, value + "_sd"))
    low, high = np.maximum(mean - sd, np.maximum(floor, mean / 100)), mean + sd
    if floor == 0.:
        high = np.minimum(high, 1)
    axis.fill_between(at, low, high, color=colour, alpha=.15, linewidth=0)
    axis.plot(at, mean, marker=marker, color=colour, linestyle=dash if joined else "none", label=label)
    return order


def curve(axis, x, points, style, label, value="error"):
    """Points with their band, and the prediction as a line through the same places."""
    colour, marker, dash = style[:3]
    order = band(axis, x, points, value, style, joined=False)
    predicted = points["theory_" + value][order]
    axis.plot(points[x][order], predicted, color=colour, linestyle=dash)
    dash = dash if np.isfinite(predicted).any() else "none"
    axis.plot([], [], marker=marker, linestyle=dash, color=colour, label=label)


def mark(axis, at, style, label):
    colour, dash = style[:2]
    if np.isfinite(at):
        axis.axvline(at, color=colour, linestyle=dash, linewidth=1, label=label)


def marks(axis, rows, column, largest):
    """A line at each rule's weight; returns words for those beyond the largest one drawn."""
    beyond = []
    for rule, style in MARKS.items():
        at = rows.where(rule=rule)[column]
        at = at[np.isfinite(at)].mean() if np.isfinite(at).any() else np.nan
        if at > 1.2 * largest:
            beyond.append(f"{rule} {float(f'{at:.2g}'):g}")
            at = np.nan
        mark(axis, at, style, style[2])
    return "\nbeyond: " + ", ".join(beyond) if beyond else ""


def log_ticks(axis, which, values):
    """A logarithmic axis with the measured values (or some of them) as its ticks."""
    values = sorted(set(values))
    getattr(axis, f"set_{which}scale")("log")
    chosen, last = [], 0.
    apart = max(1.6, (values[-1] / values[0]) ** .19)
    for value in values:
        if value > apart * last:
            chosen.append(value)
            last = value
    getattr(axis, f"set_{which}ticks")(chosen, [f"{value:.3g}" if value < 1000 else f"{value:.0f}" for value in chosen])
    getattr(axis, f"set_{which}ticks")([], minor=True)
