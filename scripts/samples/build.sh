#!/usr/bin/env bash
# Rebuilds the sample objects next to their sources. Only for people who change a sample: the objects are in the repository.
#
#   scripts/samples/build.sh [NAME...]      e.g. build.sh packet_counter; without names, all of them
#
# Needs clang, llvm-strip, libbpf-dev (bpf/bpf_helpers.h) and linux-libc-dev (linux/*.h). The committed objects were
# built with Debian's clang 14.0.6 for instruction set v3; those in the table below with other settings.
# CLANG and CLANG_V4 name other compilers; another version gives other instructions, though not another behaviour.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

clang=${CLANG:-clang-14}
clang_v4=${CLANG_V4:-clang-19}     # 19.1.7; instruction set v4 came with clang 18

# linux/types.h includes <asm/types.h>, which Debian keeps under the machine's own include folder.
include=()
if [[ -d "/usr/include/$(uname -m)-linux-gnu" ]]; then include=(-idirafter "/usr/include/$(uname -m)-linux-gnu"); fi

build() {
    local name=$1 compiler=$clang cpu=v3 strip=yes
    case $name in
        # v4 instructions, and the DWARF sections with their relocations left in, as plain `clang -g` writes them.
        tcp_options) compiler=$clang_v4 cpu=v4 strip=no ;;
    esac
    "$compiler" -target bpf -mcpu="$cpu" -g -O2 -Wall -Werror "${include[@]}" \
        -fdebug-compilation-dir=. -c "$name.bpf.c" -o "$name.bpf.o"
    # Without DWARF, with .BTF and .BTF.ext, which is what loaders read.
    if [[ $strip == yes ]]; then "llvm-strip${compiler#clang}" -g "$name.bpf.o"; fi
    printf '%-24s %s, -mcpu=%s\n' "$name.bpf.o" "$("$compiler" --version | head -n 1)" "$cpu"
}

if (( $# )); then names=("$@"); else names=(*.bpf.c); fi
for name in "${names[@]}"; do build "$(basename "$name" .bpf.c)"; done
