#!/usr/bin/env python3
"""Makes digits.h5 from the handwritten digits that come with scikit-learn; needs numpy, h5py and
scikit-learn, and no network. Usage: make_digits.py [OUT]"""

import pathlib
import sys

import h5py
import numpy as np
from sklearn.datasets import load_digits

SHARES = (0.60, 0.15, 0.25)  # of each digit: pool, validation, test
SEED = 20


def make_split(labels):
    """0 pool, 1 validation, 2 test: the shares of every digit, at random."""
    split = np.empty(len(labels), dtype=np.int8)
    generator = np.random.RandomState(SEED)  # its stream is frozen across versions of numpy
    for digit in range(10):
        rows = generator.permutation(np.flatnonzero(labels == digit))
        pool = round(SHARES[0] * len(rows))
        validation = round(SHARES[1] * len(rows))
        split[rows[:pool]] = 0
        split[rows[pool : pool + validation]] = 1
        split[rows[pool + validation :]] = 2
    return split


def write(path, features, labels, split):
    packed = {"compression": "gzip", "compression_opts": 9, "shuffle": True, "track_times": False}
    with h5py.File(path, "w", libver=("earliest", "v108")) as file:
        file.create_dataset("features", data=features, chunks=(len(features), 64), **packed)
        file.create_dataset("labels", data=labels, **packed)
        file.create_dataset("split", data=split, **packed)
        file.attrs["name"] = "digits"
        file.attrs["class_names"] = [str(digit) for digit in range(10)]
        file.attrs["backbone"] = "none: 8x8 pixels, 0 to 16"
        file.attrs["source"] = (
            "Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, "
            "E. Alpaydin and C. Kaynak 1998, doi 10.24432/C50P49; test part, as in scikit-learn"
        )
        file.attrs["license"] = "CC BY 4.0"


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("digits.h5")
    digits = load_digits()
    features = digits.data.astype("<f4")
    labels = digits.target.astype("i1")
    write(out, features, labels, make_split(labels))


if __name__ == "__main__":
    main()
