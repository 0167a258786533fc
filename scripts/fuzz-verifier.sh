#!/usr/bin/env bash
# Looks for programs of which the verifier says something that is not true: random calculations, programs that are nearly right, and samples with a few
# instructions changed. What is accepted runs in the interpreter, which checks every access, and each number that an instruction gives a register has to be
# among what the verifier knew of it. Where bpf(2) may be used, what the kernel refuses although we accept it is printed and fails too.
#
#   bash scripts/fuzz-verifier.sh [PROGRAMS | MINUTESm [SEED]]      100000 programs, or so many minutes; from a seed that is printed
#
# Each round is a process of its own. A failure names the seed of its program, which makes it again:
#   PSBPF_CONTAINMENT_SEED=<seed> PSBPF_CONTAINMENT_PROGRAMS=10 dotnet run --project tests/PSBpf.Differential.Tests -- -class PSBpf.Differential.Tests.Fuzzing.ContainmentTests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

amount=${1:-100000} seed=${2:-$((RANDOM * 32768 + RANDOM))} round=20000 made=0 accepted=0
end=0
[[ $amount != *m ]] || end=$((SECONDS + ${amount%m} * 60))

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
log=$(mktemp)
trap 'rm -f "$log"' EXIT
[[ ${PSBPF_FUZZ_BUILT:-0} == 1 ]] || dotnet build tests/PSBpf.Differential.Tests --verbosity quiet --nologo

sum() { printf '== %d programs, %d accepted, seeds from %d\n' "$made" "$accepted" "$first"; }

first=$seed
while ((end ? SECONDS < end : made < amount)); do
    echo "== seed $seed"
    if ! PSBPF_CONTAINMENT_PROGRAMS=$round PSBPF_CONTAINMENT_SEED=$seed dotnet run --project tests/PSBpf.Differential.Tests --no-build -- \
        -class PSBpf.Differential.Tests.Fuzzing.ContainmentTests -showliveoutput -noColor >"$log" 2>&1; then
        cat "$log"
        sum
        exit 1
    fi
    grep -o '[0-9]* programs, [0-9]* accepted.*' "$log"
    read -r more passed < <(sed -n 's/.* \([0-9]*\) programs, \([0-9]*\) accepted.*/\1 \2/p' "$log" | awk '{ made += $1; accepted += $2 } END { print made + 0, accepted + 0 }')
    ((more > 0)) || { cat "$log"; echo "== no program was made"; exit 1; }
    made=$((made + more)) accepted=$((accepted + passed)) seed=$((seed + round))
done
sum
