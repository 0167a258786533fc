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

    It 'writes the log to a file in the kernel''s format' {
        $file = Join-Path $TestDrive 'verifier.log'
        (Test-BpfProgram "$samples/packet_counter.bpf.o" -LogPath $file).Log | Should -BeNullOrEmpty
        $lines = Get-Content $file
        $lines[0] | Should -Be 'func#0 @0'
        $lines | Should -Contain '0: R1=ctx() R10=fp0'
        $lines[-1] | Should -Match '^processed \d+ insns \(limit 1000000\) max_states_per_insn'
    }

    It 'gives the figures alone with -LogLevel 4' {
        $log = (Test-BpfProgram "$samples/packet_counter.bpf.o" -LogLevel 4).Log
        $log | Should -Match 'processed \d+ insns'
        $log | Should -Not -Match 'R1=ctx'
    }

    It 'says where the log cannot be written' {
        { Test-BpfProgram "$samples/packet_counter.bpf.o" -LogPath "$TestDrive/nowhere/x.log" } | Should -Throw -ErrorId 'BPF4015,PSBpf.PowerShell.TestBpfProgram'
    }

    It 'gives with -Heatmap what each line took' {
        $report = Test-BpfProgram "$samples/packet_counter.bpf.o"
        $lines = @(Test-BpfProgram "$samples/packet_counter.bpf.o" -Heatmap)
        $lines.Count | Should -BeGreaterThan 3
        ($lines | Measure-Object Processed -Sum).Sum | Should -Be $report.ProcessedInstructions
        $lines[0].Processed | Should -BeGreaterOrEqual $lines[-1].Processed
        $lines[0].Source.Text | Should -Not -BeNullOrEmpty
        { Test-BpfProgram "$samples/packet_counter.bpf.o" -Heatmap -Kernel Linux } | Should -Throw -ErrorId 'BPF4016,PSBpf.PowerShell.TestBpfProgram'
    }

    It 'gives with -Advise what could be better, and reports of what is refused' {
        $program = New-BpfProgram -Type xdp -Name unchecked -Assembly @'
r2 = 0
call bpf_xdp_adjust_head
r0 = 2
exit
'@
        $advice = @(Test-BpfProgram $program -Advise)
        $advice.Count | Should -Be 1
        $advice[0].Kind | Should -Be 'UncheckedResult'
        $advice[0].Program | Should -Be 'unchecked'
        $advice[0].Instruction | Should -Be 1
        $advice[0].Finding | Should -Match 'bpf_xdp_adjust_head'
        $program | Remove-BpfProgram
        (Test-BpfProgram "$samples/broken_bounds.bpf.o" -Advise).RuleName | Should -Be 'packet-bounds'
        { Test-BpfProgram "$samples/packet_counter.bpf.o" -Advise -Kernel Linux } | Should -Throw -ErrorId 'BPF4016,PSBpf.PowerShell.TestBpfProgram'
    }

    It 'judges each set of variables' {
        $reports = @(Test-BpfProgram "$samples/packet_counter.bpf.o" -Variable @{ blocked_port = 23 }, @{ blocked_port = 443 })
        $reports.Count | Should -Be 2
        $reports.Accepted | Should -Be @($true, $true)
        $reports[1].Variables['blocked_port'] | Should -Be 443
        { Test-BpfProgram "$samples/packet_counter.bpf.o" -Variable @{ nothing = 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'BPF*,PSBpf.PowerShell.TestBpfProgram'
    }

    It 'gives one SARIF log for all' {
        $sarif = Test-BpfProgram "$samples/packet_counter.bpf.o", "$samples/broken_bounds.bpf.o" -As Sarif | ConvertFrom-Json
        $sarif.version | Should -Be '2.1.0'
        $sarif.runs.Count | Should -Be 1
        $sarif.runs[0].tool.driver.name | Should -Be 'PSBpf'
        $result = $sarif.runs[0].results
        @($result).Count | Should -Be 1
        $result.ruleId | Should -Be $sarif.runs[0].tool.driver.rules[$result.ruleIndex].id
        $result.level | Should -Be 'error'
        $result.message.text | Should -Match 'bytes'
        $result.locations[0].physicalLocation.artifactLocation.uri | Should -Match 'broken_bounds'
        $result.locations[0].physicalLocation.region.startLine | Should -BeGreaterThan 1
    }

    It 'says that there is no such file' {
        { Test-BpfProgram "$samples/nothing.bpf.o" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0301,PSBpf.PowerShell.TestBpfProgram'
    }

    It 'says that the object has no such program' {
        { Test-BpfProgram "$samples/packet_counter.bpf.o" -Name other -ErrorAction Stop } | Should -Throw '*packet_counter*' -ErrorId 'BPF0308,*'
    }
}
