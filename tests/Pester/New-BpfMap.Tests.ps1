BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'New-BpfMap' {
    It 'makes a map of <type> with what the type always has' -ForEach @(
        @{ type = 'hash'; key = 4; value = 8 }
        @{ type = 'lpm_trie'; key = 8; value = 8 }
        @{ type = 'queue'; key = 0; value = 8 }
        @{ type = 'bloom_filter'; key = 0; value = 8 }
        @{ type = 'devmap'; key = 4; value = 4 }
        @{ type = 'ringbuf'; key = 0; value = 0 }
        @{ type = 'percpu_array'; key = 4; value = 8 }
        @{ type = 'cgroup_array'; key = 4; value = 4 }
    ) {
        Use-BpfSession {
            $map = New-BpfMap one $type
            $map.Type | Should -Be $type.Replace('_', '')
            $map.KeySize | Should -Be $key
            $map.ValueSize | Should -Be $value
            $map.MemoryBytes | Should -BeGreaterThan 0
            (Get-BpfMap).Name | Should -Be 'one'
        }
    }

    It 'takes over the types of another map' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            $map = New-BpfMap copy -Like protocols -MaxEntries 3
            $map.KeyType | Should -Be 'enum protocol'
            $map.MaxEntries | Should -Be 3
            (Set-BpfMapEntry copy PROTO_ARP @{ packets = 2 } -PassThru).Value.packets | Should -Be 2
        }
    }

    It 'refuses what bpf(2) refuses, and what would take too much memory' {
        Use-BpfSession {
            { New-BpfMap bad Array -KeySize 8 -ErrorAction Stop } | Should -Throw '*4 bytes*' -ErrorId 'BPF2001,*'
            { New-BpfMap bad Hash -MaxEntries 0 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2001,*'
            { New-BpfMap bad ArrayOfMaps -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2001,*'
            { New-BpfMap bad -ErrorAction Stop } | Should -Throw '*no type*' -ErrorId 'BPF4008,*'
            Set-BpfOption -MapMemoryLimit 100000
            { New-BpfMap big Array -ValueSize 4096 -MaxEntries 1000 -ErrorAction Stop } | Should -Throw '*100000 bytes*' -ErrorId 'BPF2004,*'
            (Get-BpfOption).MapMemoryBytes | Should -Be 0
            New-BpfMap none Hash -WhatIf
            Get-BpfMap | Should -BeNullOrEmpty
        }
    }

    It 'gives maps to programs' {
        Use-BpfSession {
            New-BpfMap jobs Queue | Out-Null
            $program = New-BpfProgram xdp -Map jobs -Assembly @'
                *(u64 *)(r10 -8) = 7
                r1 = map[jobs]
                r2 = r10
                r2 += -8
                r3 = 0
                call bpf_map_push_elem
                exit
'@
            (Invoke-BpfProgram $program -Packet ([byte[]]::new(64))).ReturnValue | Should -Be 0
            (Get-BpfMapEntry jobs).Value | Should -Be 7
        }
    }
}

Describe 'Maps of maps' {
    It 'hold maps of the session by name' {
        Use-BpfSession {
            New-BpfMap red, green Hash | Out-Null
            New-BpfMap teams HashOfMaps -Inner red | Out-Null
            Set-BpfMapEntry teams 1 red
            Set-BpfMapEntry teams 2 (Get-BpfMap green)
            Get-BpfMapEntry teams | Sort-Object Key | ForEach-Object Value | Should -Be 'red', 'green'
            New-BpfMap other Hash -KeySize 8 | Out-Null
            { Set-BpfMapEntry teams 3 other -ErrorAction Stop } | Should -Throw '*differs*' -ErrorId 'BPF2003,*'
            { Set-BpfMapEntry teams 3 nobody -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,*'
            Remove-BpfMap green
            (Get-BpfMapEntry teams 2).Value | Should -BeOfType [int]
        }
    }
}

Describe 'Maps of sockets' {
    It 'hold sockets of the environment by their cookies' {
        Use-BpfSession {
            Set-BpfEnvironment -Socket @{ Cookie = 5; Uid = 3 }, @{ Cookie = 7; Protocol = 'tcp'; Local = '10.0.0.1:80' }
            (Get-BpfEnvironment).Socket.Cookie | Should -Be 5
            (Get-BpfEnvironment).Sockets.Cookie | Should -Be 7
            New-BpfMap peers Sockmap -ValueSize 8 -MaxEntries 4 | Out-Null
            Set-BpfMapEntry peers 1 7
            (Get-BpfMap peers).EntryCount | Should -Be 1
            (Get-BpfMapEntry peers 1).Value | Should -Be 7
            { Set-BpfMapEntry peers 1 8 -ErrorAction Stop } | Should -Throw '*Set-BpfEnvironment -Socket*' -ErrorId 'BPF2003,*'
            { Set-BpfEnvironment -Socket @{ Cookie = 7; Protocol = 'tcp' }, @{ Cookie = 7; Protocol = 'udp' } -ErrorAction Stop } | Should -Throw '*cookie 7*' -ErrorId 'BPF2251,*'
        }
    }
}

Describe 'Maps without keys' {
    It 'give values in their order: <type>' -ForEach @(@{ type = 'Queue'; first = 1 }, @{ type = 'Stack'; first = 3 }) {
        Use-BpfSession {
            New-BpfMap jobs $type -MaxEntries 3 | Out-Null
            1..3 | ForEach-Object { Set-BpfMapEntry jobs -Value $_ }
            { Set-BpfMapEntry jobs -Value 4 -ErrorAction Stop } | Should -Throw '*full*' -ErrorId 'BPF2003,*'
            (Get-BpfMapEntry jobs).Value | Should -Be $first
            (Remove-BpfMapEntry jobs -PassThru).Value | Should -Be $first
            Clear-BpfMap jobs
            Get-BpfMapEntry jobs | Should -BeNullOrEmpty
            { Remove-BpfMapEntry jobs -ErrorAction Stop } | Should -Throw '*empty*' -ErrorId 'BPF4001,*'
            { Set-BpfMapEntry jobs 1 2 -ErrorAction Stop } | Should -Throw '*no keys*' -ErrorId 'BPF4006,*'
        }
    }

    It 'take records for programs' {
        Use-BpfSession {
            New-BpfMap requests UserRingBuf -MaxEntries 4096 | Out-Null
            Set-BpfMapEntry requests -Value ([byte[]](1..8))
            Set-BpfMapEntry requests -Value ([byte[]]::new(4000))
            { Set-BpfMapEntry requests -Value ([byte[]]::new(100)) -ErrorAction Stop } | Should -Throw '*full*' -ErrorId 'BPF2003,*'
            { Set-BpfMapEntry requests -Value ([byte[]]::new(5000)) -ErrorAction Stop } | Should -Throw '*at most*' -ErrorId 'BPF2003,*'
            { Set-BpfMapEntry requests 1 2 -ErrorAction Stop } | Should -Throw '*no keys*' -ErrorId 'BPF4006,*'
        }
    }

    It 'say of values that they may be there' {
        Use-BpfSession {
            New-BpfMap seen BloomFilter | Out-Null
            Set-BpfMapEntry seen -Value 42
            Get-BpfMapEntry seen 42 | Should -Be 42
            { Get-BpfMapEntry seen 43 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,*'
        }
    }
}

Describe 'Tries' {
    It 'find the longest prefix' {
        Use-BpfSession {
            New-BpfMap nets LpmTrie | Out-Null
            Set-BpfMapEntry nets (, [byte[]](8, 0, 0, 0, 10, 0, 0, 0)) 1
            Set-BpfMapEntry nets (, [byte[]](16, 0, 0, 0, 10, 1, 0, 0)) 2
            (Get-BpfMapEntry nets (, [byte[]](32, 0, 0, 0, 10, 1, 2, 3))).Value | Should -Be 2
            (Get-BpfMapEntry nets (, [byte[]](32, 0, 0, 0, 10, 9, 2, 3))).Value | Should -Be 1
            Set-BpfMapEntry nets '10.1.2.0/24' 3
            (Get-BpfMapEntry nets '10.1.2.3').Value | Should -Be 3
            Get-BpfMapEntry nets | ForEach-Object Key | Should -Be '10.1.2.0/24', '10.1.0.0/16', '10.0.0.0/8'
            (Get-BpfMap nets).EntryCount | Should -Be 3
        }
    }
}

Describe 'Remove-BpfMap' {
    It 'keeps maps that programs use unless told otherwise' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            { Remove-BpfMap protocols -ErrorAction Stop } | Should -Throw '*packet_counter*' -ErrorId 'BPF4004,*'
            Remove-BpfMap protocols -WhatIf
            Remove-BpfMap protocols -Force
            Get-BpfMap | ForEach-Object Name | Should -Not -Contain 'protocols'
            (Invoke-BpfProgram $program -Packet @{ arp = @{} }).Verdict | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'Clear-BpfMap' {
    It 'removes entries, and makes values of arrays zero' {
        Use-BpfSession {
            New-BpfMap h Hash | Out-Null
            New-BpfMap a Array -MaxEntries 2 | Out-Null
            1..5 | ForEach-Object { Set-BpfMapEntry h $_ $_ }
            Set-BpfMapEntry a 1 9
            'h', 'a' | Clear-BpfMap
            (Get-BpfMap h).EntryCount | Should -Be 0
            (Get-BpfMapEntry a 1).Value | Should -Be 0
        }
    }
}

Describe 'Export-BpfMap and Import-BpfMap' {
    It 'bring the same entries back as <format>' -ForEach @(@{ format = 'Json' }, @{ format = 'Binary' }) {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            Set-BpfMapEntry protocols PROTO_ARP @{ packets = 3; bytes = 126 }
            Set-BpfMapEntry protocols 9 @{ packets = 18446744073709551615 }
            Set-BpfMapEntry verdicts 1 5
            $before = Get-BpfMapEntry protocols | Sort-Object Key | ConvertTo-Json -Depth 5
            $perCpu = Get-BpfMapEntry verdicts 1 | ConvertTo-Json -Depth 5
            $folder = Join-Path ([IO.Path]::GetTempPath()) "psbpf-$([guid]::NewGuid())"
            [IO.Directory]::CreateDirectory($folder) | Out-Null
            try {
                Get-BpfMap protocols, verdicts | Export-BpfMap -Path "$folder/{0}.$format" -Format $format
                { Export-BpfMap protocols "$folder/protocols.$format" -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4030,*'
                Set-BpfMapEntry protocols 5 @{ packets = 1 }
                Import-BpfMap "$folder/protocols.$format" protocols -Clear | ForEach-Object Name | Should -Be 'protocols'
                Get-BpfMapEntry protocols | Sort-Object Key | ConvertTo-Json -Depth 5 | Should -Be $before
                Set-BpfMapEntry verdicts 1 0
                Import-BpfMap "$folder/verdicts.$format" verdicts | Out-Null
                Get-BpfMapEntry verdicts 1 | ConvertTo-Json -Depth 5 | Should -Be $perCpu
                $new = Import-BpfMap "$folder/protocols.$format" -Name again
                $new.Name | Should -Be 'again'
                $new.EntryCount | Should -Be 2
                { Import-BpfMap "$folder/protocols.$format" verdicts -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4030,*'
                { Import-BpfMap "$folder/nothing" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4030,*'
            } finally { [IO.Directory]::Delete($folder, $true) }
        }
    }
}

Describe 'Get-BpfHelper' {
    It 'tells what a helper is' {
        $helper = Get-BpfHelper map_lookup_elem
        $helper.Id | Should -Be 1
        $helper.Name | Should -Be 'bpf_map_lookup_elem'
        $helper.Prototype | Should -Match "bpf_map_lookup_elem"
        $helper.Implemented | Should -BeTrue
        $helper.MapTypes | Should -Contain 'Hash'
        (Get-BpfHelper 14).Name | Should -Be 'bpf_get_current_pid_tgid'
        (Get-BpfHelper).Count | Should -BeGreaterThan 200
        Get-BpfHelper -Type xdp | ForEach-Object Name | Should -Contain 'bpf_xdp_adjust_head'
        Get-BpfHelper -Type kprobe | ForEach-Object Name | Should -Not -Contain 'bpf_xdp_adjust_head'
        Get-BpfHelper -Implemented:$false | ForEach-Object Implemented | Should -Not -Contain $true
        { Get-BpfHelper nothing -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,*'
    }
}

Describe 'Set-BpfEnvironment' {
    It 'stands aside for the environment of one run' {
        Use-BpfSession {
            Set-BpfEnvironment -Clock 500 -ClockStep 1
            $time = New-BpfProgram raw_tracepoint -Assembly "call bpf_ktime_get_ns`nexit"
            $context = [byte[]]::new(8)
            (Invoke-BpfProgram $time -Context $context).ReturnValue | Should -Be 500
            (Invoke-BpfProgram $time -Context $context -Environment @{ Clock = 7000 }).ReturnValue | Should -Be 7000
            (Invoke-BpfProgram $time -Context $context).ReturnValue | Should -Be 501
            $task = New-BpfProgram raw_tracepoint -Assembly "call bpf_get_current_pid_tgid`nexit"
            (Invoke-BpfProgram $task -Context $context -Environment @{ Task = @{ Pid = 12 }; Cpu = 0 }).ReturnValue | Should -Be 12
            { Invoke-BpfProgram $task -Context $context -Environment @{ Klock = 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2251,*'
        }
    }

    It 'says which task, clock and numbers programs see' {
        Use-BpfSession {
            Set-BpfEnvironment -Task @{ Pid = 4711; Tgid = 4700; Comm = 'curl'; Uid = 1000 } -Clock 500 -ClockStep 1 -Seed 3 -Cpu 0
            $task = New-BpfProgram raw_tracepoint -Assembly "call bpf_get_current_pid_tgid`nexit"
            (Invoke-BpfProgram $task -Context ([byte[]]::new(8))).ReturnValue | Should -Be 4711
            $time = New-BpfProgram raw_tracepoint -Assembly "call bpf_ktime_get_ns`nexit"
            (Invoke-BpfProgram $time -Context ([byte[]]::new(8))).ReturnValue | Should -Be 500
            (Get-BpfOption).Clock | Should -Be 500
            (Get-BpfEnvironment).Task.Command | Should -Be 'curl'
            $clock = (Get-BpfEnvironment).Clock
            Set-BpfEnvironment -Advance 1000
            (Get-BpfEnvironment).Clock | Should -BeGreaterOrEqual ($clock + 1000)
            Set-BpfEnvironment -Reset
            (Get-BpfEnvironment).Task | Should -BeNullOrEmpty
            (Get-BpfEnvironment).Clock | Should -BeNullOrEmpty
        }
    }

    It 'says what probes read' {
        Use-BpfSession {
            Set-BpfEnvironment -Memory @{ Address = 0x7fff0000; Text = 'hello' }, @{ Address = '0xffff888000001000'; Bytes = [byte[]](1, 2, 3) }
            $program = New-BpfProgram raw_tracepoint -Assembly @'
                r1 = r10
                r1 += -16
                r2 = 16
                r3 = 0x7fff0000 ll
                call bpf_probe_read_user_str
                exit
'@
            (Invoke-BpfProgram $program -Context ([byte[]]::new(8))).ReturnValue | Should -Be 6
            '{0:x}' -f (Get-BpfEnvironment).Memory[1].Address | Should -Be 'ffff888000001000'
        }
    }

    It 'says which way packets go' {
        Use-BpfSession {
            Set-BpfEnvironment -Device @{ Name = 'eth1'; Index = 7; Mtu = 1400; Mac = '02:00:00:00:00:07' } -Route @(
                @{ Destination = '10.0.0.0/8'; Device = 'eth1'; Mac = '02:00:00:00:00:99' }
                @{ Destination = '10.1.0.0/16'; Kind = 'Blackhole' }
                @{ Destination = 'default'; Device = 7; Gateway = '10.0.0.1' })
            # 10.x.0.2 as the destination, in network order; the answer, and the device with it.
            $lookup = @'
                r6 = r1
                *(u64 *)(r10 -64) = 0
                *(u64 *)(r10 -56) = 0
                *(u64 *)(r10 -48) = 0
                *(u64 *)(r10 -40) = 0
                *(u64 *)(r10 -32) = 0
                *(u64 *)(r10 -24) = 0
                *(u64 *)(r10 -16) = 0
                *(u64 *)(r10 -8) = 0
                *(u8 *)(r10 -64) = 2
                *(u32 *)(r10 -56) = 1
                *(u32 *)(r10 -32) = {0}
                r1 = r6
                r2 = r10
                r2 += -64
                r3 = 64
                r4 = 0
                call bpf_fib_lookup
                r1 = *(u32 *)(r10 -56)
                r1 <<= 8
                r0 |= r1
                exit
'@
            (Invoke-BpfProgram (New-BpfProgram xdp -Assembly $lookup.Replace('{0}', '0x0200090a')) -Packet ([byte[]]::new(64))).ReturnValue | Should -Be 0x700
            (Invoke-BpfProgram (New-BpfProgram xdp -Assembly $lookup.Replace('{0}', '0x0200010a')) -Packet ([byte[]]::new(64))).ReturnValue | Should -Be 0x101
            (Invoke-BpfProgram (New-BpfProgram xdp -Assembly $lookup.Replace('{0}', '0x02000008')) -Packet ([byte[]]::new(64))).ReturnValue | Should -Be 0x707
            (Get-BpfEnvironment).Route.Count | Should -Be 3
        }
    }

    It 'refuses a world that cannot be' {
        Use-BpfSession {
            { Set-BpfEnvironment -Task @{ Pidd = 1 } -ErrorAction Stop } | Should -Throw "*'Pidd'*" -ErrorId 'BPF2251,*'
            { Set-BpfEnvironment -Route @{ Destination = 'here'; Device = 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2251,*'
            { Set-BpfEnvironment -Device @{ Name = 'eth9' } -ErrorAction Stop } | Should -Throw '*Index*' -ErrorId 'BPF2251,*'
            New-BpfMap any Hash | Out-Null
            { Set-BpfEnvironment -Cpu 5000 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4008,*'
            Set-BpfEnvironment -Clock 5 -WhatIf
            (Get-BpfEnvironment).Clock | Should -BeNullOrEmpty
        }
    }
}
