# The sample captures and the counter that other tests hold the engine against.

BeforeAll {
    $samples = "$PSScriptRoot/../../scripts/samples"

    function Get-Digest([string] $Path) {
        [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.File]::ReadAllBytes($Path)))
    }
}

Describe 'make-capture.ps1' {
    BeforeAll { & "$samples/make-capture.ps1" -OutputDirectory $TestDrive }

    It 'writes <_> as it is in the repository' -ForEach 'mixed', 'few-le-us', 'few-be-us', 'few-le-ns', 'few-be-ns' {
        Get-Digest "$TestDrive/$_.pcap" | Should -Be (Get-Digest "$samples/$_.pcap")
    }
    It 'writes something else for another seed' {
        & "$samples/make-capture.ps1" -OutputDirectory $TestDrive -Seed 7
        Get-Digest "$TestDrive/mixed.pcap" | Should -Not -Be (Get-Digest "$samples/mixed.pcap")
    }
}

Describe 'count-capture.ps1' {
    # What the Linux kernel (6.18) counted with packet_counter.bpf.o: it takes no frame shorter than 14 bytes.
    Context 'on the frames that the Linux kernel was given' {
        BeforeAll { $count = & "$samples/count-capture.ps1" "$samples/mixed.pcap" -MinimumLength 14 }

        It 'counts <Packets> packets of <Bytes> bytes as <Protocol>' -ForEach @(
            @{ Protocol = 'PROTO_OTHER'; Packets = 9; Bytes = 516 }
            @{ Protocol = 'PROTO_ARP'; Packets = 19; Bytes = 1122 }
            @{ Protocol = 'PROTO_IPV4_TCP'; Packets = 122; Bytes = 17797 }
            @{ Protocol = 'PROTO_IPV4_UDP'; Packets = 70; Bytes = 6924 }
            @{ Protocol = 'PROTO_IPV4_ICMP'; Packets = 25; Bytes = 2418 }
            @{ Protocol = 'PROTO_IPV4_OTHER'; Packets = 13; Bytes = 1318 }
            @{ Protocol = 'PROTO_IPV6_TCP'; Packets = 57; Bytes = 8269 }
            @{ Protocol = 'PROTO_IPV6_UDP'; Packets = 38; Bytes = 4458 }
            @{ Protocol = 'PROTO_IPV6_ICMP'; Packets = 15; Bytes = 1876 }
            @{ Protocol = 'PROTO_IPV6_OTHER'; Packets = 7; Bytes = 1122 }
            @{ Protocol = 'PROTO_BAD'; Packets = 34; Bytes = 2167 }
        ) {
            $count.Protocols[$Protocol].Packets | Should -Be $Packets
            $count.Protocols[$Protocol].Bytes | Should -Be $Bytes
        }
        It 'agrees on verdicts, reasons and events' {
            $count.Packets | Should -Be 409
            $count.Protocols.Count | Should -Be 11
            $count.Verdicts['XDP_PASS'] | Should -Be 325
            $count.Verdicts['XDP_DROP'] | Should -Be 84
            $count.Truncated | Should -Be 27
            $count.Malformed | Should -Be 7
            $count.Blocked | Should -Be 50
            $count.Events | Should -HaveCount 84
        }
    }
    Context 'on all frames' {
        BeforeAll { $count = & "$samples/count-capture.ps1" "$samples/mixed.pcap" }

        It 'counts those shorter than an Ethernet header as truncated' {
            $count.Packets | Should -Be 414
            $count.Truncated | Should -Be 32
            $count.Verdicts['XDP_DROP'] | Should -Be 89
        }
        It 'reports each drop in order' {
            $count.Events | Should -HaveCount 89
            $sequence = $count.Events.Sequence
            $sequence | Should -Be ([System.Linq.Enumerable]::Order([int[]] $sequence))
        }
    }
    It 'reads <_> as it reads the others' -ForEach 'few-le-us', 'few-be-us', 'few-le-ns', 'few-be-ns' {
        $count = & "$samples/count-capture.ps1" "$samples/$_.pcap"
        $count.Packets | Should -Be 8
        $count.Protocols['PROTO_BAD'].Packets | Should -Be 1
        $count.Protocols['PROTO_IPV4_TCP'].Bytes | Should -Be 673
    }
}
