BeforeDiscovery {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $noClang = [PSBpf.Compile.Clang]::All().Count -eq 0
    $noKernel = -not (Test-Path /sys/kernel/btf/vmlinux)

    # What a user may hand to Import-BpfProgram that is wrong: the error has an id, says what is wrong with which thing, and what to do.
    $sources = @(
        @{ wrong = 'a source that does not compile'; id = 'BPF0502'; says = "*undeclared identifier 'nothing'*"; code = 'SEC("xdp") int f(void *c) { return nothing; }' }
        @{ wrong = 'a legacy map'; id = 'BPF0312'; says = "*map 'counts' is declared in the legacy 'maps' section*"; code = 'struct { int type, key_size, value_size, max_entries; } counts SEC("maps") = { 1, 4, 4, 1 }; SEC("xdp") int f(void *c) { return !!&counts; }' }
        @{ wrong = 'a section name that means nothing'; id = 'BPF0303'; says = "*'f' is in section 'xdp_prog'*"; code = 'SEC("xdp_prog") int f(void *c) { return 0; }' }
        @{ wrong = 'no program'; id = 'BPF0302'; says = "*'.text'*"; code = 'int f(void *c) { return 0; }' }
        @{ wrong = 'a function of another file'; id = 'BPF0305'; says = "*'f' uses *'elsewhere'*"; code = 'int elsewhere(int); SEC("xdp") int f(void *c) { return elsewhere(1); }' }
        @{ wrong = 'an option that the kernel has not'; id = 'BPF0324'; says = "*CONFIG_PSBPF_NONE*"; code = 'extern int CONFIG_PSBPF_NONE __kconfig; SEC("xdp") int f(void *c) { return CONFIG_PSBPF_NONE; }' }
        @{ wrong = 'a function that the kernel has not'; id = 'BPF0324'; says = "*psbpf_none*"; code = 'extern int psbpf_none(int) __ksym; SEC("xdp") int f(void *c) { return psbpf_none(1); }' }
        @{ wrong = 'a map without a type'; id = 'BPF0304'; says = "*'counts' does not say its type*"; code = 'struct { __uint(max_entries, 4); __type(key, int); __type(value, int); } counts SEC(".maps"); SEC("xdp") int f(void *c) { int k = 0; return !!bpf_map_lookup_elem(&counts, &k); }' }
        @{ wrong = 'a field that maps have not'; id = 'BPF0304'; says = "*'counts' has a field 'colour'*"; code = 'struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, int); __type(value, int); __uint(colour, 3); } counts SEC(".maps"); SEC("xdp") int f(void *c) { int k = 0; return !!bpf_map_lookup_elem(&counts, &k); }' }
        @{ wrong = 'a map that cannot be'; id = 'BPF2001'; says = "*'counts' of type Array cannot be made: max_entries is 0*"; code = 'struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, int); } counts SEC(".maps"); SEC("xdp") int f(void *c) { int k = 0; return !!bpf_map_lookup_elem(&counts, &k); }' }
    )
    $arguments = @(
        @{ wrong = 'a variable that is none'; id = 'BPF0307'; says = "*no variable 'port'*blocked_port*"; with = @{ Variable = @{ port = 1 } } }
        @{ wrong = 'a value that does not fit'; id = 'BPF0202'; says = "*70000*"; with = @{ Variable = @{ blocked_port = 70000 } } }
        @{ wrong = 'a map that is none'; id = 'BPF4001'; says = "*no map 'counts'*verdicts*"; with = @{ Map = @{ counts = @{ MaxEntries = 1 } } } }
        @{ wrong = 'a change that maps have not'; id = 'BPF4006'; says = "*no 'Colour' to change*MaxEntries*"; with = @{ Map = @{ verdicts = @{ Colour = 1 } } } }
        @{ wrong = 'a change of what holds variables'; id = 'BPF0304'; says = "*'.bss' holds the object's global variables*"; with = @{ Map = @{ '.bss' = @{ MaxEntries = 2 } } } }
        @{ wrong = 'a program that is none'; id = 'BPF0308'; says = "*no program 'counter'*packet_counter*"; with = @{ Name = 'counter' } }
        @{ wrong = 'types that are none'; id = 'BPF0323'; says = "*nothing.btf*"; with = @{ Btf = 'nothing.btf' } }
        @{ wrong = 'a configuration that is none'; id = 'BPF0323'; says = "*nothing.config*"; with = @{ Config = 'nothing.config' } }
        @{ wrong = 'a hook that is none'; id = 'BPF2201'; says = "*nowhere*"; with = @{ Attach = 'nowhere' } }
    )
}

BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"

    function Get-ImportError([string] $path, [hashtable] $with = @{}) {
        Use-BpfSession {
            Import-BpfProgram $path @with -ErrorVariable failures -ErrorAction SilentlyContinue | Should -HaveCount 0
            Get-BpfMap | Should -HaveCount 0
            $failures[0]
        }
    }

    function Assert-Says($failure, [string] $id, [string] $says) {
        $failure.FullyQualifiedErrorId | Should -Be "$id,PSBpf.PowerShell.ImportBpfProgram"
        "$failure" | Should -BeLike $says
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        "$failure" | Should -Not -Match '   at |Exception'
    }
}

Describe 'An object that is wrong' {
    It 'is refused with an id, the thing and what to do: <wrong>' -ForEach $sources -Skip:$noClang {
        [System.IO.File]::WriteAllText("$TestDrive/wrong.bpf.c", "#include <linux/bpf.h>`n#include <bpf/bpf_helpers.h>`nchar _license[] SEC(`"license`") = `"GPL`";`n$code`n")
        Assert-Says (Get-ImportError "$TestDrive/wrong.bpf.c") $id $says
    }

    It 'is refused where the kernel lacks what its code reaches, with type, field and kernel' -Skip:($noClang -or $noKernel) {
        [System.IO.File]::WriteAllText("$TestDrive/core.bpf.c", @'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char _license[] SEC("license") = "GPL";
struct task_struct { int psbpf_field; } __attribute__((preserve_access_index));
SEC("raw_tp/sched_switch") int reached(void *c) { struct task_struct *t = (void *)bpf_get_current_task(); return BPF_CORE_READ(t, psbpf_field); }
SEC("raw_tp/sched_switch") int asked(void *c)
{
    struct task_struct *t = (void *)bpf_get_current_task();
    return bpf_core_field_exists(t->psbpf_field) ? BPF_CORE_READ(t, psbpf_field) : 0;
}
'@)
        $failure = Get-ImportError "$TestDrive/core.bpf.c" @{ Name = 'reached' }
        $failure.FullyQualifiedErrorId | Should -BeLike 'BPF4003,*'
        "$failure" | Should -BeLike "*struct task_struct.psbpf_field*Linux*"
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*bpf_core_field_exists*'
        Test-BpfProgram "$TestDrive/core.bpf.c" | Where-Object Name -eq asked | ForEach-Object Accepted | Should -BeTrue
    }
}

Describe 'A file that is wrong' {
    It 'is refused with an id, the thing and what to do: <id>' -ForEach @(
        @{ id = 'BPF0301'; says = '*missing.o*'; bytes = $null }
        @{ id = 'BPF0101'; says = '*'; bytes = [byte[]](1..100) }
        @{ id = 'BPF0102'; says = '*'; bytes = [byte[]](0x7f, 0x45, 0x4c, 0x46, 2, 1, 1) }
        @{ id = 'BPF0103'; says = '*32*'; bytes = [byte[]](0x7f, 0x45, 0x4c, 0x46, 1, 1, 1) + [byte[]]::new(60) }
        @{ id = 'BPF0104'; says = '*big-endian*'; bytes = [byte[]](0x7f, 0x45, 0x4c, 0x46, 2, 2, 1) + [byte[]]::new(60) }
    ) {
        if ($null -ne $bytes) { [System.IO.File]::WriteAllBytes("$TestDrive/$id.o", $bytes) }
        $path = if ($null -ne $bytes) { "$TestDrive/$id.o" } else { "$TestDrive/missing.o" }
        Assert-Says (Get-ImportError $path) $id $says
    }
}

Describe 'An argument that is wrong' {
    It 'is refused with an id, the thing and what to do: <wrong>' -ForEach $arguments {
        Assert-Says (Get-ImportError "$samples/packet_counter.bpf.o" $with) $id $says
    }
}
