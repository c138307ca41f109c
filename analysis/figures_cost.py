"""Figures of where the time of a sweep went, and of several runs of one job."""

import csv

import numpy as np
from matplotlib.ticker import FormatStrFormatter, LogLocator

from plotting import BLUE, GREY, RED, STYLES, caption, finish, panels_for, plain

OUTLINED = .004  # of the time drawn: shorter units have no outline


def units(sweep):
    """(rank, begun, ended, CPU seconds, dataset and loss) of each unit; times since 1970."""
    return [(key[0], key[1], key[2], rows["seconds"].sum(), key[3:])
            for key, rows in sweep.table.by("rank_id", "begun", "ended", "dataset", "loss")]


def shown_times(bars):
    """Starts of the units on an axis without the pauses between runs: where no rank worked for longer
    than all ranks together did in units, a run was stopped and resumed. Returns starts, length, pauses."""
    starts, shift, end, pauses = [], bars[0][1], bars[0][1], 0
    worked = sum(ended - begun for _, begun, ended, _, _ in bars)
    for _, begun, ended, _, _ in bars:
        if begun - end > max(worked, 1):
            shift += begun - end
            pauses += 1
        starts.append(begun - shift)
        end = max(end, ended)
    return starts, end - shift, pauses


def timeline(sweep):
    """The units of each rank in time."""
    bars = sorted(units(sweep), key=lambda bar: bar[1])
    ranks = sorted({bar[0] for bar in bars})
    kinds = sorted({bar[4] for bar in bars})
    figure, axes = panels_for(1)
    figure.set_size_inches(5.4, min(1.6 + .28 * len(ranks), 8))
    starts, length, pauses = shown_times(bars)
    for start, (rank, begun, ended, _, kind) in zip(starts, bars):
        place = kinds.index(kind)
        axes[0, 0].barh(ranks.index(rank), ended - begun, left=start, height=.75, alpha=.75,
                        color=STYLES[place % len(STYLES)][0], hatch=("", "////", "....", "xxxx")[place % 4],
                        edgecolor="white", linewidth=.4 if ended - begun > OUTLINED * length else 0,
                        label=plain(", ".join(kind)))
    places = list(range(len(ranks)))[::max(1, len(ranks) // 16)]
    axes[0, 0].set_yticks(places, [str(ranks[place]) for place in places])
    axes[0, 0].set_xlim(left=0)
    axes[0, 0].set_ylabel("rank")
    axes[0, 0].set_xlabel("seconds since the first unit was begun")
    busy = sum(ended - begun for _, begun, ended, _, _ in bars) / (len(ranks) * length)
    left_out = f"; {pauses} pause{'' if pauses == 1 else 's'} between runs left out" if pauses else ""
    words = caption(sweep, sweep.table, f"{len(bars)} units on {len(ranks)} rank{'' if len(ranks) == 1 else 's'}, "
                    f"busy {100 * busy:.3g} % of the time{left_out}", strength=False)
    finish(figure, axes, words, lambda _: None)
    return figure


def wall_of(sweep):
    """(ranks, wall seconds, measured) of a run. times.csv has the seconds of every rank by stage, a
    line for each rank and run; without it, the busiest rank's units."""
    path = sweep.folder / "times.csv"
    if not path.exists():
        busy = {}
        for rank, _, _, seconds, _ in units(sweep):
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
