"""The Python of docs/python.md, in the current folder: numpy stands in for torch and for the network's
outputs, and a saved layer must score as its numbers say, as scikit-learn's classifier where that is
installed."""
import contextlib
import importlib.util
import os
import re
import subprocess
import sys
import types

import h5py
import numpy as np

LLRSWEEP, SOURCE = os.environ["LLR_BINARY"], os.environ["LLR_SOURCE"]
with open(SOURCE + "/docs/python.md") as page:
    write, torch_layer, sklearn_layer = re.findall(r"```python\n(.*?)```", page.read(), re.S)
assert len(write.strip().splitlines()) <= 16 and len(torch_layer.strip().splitlines()) <= 5


class Tensor:
    """As much of torch.Tensor as the page uses."""

    def __init__(self, array):
        self.array = np.asarray(array)

    def float(self):
        return Tensor(self.array.astype(np.float32))

    def cpu(self):
        return self

    def numpy(self):
        return self.array

    def tolist(self):
        return self.array.tolist()


class Linear:
    def __init__(self, columns, scores):
        self.weight, self.bias = types.SimpleNamespace(data=None), types.SimpleNamespace(data=None)
        self.columns, self.scores = columns, scores


torch = types.ModuleType("torch")
torch.no_grad = contextlib.nullcontext
torch.float32 = np.float32
torch.tensor = lambda array, dtype: np.asarray(array, dtype)
torch.nn = types.SimpleNamespace(Linear=Linear)
sys.modules["torch"] = torch

# Out of the network: images are the features, but for their shape and type.
with h5py.File(SOURCE + "/jobs/data/digits.h5") as digits:
    features, labels = digits["features"][:], digits["labels"][:]
    test = digits["split"][:] == 2
cut = range(0, len(labels), 100)


class Model:
    def eval(self):
        return self

    def __call__(self, images):
        return Tensor(images.array.reshape(len(images.array), 64).astype(np.float64))


loader = [(Tensor(features[i:i + 100].reshape(-1, 8, 8)), Tensor(labels[i:i + 100])) for i in cut]
exec(write, {"model": Model(), "loader": loader})
with h5py.File("mydata.h5") as file:
    assert np.array_equal(file["features"][:], features)
    assert np.array_equal(file["labels"][:], labels)

# Back into one: a sweep of the digits that are there, ten classes and two.
for classes in ("", ", classes: [3, 8]"):
    with open("job.yaml", "w") as job:
        job.write("datasets:\n  - {name: d, path: mydata.h5, split: {fractions: [.5, .2, .3], seed: 0}"
                  f"{classes}}}\nlosses: [square]\nlambdas: [.1]\nsizes: [150]\n"
                  "seeds: {count: 1}\noutput: out\n")
    subprocess.run(["rm", "-rf", "out"], check=True)
    subprocess.run([LLRSWEEP, "run", "-q", "job.yaml"], check=True)
    subprocess.run([LLRSWEEP, "replay", "-q", "out", "d/square/150/0/uniform/0.1", "--save", "head.h5"],
                   check=True)
    with h5py.File("head.h5") as head:
        theta, b = head["theta"][:], head["b"][:]
    scores = features[test] @ theta.T + b
    predicted = scores.argmax(1) if len(b) > 1 else (scores[:, 0] > 0).astype(int)
    chosen = labels[test] if not classes else (labels[test] == 8).astype(int)
    kept = np.ones(len(chosen), bool) if not classes else np.isin(labels[test], (3, 8))
    assert np.mean(predicted[kept] == chosen[kept]) > 0.8  # the layer is the digits' own

    names = {}
    exec(torch_layer, names)
    layer = names["layer"]
    assert (layer.scores, layer.columns) == theta.shape
    single = features[test] @ layer.weight.data.T + layer.bias.data
    assert np.abs(single - scores).max() < 1e-4 * np.abs(scores).max()
    if importlib.util.find_spec("sklearn"):
        exec(sklearn_layer, names)
        assert np.array_equal(names["classifier"].predict(features[test]), predicted)
    else:
        print("no scikit-learn here: its classifier is not tried")
print("docs/python.md does as it says")
