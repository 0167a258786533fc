BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Import-BpfProgram' {
    It 'gives a program with the properties that scripts rely on' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            $program.Id | Should -Be 1
            $program.Name | Should -Be 'packet_counter'
            $program.Type | Should -Be 'Xdp'
            $program.Section | Should -Be 'xdp'
            $program.State | Should -Be 'Verified'
            $program.Kernel | Should -Be 'Managed'
            $program.InstructionCount | Should -BeGreaterThan 100
            $program.Maps | Should -Be @('protocols', 'verdicts', 'events')
            $program.Links | Should -BeNullOrEmpty
            $program.Path | Should -BeLike '*packet_counter.bpf.o'
            $program.Variables.blocked_port | Should -Be 23
        }
    }

    It 'takes several files, by wildcard and through the pipeline' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o", "$samples/port_firewall.bpf.o" | Should -HaveCount 2
            Import-BpfProgram "$samples/ref*.bpf.o" | ForEach-Object Name | Should -Be 'reflector'
            "$samples/token_bucket.bpf.o" | Import-BpfProgram | ForEach-Object Name | Should -Be 'token_bucket'
        }
    }

    It 'sets constants before the verifier sees the program' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o" -Variable @{ blocked_port = 443 }
            $program.Variables.blocked_port | Should -Be 443
            (Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 443 } }).Verdict | Should -Be 'XDP_DROP'
            (Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } }).Verdict | Should -Be 'XDP_PASS'
        }
    }

    It 'refuses a variable that the object has not, and names those it has' {
        Use-BpfSession {
            { Import-BpfProgram "$samples/packet_counter.bpf.o" -Variable @{ blocked = 1; nothing = 2 } -ErrorAction Stop } |
                Should -Throw '*nothing*' -ErrorId 'BPF0307,PSBpf.PowerShell.ImportBpfProgram'
            Get-BpfProgram | Should -BeNullOrEmpty
        }
    }

    It 'attaches what it loads' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0
            $program.State | Should -Be 'Attached'
            $program.Links | Should -Be 'xdp:eth0'
        }
    }

    It 'keeps nothing when it cannot attach' {
        Use-BpfSession {
            { Import-BpfProgram "$samples/length_histogram.bpf.o" -Attach xdp:eth0 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2202,*'
            Get-BpfProgram | Should -BeNullOrEmpty
            Get-BpfMap | Should -BeNullOrEmpty
        }
    }

    It 'makes a map different before it is loaded' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Map @{ protocols = @{ MaxEntries = 4096 } }
            (Get-BpfMap protocols).MaxEntries | Should -Be 4096
        }
    }

    It 'refuses a change that maps do not have' {
        Use-BpfSession {
            { Import-BpfProgram "$samples/packet_counter.bpf.o" -Map @{ protocols = @{ Colour = 1 } } -ErrorAction Stop } |
                Should -Throw '*Colour*' -ErrorId 'BPF4006,*'
            Get-BpfProgram | Should -BeNullOrEmpty
        }
    }

    It 'says that a file has no types' {
        Use-BpfSession {
            { Import-BpfProgram "$samples/packet_counter.bpf.o" -Btf "$samples/no-such-file" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0323,*'
        }
    }

    It 'uses a map of the session in place of the object''s own' {
        Use-BpfSession {
            $first = Import-BpfProgram "$samples/packet_counter.bpf.o"
            $second = Import-BpfProgram "$samples/packet_counter.bpf.o" -Map @{ protocols = Get-BpfMap protocols }
            Invoke-BpfProgram $first, $second -Packet @{ arp = @{} } | Out-Null
            (Get-BpfMapEntry protocols -Key PROTO_ARP).Value.packets | Should -Be 2
        }
    }

    It 'says how a map differs that cannot stand in for the object''s own' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Import-BpfProgram "$samples/packet_counter.bpf.o" -Map @{ protocols = Get-BpfMap verdicts } -ErrorAction Stop } |
                Should -Throw '*type is PerCpuArray and the object declares Hash*value_size is 8 and the object declares 16*' -ErrorId 'BPF2012,*'
            Get-BpfProgram | Should -HaveCount 1
        }
    }

    Context 'an object with a program that is refused' {
        It 'is an error with the verifier''s report as its target, and leaves nothing loaded' {
            Use-BpfSession {
                $programs = Import-BpfProgram "$samples/broken_bounds.bpf.o" -ErrorAction SilentlyContinue -ErrorVariable refused
                $programs | Should -BeNullOrEmpty
                $refused | Should -HaveCount 1
                $refused[0].FullyQualifiedErrorId | Should -Be 'BPF4003,PSBpf.PowerShell.ImportBpfProgram'
                $refused[0].CategoryInfo.Category | Should -Be 'SecurityError'
                $refused[0].TargetObject.Accepted | Should -BeFalse
                $refused[0].TargetObject.RuleId | Should -Be 'BPF1207'
                $refused[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
                Get-BpfProgram | Should -BeNullOrEmpty
                Get-BpfMap | Should -BeNullOrEmpty
            }
        }

        It 'does not keep the files after it from loading' {
            Use-BpfSession {
                $programs = "$samples/broken_bounds.bpf.o", "$samples/packet_counter.bpf.o" | Import-BpfProgram -ErrorAction SilentlyContinue
                $programs.Name | Should -Be 'packet_counter'
            }
        }
    }

    It 'says what is wrong with a file that is no object: <file>' -ForEach @(
        @{ file = 'nothing.bpf.o'; id = 'BPF0301' }
        @{ file = 'mixed.pcap'; id = 'BPF0101' }
        @{ file = 'no*such.o'; id = 'BPF0301' }
    ) {
        { Import-BpfProgram "$samples/$file" -ErrorAction Stop } | Should -Throw -ErrorId "$id,PSBpf.PowerShell.ImportBpfProgram"
    }

    It 'does nothing with -WhatIf' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -WhatIf
            Get-BpfProgram | Should -BeNullOrEmpty
        }
    }
}
