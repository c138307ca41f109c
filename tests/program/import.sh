#!/bin/sh
# Files that numpy, h5py and csv write, imported and compared with what they hold; the Python of
# docs/python.md: sh import.sh <scratch folder>       (77: skipped, no numpy or h5py)
set -eu
scratch=$1
# shellcheck source=tests/program/python.sh
. "$LLR_SOURCE/tests/program/python.sh"
find_python h5py numpy
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch"
export PYTHONDONTWRITEBYTECODE=1
"$python" "$LLR_SOURCE/tests/program/check_import.py"
"$python" "$LLR_SOURCE/tests/program/check_python_page.py"
