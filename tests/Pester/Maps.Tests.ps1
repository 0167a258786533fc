BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Get-BpfMap' {
    It 'gives a map with the properties that scripts rely on' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            $map = Get-BpfMap protocols
            $map.Id | Should -Be 1
            $map.Name | Should -Be 'protocols'
            $map.Type | Should -Be 'Hash'
            $map.KeySize | Should -Be 4
            $map.ValueSize | Should -Be 16
            $map.MaxEntries | Should -Be 16
            $map.EntryCount | Should -Be 0
            $map.KeyType | Should -Be 'enum protocol'
            $map.ValueType | Should -Be 'struct counter'
            $map.MemoryBytes | Should -BeGreaterThan 0
            $map.Pin | Should -BeNullOrEmpty
        }
    }

    It 'chooses maps by name, id, type and program' {
        Use-BpfSession {
            $counter = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Import-BpfProgram "$samples/reflector.bpf.o" | Out-Null
            (Get-BpfMap events).Type | Should -Be 'RingBuf'
            (Get-BpfMap 2).Name | Should -Be 'verdicts'
            (Get-BpfMap -Type Hash).Name | Should -Be 'protocols'
            (Get-BpfMap -Type percpu_array).Name | Should -Be 'verdicts'
            $counter | Get-BpfMap | ForEach-Object Name | Should -Contain '.bss'
            Get-BpfMap -Program reflector | ForEach-Object Name | Should -Be 'verdicts'
            { Get-BpfMap verdicts -ErrorAction Stop } | Should -Throw '*ids 2, *' -ErrorId 'BPF4002,*'
            { Get-BpfMap nothing -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.GetBpfMap'
        }
    }

    It 'knows the type of a ring buffer''s events' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            (Get-BpfMap events).ValueType | Should -Be 'struct drop_event'
        }
    }
}

Describe 'Get-BpfMapEntry' {
    It 'gives keys and values as BTF types them' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ arp = @{} } | Out-Null
            $entry = Get-BpfMapEntry protocols
            $entry.Map | Should -Be 'protocols'
            $entry.Key | Should -Be 'PROTO_ARP'
            $entry.Value.packets | Should -Be 1
            $entry.Value.bytes | Should -Be 42
            $entry.KeyBytes | Should -Be @(1, 0, 0, 0)
            $entry.ValueBytes | Should -HaveCount 16
            $entry.Cpu | Should -BeNullOrEmpty
        }
    }

    It 'looks up keys by name, number and bytes' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ arp = @{} } | Out-Null
            foreach ($key in 'PROTO_ARP', 1, ([byte[]](1, 0, 0, 0))) {
                (Get-BpfMapEntry protocols -Key (, $key)).Value.packets | Should -Be 1
            }
        }
    }

    It 'gives per-CPU values as an array, or those of one CPU' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ arp = @{} } -Repeat 3 | Out-Null
            $values = (Get-BpfMapEntry verdicts -Key 2).Value
            $sum = 0
            $values | ForEach-Object { $sum += $_ }
            $sum | Should -Be 3
            $first = Get-BpfMapEntry verdicts -Key 2 -Cpu 0
            $first.Cpu | Should -Be 0
            $first.Value | Should -Be $values[0]
            { Get-BpfMapEntry verdicts -Key 2 -Cpu 100000 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4006,*'
            { Get-BpfMapEntry .bss -Cpu 0 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4006,*'
        }
    }

    It 'gives every index of an array' {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o" | Out-Null
            Get-BpfMapEntry verdicts | ForEach-Object Key | Should -Be (0..4)
        }
    }

    It 'says what is wrong with the key <key>' -ForEach @(
        @{ key = 'PROTO_ARP'; id = 'BPF4001' }
        @{ key = 'PROTO_NONE'; id = 'BPF0202' }
        @{ key = 5000000000; id = 'BPF0202' }
    ) {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Get-BpfMapEntry protocols -Key $key -ErrorAction Stop } | Should -Throw -ErrorId "$id,PSBpf.PowerShell.GetBpfMapEntry"
        }
    }

    It 'does not read a ring buffer' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Get-BpfMapEntry events -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4006,*'
        }
    }
}

Describe 'Set-BpfMapEntry' {
    It 'sets structures by their members' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            $entry = Set-BpfMapEntry protocols -Key PROTO_ARP -Value @{ packets = 5; bytes = 300 } -PassThru
            $entry.Value.packets | Should -Be 5
            $entry.Value.bytes | Should -Be 300
            Set-BpfMapEntry protocols PROTO_ARP @{ packets = 6 }
            (Get-BpfMapEntry protocols PROTO_ARP).Value.bytes | Should -Be 0
        }
    }

    It 'takes back what it gave' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ arp = @{} } | Out-Null
            $entry = Get-BpfMapEntry protocols
            Remove-BpfMapEntry protocols $entry.Key
            Set-BpfMapEntry protocols $entry.Key $entry.Value
            (Get-BpfMapEntry protocols).ValueBytes | Should -Be $entry.ValueBytes
        }
    }

    It 'sets a key that is a structure' {
        Use-BpfSession {
            Import-BpfProgram "$samples/port_firewall.bpf.o" | Out-Null
            $members = (Get-BpfMap blocklist).KeyType
            $members | Should -Be 'struct service'
            Set-BpfMapEntry blocklist -Key @{ port = 8080 } -Value 0
            (Get-BpfMapEntry blocklist).Key.port | Should -Be 8080
            (Get-BpfMapEntry blocklist -Key (Get-BpfMapEntry blocklist).Key).Value | Should -Be 0
        }
    }

    It 'changes the global variables that it names, and no other' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/length_histogram.bpf.o"
            Set-BpfMapEntry .data -Key 0 -Value @{ sampled_ethertype = 0x86dd }
            $program.Variables.sampled_ethertype | Should -Be 0x86dd
            $program.Variables.smallest | Should -Be 4294967295
        }
    }

    It 'cannot change constants' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Set-BpfMapEntry .rodata -Key 0 -Value @{ blocked_port = 1 } -ErrorAction Stop } | Should -Throw '*EPERM*' -ErrorId 'BPF2003,*'
        }
    }

    It 'sets per-CPU values, one for all or one each' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            Set-BpfMapEntry verdicts 1 7
            $values = (Get-BpfMapEntry verdicts 1).Value
            $values | Where-Object { $_ -ne 7 } | Should -BeNullOrEmpty
            $each = @(1..@($values).Count)
            Set-BpfMapEntry verdicts 1 $each
            (Get-BpfMapEntry verdicts 1).Value | Should -Be $each
        }
    }

    It 'creates only, or replaces only, when told so' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Set-BpfMapEntry protocols PROTO_ARP @{} -MustExist -ErrorAction Stop } | Should -Throw '*ENOENT*' -ErrorId 'BPF2003,*'
            Set-BpfMapEntry protocols PROTO_ARP @{} -NoClobber
            { Set-BpfMapEntry protocols PROTO_ARP @{} -NoClobber -ErrorAction Stop } | Should -Throw '*EEXIST*' -ErrorId 'BPF2003,*'
        }
    }

    It 'says that the map is full' {
        Use-BpfSession {
            Import-BpfProgram "$samples/helper_tour.bpf.o" | Out-Null
            Set-BpfMapEntry visitors -Key 1, 2, 3, 4, 5 -Value 1 -ErrorAction SilentlyContinue -ErrorVariable problems
            (Get-BpfMap visitors).EntryCount | Should -Be 4
            $problems | Should -HaveCount 1
            $problems[0].Exception.Message | Should -Match 'E2BIG'
        }
    }

    It 'says which member does not exist' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Set-BpfMapEntry protocols PROTO_ARP @{ packet = 1 } -ErrorAction Stop } | Should -Throw "*'packet'*packets, bytes*" -ErrorId 'BPF0202,*'
        }
    }

    It 'does nothing with -WhatIf' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            Set-BpfMapEntry protocols PROTO_ARP @{} -WhatIf
            (Get-BpfMap protocols).EntryCount | Should -Be 0
        }
    }
}

Describe 'Program arrays' {
    It 'are filled by the object, and their values are programs' {
        Use-BpfSession {
            Import-BpfProgram "$samples/dispatcher.bpf.o" | Out-Null
            $entries = Get-BpfMapEntry handlers
            $entries | ForEach-Object Key | Should -Be 'IPV4', 'IPV6'
            $entries | ForEach-Object Value | Should -Be 'handle_ipv4', 'handle_ipv6'
            (Get-BpfMap handlers).EntryCount | Should -Be 2
            (Get-BpfMap handlers).Type | Should -Be 'ProgArray'
            (Get-BpfMapEntry handlers | ConvertTo-Json | ConvertFrom-Json)[0].Value | Should -Be 'handle_ipv4'
        }
    }

    It 'decide where a program goes on' {
        Use-BpfSession {
            Import-BpfProgram "$samples/dispatcher.bpf.o" | Out-Null
            $arp = @{ arp = @{} }
            (Invoke-BpfProgram dispatch -Packet @{ ipv4 = @{} }, @{ udp = @{} }).Verdict | Should -Be 'XDP_TX'
            (Invoke-BpfProgram dispatch -Packet $arp).Verdict | Should -Be 'XDP_PASS'
            Set-BpfMapEntry handlers -Key OTHER -Value handle_other
            (Invoke-BpfProgram dispatch -Packet $arp).Verdict | Should -Be 'XDP_DROP'
            Remove-BpfMapEntry handlers -Key OTHER
            (Invoke-BpfProgram dispatch -Packet $arp).Verdict | Should -Be 'XDP_PASS'
            { Remove-BpfMapEntry handlers -Key OTHER -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,*'
            Get-BpfMapEntry packets | ForEach-Object Value | Should -Be 1, 0, 1, 2
        }
    }

    It 'take programs by object, name and id' {
        Use-BpfSession {
            Import-BpfProgram "$samples/dispatcher.bpf.o" | Out-Null
            $other = Get-BpfProgram handle_other
            foreach ($value in $other, 'handle_other', $other.Id, "$($other.Id)") {
                Set-BpfMapEntry handlers -Key OTHER -Value handle_ipv4
                (Set-BpfMapEntry handlers -Key OTHER -Value $value -PassThru).Value | Should -Be 'handle_other'
            }
        }
    }

    It 'say what is wrong with a program' {
        Use-BpfSession {
            Import-BpfProgram "$samples/dispatcher.bpf.o" | Out-Null
            Import-BpfProgram "$samples/token_bucket.bpf.o" | Out-Null
            { Set-BpfMapEntry handlers OTHER nobody -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.SetBpfMapEntry'
            { Set-BpfMapEntry handlers OTHER @{ a = 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4006,*'
            { Set-BpfMapEntry handlers OTHER token_bucket -ErrorAction Stop } | Should -Throw '*another type*' -ErrorId 'BPF2003,*'
            { Set-BpfMapEntry handlers 7 handle_other -ErrorAction Stop } | Should -Throw '*E2BIG*' -ErrorId 'BPF2003,*'
        }
    }

    It 'keep a program that has been removed' {
        Use-BpfSession {
            Import-BpfProgram "$samples/dispatcher.bpf.o" | Out-Null
            Remove-BpfProgram handle_ipv4
            (Invoke-BpfProgram dispatch -Packet @{ ipv4 = @{} }, @{ udp = @{} }).Verdict | Should -Be 'XDP_TX'
            (Get-BpfMapEntry handlers IPV4).Value | Should -BeOfType [int]
        }
    }

    It 'are filled by programs that are imported too' {
        Use-BpfSession {
            { Import-BpfProgram "$samples/dispatcher.bpf.o" -Name dispatch -ErrorAction Stop } | Should -Throw "*'handle_ipv4'*not imported*" -ErrorId 'BPF0308,*'
            Get-BpfProgram | Should -BeNullOrEmpty
        }
    }
}

Describe 'Remove-BpfMapEntry' {
    It 'removes by key, or what is piped' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            Set-BpfMapEntry protocols PROTO_ARP, PROTO_BAD, PROTO_OTHER @{ packets = 1 }
            Remove-BpfMapEntry protocols PROTO_BAD
            Get-BpfMapEntry protocols | ForEach-Object Key | Should -Not -Contain 'PROTO_BAD'
            Get-BpfMapEntry protocols | Where-Object Key -EQ 'PROTO_ARP' | Remove-BpfMapEntry
            (Get-BpfMapEntry protocols).Key | Should -Be 'PROTO_OTHER'
        }
    }

    It 'says that there is no such entry, and that arrays have none to remove' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Remove-BpfMapEntry protocols PROTO_ARP -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.RemoveBpfMapEntry'
            { Remove-BpfMapEntry verdicts 0 -ErrorAction Stop } | Should -Throw '*EINVAL*' -ErrorId 'BPF2003,*'
        }
    }
}
