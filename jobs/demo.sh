#!/bin/sh
# Installs what is missing, builds, runs jobs/demo.yaml on two ranks and prints its benchmark
# table: sh jobs/demo.sh [ranks]. Run again it goes on from what is there.
set -eu
cd "$(dirname "$0")/.."
. cmake/setup.sh

llr_install
llr_setup release
llrsweep=$llr_build/src/app/llrsweep
mpirun -n "${1:-2}" "$llrsweep" run jobs/demo.yaml
"$llrsweep" report results/demo
