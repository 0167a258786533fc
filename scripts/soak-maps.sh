#!/usr/bin/env bash
# Works on maps with many threads for minutes, where the tests do it for seconds: no lost update, no torn value, produced = consumed + dropped, and nothing freed under a run.
#
#   bash scripts/soak-maps.sh          # one minute for each test
#   bash scripts/soak-maps.sh 600      # ten
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PSBPF_STRESS_SECONDS=${1:-60} DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
exec dotnet run --project tests/PSBpf.Runtime.Tests -v quiet -- -class "*.MapStressTests" -class "*.MapConcurrencyTests" -class "*.RingBufferTests" -class "*.ReclaimerTests"
