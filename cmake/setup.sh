# shellcheck shell=sh
# Sourced by jobs/demo.sh and tests/run.sh from the top of the tree: installs what is missing
# (Debian, as root or with sudo), then configures and builds one preset.
#   llr_setup <preset>    afterwards: $llr_build is the build folder
llr_packages="build-essential cmake ninja-build pkg-config git libopenmpi-dev openmpi-bin
  libopenblas-pthread-dev liblapacke-dev libscalapack-openmpi-dev libhdf5-openmpi-dev hdf5-tools
  libcunit1-dev procps libyaml-dev libxxhash-dev librandom123-dev
  libcminpack-dev libsleef-dev zlib1g-dev"

llr_missing() {
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            printf '%s ' "$package"
    done
}

llr_install() {
    command -v dpkg-query >/dev/null 2>&1 || {
        echo "not a Debian machine: libraries are expected from modules (see README, Build)"
        return 0
    }
    # shellcheck disable=SC2086
    missing=$(llr_missing $llr_packages "$@")
    [ -n "$missing" ] || return 0
    echo "installing: $missing"
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    export DEBIAN_FRONTEND=noninteractive
    $sudo apt-get -o DPkg::Lock::Timeout=500 update -qq
    # shellcheck disable=SC2086
    llr_without_services $sudo apt-get -o DPkg::Lock::Timeout=500 install -y -qq \
        --no-install-recommends $missing >/dev/null
}

# The daemons of a package are not started; where the machine has a rule of its own it stays.
llr_without_services() {
    rule=/usr/sbin/policy-rc.d
    if [ -e $rule ]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $rule >/dev/null
    $sudo chmod 755 $rule
    status=0
    "$@" || status=$?
    $sudo rm -f $rule
    return $status
}

# More processes than cores are forgiven, root may run, and mpirun adds nothing to a failure's one
# line: settings of Open MPI, ignored by others.
llr_mpi_environment() {
    export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
    export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_orte_execute_quiet=1
    export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 HDF5_USE_FILE_LOCKING=FALSE
    [ "$(id -u)" != 0 ] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
}

llr_setup() {
    preset=$1
    llr_build=build/$preset
    cmake --preset "$preset" >"build-$preset.log" 2>&1 &&
        cmake --build --preset "$preset" >>"build-$preset.log" 2>&1 || {
        cat "build-$preset.log"
        echo "the build failed; its output stands above"
        return 1
    }
    rm -f "build-$preset.log"
    llr_mpi_environment
}
