#!/bin/sh
# Two hosts over TCP: network namespaces with names of their own, joined by a bridge, launched by
# mpirun as if over ssh. One table on one rank and on two hosts; a group of ranks of both reads a
# file; a host is lost, the job ends and goes on. hosts.sh FOLDER; environment: LLR_BINARY,
# LLR_SOURCE. 77: the machine does not let us make namespaces.
set -eu

if [ "${1:-}" = agent ]; then # agent HOST COMMAND...: what mpirun calls in place of ssh
    host=$2
    shift 2
    # shellcheck disable=SC2016
    exec ip netns exec "$host" unshare --uts -- sh -c 'hostname "$0"; exec sh -c "$1"' "$host" "$*"
fi

script=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
prefix=llr$$
down() {
    for host in ${prefix}a ${prefix}b; do
        ip netns pids "$host" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
        ip netns del "$host" 2>/dev/null || true
    done
    ip link del "${prefix}br" 2>/dev/null || true
}
up() {
    ip link add "${prefix}br" type bridge && ip link set "${prefix}br" up || return 1
    number=1
    for host in ${prefix}a ${prefix}b; do
        ip netns add "$host" &&
            ip link add "v$host" type veth peer name eth0 netns "$host" &&
            ip link set "v$host" master "${prefix}br" up &&
            ip -n "$host" addr add "10.78.0.$number/24" dev eth0 &&
            ip -n "$host" link set eth0 up && ip -n "$host" link set lo up &&
            ip netns exec "$host" unshare --uts true || return 1
        number=$((number + 1))
    done
}
trap down EXIT
trap 'exit 1' INT TERM
if ! command -v ip >/dev/null || ! up 2>/dev/null; then
    echo "skipped: network namespaces cannot be made here (needs root and iproute2)"
    exit 77
fi

rm -rf "$1"
mkdir -p "$1"
cd "$1"
printf '#!/bin/sh\nexec sh %s agent "$@"\n' "$script" >agent.sh
chmod +x agent.sh
cat >job.yaml <<'JOB'
datasets: [{name: pair, synthetic: {d: 300, separation: 2, priors: [.8, .2]}}]
losses: [square, logistic]
exponents: {from: 0, to: 2, count: 5}
lambdas: {log10: {from: -3, to: 0, count: 4}}
sizes: [300, 600, 900]
seeds: {first: 0, count: 30}
JOB
cat >group.yaml <<JOB
datasets: [{name: digits, path: $LLR_SOURCE/jobs/data/digits.h5}]
exponents: [0, 1]
lambdas: [.1]
sizes: [100]
seeds: {count: 2}
ranks_per_unit: 4
JOB
on_two_hosts() { # a job on two ranks of each host
    sh "$script" agent ${prefix}a mpirun --host "${prefix}a:2,${prefix}b:2" -n 4 \
        --mca plm_rsh_agent "$PWD/agent.sh" --mca btl tcp,vader,self \
        --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0 --wdir "$PWD" \
        "$LLR_BINARY" run "${2-job.yaml}" -o "$1"
}
digest() { sed -n 's/^digest: *"\(.*\)"/\1/p' "$1/provenance.yaml"; }

"$LLR_BINARY" run -q job.yaml -o one
on_two_hosts two
test -n "$(digest one)"
test "$(digest one)" = "$(digest two)"
test "$(cut -d, -f"$(head -1 two/results.csv | tr , '\n' | grep -nx host | cut -d: -f1)" two/results.csv |
    sort -u | grep -c "^${prefix}[ab]\$")" = 2 # both hosts worked

mpirun -n 4 "$LLR_BINARY" run -q group.yaml -o group-one
on_two_hosts group-two group.yaml
test -n "$(digest group-one)"
test "$(digest group-one)" = "$(digest group-two)"

# The second host is lost in mid-run.
on_two_hosts lost >lost.log 2>&1 &
job=$!
while kill -0 $job 2>/dev/null && ! grep -aq . lost/journal/* 2>/dev/null; do sleep .1; done
ip netns pids ${prefix}b | xargs -r kill -9 2>/dev/null || true
code=0
wait $job || code=$?
[ $code != 0 ] || { echo "the job was over before its host was lost"; exit 1; }
on_two_hosts lost
test "$(digest one)" = "$(digest lost)"
