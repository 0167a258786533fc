#!/usr/bin/env bash
# Measures the managed engine beside the machine's kernel and native code, and prints the table of docs/benchmarks.md.
#
#   scripts/benchmark.sh [--quick] [--filter TEXT] [--json FILE] [--no-costs]      --help for all options
#
# Needs the .NET 10 SDK; clang for most programs; bpf(2), so root, for the kernel's column. What is missing is skipped and
# said. Anywhere without bash: dotnet run -c Release --project tests/PSBpf.Benchmarks -- --quick
set -euo pipefail

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en

project=$(dirname "${BASH_SOURCE[0]}")/../tests/PSBpf.Benchmarks
exec dotnet run -c Release --project "$project" -v quiet -- "$@"
