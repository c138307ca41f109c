# shellcheck shell=sh
# Sets python to the first python3 that has the modules, or ends with 77 (skipped):
#     . python.sh; find_python h5py numpy
find_python() {
    modules=$(echo "$@" | sed 's/ /, /g')
    for python in python3 /usr/bin/python3; do
        "$python" -c "import $modules" 2>/dev/null && return
    done
    echo "skipped: no python3 here has $modules"
    exit 77
}
