#!/usr/bin/env python3
"""Measures what llrsweep spends outside of its units, and what a second rank gives.

A unit is one subsample with all fits of 9 exponents 0..2 by 9 lambdas 1e-4..1. First, jobs of about
--seconds of one rank: where the time of the run after MPI_Init goes (llrsweep run -v), in wall and
CPU seconds; `outside` is all but solving (rows, fits, metrics) and waiting. Then the same job of
--units units on one rank and on two: the speed-up in wall time, which needs two cores of one's own,
and in CPU time, which does not: CPU of the one rank over the most that one of the two spends,
waiting apart (the solving of a rank is in the table, all else is counted with rank 0).

Data: cmnist.h5 and cifar10-lt-squeezenet.h5 of the folder that LLR_BENCH_DATA names, else Gaussian
classes, which are not read. Exit code 1: more than 3 % of the CPU time of a job lies outside, or two
ranks are less than 1.9 times one in CPU time.
"""
import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile

LARGEST_SHARE, LEAST_SPEED_UP = 0.03, 1.9
REAL = {"cmnist d=256 K=2, groups": ("cmnist.h5", ""),
        "cifar10 pair d=512 K=2": ("cifar10-lt-squeezenet.h5", ", classes: [0, 5]")}
MADE = {"made d=512 K=2": "synthetic: {d: 512, separation: 2, priors: [.9, .1]}"}
JOB = """datasets: [{name: bench, %s}]
losses: [%s]
exponents: {from: 0, to: 2, count: 9}
lambdas: {log10: {from: -4, to: 0, count: 9}}
sizes: [600, 1200]
seeds: {count: %d}
"""


def datasets():
    folder = os.environ.get("LLR_BENCH_DATA", "")
    found = {name: "path: " + os.path.join(folder, file) + task
             for name, (file, task) in REAL.items() if os.path.exists(os.path.join(folder, file))}
    return found or MADE


class Run:
    """One run of a job: its stages, and the CPU seconds that each rank solved."""

    def __init__(self, options, dataset, loss, seeds, ranks):
        with tempfile.TemporaryDirectory(prefix="llr-overhead-") as folder:
            job = os.path.join(folder, "job.yaml")
            with open(job, "w") as file:
                file.write(JOB % (dataset, loss, seeds))
            launch = [options.mpiexec, "-n", str(ranks)] if ranks > 1 else []
            words = launch + [options.program, "run", "-v", job, "-o", os.path.join(folder, "out")]
            done = subprocess.run(words, env=environment(), stderr=subprocess.PIPE,
                                  stdout=subprocess.PIPE, universal_newlines=True)
            line = [text for text in done.stderr.split("\n") if "rank 0:" in text]
            if done.returncode not in (0, 3) or not line:
                sys.exit("%s\n%s" % (" ".join(words), done.stderr))
            self.stage = {name: (float(wall), float(cpu)) for name, wall, cpu in
                          re.findall(r"(\w+) ([\d.]+) \(CPU ([\d.]+)\)", line[0])}
            self.solved = {}
            with open(os.path.join(folder, "out", "results.csv"), newline="") as file:
                for row in csv.DictReader(file):
                    rank = row["rank_id"]
                    self.solved[rank] = self.solved.get(rank, 0) + float(row["seconds"])

    def total(self, clock, without=()):
        return sum(times[clock] for name, times in self.stage.items() if name not in without)

    def busiest(self):
        outside = self.total(1, ("solve", "metrics", "wait"))
        return max(cpu + (outside if rank == "0" else 0) for rank, cpu in self.solved.items())


def environment():
    env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    env.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", OMPI_MCA_mpi_yield_when_idle="1",
               OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_hwloc_base_binding_policy="none")
    if os.geteuid() == 0:
        env.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    return env


def shares(options, name, dataset, loss):
    """A job of about the seconds asked for; the share of CPU outside of its units."""
    pilot = Run(options, dataset, loss, 2, 1)
    seeds = max(2, int(options.seconds * 2 / (pilot.stage["solve"][1] + pilot.stage["metrics"][1])))
    run = Run(options, dataset, loss, seeds, 1)
    print("%s, %s, %d units on one rank: %.2f s, CPU %.2f s" % (
        name, loss, 2 * seeds, run.total(0), run.total(1)))
    for stage, (wall, cpu) in run.stage.items():
        print("  %-8s %8.3f s %5.1f %%   CPU %8.3f s %5.1f %%" % (
            stage, wall, 100 * wall / run.total(0), cpu, 100 * cpu / run.total(1)))
    outside = [run.total(clock, ("solve", "metrics", "wait")) / run.total(clock) for clock in (0, 1)]
    print("  outside             %5.1f %%                  %5.1f %%" % (
        100 * outside[0], 100 * outside[1]), flush=True)
    return outside[1]


def speed_up(options, name, dataset, loss):
    one, two = (Run(options, dataset, loss, options.units // 2, ranks) for ranks in (1, 2))
    wall = one.total(0) / two.total(0)
    cpu = one.total(1, ("wait",)) / two.busiest()
    print("%s, %s, %d units on two ranks: %.2f times one rank in wall time, %.2f in CPU time" % (
        name, loss, options.units // 2 * 2, wall, cpu), flush=True)
    return cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="llrsweep")
    parser.add_argument("--mpiexec", default="mpirun")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--units", type=int, default=100)
    parser.add_argument("--loss", action="append", help="default: square and logistic")
    options = parser.parse_args()
    good = True
    for name, dataset in datasets().items():
        for loss in options.loss or ["square", "logistic"]:
            good = shares(options, name, dataset, loss) <= LARGEST_SHARE and good
            good = speed_up(options, name, dataset, loss) >= LEAST_SPEED_UP and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
