BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Watch-BpfPerfBuffer' {
    It 'gives events with typed data, in order for each CPU, and counts them' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 20 | Out-Null
            $events = Watch-BpfPerfBuffer packets -Count 20
            $events | Should -HaveCount 20
            $events[0].Data.length | Should -Be 54
            $events[0].Source | Should -Be 'packets'
            $events[0].Data.cpu | Should -Be $events[0].Cpu
            foreach ($cpu in $events | Group-Object Cpu) {
                $numbers = $cpu.Group | ForEach-Object { $_.Data.sequence }
                $numbers | Should -Be ($numbers | Sort-Object)
            }
            (Get-BpfMap packets).Events.Produced | Should -Be 20
            (Get-BpfMap packets).Events.Backlog | Should -Be 0
        }
    }

    It 'accounts for every event: produced = delivered + dropped + backlog' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o" -Variable @{ print = 0 }
            Watch-BpfPerfBuffer packets -PageCount 1 -Timeout 0 | Should -BeNullOrEmpty
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 5000 | Out-Null
            $taken = Watch-BpfPerfBuffer packets -Count 10
            $counts = (Get-BpfMap packets).Events
            $counts.Produced | Should -Be 5000
            $counts.Delivered | Should -Be 10
            $counts.Dropped | Should -Be $program.Variables.perf_lost
            $counts.Dropped | Should -BeGreaterThan 0
            $counts.Delivered + $counts.Dropped + $counts.Backlog | Should -Be 5000
            $rest = Watch-BpfPerfBuffer packets -Timeout 0
            $rest.Count + $taken.Count + $program.Variables.perf_lost | Should -Be 5000
        }
    }

    It 'overwrites the oldest when it is told to' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o" -Variable @{ print = 0 }
            Watch-BpfPerfBuffer packets -Overwrite -PageCount 1 -Timeout 0 | Should -BeNullOrEmpty
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 5000 | Out-Null
            $events = Watch-BpfPerfBuffer packets -Timeout 0
            ($events | ForEach-Object { $_.Data.sequence } | Measure-Object -Maximum).Maximum | Should -Be 5000
            $events.Count + (Get-BpfMap packets).Dropped | Should -Be 5000
            $program.Variables.perf_lost | Should -Be 0
        }
    }

    It 'watches only perf event arrays' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_events.bpf.o" | Out-Null
            { Watch-BpfPerfBuffer records -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4006,PSBpf.PowerShell.WatchBpfPerfBuffer'
            { Watch-BpfRingBuffer packets -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4006,PSBpf.PowerShell.WatchBpfRingBuffer'
            { Watch-BpfPerfBuffer packets -PageCount 3 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4008,PSBpf.PowerShell.WatchBpfPerfBuffer'
        }
    }
}

Describe 'Watch-BpfTrace' {
    It 'gives the lines that programs print, beginning with what nobody has read' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 5 | Out-Null
            $first = Watch-BpfTrace -Count 2
            $first[0].Data | Should -Be 'packet 1 of 54 bytes'
            $first[0].Source | Should -Be 'printk'
            $first[0].Program | Should -Be 'packet_events'
            Watch-BpfTrace -Timeout 0 | ForEach-Object Data | Should -Be @('packet 3 of 54 bytes', 'packet 4 of 54 bytes', 'packet 5 of 54 bytes')
            Watch-BpfTrace -Timeout 0 | Should -BeNullOrEmpty
        }
    }

    It 'runs a script block for each line' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 2 | Out-Null
            Watch-BpfTrace -Count 2 -ScriptBlock { $_.Data.Length } | Should -Be @(20, 20)
        }
    }

    It 'says at any moment what became of the lines' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            "$(Watch-BpfTrace -Statistic)" | Should -Be 'delivered 0, dropped 0'
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 5000 | Out-Null
            $before = Watch-BpfTrace -Statistic
            $before.Produced | Should -Be 5000
            $before.Backlog | Should -Be 4096
            $before.Dropped | Should -Be 904
            Watch-BpfTrace -Count 100 | Should -HaveCount 100
            $after = Watch-BpfTrace -Statistic
            $after.Delivered | Should -Be 100
            $after.Dropped | Should -Be 904
            $after.Delivered + $after.Dropped + $after.Backlog | Should -Be $after.Produced
        }
    }

    It 'leaves the trace of the machine alone: <parameters>' -ForEach @(
        @{ parameters = @{} }
        @{ parameters = @{ JavaScript = 'e => e' } }
        @{ parameters = @{ Statistic = $true } }
    ) {
        { Watch-BpfTrace -Kernel Linux @parameters -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4006,PSBpf.PowerShell.WatchBpfTrace'
    }
}

Describe 'A consumer that is slower than the programs' {
    It 'ends when its time is over: <watch>' -ForEach @(
        @{ watch = 'Watch-BpfPerfBuffer packets -Timeout 0.2' }
        @{ watch = 'Watch-BpfRingBuffer records -Timeout 0.2' }
        @{ watch = 'Watch-BpfRingBuffer records -Timeout 0' }
        @{ watch = 'Watch-BpfTrace -Timeout 0.2' }
    ) {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_events.bpf.o" -Attach xdp:eth0 | Out-Null
            $source = Start-BpfSource -Packet @{ tcp = @{ dport = 23 } } -Hook xdp:eth0
            $seen = & ([scriptblock]::Create("$watch -ScriptBlock { [Threading.Thread]::SpinWait(100); 1 }"))
            $job = & ([scriptblock]::Create("$watch -AsJob"))
            ($job | Wait-Job).State | Should -Be 'Completed'
            Remove-Job $job
            & ([scriptblock]::Create("$watch -JavaScript 'e => undefined'"))
            (Get-BpfSource $source.Name).State | Should -Be 'Running'
            $source | Stop-BpfSource
            if ($watch -notlike '*-Timeout 0') { $seen.Count | Should -BeGreaterThan 0 }
        }
    }

    It 'loses what the accounts say, also when it stalls' {
        $turns = & "$PSScriptRoot/../../scripts/soak-events.ps1" -Seconds 1
        $turns | Should -HaveCount 6
        foreach ($turn in $turns) {
            $turn.Written | Should -BeGreaterThan 0
            $turn.Delivered + $turn.Dropped + $turn.Waiting | Should -Be $turn.Written
        }
    }
}

Describe 'A watch in the background' {
    It 'is a job that has the events: <watch>' -ForEach @(
        @{ watch = 'Watch-BpfPerfBuffer packets' }
        @{ watch = 'Watch-BpfRingBuffer records' }
        @{ watch = 'Watch-BpfTrace' }
    ) {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            $job = & ([scriptblock]::Create("$watch -Count 7 -AsJob"))
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 10 | Out-Null
            $events = $job | Wait-Job | Receive-Job
            $events | Should -HaveCount 7
            $job.State | Should -Be 'Completed'
            $job.Delivered | Should -Be 7
            $job.Counts.Backlog | Should -Be 3
            Remove-Job $job
        }
    }

    It 'runs its script block in a runspace of its own' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 3 | Out-Null
            $job = Watch-BpfRingBuffer records -Count 3 -AsJob -ScriptBlock { $global:seen++; "$seen of $($_.Data.length)" }
            $job | Wait-Job | Receive-Job | Should -Be @('1 of 54', '2 of 54', '3 of 54')
            Remove-Job $job
        }
    }

    It 'has what its JavaScript function returns, and what it says: <watch>' -ForEach @(
        @{ watch = 'Watch-BpfPerfBuffer packets'; first = 1 }
        @{ watch = 'Watch-BpfRingBuffer records'; first = 1 }
        @{ watch = 'Watch-BpfTrace'; first = 'packet 1 of 54 bytes' }
    ) {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            $job = & ([scriptblock]::Create("$watch -Count 7 -AsJob -JavaScript 'e => { console.warn(e.source); return e.data.sequence ?? e.data }'"))
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 10 | Out-Null
            $job | Wait-Job | Out-Null
            $job.State | Should -Be 'Completed'
            $job.Delivered | Should -Be 7
            $job.Counts.Delivered + $job.Counts.Dropped + $job.Counts.Backlog | Should -Be $job.Counts.Produced
            $job.StatusMessage | Should -BeLike '*delivered 7, dropped 0'
            $job.Warning | Should -HaveCount 7
            $events = $job | Receive-Job -WarningAction SilentlyContinue
            $events | Should -HaveCount 7
            $events[0] | Should -Be $first
            Remove-Job $job
        }
    }

    It 'ends with a JavaScript function that never does' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } | Out-Null
            $job = Watch-BpfRingBuffer records -AsJob -JavaScript 'e => { for (;;); }'
            Stop-Job $job
            $job.State | Should -Be 'Stopped'
            Watch-BpfRingBuffer records -Timeout 0 | Should -HaveCount 1
            Remove-Job $job
        }
    }

    It 'ends when it is stopped, and frees its reader' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_events.bpf.o" | Out-Null
            $job = Watch-BpfRingBuffer records -AsJob
            $job.State | Should -Be 'Running'
            Stop-Job $job
            $job.State | Should -Be 'Stopped'
            Watch-BpfRingBuffer records -Timeout 0 | Should -BeNullOrEmpty
            Remove-Job $job
        }
    }
}

Describe 'Register-BpfEvent' {
    It 'runs an action for each event, with message data, until its count is reached' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            $global:seenEvents = [Collections.Generic.List[object]]::new()
            $job = Register-BpfEvent ringbuf:records -SourceIdentifier records -MessageData 'eth0' -MaxTriggerCount 3 -Action {
                $global:seenEvents.Add([pscustomobject]@{ Order = $Event.EventIdentifier; Text = "$($Event.MessageData) $($EventArgs.Data.sequence)" })
            }
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 5 | Out-Null
            for ($waited = 0; $global:seenEvents.Count -lt 3 -and $waited -lt 200; $waited++) { Start-Sleep -Milliseconds 50 }
            # PowerShell hands events to threads of its pool; the identifiers have their order.
            $global:seenEvents | Sort-Object Order | ForEach-Object Text | Should -Be @('eth0 1', 'eth0 2', 'eth0 3')
            for ($waited = 0; @(Get-EventSubscriber).Count -gt 0 -and $waited -lt 200; $waited++) { Start-Sleep -Milliseconds 50 }
            Get-EventSubscriber | Should -BeNullOrEmpty
            # What the subscriber did not see is there for others.
            Watch-BpfRingBuffer records -Timeout 0 | ForEach-Object { $_.Data.sequence } | Should -Be @(4, 5)
            Remove-Job $job -Force
        }
    }

    It 'queues events without an action, and ends when the subscriber goes' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_events.bpf.o"
            Register-BpfEvent printk -SourceIdentifier lines
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 2 | Out-Null
            (Wait-Event lines -Timeout 60).SourceIdentifier | Should -Be 'lines'
            for ($waited = 0; @(Get-Event lines).Count -lt 2 -and $waited -lt 200; $waited++) { Start-Sleep -Milliseconds 50 }
            Get-Event lines | Sort-Object EventIdentifier | ForEach-Object { $_.SourceEventArgs.Data } | Should -Be @('packet 1 of 54 bytes', 'packet 2 of 54 bytes')
            (Get-EventSubscriber lines).SourceObject.Counts.Produced | Should -Be 2
            Unregister-Event lines
            Get-EventSubscriber | Should -BeNullOrEmpty
            Remove-Event lines
            Get-Event | Should -BeNullOrEmpty
        }
    }

    It 'refuses what is no source' {
        { Register-BpfEvent nonsense } | Should -Throw -ErrorId 'BPF4006,PSBpf.PowerShell.RegisterBpfEvent'
        { Register-BpfEvent ringbuf:nothing } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.RegisterBpfEvent'
        Get-EventSubscriber | Should -BeNullOrEmpty
    }
}
