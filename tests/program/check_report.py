"""The page of analysis/report.py against the table it was made from: check_report.py DIR PAGE

It parses, asks for nothing from elsewhere, has names as text and not as markup; its JSON and its tables
hold the table's numbers. Where a Chromium is installed also: the page runs there without an error on
its console, and draws what the address asks for."""

import csv
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

VOID = {"meta", "link", "img", "input", "br"}


class Page(html.parser.HTMLParser):
    """The elements, attributes and texts of a page; fails where tags do not nest."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.tags, self.links, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.stack, self.stack

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]
        assert not any(name.startswith("on") for name, _ in attributes), attributes
        if tag not in VOID:
            self.texts.append((tag, dict(attributes), []))
            self.stack.append(self.texts[-1])

    def handle_endtag(self, tag):
        assert self.stack and self.stack.pop()[0] == tag, tag

    def handle_data(self, data):
        if self.stack:
            self.stack[-1][2].append(data)

    def of(self, tag):
        return ["".join(words) for name, _, words in self.texts if name == tag]


def mean(values):
    return sum(values) / len(values)


def near(value, wanted):
    return value is not None and abs(value - wanted) <= 1e-4 * abs(wanted) + 1e-12


def check_cells(data, rows):
    """Each row of the JSON is the mean of its fits."""
    groups = {}
    for row in rows:
        key = (row["dataset"], row["loss"], int(row["n"]), row["rule"], row["value"], float(row["lambda"]))
        groups.setdefault(key, []).append(row)
    groups = {key: [row for row in part if row["validation_worst_class"]] for key, part in groups.items()}
    groups = {key: part for key, part in groups.items() if part}
    assert len(data["rows"]) == len(groups), (len(data["rows"]), len(groups))
    names = data["columns"]
    values = {(*key[:4], float(key[4]) if key[4] else None, key[5]): part for key, part in groups.items()}
    for line in data["rows"]:
        cell = dict(zip(names, line))
        part = values[tuple(line[:6])]
        assert cell["seeds"] == len(part)
        for name in ("validation_worst_class", "test_worst_class", "test_overall", "test_balanced"):
            assert near(cell[name], mean([float(row[name]) for row in part])), (cell, name)
    return values


def check_heat(data, values):
    squares = 0
    for heat in data["heat"]:
        for step in heat["steps"]:
            for y, strength in enumerate(heat["y"]):
                for x, weight in enumerate(heat["x"]):
                    key = (heat["dataset"], heat["loss"], step["n"], heat["rule"], weight, strength)
                    part = values[key]
                    assert near(step["mean"][y][x], mean([float(row["test_worst_class"]) for row in part])), key
                    squares += 1
    assert squares > 20


def check_methods(data, folder, page):
    """The tables of methods are those of `llrsweep report`."""
    said = subprocess.run([os.environ["LLR_BINARY"], "report", folder, "--format", "csv"], check=True,
                          capture_output=True, text=True).stdout
    lines = list(csv.DictReader(said.splitlines()))
    cells = {(table["dataset"], table["loss"], n, row["method"]): row["cells"][i] for table in data["methods"]
             for row in table["rows"] for i, n in enumerate(table["n"])}
    assert len(cells) == len(lines)
    words = page.of("td") + page.of("b")
    for line in lines:
        cell = cells[line["dataset"], line["loss"], int(line["n"]), line["method"]]
        assert cell["seeds"] == int(line["seeds"])
        if not cell["seeds"]:
            continue
        assert near(cell["mean"], float(line["mean"])) and near(cell["sd"], float(line["standard_deviation"])), line
        shown = [re.fullmatch(r"([\d.]+) \u00b1 ([\d.]+)", word) for word in words]
        assert any(found and abs(float(found[1]) - float(line["mean"])) < 6e-4
                   and abs(float(found[2]) - float(line["standard_deviation"])) < 6e-4 for found in shown), line


def browse(chromium, page, address):
    """(the page after its scripts ran, what it said on the console)."""
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             "--enable-logging=stderr", "--virtual-time-budget=4000", "--window-size=1400,1000", "--dump-dom",
             f"file://{os.path.abspath(page)}#{address}"], capture_output=True, text=True, timeout=120)
    return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


def check_browser(page, data):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("skipped: no Chromium to open the page in")
        return
    drawn = set()
    for n, step in enumerate(data["heat"][0]["steps"]):
        dom, console = browse(chromium, page, f"set=0&n={n}&filter=thumb&sort=lambda")
        assert not console, console
        after = Page(dom)
        assert any(text.startswith(f"{step['n']} (delta") for text in after.of("output"))
        squares = [float(text) for tag, given, words in after.texts if tag == "text" and given.get("class") == "inside"
                   for text in ["".join(words)]]
        wanted = [round(value, 2) for line in step["mean"] for value in line]
        assert len(squares) == len(wanted) and all(
            abs(a - b) < .011 for a, b in zip(squares, wanted)), (squares, wanted)
        rows = [row for row in data["rows"] if "thumb" in row]
        assert f"{len(rows)} of {len(data['rows'])} cells" in "".join(after.of("span"))
        drawn.add(tuple(squares))
    assert len(drawn) == len(data["heat"][0]["steps"]), "the slider changes nothing"


def main():
    folder, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    page = Page(text)
    assert page.tags.count("script") == 2 and "h1" in page.tags
    assert all(link.startswith(("#", "data:")) for link in page.links), page.links
    assert "http://" not in re.sub(r"http://www\.w3\.org/2000/svg", "", text) and "https://" not in text
    with open(os.path.join(folder, "job.yaml"), encoding="utf-8") as file:
        job = file.read()
    assert page.of("pre") == [job]
    assert page.of("h1") == [re.search(r'^name: "(.*)"$', job, re.M)[1]]
    script = next(words for tag, given, words in page.texts if given.get("type") == "application/json")
    data = json.loads("".join(script))
    with open(os.path.join(folder, "results.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    check_heat(data, check_cells(data, rows))
    check_methods(data, folder, page)
    assert page.tags.count("img") >= 4
    check_browser(path, data)
    print(f"{path}: its {len(data['rows'])} cells are those of the table")


main()
