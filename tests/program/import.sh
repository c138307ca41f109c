#!/bin/sh
# Files that numpy, h5py and csv write, imported and compared with what they hold; the Python of
# docs/python.md: sh import.sh <scratch folder>       (77: skipped, no numpy or h5py)
set -eu
scratch=$1
for python in python3 /usr/bin/python3 none; do
    "$python" -c 'import h5py, numpy' 2>/dev/null && break
done
if [ "$python" = none ]; then
    echo "skipped: no python3 here has numpy and h5py"
    exit 77
fi
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch"
export PYTHONDONTWRITEBYTECODE=1
"$python" "$LLR_SOURCE/tests/program/check_import.py"
"$python" "$LLR_SOURCE/tests/program/check_python_page.py"
