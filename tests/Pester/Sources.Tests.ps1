BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Start-BpfSource' {
    It 'sends a capture in the background, and hook and maps agree with it' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $source = Start-BpfSource "$samples/mixed.pcap" xdp:eth0
            $source.Name | Should -Be 'mixed'
            $source.Kind | Should -Be 'Capture'
            $source.Hook | Should -Be 'xdp:eth0'
            $source | Wait-BpfSource -Timeout 60 | Should -HaveCount 1
            $source.State | Should -Be 'Finished'
            $source.Packets | Should -Be 414
            $source.Verdicts.XDP_DROP | Should -Be 89
            $source.Verdicts.XDP_PASS | Should -Be 325
            $source.Unseen | Should -Be 0
            $source.Progress | Should -Be 1
            $source.Loops | Should -Be 1
            $source.Error | Should -BeNullOrEmpty
            $source.Rate | Should -BeGreaterThan 0
            (Get-BpfHook xdp:eth0).Events | Should -Be 414
            (Get-BpfProgram packet_counter).Variables.total | Should -Be 414
        }
    }

    It 'lets the prompt watch events while it runs' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $source = Start-BpfSource -Path "$samples/mixed.pcap" -Hook xdp:eth0 -Loop -Rate 5000
            Watch-BpfRingBuffer events -Count 100 -Timeout 60 6>$null | Should -HaveCount 100
            $source.State | Should -Be 'Running'
            $source.TargetRate | Should -Be 5000
            $source.Progress | Should -BeNullOrEmpty
        }
    }

    It 'ends a loop at its count' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $source = Start-BpfSource "$samples/mixed.pcap" xdp:eth0 -Loop -Count 1000 -Name again | Wait-BpfSource -Timeout 60
            $source.Name | Should -Be 'again'
            $source.Packets | Should -Be 1000
            $source.Loops | Should -Be 2
        }
    }

    It 'keeps the pace of the capture' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $source = Start-BpfSource "$samples/few-le-us.pcap" xdp:eth0 -OriginalPace | Wait-BpfSource -Timeout 60
            $source.Packets | Should -Be 8
            $source.TargetRate | Should -BeNullOrEmpty
            { Start-BpfSource "$samples/few-le-us.pcap" xdp:eth0 -OriginalPace -Rate 3 } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        }
    }

    It 'makes packets up from layers, with fields that count and fields that are random' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            # Port 23 is blocked: counting up from 13, the eleventh is.
            $source = Start-BpfSource -Packet @{ ipv4 = @{} }, @{ tcp = @{ dport = 13 } } -Hook xdp:eth0 -Counter tcp.dport -Random ipv4.src/8 -Seed 7 -Count 20 |
                Wait-BpfSource -Timeout 60
            $source.Kind | Should -Be 'Generator'
            $source.Packets | Should -Be 20
            $source.Bytes | Should -Be (20 * 54)
            $source.Verdicts.XDP_DROP | Should -Be 1
            (Watch-BpfRingBuffer events -Count 1 6>$null).Data.port | Should -Be 23
        }
    }

    It 'takes packets as bytes and text, in turn' {
        Use-BpfSession {
            New-BpfProgram xdp 'r2 = *(u32 *)(r1 +0)', 'r3 = *(u32 *)(r1 +4)', 'r4 = r2', 'r4 += 1', 'r0 = 0', 'if r4 > r3 goto +1', 'r0 = *(u8 *)(r2 +0)', 'exit' -Attach xdp:eth0 | Out-Null
            $source = Start-BpfSource -Packet '01 00', ([byte[]](2, 0, 0)) -Hook xdp:eth0 -Count 5 | Wait-BpfSource -Timeout 60
            $source.Verdicts.XDP_DROP | Should -Be 3
            $source.Verdicts.XDP_PASS | Should -Be 2
            $source.Bytes | Should -Be 12
        }
    }

    It 'starts one source for each file' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $sources = Start-BpfSource "$samples/few-*.pcap" xdp:eth0 | Wait-BpfSource -Timeout 60
            $sources | Should -HaveCount 4
            $sources.Packets | Should -Be 8, 8, 8, 8
            (Get-BpfHook xdp:eth0).Events | Should -Be 32
        }
    }

    It 'is traffic: it starts without a program, with a warning, and goes on when one comes and goes' {
        Use-BpfSession {
            $source = Start-BpfSource "$samples/mixed.pcap" xdp:eth0 -Loop -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -HaveCount 1
            "$warnings" | Should -BeLike '*Nothing is attached to xdp:eth0*'
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0
            for ($tries = 0; $source.Verdicts.Count -eq 0 -and $tries -lt 1000; $tries++) { [Threading.Thread]::Sleep(10) }
            $program | Remove-BpfProgram -Force
            $source.State | Should -Be 'Running'
            Stop-BpfSource $source
            $seen = 0
            $source.Verdicts.Values | ForEach-Object { $seen += $_ }
            $seen | Should -BeGreaterThan 0
            $source.Packets | Should -Be ($seen + $source.Unseen)
            (Get-BpfHook xdp:eth0).Events | Should -Be $seen
        }
    }

    It 'arrives on the CPU that is asked for' {
        Use-BpfSession {
            New-BpfProgram xdp 'call bpf_get_smp_processor_id', 'exit' -Attach xdp:eth0 | Out-Null
            (Start-BpfSource -Packet 'aa' -Hook xdp:eth0 -Cpu 1 -Count 10 | Wait-BpfSource -Timeout 60).Verdicts.XDP_DROP | Should -Be 10
        }
    }

    It 'does nothing with -WhatIf' {
        Use-BpfSession {
            Start-BpfSource "$samples/mixed.pcap" xdp:eth0 -WhatIf | Should -BeNullOrEmpty
            Start-BpfSource -Packet 'aa' -Hook xdp:eth0 -WhatIf | Should -BeNullOrEmpty
            Get-BpfSource | Should -BeNullOrEmpty
        }
    }

    It 'refuses <Title> with <Id>' -ForEach @(
        @{ Title = 'a file that is not there'; Id = 'BPF0401'; Arguments = @{ Path = './none.pcap'; Hook = 'xdp:eth0' } }
        @{ Title = 'a file that is no capture'; Id = 'BPF0402'; Arguments = @{ Path = "$PSScriptRoot/../../PSBpf.psd1"; Hook = 'xdp:eth0' } }
        @{ Title = 'a hook that is none'; Id = 'BPF2201'; Arguments = @{ Packet = 'aa'; Hook = 'eth0' } }
        @{ Title = 'a field that the packet has not'; Id = 'BPF0405'; Arguments = @{ Packet = 'aa'; Hook = 'xdp:eth0'; Counter = 'ipv4.src' } }
        @{ Title = 'a CPU that there is not'; Id = 'BPF4008'; Arguments = @{ Packet = 'aa'; Hook = 'xdp:eth0'; Cpu = 4096 } }
    ) {
        Use-BpfSession {
            { Start-BpfSource @Arguments -ErrorAction Stop } | Should -Throw -ErrorId "$Id,PSBpf.PowerShell.StartBpfSource"
            Start-BpfSource @Arguments -ErrorAction SilentlyContinue -ErrorVariable problems
            $problems[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            Get-BpfSource | Should -BeNullOrEmpty
        }
    }
}

Describe 'A source that fails' {
    It 'sends what stands before the damage of a capture and keeps the error as an object' {
        $whole = [IO.File]::ReadAllBytes("$samples/few-le-us.pcap")
        [IO.File]::WriteAllBytes("$TestDrive/cut.pcap", $whole[0..($whole.Length - 4)])
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $source = Start-BpfSource "$TestDrive/cut.pcap" xdp:eth0 | Wait-BpfSource -Timeout 60
            $source.State | Should -Be 'Failed'
            $source.Packets | Should -Be 7
            $source.Error.Id | Should -Be 'BPF0403'
            $source.Error.Action | Should -Not -BeNullOrEmpty
            $source | Out-String | Should -BeLike '*BPF0403*'
        }
    }

    It 'leaves the session as it is when its program runs too long' {
        Use-BpfSession {
            Set-BpfOption -Jit Off -InstructionBudget 50
            New-BpfProgram xdp 'r1 = 0', 'r1 += 1', 'if r1 < 1000 goto -2', 'r0 = 2', 'exit' -Attach xdp:eth0 | Out-Null
            $source = Start-BpfSource "$samples/mixed.pcap" xdp:eth0 | Wait-BpfSource -Timeout 60
            $source.State | Should -Be 'Failed'
            $source.Error.Id | Should -Be 'BPF2102'
            Get-BpfLink | Should -HaveCount 1
        }
    }
}

Describe 'Get-BpfSource, Stop-BpfSource and Wait-BpfSource' {
    It 'find sources by name, id, wildcard, state and pipeline' {
        Use-BpfSession {
            $one = Start-BpfSource "$samples/mixed.pcap" xdp:eth0 -Name one -WarningAction Ignore | Wait-BpfSource
            $two = Start-BpfSource "$samples/mixed.pcap" xdp:eth0 -Name two -Loop -WarningAction Ignore
            (Get-BpfSource).Name | Should -Be 'one', 'two'
            (Get-BpfSource two).Id | Should -Be $two.Id
            (Get-BpfSource $one.Id).Name | Should -Be 'one'
            (Get-BpfSource t*).Name | Should -Be 'two'
            (Get-BpfSource -State Running).Name | Should -Be 'two'
            { Get-BpfSource three -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.GetBpfSource'
            Get-BpfSource | Stop-BpfSource
            $one.State | Should -Be 'Finished'
            $two.State | Should -Be 'Stopped'
        }
    }

    It 'stop with -PassThru hands on, with -WhatIf leaves running' {
        Use-BpfSession {
            $source = Start-BpfSource "$samples/mixed.pcap" xdp:eth0 -Loop -WarningAction Ignore
            Stop-BpfSource mixed -WhatIf
            $source.State | Should -Be 'Running'
            (Stop-BpfSource mixed -PassThru).State | Should -Be 'Stopped'
            Stop-BpfSource $source | Should -BeNullOrEmpty
            { Stop-BpfSource other -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.StopBpfSource'
        }
    }

    It 'wait gives up after -Timeout and leaves the source running' {
        Use-BpfSession {
            $source = Start-BpfSource -Packet 'aa' -Hook xdp:eth0 -Rate 1 -WarningAction Ignore
            Wait-BpfSource $source -Timeout 0.1 | Should -BeNullOrEmpty
            $source.State | Should -Be 'Running'
        }
    }

    It 'stop with the session' {
        $source = Use-BpfSession { Start-BpfSource "$samples/mixed.pcap" xdp:eth0 -Loop -WarningAction Ignore }
        $source.State | Should -Be 'Stopped'
    }

    It 'are clean in JSON' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0 | Out-Null
            $json = Start-BpfSource "$samples/mixed.pcap" xdp:eth0 | Wait-BpfSource | Select-Object Name, State, Packets, Verdicts | ConvertTo-Json -Compress
            $json | Should -BeLike '*"Packets":414,"Verdicts":{*"XDP_DROP":89*'
        }
    }
}
