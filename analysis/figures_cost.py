"""Figures of where the time of a sweep went, and of several runs of one job."""

import csv

import numpy as np
from matplotlib.ticker import FormatStrFormatter, LogLocator

from plotting import BLUE, GREY, RED, STYLES, caption, finish, panels_for, plain

OUTLINED = .004  # of the busiest rank: shorter units have no outline


def units(sweep):
    """(rank, seconds, dataset and loss) of each unit, sorted: a subsample and loss, or the part of it that
    one rank solved."""
    return [(key[4], rows["seconds"].sum(), key[:2])
            for key, rows in sweep.table.by("dataset", "loss", "n", "seed", "rank_id")]


def timeline(sweep):
    """Busy seconds of each rank, unit by unit. The table has no start times: units stand one after
    another, sorted, without the waiting between them."""
    bars = units(sweep)
    ranks = sorted({rank for rank, _, _ in bars})
    kinds = sorted({kind for _, _, kind in bars})
    figure, axes = panels_for(1)
    figure.set_size_inches(5.4, min(1.6 + .28 * len(ranks), 8))
    busy = {rank: sum(seconds for at, seconds, _ in bars if at == rank) for rank in ranks}
    mean, most = np.mean(list(busy.values())), max(busy.values())
    start = dict.fromkeys(ranks, 0.)
    for rank, seconds, kind in bars:
        place = kinds.index(kind)
        axes[0, 0].barh(ranks.index(rank), seconds, left=start[rank], height=.75, alpha=.75,
                        color=STYLES[place % len(STYLES)][0], hatch=("", "////", "....", "xxxx")[place % 4],
                        edgecolor="white", linewidth=.4 if seconds > OUTLINED * most else 0,
                        label=plain(", ".join(kind)))
        start[rank] += seconds
    places = list(range(len(ranks)))[::max(1, len(ranks) // 16)]
    axes[0, 0].set_yticks(places, [str(ranks[place]) for place in places])
    axes[0, 0].set_ylabel("rank")
    axes[0, 0].set_xlabel("CPU seconds in units")
    seeds = len(set(sweep.table["seed"]))
    words = (f"{plain(sweep.name)}: {len(bars)} units, {seeds} seed{'' if seeds == 1 else 's'}, {len(ranks)} "
             f"rank{'' if len(ranks) == 1 else 's'} with units; the busiest has {most / mean:.3g} times the mean; "
             "sorted by dataset, loss, n and seed (a table holds no start times), waiting left out")
    finish(figure, axes, words, lambda _: None)
    return figure


def wall_of(sweep):
    """(ranks, wall seconds, measured) of a run. times.csv has the seconds of every rank by stage, a
    line for each rank and run; without it, the busiest rank's units."""
    path = sweep.folder / "times.csv"
    if not path.exists():
        busy = {}
        for rank, seconds, _ in units(sweep):
            busy[rank] = busy.get(rank, 0) + seconds
        return int(sweep.facts["ranks"]), max(busy.values()), False
    with open(path, newline="") as file:
        lines = list(csv.DictReader(file))
    names = list(lines[0])
    stages = [name for name in names[names.index("host") + 1:] if not name.endswith("_cpu")]
    walls = {}
    for line in lines:
        wall = sum(float(line[stage]) for stage in stages)
        walls[line["run"]] = max(walls.get(line["run"], 0), wall)
    return int(lines[-1]["ranks"]), sum(walls.values()), True


def series(sweeps):
    """The jobs that ran at several rank counts: {job: (a sweep of it, [(ranks, wall, measured), ...])}."""
    jobs = {}
    for sweep in sweeps:
        jobs.setdefault(sweep.facts["job_hash"], []).append(sweep)
    runs = {same[0].name: (same[0], sorted(map(wall_of, same))) for same in jobs.values()}
    return {name: run for name, run in runs.items() if len({ranks for ranks, _, _ in run[1]}) > 1}


def scaling(sweep, points):
    """Wall time and speed-up of a sweep against ranks; points: (ranks, wall seconds, measured), sorted."""
    ranks, wall, measured = map(np.array, zip(*points))
    base = wall[ranks == ranks[0]].min()
    figure, axes = panels_for(2, 2.4, sharey=False)
    ends = np.array([ranks[0], ranks[-1]])
    for axis, values, ideal, name in (
            (axes[0, 0], wall, base * ends[0] / ends, "wall time, seconds"),
            (axes[0, 1], base / wall, ends / ends[0], f"speed-up over {ranks[0]} rank{'' if ranks[0] == 1 else 's'}")):
        axis.plot(ends, ideal, color=GREY, linestyle="--", label="ideal")
        for known, marker, colour, label in ((measured, "o", BLUE, "measured (times.csv)"),
                                             (~measured, "s", RED, "busiest rank's units only")):
            if known.any():
                axis.plot(ranks[known], values[known], marker, color=colour, label=label)
        axis.set_xscale("log", base=2)
        axis.set_yscale("log", base=2)
        if max(values) < 8 * min(values):  # powers of two alone would leave the axis bare
            axis.yaxis.set_major_locator(LogLocator(base=2, subs=(1, 1.25, 1.5, 1.75)))
        for which in (axis.xaxis, axis.yaxis):
            which.set_major_formatter(FormatStrFormatter("%.3g"))
        axis.set_xlabel("ranks")
        axis.set_ylabel(name)
    words = caption(sweep, sweep.table, "one point a result folder of the same job", strength=False)
    finish(figure, axes, words, lambda _: None)
    return figure
