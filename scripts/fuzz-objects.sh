#!/usr/bin/env bash
# Feeds changed objects and types to their readers, led by AFL++ towards code that was not reached yet, and says how many were read
# and whether any crashed, hung or took too much memory. Needs the .NET SDK and AFL++ (installed on Debian as root when it is missing).
#
#   bash scripts/fuzz-objects.sh [SECONDS [TARGET...]]      120 seconds for each of object, types, lazy-types
#
# What it finds stays in out/fuzz/TARGET; this runs one of them again:
#   dotnet run --project tests/PSBpf.Fuzz -- replay TARGET FILE
# The exit code is 0 only when every target was run and nothing was found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-120}
shift $(($# > 0))
targets=("${@:-object}")
[ $# -gt 0 ] || targets=(object types lazy-types)
megabytes=2048

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
fail() { printf 'fuzz-objects: %s\n' "$*" >&2; exit 1; }

if ! command -v afl-fuzz >/dev/null; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "there is no afl-fuzz; install AFL++ (Debian: afl++)"
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends afl++ >/dev/null || fail "apt-get cannot install afl++"
fi
bash scripts/corpus.sh >/dev/null || echo "== there are no real objects; the samples and objects made by hand are the seeds"

dotnet build tests/PSBpf.Fuzz -v quiet -nologo -clp:NoSummary
built=tests/PSBpf.Fuzz/bin/Debug/net10.0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$built" "$scratch/bin"
program=(dotnet "$scratch/bin/PSBpf.Fuzz.dll")  # what the instrumented assembly runs in: only under afl-fuzz
dotnet "$built/PSBpf.Fuzz.dll" instrument "$scratch/bin/PSBpf.Core.dll" | sed 's/^/== instrumented: /'

# The machine's settings stay as they are, and one core is enough.
export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1
# The runtime maps far more than it uses: its own limit says what it may take.
export DOTNET_GCHeapHardLimit=$(printf '0x%x' $((megabytes << 20)))

value() { sed -n "s/^$2 *: *//p" "$1/default/fuzzer_stats"; }

found=0
for target in "${targets[@]}"; do
    dotnet "$built/PSBpf.Fuzz.dll" seeds "$target" "$scratch/seeds-$target"
    out=out/fuzz/$target
    rm -rf "$out"
    mkdir -p "$out"
    if ! afl-fuzz -V "$seconds" -t 5000 -m none -i "$scratch/seeds-$target" -o "$out" -- "${program[@]}" fuzz "$target" >"$scratch/$target.log" 2>&1; then
        tail -n 20 "$scratch/$target.log" >&2
        fail "afl-fuzz did not run $target to its end"
    fi
    crashes=$(find "$out/default/crashes" -type f -name 'id*' | wc -l)
    hangs=$(find "$out/default/hangs" -type f -name 'id*' | wc -l)
    printf '%s: %s executions (%s/s), %s inputs that reached something new, coverage %s, %s crashes, %s hangs\n' \
        "$target" "$(value "$out" execs_done)" "$(value "$out" execs_per_sec)" "$(value "$out" corpus_found)" "$(value "$out" bitmap_cvg)" "$crashes" "$hangs"
    found=$((found + crashes + hangs))
done
exit $((found > 0))
