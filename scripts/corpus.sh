#!/usr/bin/env bash
# Collects real BPF objects that Debian's packages hold, to compare the loader with libbpf on them: object files as they are,
# and those inside of binaries, carved out. Nothing of it belongs into the repository: they lie in a cache, and are fetched once.
#
#   bash scripts/corpus.sh [folder]     prints the folder; the exit code is not 0 when the packages cannot be fetched, and it says why
#   bash scripts/corpus.sh --table      writes docs/corpus.md: what becomes of each program here and in the machine's kernel (needs bpf(2))
set -euo pipefail

if [ "${1:-}" = --table ]; then
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    bash scripts/corpus.sh >/dev/null
    rows=$(mktemp)
    trap 'rm -f "$rows"' EXIT
    bash scripts/benchmark.sh --verdicts >"$rows"
    {
        cat <<'HEAD'
# Real programs

What becomes of the programs in Debian's packages xdp-tools, libxdp1, ir-keytable, libbpf-tools and bpftool: whether the object is read, whether the verifier accepts the program, what the
machine's kernel says of it, the instructions that each stepped through, and whether the managed engine can run it; if not, why. `bash scripts/corpus.sh --table` writes this page.

Objects that several binaries carry are listed once for each. EPERM: this kernel refuses such programs (fentry, fexit, LSM) before it looks at them.

HEAD
        cat "$rows"
    } >docs/corpus.md
    exit 0
fi

folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/psbpf/corpus}
packages=(xdp-tools libxdp1 ir-keytable libbpf-tools bpftool)

fail() { printf 'corpus: %s\n' "$*" >&2; exit 1; }

[ ! -e "$folder/complete" ] || { printf '%s\n' "$folder"; exit 0; }
for tool in apt-get dpkg-deb perl; do command -v "$tool" >/dev/null || fail "there is no $tool"; done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/root"
for package in "${packages[@]}"; do
    (cd "$scratch" && timeout 120 apt-get -qq download "$package" >"$scratch/apt.log" 2>&1) || fail "apt-get cannot download $package: $(tail -n 1 "$scratch/apt.log")"
    dpkg-deb -x "$scratch/$package"_*.deb "$scratch/root/$package" || fail "$package cannot be unpacked"
done

mkdir -p "$folder"
rm -f "$folder"/*.o

# An object is a file of its own, or lies somewhere in a binary. It reaches to the end of its table of sections, which
# clang and bpftool write last.
find "$scratch/root" -type f -print0 | sort -z | perl -0 -e '
    my ($folder, $root) = splice @ARGV, 0, 2;
    while (my $path = <STDIN>) {
        chomp $path;
        open my $file, "<:raw", $path or next;
        my $bytes = do { local $/; <$file> };
        my ($name, $count) = (substr($path, length($root) + 1), 0);
        $name = (split m{/}, $name)[0] . "_" . (split m{/}, $name)[-1];
        for (my $at = 0; ($at = index $bytes, "\x7fELF\x02\x01\x01", $at) >= 0; $at++) {
            next if $at + 64 > length $bytes;
            my ($type, $machine) = unpack "vv", substr $bytes, $at + 16, 4;
            next unless $type == 1 && $machine == 247;
            my ($table) = unpack "Q<", substr $bytes, $at + 40, 8;
            my ($entry, $entries) = unpack "vv", substr $bytes, $at + 58, 4;
            my $size = $table + $entry * $entries;
            next if $at + $size > length $bytes;
            my $object = $at == 0 ? $name : sprintf "%s.%d.o", $name, $count;
            $object .= ".o" unless $object =~ /\.o$/;
            open my $out, ">:raw", "$folder/$object" or die "$folder/$object: $!\n";
            print $out substr $bytes, $at, $size;
            close $out;
            $count++;
        }
    }' "$folder" "$scratch/root"

[ -n "$(find "$folder" -name '*.o' -print -quit)" ] || fail "the packages hold no BPF object"
touch "$folder/complete"
printf '%s\n' "$folder"
