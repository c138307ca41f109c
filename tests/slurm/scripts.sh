#!/bin/bash
# Runs all of slurm/ as its README says, on a Slurm of its own; every table must be the one of a
# plain run on one rank.
set -u
# shellcheck source=tests/slurm/world.sh
. "$LLR_SOURCE/tests/slurm/world.sh"
two=(-N 2 --ntasks-per-node=2)

has_no_more_than() { # LINES REGEX FOLDER: of the log; and nothing was written
    [ "$(grep -c "$2" "$log")" = "$1" ] || fail "$log has not $1 line of this kind"
    [ ! -e "$3" ] || fail "$3 was written"
}

begin 4 150
sed -e 's|^LAUNCH=.*|LAUNCH=(mpirun --bind-to none)|' slurm/site.env >mpirun.env
sed -e 's|^LAUNCH=.*|LAUNCH=(srun --mpi=none)|' slurm/site.env >lonely.env
llrsweep run -q job.yaml -o plain || fail "the plain run"
passed "plain run"

# requeue.sbatch over a real time limit, which Slurm looks at twice a minute. Its ranks are stopped
# in mid-run until the script is told that the time is nearly up, so that no machine is too fast.
submit "${two[@]}" -t 1 --signal=B:USR1@30 slurm/requeue.sbatch job.yaml late
late=$id late_log=$log
wait_for 60 is_in_mid_run late || fail "job $late does not start"
frozen=$(bed_pids llrsweep)
# shellcheck disable=SC2086
kill -STOP $frozen
# shellcheck disable=SC2086
wait_for 90 grep -qF "time is nearly up" "$late_log" && kill -CONT $frozen &
passed "requeue.sbatch: waits for its time limit"

# Mistakes: in the first second, one line.
sed 's/losses/loses/' job.yaml >mistake.yaml
submit "${two[@]}" slurm/run.sbatch mistake.yaml -o mistake
ends_with 60 2
says "$log" "did you mean \`losses\`"
has_no_more_than 1 "" mistake
LLRSWEEP_SITE=$PWD/lonely.env submit "${two[@]}" slurm/run.sbatch job.yaml -o lonely
ends_with 60 2
says "$log" "srun started 4 tasks" "--mpi=pmix"
has_no_more_than 1 "^llrsweep:" lonely
submit slurm/run.sbatch
ends_with 60 2
says "$log" "usage: sbatch"
passed "mistakes end in exit code 2"

submit "${two[@]}" slurm/run.sbatch job.yaml -o srun
ends_with 120 0
says "$log" "good: 1 datasets" "on 4 ranks" "digest "
LLRSWEEP_SITE=$PWD/mpirun.env submit "${two[@]}" slurm/run.sbatch job.yaml -o mpirun
ends_with 120 0
says "$log" "on 4 ranks" "digest "
same_table srun mpirun
passed "run.sbatch: srun and mpirun on 2 nodes"

# The signal reaches the ranks through both launchers; the same command goes on.
for launcher in srun mpirun; do
    export LLRSWEEP_SITE=$PWD/slurm/site.env
    [ $launcher = srun ] || LLRSWEEP_SITE=$PWD/mpirun.env
    submit "${two[@]}" slurm/run.sbatch job.yaml -o "stopped-$launcher"
    wait_for 60 is_in_mid_run "stopped-$launcher" || fail "job $id does not start"
    scancel --signal=USR1 --batch "$id"
    ends_with 60 4
    says "$log" "stopped (SIGUSR1)" "goes on from here"
    submit "${two[@]}" slurm/run.sbatch job.yaml -o "stopped-$launcher"
    ends_with 120 0
    says "$log" "units found"
done
unset LLRSWEEP_SITE
same_table stopped-srun stopped-mpirun
passed "run.sbatch: stopped by SIGUSR1, goes on"

# Alone in a batch script with several tasks, and from one rank below the daemons of two nodes.
cat >alone.sh <<'EOF'
#!/bin/bash
. slurm/site.env
llrsweep run -q job.yaml -o alone && mpirun -n 1 llrsweep run -q job.yaml -o alone-mpirun
EOF
submit "${two[@]}" -o alone.log alone.sh
ends_with 120 0
same_table alone alone-mpirun
passed "alone in a batch script"

array=$(sbatch --parsable --array=1-3 slurm/array.sbatch job.yaml array)
submit --dependency="afterok:$array" slurm/gather.sbatch array
ends_with 120 0
for shard in 1 2 3; do
    says "llrsweep-${array}_$shard.log" "shard $shard of 3"
done
same_table array/whole
passed "array.sbatch and gather.sbatch"

# Back into the queue by another hand: by scontrol, and by a job that is more urgent.
for by in scontrol urgent; do
    submit "${two[@]}" -w 'n[3-4]' slurm/requeue.sbatch job.yaml "$by"
    wait_for 60 is_in_mid_run "$by" || fail "job $id does not start"
    case $by in
    scontrol) scontrol requeue "$id" ;;
    urgent) sbatch -Q -p urgent -N 2 -n 4 -w 'n[3-4]' -o urgent.log --wrap true ;;
    esac
    wait_for 30 job_is "$id" PENDING || fail "job $id is not requeued"
    wait_for 60 job_goes_on "$id" || fail "job $id does not go on"
    ends_with 120 0
    says "$log" "start 1 on" "stopped (SIGTERM)" "start 2 on" "units found" "digest "
    same_table "$by"
done
passed "requeue.sbatch: requeued in mid-run, preempted in mid-run"

slurm/scaling-study.sh job.yaml scaling 1 2 -- --ntasks-per-node=2 -t 10 >study.log ||
    fail "scaling-study.sh"
id=$(sed -n 's/^\([0-9]*\): the report.*/\1/p' study.log)
wait_for 180 job_has_ended "$id" || fail "the scaling study does not end"
same_table scaling/strong-1 scaling/strong-2 scaling/weak-1
[ "$(units_done scaling/weak-2)" = $((2 * $(units_done plain))) ] || fail "weak-2 has not twice the job"
[ -z "$(comm -23 <(numbers plain | sort) <(numbers scaling/weak-2 | sort))" ] ||
    fail "weak-2 does not hold the rows of the job"
says scaling/strong-1.log "on 2 ranks"
says scaling/strong-2.log "on 4 ranks"
says scaling/weak-2.log "on 4 ranks"
! llrsweep help scaling >/dev/null 2>&1 || grep -q speed scaling/scaling.log || fail "no report: $(cat scaling/scaling.log)"
passed "scaling-study.sh: strong and weak, 1 and 2 nodes"

submit "${two[@]}" slurm/requeue.sbatch job.yaml cancelled
wait_for 60 is_in_mid_run cancelled || fail "job $id does not start"
scancel "$id"
wait_for 60 job_is "$id" CANCELLED || fail "scancel does not end job $id"
passed "requeue.sbatch: scancel ends it"

wait_for 90 job_is "$late" PENDING || fail "job $late is not requeued"
says "$late_log" "stopped (SIGUSR1)" "back into the queue"
wait_for 60 job_goes_on "$late" || fail "job $late does not go on"
id=$late
ends_with 120 0
says "$late_log" "start 2 on" "units found" "digest "
same_table late
passed "requeue.sbatch: over its time limit until it is done"
