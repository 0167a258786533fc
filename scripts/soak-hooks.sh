#!/usr/bin/env bash
# Attaches, replaces and detaches programs at random on hooks of several kinds while four threads fire them, for minutes where the tests do it for seconds: no crash, and
# programs, maps and their memory gone at the end.
#
#   bash scripts/soak-hooks.sh          # one minute
#   bash scripts/soak-hooks.sh 600      # ten
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PSBPF_STRESS_SECONDS=${1:-60} DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
exec dotnet run --project tests/PSBpf.Runtime.Tests -v quiet -- -class "*.HookStormTests" -class "*.HookInjectorTests"
