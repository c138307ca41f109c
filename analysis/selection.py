"""What a method reaches on test rows when lambda (and the exponent, where it is free) is chosen on
validation rows: the rule of `llrsweep report`, a second time, from the table alone.

    from llrtable import load
    from selection import choose, methods
    sweep = load("results/demo")
    choose(sweep, "thumb")["test_worst_class"]     # one row for each dataset, loss, n and seed
"""

import numpy as np

METHODS = {  # method: the rules it chooses from, in the order of the report
    "uniform": ["uniform"],
    "inverse_prior": ["inverse_prior"],
    "paper": ["paper"],
    "thumb": ["thumb"],
    "theory": ["theory"],
    "balanced_subsample": ["balanced_subsample"],
    "averaged_balanced": ["averaged_balanced"],
    "tuned_exponent": ["exponent", "ratio"]}
NO_ANSWER = ["max_iterations", "uncertified", "numerical_failure"]


def methods(sweep):
    """The methods that a sweep has cells of."""
    present = set(sweep.table.unique("rule"))
    return [method for method, rules in METHODS.items() if present & set(rules)]


def choose(sweep, method):
    """The cells chosen, one for each dataset, loss, n and seed that has any; `cell` is their row in
    sweep.table. Largest validation accuracy select_by; ties: larger balanced accuracy, larger
    lambda, smaller gamma, then the table's order. A fit without an answer only where no other is."""
    rows = sweep.table.take(np.arange(len(sweep.table)))
    rows.columns["cell"] = np.arange(len(rows))
    rows = rows.where(rule=METHODS[method])
    selected = rows["validation_" + sweep.key("select_by")]
    may = np.isfinite(selected) & (rows["status"] != "numerical_failure")
    if method == "tuned_exponent":
        may &= np.isfinite(rows["gamma"])
    rows, selected = rows.take(may), selected[may]
    balanced = np.nan_to_num(rows["validation_balanced"], nan=-np.inf)
    gamma = np.nan_to_num(rows["gamma"], nan=np.inf)
    unsolved = np.isin(rows["status"], NO_ANSWER)
    order = np.lexsort((rows["cell"], gamma, -rows["lambda"], -balanced, -selected, unsolved))
    return rows.take(order).first("dataset", "loss", "n", "seed")


def best_lambda(sweep, rows):
    """The lambda of the best mean validation accuracy select_by among rows of one dataset, loss and
    n; the larger of equals."""
    name = "validation_" + sweep.key("select_by")
    best = (-np.inf, np.nan)
    for (strength, _, _), part in rows.by("lambda", "rule", "value"):
        numbers = part[name][np.isfinite(part[name])]
        if len(numbers):
            best = max(best, (round(np.mean(numbers), 12), strength))
    return best[1]
