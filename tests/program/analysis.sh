#!/bin/sh
# Small forms of the paper's jobs, their tables by the module in analysis/, and every figure drawn:
#     sh analysis.sh <scratch folder>       (77: skipped, no numpy, h5py or matplotlib)
set -eu
scratch=$1
# shellcheck source=tests/program/python.sh
. "$LLR_SOURCE/tests/program/python.sh"
find_python h5py matplotlib numpy

rm -rf "$scratch"
mkdir -p "$scratch/data" "$scratch/jobs/paper"
cp "$LLR_SOURCE/jobs/data/digits.h5" "$scratch/data/"
cd "$scratch/jobs/paper"
for job in "$LLR_SOURCE"/jobs/paper/fig[1-58].yaml "$LLR_SOURCE"/jobs/paper/*-digits.yaml; do
    sed -e 's/d: 400/d: 20/; s/count: [13]0}/count: 3}/; s,\.\./data/,../../data/,' \
        -e 's,^output: .*/,output: ../../results/,' "$job" >"${job##*/}"
done
cat >plugin-digits.yaml <<EOF
name: plugin-digits
datasets:
  - {name: digits, path: ../../data/digits.h5, merge: [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]}
exponents: [0, 1, 2]
lambdas: [.1, 1]
deltas: [.25, .5]
seeds: {first: 0, count: 3}
theory: auto
output: ../../results/plugin-digits
EOF
for job in *.yaml; do
    code=0
    "$LLR_BINARY" run -q "$job" || code=$?
    [ $code = 0 ] || [ $code = 3 ] || exit $code # 3: no finite weights beyond the border
done

cd "$scratch"
: >any.file
export MPLCONFIGDIR="$scratch/matplotlib" PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=$LLR_SOURCE/analysis "$python" "$LLR_SOURCE/tests/program/check_tables.py" results/*
"$python" "$LLR_SOURCE/analysis/paper_figures.py" results/* -o figures
for name in fig1 fig2 fig3 fig4 fig5 fig8 fig6-digits-digits fig7-digits-digits-83 \
    fig10-12-digits-digits-95 fig10-12-digits-digits-17 fig10-12-digits-digits-12 fig9-digits; do
    [ -s "figures/$name.png" ] && [ -s "figures/$name.pdf" ] || {
        echo "figure $name is missing or empty"
        exit 1
    }
done
code=0
"$python" "$LLR_SOURCE/analysis/paper_figures.py" results/* -o any.file/in 2>complaint || code=$?
[ $code = 2 ] && tail -n 1 complaint | grep -q "error: -o any.file/in: .*a folder is needed" || {
    cat complaint
    exit 1
}
"$python" "$LLR_SOURCE/analysis/agreement.py" results/* || [ $? = 3 ] # so few columns may miss

# Figures, statistics and page of any folder; this one has names that are markup and mathematics.
cat >any.yaml <<EOF
name: "<b>&amp;\$x^_<script>alert(1)"
datasets:
  - {name: "digits<i>\$&", path: data/digits.h5, merge: [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]}
  - {name: three, synthetic: {d: 10, separation: 2, priors: [.5, .3, .2], test: 300}}
losses: [square, logistic]
exponents: {from: 0, to: 2, count: 5}
rules: [thumb, balanced_subsample]
lambdas: [.01, .1, 1]
sizes: [60, 120]
seeds: {first: 2, count: 7}
theory: auto
output: sweep
EOF
"$LLR_BINARY" run -q any.yaml
"$LLR_MPIEXEC" -n 3 "$LLR_BINARY" run -q any.yaml -o three
PYTHONPATH=$LLR_SOURCE/analysis "$python" "$LLR_SOURCE/tests/program/check_statistics.py" sweep inverse_prior
"$python" "$LLR_SOURCE/analysis/figures.py" sweep three --only timeline -o both
[ "$(find both -name '*-sweep-timeline.p*' -o -name '*-three-timeline.p*' | wc -l)" = 4 ]
code=0
"$python" "$LLR_SOURCE/analysis/figures.py" three --only heet 2>said || code=$?
[ $code = 2 ] && grep -q 'heet. is none of methods' said

# The README's own commands.
mkdir -p readme/results readme/bin
ln -s "$LLR_SOURCE/analysis" readme/analysis
cp -r sweep readme/results/example
ln -sf "$(command -v "$python")" readme/bin/python3
# shellcheck disable=SC2016
sed -n '/^```bash$/,/^```$/{/^```/d;p}' "$LLR_SOURCE/README.md" >readme/commands.sh
[ "$(grep -c 'python3 analysis/' readme/commands.sh)" = 2 ]
(
    cd readme
    PATH=$PWD/bin:$PATH PYTHONWARNINGS=error::UserWarning sh -eu commands.sh
    "$python" analysis/figures.py results/example ../three --only scaling -o figures
)
"$python" "$LLR_SOURCE/tests/program/check_report.py" sweep readme/results/example/report.html
for kind in methods heat phase weight delta predicted timeline scaling; do
    ls readme/figures/*-"$kind"*.pdf >/dev/null || {
        echo "no figure of kind $kind"
        exit 1
    }
done
code=0
"$python" "$LLR_SOURCE/analysis/report.py" jobs 2>said || code=$?
[ $code = 2 ] && grep -q 'jobs: no results.h5; the result folder' said
