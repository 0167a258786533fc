BeforeDiscovery {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $noClang = [PSBpf.Compile.Clang]::All().Count -eq 0
}

BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Pins' {
    It 'keep a map when its program is removed, and give it to the next import' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            $pin = Add-BpfPin protocols /sys/fs/bpf/edge/protocols
            $pin.Kind | Should -Be 'Map'
            $pin.Type | Should -Be 'Hash'
            (Get-BpfMap protocols).Pin | Should -Be '/sys/fs/bpf/edge/protocols'
            Invoke-BpfProgram packet_counter -Packet @{ arp = @{} } | Out-Null
            $before = (Get-BpfMapEntry protocols | ConvertTo-Json -Depth 5)
            Remove-BpfProgram packet_counter
            Get-BpfMap | Should -HaveCount 0
            (Get-BpfPin).Path | Should -Be '/sys/fs/bpf/edge/protocols'
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Map @{ protocols = @{ Pin = '/sys/fs/bpf/edge/protocols' } } | Out-Null
            (Get-BpfMapEntry protocols | ConvertTo-Json -Depth 5) | Should -Be $before
            Get-BpfPin /sys/fs/bpf/edge | Remove-BpfPin
            Get-BpfPin | Should -HaveCount 0
            (Get-BpfMap protocols).Pin | Should -BeNullOrEmpty
        }
    }

    It 'are refused with an id and what to do' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Add-BpfPin protocols /tmp/protocols -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2010,*'
            { Add-BpfPin nothing /sys/fs/bpf/x -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,*'
            { Remove-BpfPin /sys/fs/bpf/x -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,*'
            Add-BpfPin protocols /sys/fs/bpf/x | Out-Null
            { Add-BpfPin protocols /sys/fs/bpf/x -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2011,*'
            $wrong = { Import-BpfProgram "$samples/packet_counter.bpf.o" -Map @{ protocols = @{ Pin = '/sys/fs/bpf/x'; MaxEntries = 99 } } -ErrorAction Stop }
            $wrong | Should -Throw '*max_entries is*and the object declares 99*' -ErrorId 'BPF2012,*'
            Remove-BpfPin /sys/fs/bpf/x -WhatIf
            Get-BpfPin | Should -HaveCount 1
        }
    }

    Context 'that a source asks for' -Skip:$noClang {
        BeforeAll {
            [System.IO.File]::WriteAllText("$TestDrive/pinned.bpf.c", @'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, long); __uint(pinning, LIBBPF_PIN_BY_NAME); } runs SEC(".maps");
SEC("xdp") int count(void *ctx)
{
    int zero = 0;
    long *n = bpf_map_lookup_elem(&runs, &zero);
    if (n) __sync_fetch_and_add(n, 1);
    return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
'@)
        }

        It 'are made where -PinPath says, and shared' {
            Use-BpfSession {
                $one = Import-BpfProgram "$TestDrive/pinned.bpf.c" -PinPath /sys/fs/bpf/here
                $two = Import-BpfProgram "$TestDrive/pinned.bpf.c" -PinPath /sys/fs/bpf/here
                $one, $two | ForEach-Object { Invoke-BpfProgram $_ -Packet @{ arp = @{} } | Out-Null }
                Get-BpfMap runs | Should -HaveCount 1
                (Get-BpfMapEntry runs).Value | Should -Be 2
                Import-BpfProgram "$TestDrive/pinned.bpf.c" | Out-Null
                Get-BpfPin | ForEach-Object Path | Should -Be @('/sys/fs/bpf/here/runs', '/sys/fs/bpf/runs')
            }
        }
    }
}
