#!/bin/bash
# SIGKILL of a rank, of the launcher or of a node's slurmd at random moments of requeue.sbatch: no
# finished unit is ever lost, and the job completes with the table of a plain run.
#
#   kills.sh [KILLS]    6 of them; the seed of the random numbers is LLR_SEED, or taken and printed
#
# Half of them meet a job on two nodes, half one on a single node. A node whose slurmd was killed is
# given up, so that Slurm starts the job elsewhere; where it was the only one, the old script and its
# ranks still run: two incarnations at once.
set -u
# shellcheck source=tests/slurm/world.sh
. "$LLR_SOURCE/tests/slurm/world.sh"
kills=${1:-6}
units=$((60 * kills + 120))
seed=${LLR_SEED:-$(date +%s)}
RANDOM=$seed

shuffle() { # reads lines
    shuf --random-source=<(yes "$RANDOM")
}

kill_one() { # rank or launcher; srun and mpirun are first of those that they start under that name
    local pids
    case $1 in
    rank) mapfile -t pids < <(bed_pids llrsweep | shuffle) ;;
    launcher) mapfile -t pids < <(bed_pids 'srun|mpirun' | head -1) ;;
    esac
    [ ${#pids[@]} -gt 0 ] && kill -KILL "${pids[0]}" 2>/dev/null
}

# The journal never gets shorter.
watch_journal() {
    local now
    now=$(units_done "$out")
    [ "${now:-0}" -ge "$least" ] || fail "$least units were done, and then ${now:-0}"
    least=${now:-0}
}

lose_node() { # NAME: its slurmd is killed, Slurm gives it up; the job's processes there live on
    kill -KILL "$(cat "$world/bed/run/slurmd.$1.pid")"
    scontrol update NodeName="$1" State=DOWN Reason=killed
}

# A new slurmd ends what is left of the job that was taken from its node. That takes less than the two
# minutes that Slurm would wait, but is to be over before the job may come back to this node.
return_node() { # NAME
    bed_start_node "$world/bed" "$1" || fail "slurmd $1 does not start again"
    wait_for 90 node_is_free "$1" || fail "$1 keeps what is left of the job"
    scontrol update NodeName="$1" State=RESUME 2>/dev/null # it may be back by itself
}

node_is_free() { # NAME: no step has a socket there
    ! compgen -G "$world/bed/spool/$1/$1_*" >/dev/null
}

started() { # how often the script was started
    grep -c "requeue.sbatch: start" "$log" 2>/dev/null
}

has_started() { # TIMES
    job_goes_on "$id"
    [ "$(started)" -ge "$1" ] 2>/dev/null
}

# Mid-run of an incarnation: units are being solved. The end of an incarnation on a lost node may take
# the next one with it, since its step has the same number: then the job starts once more.
solves() {
    watch_journal
    job_goes_on "$id"
    [ "$least" -gt "$before" ] || job_has_ended "$id"
}

# The job, with so many kills in its way.
kill_job() { # NODES KILLS
    local k before starts victim victims nodes=$1
    out=out-$1 least=0 twice=0
    submit -N "$1" --ntasks-per-node=2 slurm/requeue.sbatch job.yaml "$out"
    for ((k = 1; k <= $2; k++)); do
        before=$least
        wait_for 180 solves || fail "start $(started) solves nothing"
        sleep "0.$((RANDOM % 10))"
        ! job_has_ended "$id" || break # a fast machine
        [ $((k % 3)) != 1 ] || mapfile -t victims < <(printf '%s\n' rank launcher slurmd | shuffle)
        victim=${victims[k % 3]}
        starts=$(started)
        wait_for 120 strike "$victim" || fail "there is no $victim to kill"
        starts_again $((starts + 1)) || fail "no start after a kill of $victim"
        restore
        watch_journal
        passed "$1 nodes, kill $k: $victim; $least of $units units are done"
    done
    [ "$k" -gt $(($2 / 2)) ] || fail "the job was done after $((k - 1)) kills"
    ends_with 600 0
    [ "$(units_done "$out")" = "$units" ] || fail "units are missing"
    passed "$1 nodes: done after $((k - 1)) kills, in $twice of them two incarnations at once;" \
        "$(llrsweep status "$out" | sed 1d | tr '\n' ';')"
}

# An old srun on a lost node may take the step's number out of Slurm's books, who then cannot end what
# is left of the step: the operator does.
starts_again() { # TIMES
    ! wait_for 45 has_started "$1" || return 0
    echo "requeued by hand: $(job_fact "$id" JobState), $(bed_pids llrsweep | wc -l) ranks"
    scontrol requeue "$id"
    wait_for 180 has_started "$1"
}

strike() { # VICTIM
    lost=''
    job_is "$id" RUNNING || return 1
    [ "$1" != slurmd ] || lost=$(job_fact "$id" BatchHost)
    if [ -n "$lost" ]; then
        lose_node "$lost"
    else
        kill_one "$1"
    fi
}

restore() {
    [ -n "$lost" ] || return 0
    ! wait_for 5 are_two || twice=$((twice + 1))
    watch_journal
    return_node "$lost"
}

are_two() { # incarnations: more ranks than one has
    [ "$(bed_pids llrsweep | wc -l)" -gt $((2 * nodes)) ]
}

begin 4 $((units / 4))
sed -i 's/d: 200/d: 300/; s/sizes:.*/sizes: [600, 1500]/' job.yaml
cat >>slurm/site.env <<'EOF'
[ $((${SLURM_RESTART_COUNT:-0} % 2)) = 0 ] || LAUNCH=(mpirun --bind-to none)
EOF
echo "seed $seed, $kills kills, $units units"
{ # no process of the bed; a shell that starts thousands of others forgets how this one ended
    env -u SLURM_CONF llrsweep run -q job.yaml -o plain
    echo $? >plain.code
} &
kill_job 2 $((kills / 2))
kill_job 1 $((kills - kills / 2))
wait_for 300 test -s plain.code
[ "$(cat plain.code)" = 0 ] || fail "the plain run"
same_table out-1 out-2
passed "both have the table of the plain run"
