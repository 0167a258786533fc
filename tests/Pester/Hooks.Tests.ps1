BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Get-BpfHook' {
    It 'shows what runs on a hook and how often it fired' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $hook = Get-BpfHook
            $hook.Name | Should -Be 'xdp:eth0'
            $hook.Type | Should -Be 'xdp'
            $hook.Target | Should -Be 'eth0'
            $hook.Links | Should -Be 'packet_counter'
            $hook.Events | Should -Be 0
            Invoke-BpfHook xdp:eth0 -Path "$samples/few-le-us.pcap" | Out-Null
            (Get-BpfHook xdp:eth0).Events | Should -Be 8
            (Get-BpfHook xdp:*).MeanNanoseconds | Should -BeGreaterThan 0
        }
    }

    It 'gives nothing in an empty session, and an error for a name' {
        Use-BpfSession {
            Get-BpfHook | Should -BeNullOrEmpty
            { Get-BpfHook xdp:eth7 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.GetBpfHook'
            { Get-BpfHook eth7 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2201,*'
        }
    }
}

Describe 'Invoke-BpfHook' {
    It 'runs what is attached on every packet of a capture, whatever its byte order and time unit: <_>' -ForEach 'few-le-us', 'few-be-us', 'few-le-ns', 'few-be-ns' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $results = Invoke-BpfHook xdp:eth0 -Path "$samples/$_.pcap"
            $results | Should -HaveCount 8
            $results.Number | Should -Be (1..8)
            $results[0].Hook | Should -Be 'xdp:eth0'
            $results[0].Program | Should -Be 'packet_counter'
            $results[0].Kernel | Should -Be 'Managed'
            $results.Verdict | Where-Object { $_ -notin 'XDP_PASS', 'XDP_DROP' } | Should -BeNullOrEmpty
        }
    }

    It 'agrees with the maps about how many packets there were' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $results = Invoke-BpfHook xdp:eth0 -Path "$samples/mixed.pcap"
            $results | Should -HaveCount 414
            $packets = 0
            Get-BpfMapEntry protocols | ForEach-Object { $packets += $_.Value.packets }
            $packets | Should -Be 414
            $dropped = 0
            (Get-BpfMapEntry verdicts -Key 1).Value | ForEach-Object { $dropped += $_ }
            $results | Where-Object Verdict -EQ 'XDP_DROP' | Should -HaveCount $dropped
        }
    }

    It 'takes a packet as layers, text or bytes' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            (Invoke-BpfHook xdp:eth0 -Packet @{ ipv4 = @{ src = '10.1.2.3' } }, @{ tcp = @{ dport = 23 } }).Verdict | Should -Be 'XDP_DROP'
            (Invoke-BpfHook xdp:eth0 -Packet '020000000002 020000000001 88b5 00').Verdict | Should -Be 'XDP_PASS'
            (Invoke-BpfHook xdp:eth0 -Packet ([byte[]]::new(13))).Verdict | Should -Be 'XDP_DROP'
        }
    }

    It 'says once that nothing is attached, not once for each packet' {
        Use-BpfSession {
            Invoke-BpfHook xdp:eth0 -Path "$samples/mixed.pcap" -ErrorAction SilentlyContinue -ErrorVariable problems
            $problems | Should -HaveCount 1
            $problems[0].FullyQualifiedErrorId | Should -Be 'BPF2204,PSBpf.PowerShell.InvokeBpfHook'
        }
    }

    It 'runs the packets before the damage of a capture that breaks off, and says where it did' {
        $whole = [IO.File]::ReadAllBytes("$samples/few-le-us.pcap")
        [IO.File]::WriteAllBytes("$TestDrive/cut.pcap", $whole[0..($whole.Length - 4)])
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $results = Invoke-BpfHook xdp:eth0 -Path "$TestDrive/cut.pcap" -ErrorAction SilentlyContinue -ErrorVariable problems
            $results | Should -HaveCount 7
            $problems | Should -HaveCount 1
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'BPF0403,*'
        }
    }

    It 'says what is wrong with a file that is no capture' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            { Invoke-BpfHook xdp:eth0 -Path "$samples/packet_counter.bpf.o" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0402,*'
            { Invoke-BpfHook xdp:eth0 -Path "$samples/nothing.pcap" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0401,*'
        }
    }
}
