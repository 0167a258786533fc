BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Get-BpfStatistic' {
    It 'counts runs and verdicts since a program was loaded, whether somebody looked or not' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            Invoke-BpfHook xdp:eth0 -Path "$samples/few-le-us.pcap" | Out-Null
            $statistic = Get-BpfStatistic packet_counter -Interval 0
            $statistic.Program | Should -Be 'packet_counter'
            $statistic.Type | Should -Be 'xdp'
            $statistic.Runs | Should -Be 8
            ($statistic.Verdicts.Values | Measure-Object -Sum).Sum | Should -Be 8
            $statistic.Hooks | Should -Be 'xdp:eth0'
            $statistic.Errors | Should -Be 0
        }
    }

    It 'measures over an interval, as often as it is told' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            Start-BpfSource "$samples/mixed.pcap" xdp:eth0 -Loop | Out-Null
            $looks = @(Get-BpfStatistic -Interval 0.2 -Count 2)
            Stop-BpfSource *
            $looks.Count | Should -Be 2
            foreach ($look in $looks) {
                $look.EventsPerSecond | Should -BeGreaterThan 0
                $look.MeanNanoseconds | Should -BeGreaterThan 0
                $look.P99Nanoseconds | Should -BeGreaterThan 0
                $look.CpuPercent | Should -BeGreaterThan 0
                $look.Interval.TotalSeconds | Should -BeGreaterThan 0.1
            }
            $looks[1].Runs | Should -BeGreaterThan $looks[0].Runs
        }
    }

    It 'takes names with wildcards, ids and objects' {
        Use-BpfSession {
            $one = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Import-BpfProgram "$samples/reflector.bpf.o" | Out-Null
            (Get-BpfStatistic packet_* -Interval 0).Program | Should -Be 'packet_counter'
            (Get-BpfStatistic $one.Id -Interval 0).Program | Should -Be 'packet_counter'
            ($one | Get-BpfStatistic -Interval 0).Id | Should -Be $one.Id
            @(Get-BpfStatistic -Interval 0).Count | Should -Be 2
            Get-BpfStatistic none* -Interval 0 | Should -BeNullOrEmpty
        }
    }

    It 'says which program there is not' {
        Use-BpfSession {
            { Get-BpfStatistic nobody -Interval 0 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.GetBpfStatistic'
        }
    }
}

Describe 'Show-BpfTop' {
    It 'prints one look as plain text with -Once' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            Invoke-BpfHook xdp:eth0 -Path "$samples/few-le-us.pcap" | Out-Null
            $lines = Show-BpfTop -Once -Interval 0.1
            $lines[0] | Should -Match '^psbpf top   managed   1 program  \d+ maps  1 link '
            $lines[1] | Should -Match '^ +ID NAME +TYPE +HOOK +EVT/S'
            $lines[2] | Should -Match '^ +1 packet_counter +xdp +xdp:eth0 '
            $lines[2] | Should -Match 'PASS \d+%'
            ($lines -join '') | Should -Not -Match "`e"
            (Show-BpfTop -Once -Interval 0.1 -Width 80 | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
        }
    }

    It 'filters and sorts' {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o" | Out-Null
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            @(Show-BpfTop eth0 -Once -Interval 0.1).Count | Should -Be 3
            (Show-BpfTop -Once -Interval 0.1 -SortBy program)[2] | Should -Match 'packet_counter'
            { Show-BpfTop -Once -SortBy weight -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4013,*'
            { Show-BpfTop -Once -Interval 0.01 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4008,*'
        }
    }

    It 'records intervals as <ending>' -ForEach @(@{ ending = 'csv' }, @{ ending = 'json' }, @{ ending = 'jsonl' }) {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            Invoke-BpfHook xdp:eth0 -Path "$samples/few-le-us.pcap" | Out-Null
            Show-BpfTop -Record "$TestDrive/top.$ending" -Interval 0.1 -Count 2
            $text = Get-Content "$TestDrive/top.$ending"
            $records = switch ($ending) {
                csv { @($text | ConvertFrom-Csv) }
                json { @($text -join '' | ConvertFrom-Json) }
                jsonl { @($text | ForEach-Object { $_ | ConvertFrom-Json }) }
            }
            $records.Count | Should -Be 2
            $records[0].Program | Should -Be 'packet_counter'
            $records[1].Runs | Should -Be 8
        }
    }

    It 'says why it cannot record' {
        Use-BpfSession {
            { Show-BpfTop -Record "$TestDrive/top.txt" -Count 1 -Interval 0.1 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4012,*'
            { Show-BpfTop -Record "$TestDrive/no/such/folder.csv" -Count 1 -Interval 0.1 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4012,*'
        }
    }
}

Describe 'What is loaded on the machine' {
    BeforeAll {
        $linux = $true
        try { Get-BpfProgram -Kernel Linux -ErrorAction Stop | Out-Null } catch { $linux = $false }
    }

    It 'lists programs and maps by id, the session''s as its own' {
        if (-not $linux) { Set-ItResult -Skipped -Because 'the machine''s kernel cannot be asked'; return }
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/port_firewall.bpf.o" -Kernel Linux
            $found = Get-BpfProgram -Kernel Linux | Where-Object KernelId -eq $program.KernelId
            $found.Id | Should -Be $program.Id
            $found.GetType().Name | Should -Be 'BpfProgram'
            (Get-BpfMap -Kernel Linux -Program $program).Name | Should -Contain 'counts'
            (Get-BpfStatistic $program -Interval 0.1).Kernel | Should -Be 'Linux'
        }
    }

    It 'shows programs and maps of others, whose entries can be read and not changed' {
        if (-not $linux) { Set-ItResult -Skipped -Because 'the machine''s kernel cannot be asked'; return }
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/port_firewall.bpf.o" -Kernel Linux
            $kernelId = $program.KernelId
            $counts = (Get-BpfMap counts).KernelId
            # Another session is somebody else.
            Use-BpfSession {
                $foreign = Get-BpfProgram -Kernel Linux -Id $kernelId
                $foreign.Name | Should -Be 'port_firewall'
                $foreign.Tag | Should -Match '^[0-9a-f]{16}$'
                $foreign.InstructionCount | Should -BeGreaterThan 10
                $foreign.MapIds | Should -Contain $counts
                $map = Get-BpfMap -Kernel Linux -Id $counts
                $map.IsForeign | Should -BeTrue
                @(Get-BpfMapEntry $map).Count | Should -Be 5
                { Set-BpfMapEntry $map -Key 0 -Value 1 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2003,*'
            }
        }
    }
}
