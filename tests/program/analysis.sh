#!/bin/sh
# Small forms of the paper's jobs, their tables by the module in analysis/, and every figure drawn:
#     sh analysis.sh <scratch folder>       (77: skipped, no numpy, h5py or matplotlib)
set -eu
scratch=$1
for python in python3 /usr/bin/python3 none; do
    "$python" -c 'import h5py, matplotlib, numpy' 2>/dev/null && break
done
if [ "$python" = none ]; then
    echo "skipped: no python3 here has numpy, h5py and matplotlib"
    exit 77
fi

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
"$python" "$LLR_SOURCE/analysis/agreement.py" results/* || [ $? = 3 ] # so few columns may miss
