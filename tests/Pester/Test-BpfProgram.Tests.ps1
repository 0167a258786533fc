BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Test-BpfProgram' {
    It 'accepts <_>' -ForEach 'packet_counter', 'port_firewall', 'token_bucket', 'ipv6_walker', 'reflector', 'length_histogram', 'helper_tour', 'tcp_options' {
        $report = Test-BpfProgram "$samples/$_.bpf.o"
        $report.Accepted | Should -BeTrue
        $report.Runnable | Should -BeTrue
        $report.Name | Should -Be $_
        $report.ProcessedInstructions | Should -BeGreaterThan 0
    }

    It 'explains why it refuses' {
        $report = Test-BpfProgram "$samples/broken_bounds.bpf.o"
        $report.Accepted | Should -BeFalse
        $report.RuleId | Should -Be 'BPF1207'
        $report.RuleName | Should -Be 'packet-bounds'
        $report.Message | Should -Match 'invalid access to packet'
        $report.Reason | Should -Match 'packet'
        $report.At.Source.Line | Should -BeGreaterThan 0
        $report.At.Source.Text | Should -Match 'daddr'
        $report.Suggestion | Should -Match 'data_end'
    }

    It 'loads nothing' {
        Use-BpfSession {
            Test-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            Get-BpfProgram | Should -BeNullOrEmpty
            Get-BpfMap | Should -BeNullOrEmpty
        }
    }

    It 'judges a loaded program by <how>' -ForEach @(
        @{ how = 'object'; take = { param($program) $program } }
        @{ how = 'name'; take = { param($program) $program.Name } }
        @{ how = 'id'; take = { param($program) $program.Id } }
    ) {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            (Test-BpfProgram (& $take $program)).Accepted | Should -BeTrue
        }
    }

    It 'judges programs that are piped' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o", "$samples/reflector.bpf.o" | Test-BpfProgram | ForEach-Object Accepted | Should -Be @($true, $true)
        }
    }

    It 'gives true or false with -Quiet' {
        Test-BpfProgram "$samples/packet_counter.bpf.o" -Quiet | Should -Be $true
        Test-BpfProgram "$samples/broken_bounds.bpf.o" -Quiet | Should -Be $false
    }

    It 'keeps the verifier''s log when asked' {
        (Test-BpfProgram "$samples/packet_counter.bpf.o").Log | Should -BeNullOrEmpty
        (Test-BpfProgram "$samples/packet_counter.bpf.o" -LogLevel 2).Log | Should -Match 'r10'
    }

    It 'says that there is no such file' {
        { Test-BpfProgram "$samples/nothing.bpf.o" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0301,PSBpf.PowerShell.TestBpfProgram'
    }

    It 'says that the object has no such program' {
        { Test-BpfProgram "$samples/packet_counter.bpf.o" -Name other -ErrorAction Stop } | Should -Throw '*packet_counter*' -ErrorId 'BPF0308,*'
    }
}
