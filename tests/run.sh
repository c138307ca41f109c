#!/bin/sh
# Installs what is missing, builds, and runs all tests: sh tests/run.sh [ctest options]
# In CI also: the sanitizer build, the format of the sources and the line coverage of the floors.
set -eu
cd "$(dirname "$0")/.."
. cmake/setup.sh

extra=
[ -z "${CI:-}" ] || extra="clang-format gcovr groff-base man-db iproute2
  slurmctld slurmd slurm-client python3-numpy python3-h5py python3-matplotlib"
# shellcheck disable=SC2086
llr_install $extra

llr_setup release
ctest --preset release -j 2 "$@"
[ -n "${CI:-}" ] || exit 0

git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror
llr_setup asan
ASAN_OPTIONS=detect_leaks=1 ctest --preset asan -j 2 -L unit
# Leaks inside MPI's plugins are not ours to mend; a sanitizer's own memory is not in the plan, nor
# does plan time a build of its kind. Of the sizes of one test some are enough here.
ASAN_OPTIONS=detect_leaks=0 ctest --preset asan -j 2 -L 'cli|mpi' \
    -E 'memory|hosts|mpi_plan|slices_[457]'
llr_setup dev
# Of the floors; tests of the command line alone look at none of them.
ctest --preset dev -j 2 -L 'unit|cli|mpi' \
    -E 'hosts|groups|mpi_plan|slices_[457]|cli_(usage|wrong_usage|help|launch|progress|readme)' \
    >build/dev/ctest.log || {
    cat build/dev/ctest.log
    exit 1
}
gcovr -r . --object-directory build/dev -f 'src/(base|linalg|theory|model|store|work|par)/' --print-summary |
    tail -3
