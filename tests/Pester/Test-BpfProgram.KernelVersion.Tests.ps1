BeforeDiscovery {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $noClang = [PSBpf.Compile.Clang]::All().Count -eq 0
}

BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Test-BpfProgram -KernelVersion' {
    It 'says which kernel each program needs, without being asked' {
        $report = Test-BpfProgram "$samples/packet_events.bpf.o"
        $report.Accepted | Should -BeTrue
        $report.RequiredKernel | Should -Be ([version]'5.12')
        $report.KernelVersion | Should -BeNullOrEmpty
        $ring = $report.KernelFeatures | Where-Object Name -eq 'bpf_ringbuf_output'
        $ring.Since | Should -Be ([version]'5.8')
        $ring.Source.Text | Should -Match 'bpf_ringbuf_output'
        $ring.Instead | Should -Match 'perf event array'
    }

    It 'refuses what <version> lacks, with the C line of each and what to do' -ForEach @(
        @{ version = '5.4'; findings = 3 }
        @{ version = '5.10'; findings = 1 }
    ) {
        $report = Test-BpfProgram "$samples/packet_events.bpf.o" -KernelVersion $version
        $report.Accepted | Should -BeFalse
        $report.RuleId | Should -Be 'BPF1601'
        $report.RuleName | Should -Be 'kernel-version'
        $report.Reason | Should -Match "needs Linux 5\.12, and Linux $([regex]::Escape($version)) was asked for"
        $report.At.Source.Text | Should -Match '__sync_fetch_and_add'
        $report.At.Note | Should -Match 'needs Linux 5\.12'
        (1 + $report.CausalPath.Count) | Should -Be $findings
        $report.Suggestion | Should -Match '__sync_fetch_and_add'
    }

    It 'accepts what <_> has' -ForEach '5.15', '6.1', '6.18', 'v5.12', '5.15.0-91-generic' {
        $report = Test-BpfProgram "$samples/packet_events.bpf.o" -KernelVersion $_
        $report.Accepted | Should -BeTrue
        $report.RuleId | Should -Be ''
        $report.KernelVersion | Should -BeGreaterOrEqual ([version]'5.12')
    }

    It 'takes 5.10 for what it looks like' {
        (Test-BpfProgram "$samples/packet_counter.bpf.o" -KernelVersion 5.10).KernelVersion | Should -Be ([version]'5.10')
    }

    It 'decides in scripts' {
        Test-BpfProgram "$samples/packet_events.bpf.o" -KernelVersion 5.4 -Quiet | Should -Be $false
        Test-BpfProgram "$samples/packet_events.bpf.o" -KernelVersion 5.15 -Quiet | Should -Be $true
    }

    It 'annotates' {
        $log = Test-BpfProgram "$samples/packet_events.bpf.o" -KernelVersion 5.4 -As Sarif
        $log | Should -Match '"ruleId": "BPF1601"'
        $log | Should -Match 'needs Linux 5\.8: bpf_ringbuf_output'
    }

    It 'does not require a helper that the program asks for before it calls it: <version>' -Skip:$noClang -ForEach @(
        @{ version = '5.4'; required = '5.2' }
        @{ version = '5.10'; required = '5.8' }
    ) {
        $source = @'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern int LINUX_KERNEL_VERSION __kconfig;
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, long); } times SEC(".maps");
SEC("xdp") int asking(struct xdp_md *ctx)
{
    int key = 0;
    long *value = bpf_map_lookup_elem(&times, &key);
    if (!value) return XDP_PASS;
    if (LINUX_KERNEL_VERSION >= (5 << 16) + (8 << 8)) *value = bpf_ktime_get_boot_ns();
    else *value = bpf_ktime_get_ns();
    return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
'@
        [IO.File]::WriteAllText("$TestDrive/asking.bpf.c", $source)
        $report = Test-BpfProgram "$TestDrive/asking.bpf.c" -KernelVersion $version
        $report.Accepted | Should -BeTrue
        $report.RequiredKernel | Should -Be ([version]$required)
        $report.Unreached.Count | Should -BeGreaterThan 0
    }

    It 'tells first what no kernel accepts' {
        $report = Test-BpfProgram "$samples/broken_bounds.bpf.o" -KernelVersion 4.1
        $report.RuleId | Should -Be 'BPF1207'
        $report.RequiredKernel | Should -Be ([version]'5.1')
    }

    It 'judges loaded programs too' {
        Use-BpfSession {
            $program = New-BpfProgram -Type xdp -Name looping -Assembly "r0 = 0`nr0 += 1`nif r0 != 4 goto -2`nexit"
            (Test-BpfProgram $program -KernelVersion 5.2).Reason | Should -Match 'loops \(Linux 5\.3\)'
            (Test-BpfProgram $program -KernelVersion 5.3).Accepted | Should -BeTrue
        }
    }

    It 'refuses <text>, which <why>' -ForEach @(
        @{ text = '5.x'; why = 'is no version' }
        @{ text = '7.1'; why = 'is not in the tables' }
        @{ text = '2.6'; why = 'is not in the tables' }
    ) {
        { Test-BpfProgram "$samples/packet_counter.bpf.o" -KernelVersion $text } | Should -Throw -ErrorId 'BPF4008,PSBpf.PowerShell.TestBpfProgram'
    }

    It 'completes the versions that are kept up' {
        $texts = (TabExpansion2 'Test-BpfProgram -KernelVersion ').CompletionMatches.CompletionText
        '5.4', '5.10', '5.15', '6.1', '6.6', '6.12', '6.18' | ForEach-Object { $texts -contains $_ | Should -BeTrue }
    }

    It 'shows the version that brought a helper' {
        (Get-BpfHelper bpf_loop).Since | Should -Be ([version]'5.17')
    }
}
