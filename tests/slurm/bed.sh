# shellcheck shell=bash
# A private Slurm of virtual nodes on this one machine: own folder, own ports, no munge, no cgroups,
# no system service touched. Sourced by the tests:
#
#   bed_up DIR NODES CPUS    exports SLURM_CONF and what jobs need; node names are n1, n2, ...
#   bed_down DIR             ends all that bed_up and its jobs started
#
# Debian: slurmctld slurmd slurm-client.
PATH=$PATH:/usr/sbin:/sbin

bed_missing() { # the first program that is not here
    for program in slurmctld slurmd srun sbatch scontrol mpirun; do
        command -v "$program" >/dev/null || {
            echo "$program"
            return
        }
    done
}

bed_configure() { # DIR NODES CPUS PORT
    local host user
    host=$(hostname -s) user=$(id -un)
    cat >"$1/slurm.conf" <<EOF
ClusterName=llrsweep
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$4
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/none
CredType=cred/none
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool/%n
SlurmctldPidFile=$1/run/slurmctld.pid
SlurmdPidFile=$1/run/slurmd.%n.pid
SlurmctldLogFile=$1/log/slurmctld.log
SlurmdLogFile=$1/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
LaunchParameters=use_interactive_step
TmpFS=$1/tmp/%n
TaskProlog=$1/taskprolog.sh
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
MinJobAge=3600
SlurmctldTimeout=60
SlurmdTimeout=120
InactiveLimit=0
Waittime=0
AccountingStorageType=accounting_storage/none
SrunPortRange=$(($4 + 20))-$(($4 + 99))
NodeName=n[1-$2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$(($4 + 1))-$(($4 + $2))] CPUs=$3 RealMemory=2000
PartitionName=test Nodes=n[1-$2] Default=YES MaxTime=INFINITE PriorityTier=1 GraceTime=20
PartitionName=urgent Nodes=n[1-$2] MaxTime=INFINITE PriorityTier=2
EOF
    # Open MPI names shared memory by host and job: nodes that are one host must be kept apart. Not in
    # the batch script and the shell of salloc, from where mpirun would carry n1's to all nodes.
    cat >"$1/taskprolog.sh" <<EOF
#!/bin/sh
[ "\${SLURM_STEP_ID:-4294967290}" != 4294967290 ] || exit 0
echo "export OMPI_MCA_btl_vader_backing_directory=$1/tmp/\$SLURMD_NODENAME"
EOF
    chmod 755 "$1/taskprolog.sh"
}

# A pid counts only while its command line names our configuration: pids are used again.
bed_alive() { # PIDFILE
    [ -s "$1" ] && grep -qzxF "$SLURM_CONF" "/proc/$(cat "$1" 2>/dev/null)/cmdline" 2>/dev/null
}

bed_start() { # PIDFILE COMMAND...
    local file=$1
    shift
    rm -f "$file"
    setsid nohup "$@" </dev/null >>"$(dirname "$file")/../log/$(basename "$file").out" 2>&1 &
    disown $! # bash says nothing when it is killed
    wait_for 20 bed_alive "$file"
}

bed_start_node() { # DIR NAME
    bed_start "$1/run/slurmd.$2.pid" slurmd -D -N "$2" -f "$SLURM_CONF"
}

bed_ready() { # NODES
    [ "$(sinfo -h -N -p test -o %T 2>/dev/null | grep -c idle)" = "$1" ]
}

bed_try() { # DIR NODES CPUS PORT
    bed_configure "$@"
    bed_start "$1/run/slurmctld.pid" slurmctld -D -i -f "$SLURM_CONF" || return 1
    for i in $(seq "$2"); do
        mkdir -p "$1/spool/n$i" "$1/tmp/n$i"
        bed_start_node "$1" "n$i" || return 1
    done
    wait_for 60 bed_ready "$2"
}

bed_up() { # DIR NODES CPUS
    mkdir -p "$1"/{state,spool,log,run,tmp}
    export SLURM_CONF=$1/slurm.conf
    # Waiting ranks of nodes that share few cores must yield.
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
    for _ in 1 2 3; do # another one if somebody has the ports
        ! bed_try "$1" "$2" "$3" $((20000 + RANDOM % 120 * 100)) || return 0
        bed_down "$1"
    done
    tail -n 20 "$1"/log/* >&2
    echo "Slurm did not start" >&2
    return 1
}

# Pids of processes that the bed and its jobs started.
bed_pids() { # REGEX of the name that they run under
    local id
    for id in $(pgrep -x "$1"); do
        ! grep -qzxF "SLURM_CONF=$SLURM_CONF" "/proc/$id/environ" 2>/dev/null || echo "$id"
    done
}

bed_down() { # DIR
    [ -f "$1/slurm.conf" ] || return 0
    local id
    for id in $(timeout 10 squeue -h -o %A 2>/dev/null); do scancel -Q "$id"; done
    wait_for 15 bed_queue_is_empty
    for signal in TERM KILL; do
        for file in "$1"/run/*.pid; do
            ! bed_alive "$file" || kill -"$signal" "$(cat "$file")"
        done
        wait_for 5 bed_daemons_are_gone "$1" && break
    done
    bed_pids 'llrsweep|orted|mpirun|srun|slurm.*|bash' | xargs -r kill -KILL 2>/dev/null
    return 0
}

bed_queue_is_empty() {
    [ -z "$(timeout 5 squeue -h 2>/dev/null)" ]
}

bed_daemons_are_gone() { # DIR
    for file in "$1"/run/*.pid; do
        ! bed_alive "$file" || return 1
    done
}

wait_for() { # SECONDS COMMAND...: until it succeeds
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

job_fact() { # ID NAME: as scontrol shows it
    scontrol -o show job "$1" 2>/dev/null | sed -n "1s/.* $2=\([^ ]*\).*/\1/p"
}

job_is() { # ID STATE...
    [[ " ${*:2} " == *" $(job_fact "$1" JobState) "* ]]
}

job_has_ended() { # ID
    job_is "$1" COMPLETED FAILED CANCELLED TIMEOUT NODE_FAIL OUT_OF_MEMORY DEADLINE
}

# Slurm lets a requeued job wait for two minutes; here a little more than the second in which its
# nodes still refuse the credentials of the start before.
job_goes_on() { # ID
    local start
    start=$(date -d "$(job_fact "$1" StartTime)" +%s 2>/dev/null)
    if job_is "$1" PENDING && [ "${start:-0}" -gt $(($(date +%s) + 10)) ]; then
        scontrol update JobId="$1" StartTime=now+2seconds 2>/dev/null
    fi
    job_is "$1" RUNNING COMPLETED
}

job_goes_on_to_its_end() { # ID
    job_goes_on "$1"
    job_has_ended "$1"
}
