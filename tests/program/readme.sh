#!/bin/sh
# Runs the job and the commands that README.md and docs/theory.md show, as they stand there:
# readme.sh FOLDER BUILD
# Environment: LLR_BINARY the program, LLR_SOURCE the source tree.
set -eu
rm -rf "$1"
mkdir -p "$1/bin" "$1/data"
cd "$1"
ln -sf "$LLR_BINARY" bin/llrsweep
cp "$LLR_SOURCE/jobs/data/digits.h5" data/
PATH=$PWD/bin:$PATH

block() { # the lines between each ```$1 of the file $2 and the next ```
    sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$LLR_SOURCE/${2:-README.md}"
}
block yaml >job.yaml
block sh >commands.sh
[ "$(grep -c llrsweep commands.sh)" = 19 ]

# Arrays as numpy saves them: npy FILE TYPE SHAPE DATASET
npy() {
    printf '\223NUMPY\001\000\166\000%-117s\n' \
        "{'descr': '$2', 'fortran_order': False, 'shape': $3, }" >"$1"
    h5dump -d "$4" -b LE -o raw data/digits.h5 >/dev/null
    cat raw >>"$1"
}
npy X.npy '<f4' '(1797, 64)' features
npy y.npy '|i1' '(1797,)' labels
sh -eu commands.sh
test -e head.h5
grep -q '^.toprule' table.tex
grep -q '^.toprule' mine.tex
for python in python3 /usr/bin/python3; do
    "$python" -c 'import h5py, matplotlib, numpy' 2>/dev/null || continue
    PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=$PWD/matplotlib \
        "$python" "$LLR_SOURCE/analysis/figures.py" results/mine -o figures
    test -s figures/mine-methods-mine-square.pdf
    break
done

# What theory prints, number by number, to a hundredth of each.
block sh docs/theory.md >theory.sh
[ "$(grep -c llrsweep theory.sh)" = 3 ]
sh -eu theory.sh | grep . >printed
block text docs/theory.md | grep . >shown
[ "$(wc -l <printed)" = "$(wc -l <shown)" ]
paste -d '\n' shown printed | awk '
    NR % 2 { split($0, shown); fields = NF; line = $0; next }
    { wrong = NF != fields }
    { for (i = 1; i <= NF; i++) {
          near = ($i - shown[i]) ^ 2 <= (.01 * shown[i]) ^ 2
          if ($i != shown[i] && !(shown[i] ~ /^[0-9.]+,?$/ && near)) wrong = 1
      } }
    wrong { print "docs/theory.md: " line; print "printed: " $0; failed = 1 }
    END { exit failed }'

for column in $(sed -n '/^| column/,/^$/p' "$LLR_SOURCE/README.md" | grep '^| `' | cut -d'|' -f2 |
    tr -d '`,' | tr ' ' '\n' | sed 's/_\*$/_overall/'); do
    head -1 results/example/results.csv | tr , '\n' | grep -qx "$column" || {
        echo "README names a column that the table does not have: $column"
        exit 1
    }
done

# Installing, and the program that uses the library.
if [ ! -e "$2/libllrsweep.so" ]; then
    echo "skipped: the library is no part of this build"
    exit 0
fi
mkdir build home
ln -s "$2" build/release
ln -s "$LLR_SOURCE/docs" docs
block shell >library.sh
HOME=$PWD/home sh -eu library.sh >library.out
grep -q '^best of 990 fits' library.out
test -x home/llrsweep/bin/llrsweep
