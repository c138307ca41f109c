#!/bin/sh
# Installs, moves what was installed elsewhere, and builds and runs docs/example.c from there:
# install.sh FOLDER BUILD
# Environment: LLR_CMAKE, LLR_MPICC, LLR_MPIEXEC, LLR_SOURCE the source tree.
set -eu
rm -rf "$1"
mkdir -p "$1/project"
cd "$1"

fail() {
    echo "$*"
    exit 1
}
"$LLR_CMAKE" --install "$2" --prefix "$PWD/first" >install.log
mv first moved
moved=$PWD/moved
lib=$(dirname "$(find "$moved" -name libllrsweep.so)")
example=$(find "$moved" -name example.c)

"$moved/bin/llrsweep" --version | grep -q '^llrsweep [0-9]' || fail "no version"
"$moved/bin/llrsweep" help man | cmp - "$(find "$moved" -name llrsweep.1)"
"$moved/bin/llrsweep" help completion | cmp - "$(find "$moved" -path '*/completions/llrsweep')"

# Only what the headers declare is visible.
nm -D --defined-only "$lib/libllrsweep.so" | sed -n 's/.* T \([a-z_0-9]*\).*/\1/p' | sort >visible
sed -n 's/^[a-z].*[ *]\(llr_[a-z_]*\)(.*/\1/p' "$moved"/include/llr/*.h | sort >declared
diff declared visible || fail "declared and visible functions differ"
for standard in c99 c11; do
    echo '#include <llr/sweep.h>' | cc -std=$standard -Wall -Wextra -pedantic -Werror \
        -I"$moved/include" -fsyntax-only -x c - || fail "the header is not plain $standard"
done

# With pkg-config, as README says.
PKG_CONFIG_PATH=$lib/pkgconfig
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
"$LLR_MPICC" "$example" $(pkg-config --cflags --libs llrsweep) -o by_pkgconfig
"$PWD/by_pkgconfig" >alone
"$LLR_MPIEXEC" -n 3 "$PWD/by_pkgconfig" >three

# With CMake.
cat >project/CMakeLists.txt <<EOF
cmake_minimum_required(VERSION 3.22)
project(example LANGUAGES C)
find_package(llrsweep 0.1 REQUIRED)
find_package(MPI REQUIRED COMPONENTS C)
add_executable(example $example)
target_link_libraries(example PRIVATE llrsweep::llrsweep MPI::MPI_C)
EOF
"$LLR_CMAKE" -S project -B project/build -DCMAKE_PREFIX_PATH="$moved" >project.log
"$LLR_CMAKE" --build project/build >>project.log
"$LLR_MPIEXEC" -n 2 "$PWD/project/build/example" >two

grep -qE '^best of 990 fits: toy/square/[0-9]+/[0-4]/[a-z_]+(=[0-9.]+)?/[0-9.e-]+$' alone ||
    fail "the example says: $(cat alone)"
grep -qE '^worst class: validation 0\.[0-9]{4}, test 0\.[0-9]{4}$' alone ||
    fail "the example says: $(cat alone)"
cmp alone two && cmp alone three
