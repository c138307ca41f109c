"""Every type, order and version that numpy writes, archives, text and HDF5, imported by llrsweep and
compared with the arrays themselves; in the current folder."""
import csv
import itertools
import os
import subprocess

import h5py
import numpy as np

LLRSWEEP = os.environ["LLR_BINARY"]
ROWS, COLUMNS = 90, 7
rng = np.random.default_rng(0)
count = 0


def imported(*words):
    """The datasets and attributes of what `llrsweep import words` makes."""
    global count
    count += 1
    subprocess.run([LLRSWEEP, "import", "-q", "--force", "-o", "out.h5", *words], check=True)
    with h5py.File("out.h5") as file:
        return {name: file[name][()] for name in file}, dict(file.attrs)


def check(data, features, labels, names=None, attributes=None, wide=None):
    dtype = np.float64 if wide else np.float32
    assert data["features"].dtype == dtype, (data["features"].dtype, features.dtype)
    assert np.array_equal(data["features"], features.astype(dtype))
    assert np.array_equal(data["labels"], labels), (data["labels"], labels)
    if names is not None:
        assert list(attributes["class_names"]) == names, attributes["class_names"]


def values(dtype):
    if dtype.kind == "b":
        return rng.integers(0, 2, (ROWS, COLUMNS)).astype(dtype)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        native = dtype.newbyteorder("=")
        return rng.integers(info.min, info.max, (ROWS, COLUMNS), native, endpoint=True).astype(dtype)
    return rng.normal(size=(ROWS, COLUMNS)).astype(dtype)


labels = rng.integers(0, 3, ROWS)
np.save("y.npy", labels)

# Arrays
kinds = [order + kind for kind in "f2 f4 f8 i2 i4 i8 u2 u4 u8".split() for order in "<>"]
for kind, fortran, version in itertools.product(kinds + ["i1", "u1", "?"], (0, 1), (1, 2, 3)):
    dtype = np.dtype(kind)
    x = np.asarray(values(dtype), order="F" if fortran else "C").astype(dtype, order="K", copy=False)
    with open("X.npy", "wb") as file:
        np.lib.format.write_array(file, x, version=(version, 0))
    data, _ = imported("--features", "X.npy", "--labels", "y.npy")
    check(data, x, labels, wide=dtype.itemsize > (4 if dtype.kind == "f" else 2))

# Lists: whole numbers of any type, words
for kind in "i1 >i2 <i4 >i8 u1 >u8 <f4 >f8".split():
    np.save("l.npy", (labels * 10 + 3).astype(kind))
    data, attributes = imported("--features", "X.npy", "--labels", "l.npy", "--groups", "y.npy")
    assert np.array_equal(data["labels"], labels) and np.array_equal(data["groups"], labels)
    assert list(attributes["class_names"]) == ["3", "13", "23"]
words = np.array(["aal", "h\u00e9ron", "\U0001f600"])
for array in (words[labels], words[labels].astype(">U9"), np.array([b"a", b"bc", b"d"])[labels]):
    np.save("l.npy", array)
    data, attributes = imported("--features", "X.npy", "--labels", "l.npy")
    assert np.array_equal(data["labels"], labels)
    names = [name.decode() if isinstance(name, bytes) else name for name in sorted(set(array))]
    assert list(attributes["class_names"]) == names
np.save("l.npy", labels > 0)
data, attributes = imported("--features", "X.npy", "--labels", "l.npy")
assert np.array_equal(data["labels"], labels > 0) and "class_names" not in attributes

# Archives
for save, order in itertools.product((np.savez, np.savez_compressed), "CF"):
    x = np.asarray(values(np.dtype("f4")), order=order)
    save("a.npz", X=x, y=labels, unused=np.array([None], dtype=object))
    data, _ = imported("--features", "a.npz:X", "--labels", "a.npz:y")
    check(data, x, labels)
    save("b.npz", features=x, labels=words[labels])
    data, attributes = imported("--features", "b.npz")
    check(data, x, labels, list(words), attributes)

# Text
x = rng.normal(size=(ROWS, COLUMNS))
quoted = np.array(["plain", "two\nlines", 'with "quotes", and comma'])
for delimiter, header in itertools.product(",;\t", (False, True)):
    with open("t.csv", "w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        if header:
            writer.writerow([f"x, {j}" for j in range(COLUMNS)] + ["kind"])
        for row, label in zip(x, labels):
            writer.writerow([repr(float(v)) for v in row] + [quoted[label]])
    column = "t.csv:kind" if header else f"t.csv:{COLUMNS}"
    data, attributes = imported("--features", "t.csv", "--labels", column)
    check(data, x, labels, list(quoted), attributes, wide=True)
for keywords in ({}, {"delimiter": ","}, {"delimiter": ",", "header": "a,b,c,d,e,f,g"}):
    np.savetxt("t.txt", x, fmt="%.17g", **keywords)
    np.savetxt("l.txt", labels, fmt="%d")
    data, _ = imported("--features", "t.txt", "--labels", "l.txt")
    check(data, x, labels, wide=True)
for base in (0, 1):
    x[0, 0] = 1
    x[rng.random(x.shape) < 0.6] = 0
    x[0, [0, -1]] = 1
    with open("t.svm", "w") as file:
        for row, label in zip(x, labels):
            pairs = " ".join(f"{j + base}:{float(row[j])!r}" for j in np.flatnonzero(row))
            file.write(f"{label} {pairs}\n")
    data, _ = imported("--features", "t.svm")
    check(data, x, labels, wide=True)

# HDF5
with h5py.File("t.h5", "w") as file:
    file.create_dataset("deep/x", data=x.astype("f2"), chunks=(8, 3), compression="gzip")
    file["deep/words"] = words[labels].astype(object)
    file["truth"] = labels > 0
data, attributes = imported("--features", "t.h5:deep/x", "--labels", "t.h5:/deep/words",
                            "--groups", "t.h5:truth")
check(data, x.astype("f2"), labels, list(words), attributes)
assert np.array_equal(data["groups"], labels > 0)

# A split by fractions holds its shares in every class
data, _ = imported("--features", "X.npy", "--labels", "y.npy", "--fractions", ".5,.2,.3",
                   "--seed", "7")
for label in range(3):
    of_class = data["split"][labels == label]
    for part, share in enumerate((0.5, 0.2, 0.3)):
        assert abs(np.sum(of_class == part) - share * len(of_class)) <= 1
print(count, "imports agree")
