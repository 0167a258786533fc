BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Measure-BpfProgram' {
    It 'measures interpreter and compiled code side by side' {
        Use-BpfSession {
            $result = Import-BpfProgram "$samples/reflector.bpf.o" | Measure-BpfProgram -Packet @{ ipv4 = @{} }, @{ icmp = @{} } -Rounds 3 -Runs 10
            $result.Mode | Should -Be @('Interpreter', 'Jit')
            $result[0].Program | Should -Be 'reflector'
            $result[0].Rounds | Should -Be 3
            $result[0].Runs | Should -Be 10
            $result[0].Samples | Should -HaveCount 3
            $result[0].Ratio | Should -Be 1
            $result[0].IsCompiled | Should -BeFalse
            $result[1].IsCompiled | Should -BeTrue
            $result[1].RatioTo | Should -Be 'Interpreter'
            $result.Verdict | Should -Be @('XDP_TX', 'XDP_TX')
            foreach ($one in $result) {
                $one.MinimumNanoseconds | Should -BeGreaterThan 0
                $one.MedianNanoseconds | Should -BeGreaterOrEqual $one.MinimumNanoseconds
                $one.P95Nanoseconds | Should -BeGreaterOrEqual $one.MedianNanoseconds
            }
        }
    }

    It 'measures the mode that is asked for' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/reflector.bpf.o"
            (Measure-BpfProgram $program -Packet @{ arp = @{} } -Mode Interpreter -Rounds 1 -Runs 1).Mode | Should -Be 'Interpreter'
        }
    }

    It 'measures over all packets of a capture and over those that are piped' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Measure-BpfProgram $program -Path "$samples/few-le-us.pcap" -Mode Interpreter -Rounds 1 -Runs 80 | Should -HaveCount 1
            ('aa', 'bb', 'cc' | Measure-BpfProgram $program -Mode Interpreter -Rounds 1 -Runs 3).Runs | Should -Be 3
        }
    }

    It 'measures every program that is piped' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o", "$samples/reflector.bpf.o" | Measure-BpfProgram -Packet @{ arp = @{} } -Mode Jit -Rounds 1 -Runs 2 |
                ForEach-Object Program | Should -Be @('packet_counter', 'reflector')
        }
    }

    It 'says when mode Jit is interpreted' {
        Use-BpfSession {
            Set-BpfOption -Jit Off
            (Import-BpfProgram "$samples/reflector.bpf.o" | Measure-BpfProgram -Packet @{ arp = @{} } -Mode Jit -Rounds 1 -Runs 2).IsCompiled | Should -BeFalse
        }
    }

    It 'says that there is nothing to run on' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/reflector.bpf.o"
            { Measure-BpfProgram $program -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2104,PSBpf.PowerShell.MeasureBpfProgram'
        }
    }
}
