BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Watch-BpfRingBuffer' {
    It 'gives events with typed data' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } | Out-Null
            $event = Watch-BpfRingBuffer events -Count 1
            $event.Source | Should -Be 'events'
            $event.Data.reason | Should -Be 'DROP_BLOCKED_PORT'
            $event.Data.protocol | Should -Be 'PROTO_IPV4_TCP'
            $event.Data.port | Should -Be 23
            $event.Data.length | Should -Be 54
            $event.Bytes | Should -HaveCount 24
            $event.Dropped | Should -Be 0
            $event.Time | Should -BeOfType [datetime]
        }
    }

    It 'leaves what it does not take for the next watch' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 10 | Out-Null
            Watch-BpfRingBuffer events -Count 3 | ForEach-Object { $_.Data.sequence } | Should -Be @(1, 2, 3)
            Watch-BpfRingBuffer events -Timeout 0 | ForEach-Object { $_.Data.sequence } | Should -Be (4..10)
            Watch-BpfRingBuffer events -Timeout 0 | Should -BeNullOrEmpty
            (Get-BpfMap events).Delivered | Should -Be 10
            (Get-BpfMap events).Dropped | Should -Be 0
        }
    }

    It 'runs a script block for each event in the caller''s scope' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 4 | Out-Null
            $seen = 0
            Watch-BpfRingBuffer events -Count 4 -ScriptBlock { $seen++; "number $($_.Data.sequence)" } |
                Should -Be @('number 1', 'number 2', 'number 3', 'number 4')
            $seen | Should -Be 4
        }
    }

    It 'ends when its time is up' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            $clock = [Diagnostics.Stopwatch]::StartNew()
            Watch-BpfRingBuffer events -Timeout 0.2 | Should -BeNullOrEmpty
            $clock.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 0.15
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
        }
    }

    It 'counts what did not fit' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 5000 | Out-Null
            $events = Watch-BpfRingBuffer events -Timeout 0
            $map = Get-BpfMap events
            $map.Delivered | Should -Be $events.Count
            $map.Dropped | Should -BeGreaterThan 0
            $map.Delivered + $map.Dropped | Should -Be 5000
            $program.Variables.events_lost | Should -Be $map.Dropped
        }
    }

    It 'reads events as the type that is named' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } | Out-Null
            (Watch-BpfRingBuffer events -Count 1 -Type counter).Data.packets | Should -Be 1
            { Watch-BpfRingBuffer events -Timeout 0 -Type nothing -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.WatchBpfRingBuffer'
        }
    }

    It 'is free for the next watch when the block fails' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 2 | Out-Null
            { Watch-BpfRingBuffer events -Count 2 -ScriptBlock { throw 'stop here' } } | Should -Throw '*stop here*'
            (Watch-BpfRingBuffer events -Count 1).Data.sequence | Should -Be 2
        }
    }

    It 'watches only ring buffers' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Watch-BpfRingBuffer protocols -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4006,PSBpf.PowerShell.WatchBpfRingBuffer'
        }
    }
}
