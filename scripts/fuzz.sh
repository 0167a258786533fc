#!/usr/bin/env bash
# Runs random programs in the interpreter, in compiled code of several shapes and in the Linux kernel, and stops at the first that
# differs, made as small as it can be. Needs bpf(2).
#
#   bash scripts/fuzz.sh [ROUNDS [PROGRAMS [SEED]]]      10 rounds of 10000 programs from seed 1
#
# Each round is a process of its own; the program that ended it, if one did, is printed from what it left on disk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=${1:-10} programs=${2:-10000} seed=${3:-1}
cases=$(mktemp -d)
trap 'rm -rf "$cases"' EXIT
dotnet build tests/PSBpf.Differential.Tests --verbosity quiet --nologo
for ((round = 0; round < rounds; round++)); do
  echo "== seed $((seed + round)), $programs programs"
  if ! PSBPF_FUZZ_PROGRAMS=$programs PSBPF_FUZZ_SEED=$((seed + round)) PSBPF_FUZZ_DIRECTORY=$cases \
    dotnet run --project tests/PSBpf.Differential.Tests --no-build -- \
    -class PSBpf.Differential.Tests.Fuzzing.FuzzTests -showliveoutput -noColor; then
    for file in "$cases"/*.txt; do
      [[ -e $file ]] || continue
      echo "== the program that was running"
      cat "$file"
    done
    exit 1
  fi
done
