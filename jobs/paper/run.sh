#!/bin/sh
# The paper's figures: installs what is missing (Debian), builds, runs the jobs of this folder whose
# data are there, draws the figures and says how far predictions and measurements are apart:
#     sh jobs/paper/run.sh [job...]        names without .yaml; default: all
# Tables and figures are in results/paper. Run again it goes on from what is there.
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh

# Whether all files that a job names as paths are there.
has_data() {
    # shellcheck disable=SC2013
    for path in $(sed -n 's/.*[ {]path: *\([^,} ]*\).*/\1/p' "$1"); do
        [ -f "jobs/paper/$path" ] || {
            echo "skipped $1: no $path"
            return 1
        }
    done
}

# The first python3 that has what the figures need.
find_python() {
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import h5py, matplotlib, numpy' 2>/dev/null && return
    done
    echo "the figures need python3 with numpy, h5py and matplotlib"
    return 1
}

llr_install python3-numpy python3-h5py python3-matplotlib
find_python
llr_setup release
# shellcheck disable=SC2012,SC2046
[ $# -gt 0 ] || set -- $(cd jobs/paper && ls ./*.yaml | sed 's,^./,,; s,.yaml$,,')
ranks=$(getconf _NPROCESSORS_ONLN)
folders=
for name; do
    has_data "jobs/paper/$name.yaml" || continue
    code=0
    # shellcheck disable=SC2154
    mpirun -n "$ranks" "$llr_build/src/app/llrsweep" run "jobs/paper/$name.yaml" || code=$?
    [ $code = 0 ] || [ $code = 3 ] || exit $code # 3: cells without an answer, beyond the border
    folders="$folders results/paper/$name"
done
[ -n "$folders" ] || {
    echo "no job ran: the data of none is there"
    exit 1
}
# shellcheck disable=SC2086
"$python" analysis/paper_figures.py $folders -o results/paper/figures
# shellcheck disable=SC2086
"$python" analysis/agreement.py $folders
