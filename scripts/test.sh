#!/usr/bin/env bash
# Builds PSBpf and runs all its tests. The last line is the sum: "N passed, N failed, N skipped".
# The exit code is 0 only when everything built, every test project ran, and no test failed.
#
# Needs the .NET 10 SDK and nothing else. On Debian as root it first installs the optional real parts
# that some tests use; where they are missing, those tests skip and say so.
# PSBPF_TEST_INSTALL=0 leaves the machine as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

# Compilers from both ends of what Debian 12 has (up to -mcpu=v3, and with v4) and from between, and a terminal to type into.
# z3 proves the arithmetic of the verifier; libbpf is what the loader is compared with, on sources of our own and on the real objects that corpus.sh fetches.
optional=(clang-14 clang-16 clang-19 tmux gcc libc6-dev libbpf-dev libelf-dev zlib1g-dev bpftool z3)

export DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1
export DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { printf '== %s\n' "$*"; }

sum() { printf '%d passed, %d failed, %d skipped\n' "$1" "$2" "$3"; }

install_optional_parts() {
    [ "${PSBPF_TEST_INSTALL:-1}" != 0 ] || return 0
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 0
    local missing=() present=() name
    for name in "${optional[@]}"; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    say "installing ${missing[*]}"
    local apt=(timeout 300 env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=60)
    "${apt[@]}" update >"$scratch/apt.log" 2>&1 || true
    # Releases of Debian carry different versions of clang: take those that this one has.
    for name in "${missing[@]}"; do
        if apt-cache show "$name" >/dev/null 2>&1; then present+=("$name"); else say "this machine's apt has no $name"; fi
    done
    if [ ${#present[@]} -gt 0 ] &&
        ! "${apt[@]}" install -y --no-install-recommends "${present[@]}" >>"$scratch/apt.log" 2>&1; then
        tail -n 5 "$scratch/apt.log"
        say "could not install ${present[*]}; the tests that need them skip"
    fi
}

# The number after the last "  <name>: " in the runner's summary, or 0.
count() {
    sed -n '/^Test run summary:/,$p' "$scratch/test.log" | sed -n "s/^ *$1: *\([0-9][0-9]*\) *\$/\1/p" | tail -n 1 | grep . || echo 0
}

fetch_real_objects() {
    [ "${PSBPF_TEST_INSTALL:-1}" != 0 ] || return 0
    bash scripts/corpus.sh >/dev/null || say "there are no real objects; the tests that read them skip"
}

install_optional_parts
fetch_real_objects

say "building"
if ! dotnet build PSBpf.sln -nologo -v quiet -clp:NoSummary; then
    say "the build failed, no test ran"
    sum 0 1 0
    exit 1
fi

# One project after the other: several load programs into the machine's kernel or measure time.
# The results folder is for the runner's own reports only.
say "testing"
status=0
dotnet test --solution PSBpf.sln --no-build --max-parallel-test-modules 1 --no-progress --no-ansi \
    --results-directory "$scratch/results" --timeout 12m 2>&1 | tee "$scratch/test.log" || status=$?

[ -z "$(tail -c 1 "$scratch/test.log")" ] || echo

passed=$(count succeeded) failed=$(count failed) skipped=$(count skipped)
if [ "$status" = 0 ] && [ "$passed" = 0 ]; then
    say "no test ran"
    status=1
fi
# A project that crashes, hangs or holds no test fails no single test; the sum must not look clean for that.
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
    say "a test project holds no test or did not run to its end (exit code $status), see above"
    failed=1
fi
[ "$failed" = 0 ] || [ "$status" != 0 ] || status=1
sum "$passed" "$failed" "$skipped"
exit "$status"
