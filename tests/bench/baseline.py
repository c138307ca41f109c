"""The other side of the race: the same sweeps with numpy and, where it is installed, scikit-learn.

A server: baseline.py FOLDER reads the arrays that bench_unit wrote there, then answers one line on
standard input by one line on standard output, a list of key=value. Commands:
  machine                                   versions, BLAS kernel, solvers there are
  unit SOLVER EXPONENTS LAMBDAS ROWS        times a unit; answers CPU seconds and the optima
SOLVER: gram (square loss: what an expert writes), ridge (RidgeClassifier), or METHOD:TOL, METHOD a
solver of LogisticRegression, warm-started along descending lambdas.
"""
import ctypes
import os
import sys
import time
import warnings

import numpy as np

try:
    import scipy.linalg
except ImportError:
    scipy = None
try:
    import sklearn
    from sklearn.linear_model import LogisticRegression, RidgeClassifier
except ImportError:
    sklearn = None

LEAST_SECONDS = 0.1
LONG_SECONDS = 1  # shorter units run once unmeasured first, as on our side (bench_task.c)


class Data:
    """Features as doubles; each evaluation split with the membership of its rows in classes and
    groups, one row a class or group."""

    def __init__(self, folder):
        def read(name, kind):
            path = os.path.join(folder, name)
            return np.fromfile(path, kind) if os.path.exists(path) else None
        self.y = read("labels.i32", np.int32).astype(np.int64)
        self.x = read("features.f32", np.float32).reshape(len(self.y), -1).astype(np.float64)
        self.classes = int(self.y.max()) + 1
        split, group = read("split.i8", np.int8), read("groups.i32", np.int32)
        self.splits = []
        for code in (1, 2):
            rows = np.flatnonzero(split == code)
            member = [self.y[rows] == c for c in range(self.classes)]
            if group is not None:
                member += [group[rows] == g for g in range(int(group.max()) + 1)]
            self.splits.append((self.x[rows], self.y[rows], np.array(member, np.float64)))


def class_weights(count, exponent):
    share = count / count.sum()
    weight = share ** -exponent
    return weight / (share @ weight)


# Fits of one weighting at all lambdas: a list of (coefficients columns x d, intercepts columns).

def centre_targets(classes):
    return np.array([[-1.0], [1.0]]) if classes == 2 else 2 * np.eye(classes) - 1


def eigen(a):
    """Eigenvalues and -vectors of a symmetric matrix, which is lost; scipy saves a copy."""
    if scipy is None:
        return np.linalg.eigh(a)
    return scipy.linalg.eigh(a.T, driver="evd", overwrite_a=True, check_finite=False)


class Gram:
    """Sums over each class once a subsample; one eigendecomposition a weighting, from which every
    lambda follows."""

    def __init__(self, x, y, classes):
        parts = [x[y == c] for c in range(classes)]
        self.n, self.classes = len(y), classes
        self.count = np.array([len(p) for p in parts])
        self.gram = [p.T @ p for p in parts]
        self.sum = np.array([p.sum(axis=0) for p in parts])

    def path(self, weight, lambdas):
        a = sum(w * g for w, g in zip(weight, self.gram)) / self.n
        share = weight * self.count / self.n
        mean = weight / self.n @ self.sum / share.sum()
        target = centre_targets(self.classes)
        mean_target = share @ target / share.sum()
        a -= share.sum() * np.outer(mean, mean)
        right = (weight[:, None] * self.sum).T @ target / self.n
        right -= share.sum() * np.outer(mean, mean_target)
        value, vector = eigen(a)
        value, right = np.maximum(value, 0)[:, None], vector.T @ right
        for lam in lambdas:
            theta = vector @ (right / (value + lam))
            yield theta.T, mean_target - mean @ theta


def library_path(solver, x, y, weight, lambdas):
    n, fitted = len(y), None
    method, _, tol = solver.partition(":")
    for lam in sorted(lambdas, reverse=True):
        if method == "ridge":
            fitted = RidgeClassifier(alpha=n * lam)
        elif fitted is None:
            fitted = LogisticRegression(C=1 / (n * lam), solver=method, tol=float(tol),
                                        max_iter=20000, warm_start=True)
        else:
            fitted.set_params(C=1 / (n * lam))
        fitted.fit(x, y, sample_weight=weight[y])
        yield np.atleast_2d(fitted.coef_).copy(), np.atleast_1d(fitted.intercept_).copy()


def library_fits(solver, x, y, weight, lambdas):
    """In the order of lambdas."""
    order = sorted(range(len(lambdas)), key=lambda i: -lambdas[i])
    fits = dict(zip(order, library_path(solver, x, y, weight, lambdas)))
    return [fits[i] for i in range(len(lambdas))]


# Metrics and optima.

def rates(split, fits):
    """Share of rows predicted right: classes and groups x fits."""
    x, y, member = split
    theta, b = np.concatenate([f[0] for f in fits]), np.concatenate([f[1] for f in fits])
    score = x @ theta.T
    score += b
    if len(b) == len(fits):
        right = (score > 0) == (y > 0)[:, None]
    else:
        score = score.reshape(len(y), len(fits), -1)
        right = np.stack([score[:, f].argmax(axis=1) == y for f in range(len(fits))], axis=1)
    return member @ right / member.sum(axis=1)[:, None]


def objective(square, x, y, weight, lam, theta, b):
    score, w, n, columns = x @ theta.T + b, weight[y], len(y), len(b)
    if square:
        miss = score - centre_targets(max(columns, 2))[y]
        loss = 0.5 * (miss * miss).sum(axis=1)
    elif columns == 1:
        loss = np.logaddexp(0, np.where(y == 1, -1, 1) * score[:, 0])
    else:
        most = score.max(axis=1)
        loss = most + np.log(np.exp(score - most[:, None]).sum(axis=1)) - score[np.arange(n), y]
    return w @ loss / n + 0.5 * lam * (theta * theta).sum()


# One unit.

class Unit:
    def __init__(self, data, solver, exponents, lambdas, rows):
        self.data, self.solver, self.rows = data, solver, rows
        self.exponents, self.lambdas = exponents, lambdas

    def fits(self, weight, gram):
        if gram:
            return list(gram.path(weight, self.lambdas))
        return library_fits(self.solver, self.x, self.y, weight, self.lambdas)

    def run(self):
        """Subsample, fits, metrics: the CPU seconds of the fits and of all of it."""
        fit, start = 0.0, time.process_time()
        self.x, self.y = self.data.x[self.rows], self.data.y[self.rows]
        count = np.bincount(self.y, minlength=self.data.classes)
        self.weights = [class_weights(count, e) for e in self.exponents]
        before = time.process_time()
        gram = Gram(self.x, self.y, self.data.classes) if self.solver == "gram" else None
        fit += time.process_time() - before
        self.found, self.rates = [], []
        for weight in self.weights:
            before = time.process_time()
            self.found.append(self.fits(weight, gram))
            fit += time.process_time() - before
            self.rates.append([rates(split, self.found[-1]) for split in self.data.splits])
        return np.array([fit, time.process_time() - start])

    def times(self):
        """Of the first run; if that was not long, the mean of as many more as fill LEAST_SECONDS."""
        total = self.run()
        if total[1] >= LONG_SECONDS:
            return total
        total, runs = np.zeros(2), 0
        while total[1] < LEAST_SECONDS:
            total += self.run()
            runs += 1
        return total / runs

    def answer(self):
        fit, sweep = self.times()
        test = np.array([r[1][:self.data.classes].mean(axis=0) for r in self.rates])
        square = self.solver in ("gram", "ridge")
        optima = [objective(square, self.x, self.y, w, lam, *fit)
                  for w, path in zip(self.weights, self.found)
                  for lam, fit in zip(self.lambdas, path)]
        return "fit=%.9g sweep=%.9g fits=%d accuracy=%.17g objectives=%s" % (
            fit, sweep, len(optima), test.mean(),
            ",".join("%.17g" % f for f in optima))


def blas_kernel():
    """As the OpenBLAS in this process names it; "unknown" for others."""
    with open("/proc/self/maps") as maps:
        paths = sorted({line.split()[-1] for line in maps if "openblas" in line})
    for path in paths:
        library = ctypes.CDLL(path)
        for name in ("openblas_get_corename", "openblas_get_corename64_",
                     "scipy_openblas_get_corename", "scipy_openblas_get_corename64_"):
            if hasattr(library, name):
                getattr(library, name).restype = ctypes.c_char_p
                return getattr(library, name)().decode()
    return "unknown"


def machine():
    return "python=%s numpy=%s scipy=%s sklearn=%s kernel=%s" % (
        sys.version.split()[0], np.__version__, scipy.__version__ if scipy else "none",
        sklearn.__version__ if sklearn else "none", blas_kernel())


def main():
    warnings.filterwarnings("ignore")
    data = Data(sys.argv[1])
    for line in sys.stdin:
        word = line.split()
        if word[0] == "machine":
            print(machine(), flush=True)
            continue
        exponents, lambdas, rows = ([float(v) for v in w.split(",")] for w in word[2:])
        unit = Unit(data, word[1], exponents, lambdas, np.array(rows, np.int64))
        print(unit.answer(), flush=True)


if __name__ == "__main__":
    main()
