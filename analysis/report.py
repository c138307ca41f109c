#!/usr/bin/env python3
"""One HTML page of a result folder, which needs nothing else: no network, no other file.

    python3 analysis/report.py results/demo              # results/demo/report.html
    python3 analysis/report.py results/demo -o page.html

Methods by n for each dataset and loss, worst accuracy over weights and lambda with a slider over n,
all cells averaged over seeds (sorted and filtered in the page; of more than MOST_CELLS the best by
validation at each n), figures, provenance, and the job as run. `#n=2&set=1&filter=thumb` behind the
address sets slider, dataset and filter.
"""

import argparse
import base64
import html
import io
import json
import pathlib
import re

import numpy as np

import figures
import figures_cost
from figures_weights import axis_of, grid_of
from llrtable import load, over_seeds
from plotting import plt
from selection import choose, methods

MOST_CELLS = 4000
SHOWN = ("methods", "phase", "weight", "predicted")  # of figures.EACH
PAGE = pathlib.Path(__file__).with_name("report_page.html")


def number(value):
    """For JSON, which knows no NaN; five digits are more than seeds give."""
    return float(f"{value:.5g}") if np.isfinite(value) else None


def numbers(values):
    return [number(value) for value in values]


def sets(sweep):
    return [key for key, _ in sweep.table.by("dataset", "loss")]


def method_tables(sweep, metric):
    """For each dataset and loss: n, delta, and mean, deviation and seeds of each method."""
    chosen = {method: choose(sweep, method) for method in methods(sweep)}
    tables = []
    for dataset, loss in sets(sweep):
        sizes = sweep.table.where(dataset=dataset, loss=loss).first("n")
        rows = []
        for method, cells in chosen.items():
            places = {n: part["test_" + metric] for (n,), part in cells.where(dataset=dataset, loss=loss).by("n")}
            rows.append({"method": method, "cells": [spread(places.get(n, np.array([]))) for n in sizes["n"]]})
        tables.append({"dataset": dataset, "loss": loss, "n": [int(n) for n in sizes["n"]],
                       "delta": numbers(sizes["delta"]), "rows": rows})
    return tables


def spread(values):
    values = values[np.isfinite(values)]
    mean = values.mean() if len(values) else np.nan
    return {"mean": number(mean), "sd": number(values.std(ddof=1) if len(values) > 1 else np.nan),
            "seeds": len(values)}


def cells_of(sweep, metric):
    """All cells over seeds: (columns, rows, how many there are in all)."""
    selected = "validation_" + sweep.key("select_by")
    values = list(dict.fromkeys([selected, "test_" + metric, "test_balanced", "test_overall", "df"]))
    keys = ["dataset", "loss", "n", "rule", "value", "lambda"]
    points = over_seeds(sweep.table, keys, values)
    columns = keys + ["seeds"] + values[:2] + ["test_sd"] + values[2:]
    rows = [[*map(str, key[:2]), int(key[2]), str(key[3]), number(key[4]), number(key[5]), int(seeds)]
            for *key, seeds in zip(*(points[name] for name in keys + ["seeds"]))]
    for name in values[:2] + ["test_" + metric + "_sd"] + values[2:]:
        for row, value in zip(rows, points[name]):
            row.append(number(value))
    total = len(rows)
    return columns, best_of(rows, total), total


def best_of(rows, total):
    """At most MOST_CELLS: of each dataset, loss and n the best on validation, in the order they had."""
    if total <= MOST_CELLS:
        return rows
    places = {}
    for i, row in enumerate(rows):
        places.setdefault(tuple(row[:3]), []).append(i)
    each = max(1, MOST_CELLS // len(places))
    kept = []
    for indices in places.values():
        indices.sort(key=lambda i: -(rows[i][7] if rows[i][7] is not None else -1))
        kept += indices[:each]
    return [rows[i] for i in sorted(kept)][:MOST_CELLS]


def heat_maps(sweep, metric):
    """For each dataset and loss with a grid of weights and lambdas: measured means, and predictions."""
    maps = []
    for dataset, loss in sets(sweep):
        rows = sweep.table.where(dataset=dataset, loss=loss)
        rule = axis_of(rows)
        rows = rows.where(rule=rule)
        if len(set(rows["value"])) < 2 or len(set(rows["lambda"])) < 2:
            continue
        steps = []
        for (n,), part in rows.by("n"):
            lambdas, weights, grid = grid_of(part, "test_" + metric)
            step = {"n": int(n), "delta": number(part["delta"][0]), "mean": [numbers(line) for line in grid]}
            if "theory_" + metric + "_error" in part:
                foretold = 1 - grid_of(part, "theory_" + metric + "_error")[2]
                if np.isfinite(foretold).any():
                    step["theory"] = [numbers(line) for line in foretold]
            steps.append(step)
        maps.append({"dataset": dataset, "loss": loss, "rule": rule, "x": numbers(weights),
                     "y": numbers(lambdas), "steps": steps})
    return maps


def picture(figure, words):
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=130)
    plt.close(figure)
    data = base64.b64encode(file.getvalue()).decode()
    return (f'<figure><img alt="{html.escape(words)}" src="data:image/png;base64,{data}">'
            f"<figcaption>{html.escape(words)}</figcaption></figure>")


def pictures(sweep, most):
    """Figures of the first datasets and losses, and the timeline."""
    parts = []
    for dataset, loss in sets(sweep)[:most]:
        for kind in SHOWN:
            figure = figures.EACH[kind](sweep, dataset, loss)
            if figure is not None:
                parts.append(picture(figure, f"{kind}: {dataset}, {loss}"))
    parts.append(picture(figures_cost.timeline(sweep), "timeline: the units of each rank"))
    left = len(sets(sweep)) - most
    note = f"<p>Figures of {left} more by analysis/figures.py.</p>" if left > 0 else ""
    return "\n".join(parts) + note


def method_html(table, metric):
    """A table of methods by n; bold as in `llrsweep report --format latex`: the best, and overlaps."""
    lines = [f"<div><h3>{html.escape(table['dataset'])}, {html.escape(table['loss'])}</h3>",
             '<div class="wide"><table><thead><tr><th>n</th>',
             *(f"<th>{n}</th>" for n in table["n"]), "</tr><tr><th>delta = d/n</th>",
             *(f"<th>{value:.3g}</th>" for value in table["delta"]), "</tr></thead><tbody>"]
    for row in table["rows"]:
        lines.append(f"<tr><th>{html.escape(row['method'])}</th>")
        for column, cell in enumerate(row["cells"]):
            best = is_best(cell, [other["cells"][column] for other in table["rows"]])
            words = cell_words(cell)
            lines.append(f"<td>{'<b>' + words + '</b>' if best else words}</td>")
        lines.append("</tr>")
    return "".join(lines) + "</tbody></table></div></div>"


def cell_words(cell):
    if cell["mean"] is None:
        return "&ndash;"
    return f"{cell['mean']:.3f}" + (f" &plusmn; {cell['sd']:.3f}" if cell["sd"] is not None else "")


def is_best(cell, column):
    column = [other for other in column if other["mean"] is not None]
    if cell["mean"] is None:
        return False
    best = max(column, key=lambda other: other["mean"])
    if cell["sd"] is None or best["sd"] is None:
        return cell["mean"] >= best["mean"]
    return cell["mean"] + cell["sd"] >= best["mean"] - best["sd"]


def facts_html(facts):
    return "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"
                   for name, value in facts.items())


def unsolved(sweep):
    """How many fits have which status, in words."""
    names, counts = np.unique(sweep.table["status"], return_counts=True)
    return ", ".join(f"{count} {name}" for name, count in zip(names, counts))


def summary(sweep, metric):
    seeds = len(set(sweep.table["seed"]))
    return (f"{len(sweep.table)} fits: {unsolved(sweep)}. Tables show the test {metric} accuracy, mean "
            f"\u00b1 standard deviation over {seeds} seed{'' if seeds == 1 else 's'}; lambda (and for "
            f"tuned_exponent the exponent) is chosen for each seed on validation by {sweep.key('select_by')} "
            "accuracy. Bold: the best mean, and those whose interval overlaps its interval.")


def page(sweep, most_figures=4):
    """The page as text. What is of the job or the data stands in it escaped."""
    metric = sweep.key("select_by")
    tables = method_tables(sweep, metric)
    columns, rows, total = cells_of(sweep, metric)
    data = {"columns": columns, "rows": rows, "heat": heat_maps(sweep, metric), "methods": tables,
            "metric": metric}
    note = (f"All {total} cells, over seeds." if len(rows) == total else
            f"Of {total} cells the best {len(rows)} by validation, evenly over dataset, loss and n; the rest "
            "are in results.csv.")
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    parts = {"NAME": html.escape(sweep.name), "SUMMARY": html.escape(summary(sweep, metric)),
             "METHODS": "\n".join(method_html(table, metric) for table in tables),
             "FIGURES": pictures(sweep, most_figures), "NOTE": html.escape(note),
             "FACTS": facts_html(sweep.facts), "JOB": html.escape(sweep.job),
             "DATA": text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")}
    return fill(PAGE.read_text(), parts)


def fill(template, parts):
    """Each @NAME@; what is filled in is not looked at again."""
    return re.sub("@([A-Z]+)@", lambda found: parts[found.group(1)], template)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", metavar="DIR", type=pathlib.Path, help="result folder")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="default: DIR/report.html")
    options = parser.parse_args()
    if not (options.folder / "results.h5").exists():
        parser.error(f"{options.folder}: no results.h5; the result folder of a finished sweep is needed")
    output = options.output or options.folder / "report.html"
    if not output.parent.is_dir() or output.is_dir():
        parser.error(f"-o {output}: a file in a folder that is there is needed")
    output.write_text(page(load(options.folder)), encoding="utf-8")
    print(output)


if __name__ == "__main__":
    main()
