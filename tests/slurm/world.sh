# shellcheck shell=bash
# What the Slurm tests share: a Slurm (bed.sh), a user's folder with slurm/ and a job, the digest
# that every run of it must have, and an end that leaves no process behind, whatever happens.
# Environment: LLR_BINARY, LLR_SOURCE, LLR_SCRATCH.
# shellcheck source=tests/slurm/bed.sh
. "$LLR_SOURCE/tests/slurm/bed.sh"

missing=$(bed_missing)
[ -z "$missing" ] || {
    echo "skipped: $missing is not installed (Debian: slurmctld slurmd slurm-client)"
    [ -z "${CI:-}" ] || exit 1 # where tests/run.sh has installed it
    exit 77
}
world=$LLR_SCRATCH/slurm-$$
trap 'end $?' EXIT
trap 'exit 130' INT TERM HUP

end() { # CODE
    trap - EXIT INT TERM HUP
    bed_down "$world/bed"
    [ "$1" = 0 ] && rm -rf "$world" || echo "what is left to look at: $world"
    exit "$1"
}

fail() {
    echo "failed: $*"
    show_logs
    exit 1
}

show_logs() {
    tail -n 30 "$world"/project/*.log "$world"/bed/log/slurmctld.log
    squeue
}

passed() {
    printf '%3d s  %s\n' $SECONDS "$*"
}

begin() { # NODES SEEDS: the bed, and the folder that the user works in
    mkdir -p "$world/project" "$world/bin"
    ln -s "$LLR_BINARY" "$world/bin/llrsweep"
    cp -r "$LLR_SOURCE/slurm" "$world/project"
    cd "$world/project" || exit 1
    sed "s|^# export PATH=.*|export PATH=$world/bin:\$PATH|" slurm/site.env.example >slurm/site.env
    cat >job.yaml <<EOF
datasets: [{name: g, synthetic: {d: 200, priors: [.9, .1]}}]
losses: [square, logistic]
exponents: {from: 0, to: 2, count: 3}
lambdas: [1, .1, .01, .001]
sizes: [150, 600]
seeds: {first: 0, count: $2}
EOF
    PATH=$world/bin:$PATH
    unset SBATCH_PARTITION SBATCH_ACCOUNT LLRSWEEP_SITE LLRSWEEP_OUTPUT
    bed_up "$world/bed" "$1" 2 || exit 1
    passed "Slurm is up: $1 nodes"
}

submit() { # options of sbatch, script, arguments: sets id and log
    id=$(sbatch --parsable "$@") || fail "sbatch $*"
    # shellcheck disable=SC2034
    log=llrsweep-$id.log
}

ends_with() { # SECONDS EXIT-CODE: of job $id, over all its starts
    wait_for "$1" job_goes_on_to_its_end "$id" || fail "job $id did not end in $1 s"
    [ "$(job_fact "$id" ExitCode)" = "$2:0" ] ||
        fail "job $id ended with $(job_fact "$id" ExitCode), not $2"
}

same_table() { # FOLDER...: each has the table of the plain run, timing and placement apart
    for folder in "$@"; do
        [ -s "$folder/results.csv" ] || fail "$folder has no table"
        [ "$(digest "$folder")" = "$(digest plain)" ] || fail "$folder: another digest"
        cmp <(numbers plain) <(numbers "$folder") || fail "$folder: another table"
    done
}

digest() { # FOLDER: as the program gives it
    sed -n 's/^digest: *//p' "$1/provenance.yaml"
}

numbers() { # FOLDER: the table without seconds, begun, ended, rank_id and host
    sed -E 's/(,[^,]*){5}$//' "$1/results.csv"
}

says() { # FILE TEXT...
    for text in "${@:2}"; do
        grep -qF -- "$text" "$1" || fail "$1 does not say: $text"
    done
}

units_done() { # FOLDER
    llrsweep status "$1" 2>/dev/null | sed -n '1s/.*: \([0-9]*\) of .* units done.*/\1/p'
}

is_in_mid_run() { # FOLDER: some units are done
    [ "$(units_done "$1")" -gt 0 ] 2>/dev/null
}
