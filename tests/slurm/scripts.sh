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
sed -e "s|^LAUNCH=(|&bash -c 'sleep 3; exec \"\$@\"' slowly |" slurm/site.env >slow.env
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

# Back into the queue by another hand: by scontrol, by a job that is more urgent, by a stop file.
for by in scontrol urgent file; do
    submit "${two[@]}" -w 'n[3-4]' slurm/requeue.sbatch job.yaml "$by"
    wait_for 60 is_in_mid_run "$by" || fail "job $id does not start"
    case $by in
    scontrol) scontrol requeue "$id" ;;
    urgent) sbatch -Q -p urgent -N 2 -n 4 -w 'n[3-4]' -o urgent.log --wrap true ;;
    file) touch file/stop ;;
    esac
    wait_for 100 job_is "$id" PENDING || fail "job $id is not requeued"
    wait_for 60 job_goes_on "$id" || fail "job $id does not go on"
    ends_with 120 0
    says "$log" "start 1 on" "stopped (" "start 2 on" "units found" "digest "
    same_table "$by"
done
passed "requeue.sbatch: requeued, preempted and stopped in mid-run"

submit "${two[@]}" slurm/requeue.sbatch job.yaml cancelled
wait_for 60 is_in_mid_run cancelled || fail "job $id does not start"
scancel "$id"
wait_for 60 job_is "$id" CANCELLED || fail "scancel does not end job $id"
passed "requeue.sbatch: scancel ends it"

# Slurm's minutes are coarse: it may say so while the run is still starting, here for three seconds.
LLRSWEEP_SITE=$PWD/slow.env submit "${two[@]}" slurm/requeue.sbatch job.yaml early
wait_for 60 grep -qsF "start 1 on" "$log" || fail "job $id does not start"
scancel --batch --signal=USR1 "$id"
ends_with 120 0
says "$log" "time is nearly up" "digest "
same_table early
passed "requeue.sbatch: told of its time at once"

id=$late
ends_with 300 0
says "$late_log" "time is nearly up" "stopped (SIGUSR1)" "back into the queue" "start 2 on" \
    "units found" "digest "
same_table late
passed "requeue.sbatch: over its time limit until it is done"

# The commands of slurm/README.md, as they stand there but for smaller numbers.
# shellcheck disable=SC2016
sed -n '/^```sh$/,/^```$/{/^```/d;/^cp /d;p}' slurm/README.md |
    sed 's/=48/=2/; s/=1-8/=1-3/; s/ 1 2 4 8 / 1 2 /' >readme.sh
[ "$(grep -c 'slurm/.*job.yaml' readme.sh)" = 4 ] || fail "README.md has other commands"
bash -eu readme.sh >readme.log 2>&1 || fail "$(cat readme.log)"
wait_for 300 bed_queue_is_empty || fail "the jobs of README.md do not end"
same_table results/job results/long results/shards/whole
for shard in 1 2 3; do
    says llrsweep-*_$shard.log "shard $shard of 3"
done
passed "README.md: run, requeue, array and gather"

cd results/scaling || fail "no scaling study"
ln -s ../../plain . # what the tables are compared with
same_table strong-1 strong-2 weak-1
[ "$(units_done weak-2)" = $((2 * $(units_done plain))) ] || fail "weak-2 has not twice the job"
[ -z "$(comm -23 <(numbers plain | sort) <(numbers weak-2 | sort))" ] ||
    fail "weak-2 does not hold the rows of the job"
says strong-1.log "on 2 ranks"
says strong-2.log "on 4 ranks"
says weak-2.log "on 4 ranks"
says scaling.log "strong scaling" "weak scaling"
passed "README.md: scaling study on 1 and 2 nodes"
