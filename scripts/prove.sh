#!/usr/bin/env bash
# Proves the verifier's arithmetic: with z3 for words of 64 bits, and by trying everything where words have a few bits. `dotnet test` does the
# same with fewer bits; this tries more, and all that can be said of numbers of four bits at once (minutes). docs/verifier/soundness.md says what is shown.
#
#   bash scripts/prove.sh [RUNNER OPTIONS]       e.g. -class PSBpf.Verifier.Proofs.DeductionProofs
#
# Needs the .NET 10 SDK, and z3 for the proofs (apt-get install z3).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
dotnet build tests/PSBpf.Verifier.Proofs --verbosity quiet --nologo
PSBPF_PROVE_ALL=1 dotnet run --project tests/PSBpf.Verifier.Proofs --no-build -- -noColor -showliveoutput "$@"
