#!/bin/bash
# Strong and weak scaling of one job over node counts, one run after another, then the report:
#
#   slurm/scaling-study.sh JOB.yaml FOLDER NODES... [-- options of sbatch]
#   slurm/scaling-study.sh job.yaml results/scaling 1 2 4 8 -- --ntasks-per-node=48 -t 30
#
# Strong: the same job on all. Weak: N nodes have N times the job's seeds, FOLDER/weak-N.yaml. Logs
# and the report, scaling.log, are in FOLDER, which must be new, since a sweep that is done would not
# be timed again.
set -eu
usage="usage: $0 JOB.yaml FOLDER NODES... [-- options of sbatch]"
[ $# -ge 3 ] || {
    echo "$usage" >&2
    exit 2
}
job=$1 folder=$2
shift 2
nodes=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    [[ $1 =~ ^[1-9][0-9]*$ ]] || {
        echo "NODES: $1 is no number of nodes; $usage" >&2
        exit 2
    }
    nodes+=("$1")
    shift
done
[ $# = 0 ] || shift
here=$(cd "$(dirname "$0")" && pwd)
export LLRSWEEP_SITE=${LLRSWEEP_SITE:-$here/site.env}
[ -f "$LLRSWEEP_SITE" ] || LLRSWEEP_SITE=$here/site.env.example
# shellcheck source=slurm/site.env.example
. "$LLRSWEEP_SITE"

resolved=$("$LLRSWEEP" check --explain "$job")
count=$(sed -n 's/^seeds: {first: .*, count: \([0-9]*\)}$/\1/p' <<<"$resolved")
mkdir -p "$(dirname "$folder")"
mkdir "$folder"
folder=$(cd "$folder" && pwd)

after=() # the run before, so that runs do not share network and file system
submit() { # FOLDER NODES JOB: one run
    id=$(sbatch --parsable --exclusive "${after[@]}" -o "$1.log" -J "$(basename "$1")" "${@:4}" \
        -N "$2" "$here/run.sbatch" "$3" -o "$1")
    after=("--dependency=afterany:$id")
    echo "$id: $1 on $2 nodes"
}

strong=() weak=()
for n in "${nodes[@]}"; do
    weak_job=${resolved/"count: $count}"/"count: $((n * count))}"}
    echo "$weak_job" >"$folder/weak-$n.yaml"
    strong+=("$folder/strong-$n") weak+=("$folder/weak-$n")
    submit "$folder/strong-$n" "$n" "$job" "$@"
    submit "$folder/weak-$n" "$n" "$folder/weak-$n.yaml" "$@"
done
id=$(sbatch --parsable "${after[@]}" -o "$folder/scaling.log" -J scaling -n 1 -t 10 <<EOF
#!/bin/bash
. $(printf %q "$LLRSWEEP_SITE")
"\$LLRSWEEP" scaling $(printf '%q ' "${strong[@]}") && echo &&
    "\$LLRSWEEP" scaling --weak $(printf '%q ' "${weak[@]}")
EOF
)
echo "$id: the report, $folder/scaling.log"
