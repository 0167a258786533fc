BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Invoke-BpfProgram' {
    It 'gives a result with the properties that scripts rely on' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            $result = Invoke-BpfProgram $program -Packet @{ ipv4 = @{ src = '10.1.2.3' } }, @{ tcp = @{ dport = 22 } }
            $result.Program | Should -Be 'packet_counter'
            $result.Hook | Should -BeNullOrEmpty
            $result.ReturnValue | Should -Be 2
            $result.ReturnValue | Should -BeOfType [int]
            $result.Verdict | Should -Be 'XDP_PASS'
            $result.Data | Should -HaveCount 54
            $result.Runs | Should -Be 1
            $result.DurationNanoseconds | Should -BeGreaterThan 0
            $result.Output | Should -BeNullOrEmpty
            $result.Kernel | Should -Be 'Managed'
        }
    }

    It 'takes a packet of <length> bytes as <form>' -ForEach @(
        @{ form = 'an array'; length = 3; packet = [byte[]](1, 2, 3) }
        @{ form = 'numbers'; length = 3; packet = @(1, 2, 3) }
        @{ form = 'text'; length = 4; packet = '0x01 02:03-04' }
        @{ form = 'a layer'; length = 42; packet = @{ arp = @{} } }
        @{ form = 'layers'; length = 46; packet = @(@{ vlan = @{ id = 5 } }, @{ ipv4 = @{} }, @{ udp = @{} }) }
        @{ form = 'a payload'; length = 2; packet = @{ payload = 'hi' } }
    ) {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            (Invoke-BpfProgram $program -Packet $packet).Data | Should -HaveCount $length
        }
    }

    It 'takes several packets, piped or as an array' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            'aa bb', 'cc', [byte[]](1, 2, 3) | Invoke-BpfProgram $program | ForEach-Object { $_.Data.Length } | Should -Be @(2, 1, 3)
            Invoke-BpfProgram $program -Packet 'aa bb', 'cc' | ForEach-Object Number | Should -Be @(1, 2)
        }
    }

    It 'joins bytes that are piped one by one' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            $result = [byte[]](1..20) | Invoke-BpfProgram $program
            $result | Should -HaveCount 1
            $result.Data | Should -Be ([byte[]](1..20))
        }
    }

    It 'runs programs that are piped' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o", "$samples/reflector.bpf.o" | Invoke-BpfProgram -Packet @{ arp = @{} } |
                ForEach-Object Program | Should -Be @('packet_counter', 'reflector')
        }
    }

    It 'runs every packet of a capture' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Path "$samples/mixed.pcap" | Should -HaveCount 414
            $program.Variables.total | Should -Be 414
        }
    }

    It 'gives the packet as the program left it' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/reflector.bpf.o"
            $result = Invoke-BpfProgram $program -Packet @{ eth = @{ src = '02:00:00:00:00:0a'; dst = '02:00:00:00:00:0b' } }, @{ ipv4 = @{} }, @{ icmp = @{} }
            $result.Verdict | Should -Be 'XDP_TX'
            $result.Data[0..11] | Should -Be @(2, 0, 0, 0, 0, 10, 2, 0, 0, 0, 0, 11)
        }
    }

    It 'repeats a run' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            $result = Invoke-BpfProgram $program -Packet @{ arp = @{} } -Repeat 50
            $result.Runs | Should -Be 50
            $program.Variables.total | Should -Be 50
        }
    }

    It 'gives the same with -Interpret' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/reflector.bpf.o"
            $packet = @{ ipv4 = @{} }, @{ icmp = @{} }
            (Invoke-BpfProgram $program -Packet $packet -Interpret).Data | Should -Be (Invoke-BpfProgram $program -Packet $packet).Data
        }
    }

    It 'gives what the program printed' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/helper_tour.bpf.o"
            $output = Invoke-BpfProgram $program -Path "$samples/few-le-us.pcap" | ForEach-Object Output
            $output | Should -Not -BeNullOrEmpty
        }
    }

    It 'says which layer or field is wrong: <message>' -ForEach @(
        @{ packet = @{ tpc = @{} }; message = '*tpc*layers are*' }
        @{ packet = @{ tcp = @{ port = 1 } }; message = "*'port'*sport, dport*" }
        @{ packet = @{ tcp = @{ dport = 70000 } }; message = '*16 bits*' }
        @{ packet = 'zz'; message = '*hexadecimal*' }
        @{ packet = 'abc'; message = '*two make a byte*' }
    ) {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            { Invoke-BpfProgram $program -Packet $packet -ErrorAction Stop } | Should -Throw $message -ErrorId 'BPF0405,PSBpf.PowerShell.InvokeBpfProgram'
        }
    }

    It 'does not take a hashtable with several layers, whose order is lost' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            { Invoke-BpfProgram $program -Packet @{ ipv4 = @{}; tcp = @{} } -ErrorAction Stop } | Should -Throw '*order*'
            (Invoke-BpfProgram $program -Packet ([ordered]@{ ipv4 = @{}; tcp = @{} })).Data | Should -HaveCount 54
        }
    }

    It 'goes on after a packet that it cannot run' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            'zz', 'aabb' | Invoke-BpfProgram $program -ErrorAction SilentlyContinue -ErrorVariable problems | Should -HaveCount 1
            $problems | Should -HaveCount 1
        }
    }

    It 'says once that there is no such program' {
        Use-BpfSession {
            'aa', 'bb', 'cc' | Invoke-BpfProgram nothing -ErrorAction SilentlyContinue -ErrorVariable problems
            $problems | Should -HaveCount 1
            $problems[0].FullyQualifiedErrorId | Should -Be 'BPF4001,PSBpf.PowerShell.InvokeBpfProgram'
        }
    }

    It 'runs on a context, given by its fields or as bytes' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            $result = Invoke-BpfProgram $program -Packet @{ arp = @{} } -Context @{ ingress_ifindex = 1 }
            $result.Context | Should -HaveCount 24
            $result.Context[12] | Should -Be 1
            $context = [byte[]]::new(24)
            $context[4] = 42
            (Invoke-BpfProgram $program -Packet @{ arp = @{} } -Context $context).Verdict | Should -Be 'XDP_PASS'
            $limiter = Import-BpfProgram "$samples/token_bucket.bpf.o"
            (Invoke-BpfProgram $limiter -Packet @{ tcp = @{} } -Context @{ mark = 7 }).Context[8] | Should -Be 7
        }
    }

    It 'says which field of the context is wrong' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            { Invoke-BpfProgram $program -Packet @{ arp = @{} } -Context @{ ifindex = 1 } -ErrorAction Stop } |
                Should -Throw '*xdp_md*ingress_ifindex*' -ErrorId 'BPF2104,PSBpf.PowerShell.InvokeBpfProgram'
            { Invoke-BpfProgram $program -Packet @{ arp = @{} } -Context @{ ingress_ifindex = 'eth0' } -ErrorAction Stop } | Should -Throw '*eth0*' -ErrorId 'BPF2104,*'
        }
    }

    It 'says that there is nothing to run on' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            { Invoke-BpfProgram $program -ErrorAction Stop } | Should -Throw '*nothing to run on*' -ErrorId 'BPF2104,*'
        }
    }
}
