BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Invoke-BpfScript' {
    It 'gives what the script emits, as objects' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 3 | Out-Null
            $seen = Invoke-BpfScript -JavaScript 'bpf.on("ringbuf:events", e => bpf.emit({ n: e.data.sequence, why: e.data.reason }))' -Count 3
            $seen.n | Should -Be @(1, 2, 3)
            $seen[0].why | Should -Be 'DROP_BLOCKED_PORT'
        }
    }

    It 'sends the console to the streams' {
        $all = Invoke-BpfScript -JavaScript 'console.log("l"); console.warn("w"); console.trace("v")' -Verbose *>&1
        $all | ForEach-Object { "$_" } | Should -Be @('l', 'w', 'v')
    }

    It 'hands arguments over' {
        Invoke-BpfScript -JavaScript 'bpf.emit(bpf.args[0] + bpf.args[1].b)' -ArgumentList 1, @{ b = 2 } | Should -Be 3
    }

    It 'gives errors with id, place and stack, and goes on' {
        $out = Invoke-BpfScript -JavaScript "bpf.every(1, () => {`n  throw new Error('boo') }); let n = 0; bpf.every(2, () => { if (++n > 3) { bpf.emit('on'); bpf.stop() } })" -ErrorVariable failed -ErrorAction SilentlyContinue
        $out | Should -Be 'on'
        $failed[0].FullyQualifiedErrorId | Should -Be 'BPF4103,PSBpf.PowerShell.InvokeBpfScript'
        $failed[0].TargetObject.Line | Should -Be 2
        $failed[0].TargetObject.Stack | Should -BeLike 'at *script.js:2:9*'
    }

    It 'stops at the first error when asked' {
        { Invoke-BpfScript -JavaScript 'bpf.every(1, () => { throw new Error("boo") })' -ErrorAction Stop } | Should -Throw '*boo*'
    }

    It 'ends by its limits and lives on' {
        { Invoke-BpfScript -JavaScript 'for (;;);' -CallbackTimeout 0.2 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4104,PSBpf.PowerShell.InvokeBpfScript'
        { Invoke-BpfScript -JavaScript 'const a = []; for (;;) a.push({})' -HeapLimit 16MB -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4105,PSBpf.PowerShell.InvokeBpfScript'
        Invoke-BpfScript -JavaScript 'bpf.emit(1)' | Should -Be 1
    }

    It 'ends when a later command has had enough' {
        Invoke-BpfScript -JavaScript 'let n = 0; bpf.every(1, () => bpf.emit(++n))' | Select-Object -First 2 | Should -Be @(1, 2)
    }

    It 'says which script is not there' {
        { Invoke-BpfScript ./nothing.js -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4101,PSBpf.PowerShell.InvokeBpfScript'
    }
}

Describe 'Watch-BpfRingBuffer -JavaScript' {
    It 'gives what the function returns' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 5 | Out-Null
            Watch-BpfRingBuffer events -JavaScript 'e => e.data.sequence % 2 ? e.data.sequence : undefined' -Timeout 0 | Should -Be @(1, 3, 5)
        }
    }

    It 'takes a module with more than its function' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 3 | Out-Null
            Watch-BpfRingBuffer events -JavaScript 'let n = 10; export default e => ++n' -Timeout 0 | Should -Be @(11, 12, 13)
        }
    }

    It 'says at the end what was delivered and what was dropped' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 5 | Out-Null
            Watch-BpfRingBuffer events -JavaScript 'e => undefined' -Timeout 0 6>&1 | ForEach-Object { "$_" } | Should -Be 'events: delivered 5, dropped 0'
        }
    }

    It 'has the limits of Invoke-BpfScript' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 2 | Out-Null
            Watch-BpfRingBuffer events -JavaScript "e => {`n  for (;;); }" -CallbackTimeout 0.2 -Count 1 -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed[0].FullyQualifiedErrorId | Should -Be 'BPF4104,PSBpf.PowerShell.WatchBpfRingBuffer'
            $failed[0].TargetObject.Line | Should -Be 2
            Watch-BpfRingBuffer events -JavaScript 'e => { const a = []; for (;;) a.push({}) }' -HeapLimit 16MB -Count 1 -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed[0].FullyQualifiedErrorId | Should -Be 'BPF4105,PSBpf.PowerShell.WatchBpfRingBuffer'
            Watch-BpfRingBuffer events -Timeout 0 | Should -HaveCount 2
            foreach ($command in 'Watch-BpfRingBuffer', 'Watch-BpfPerfBuffer', 'Watch-BpfTrace') {
                foreach ($name in 'CallbackTimeout', 'HeapLimit') {
                    (Get-Command $command).Parameters[$name].ParameterType | Should -Be (Get-Command Invoke-BpfScript).Parameters[$name].ParameterType
                }
            }
        }
    }

    It 'refuses limits without a function, and a function beside a script block' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Watch-BpfRingBuffer events -HeapLimit 16MB -Timeout 0 } | Should -Throw -ErrorId 'BPF4108,PSBpf.PowerShell.WatchBpfRingBuffer'
            { Watch-BpfRingBuffer events -JavaScript 'e => e' -ScriptBlock { } -Timeout 0 } | Should -Throw -ErrorId 'BPF4108,PSBpf.PowerShell.WatchBpfRingBuffer'
        }
    }
}

Describe 'sample handlers' {
    It 'top-talkers ranks ports' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            1..3 | ForEach-Object { Invoke-BpfHook xdp:eth0 -Packet @{ tcp = @{ dport = 23 } } } | Out-Null
            $top = Invoke-BpfScript "$samples/handlers/top-talkers.js" -ArgumentList 1 -Timeout 30
            $top.port | Should -Be 23
            $top.packets | Should -Be 3
            $top.bytes | Should -Be 162
        }
    }

    It 'latency-histogram counts every run of a hook' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $buckets = Invoke-BpfScript "$samples/handlers/latency-histogram.js" -ArgumentList 'xdp:eth0', 8 -Timeout 30 6>&1 | ForEach-Object {
                if ("$_" -like 'listening*') { Invoke-BpfHook xdp:eth0 -Path "$samples/few-le-us.pcap" | Out-Null } else { $_ }
            }
            ($buckets.runs | ForEach-Object -Begin { $sum = 0 } -Process { $sum += $_ } -End { $sum }) | Should -Be 8
        }
    }

    It 'anomaly-alert warns once' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } } -Repeat 50 | Out-Null
            $alert = Watch-BpfRingBuffer events -JavaScript "$samples/handlers/anomaly-alert.js" -Timeout 0 -WarningVariable warned -WarningAction SilentlyContinue
            $alert.reason | Should -Be 'DROP_BLOCKED_PORT'
            $alert.sequence | Should -Be 20
            "$warned" | Should -BeLike '100 %*DROP_BLOCKED_PORT'
        }
    }
}
