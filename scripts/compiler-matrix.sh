#!/usr/bin/env bash
# Compiles every sample with every clang on PATH (14 to 21), at -O1, -O2 and -Os, for every instruction set that the compiler has,
# and checks that each object loads and answers a capture as the committed one does. The tests run a selection of the same.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PSBPF_FULL_MATRIX=1 exec dotnet run --project tests/PSBpf.Hosting.Tests -v q -- \
    -class PSBpf.Hosting.Tests.Compile.CompilerMatrixTests -diagnostics "$@"
