BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Invoke-BpfProgram -Trace' {
    It 'tells why a packet was dropped' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/port_firewall.bpf.o"
            $steps = Invoke-BpfProgram $program -Packet @{ ipv4 = @{ src = '10.1.2.3' } }, @{ tcp = @{ dport = 22 } } -Trace
            $steps[0].Step | Should -Be 1
            $steps[-1].Verdict | Should -Be 'XDP_DROP'
            $lookups = $steps | Where-Object { $_.Helper.Name -eq 'bpf_map_lookup_elem' } | ForEach-Object { "$($_.Helper)" }
            $lookups[0] | Should -BeLike '*map offenders*0a 01 02 03*null'
            $compared = $steps | Where-Object { $_.Source.Text -like '*always_blocked*' -and $null -ne $_.Taken }
            $compared[-1].Taken | Should -BeTrue
            $program.Variables.total | Should -BeNullOrEmpty
        }
    }

    It 'gives steps with the properties that scripts rely on' {
        Use-BpfSession {
            $program = New-BpfProgram xdp "r2 = *(u32 *)(r1 +0)`n*(u64 *)(r10 -8) = 5`nr0 = 2`nexit"
            $steps = Invoke-BpfProgram $program -Packet @{ arp = @{} } -Trace
            $steps | Should -HaveCount 4
            $steps[0].Registers[0].Name | Should -Be 'r2'
            $steps[0].Registers[0].NewText | Should -Be 'packet+0'
            $steps[1].Memory[0].Write | Should -BeTrue
            $steps[1].Memory[0].Area | Should -Be 'Stack'
            $steps[1].Memory[0].Offset | Should -Be -8
            $steps[1].Memory[0].New | Should -Be ([byte[]](5, 0, 0, 0, 0, 0, 0, 0))
            $steps[3].Verdict | Should -Be 'XDP_PASS'
        }
    }

    It 'warns when it does not tell all' {
        Use-BpfSession {
            $program = New-BpfProgram xdp "r0 = 100`nagain: r0 -= 1`nif r0 != 0 goto again`nexit"
            Invoke-BpfProgram $program -Packet 'aa' -Trace -TraceLimit 5 -WarningAction SilentlyContinue -WarningVariable warnings | Should -HaveCount 5
            "$warnings" | Should -BeLike '*first 5 of 202*XDP_ABORTED*-TraceLimit*'
        }
    }

    It 'gives the steps before a fault and then the error' {
        Use-BpfSession {
            Set-BpfOption -InstructionBudget 50
            $program = New-BpfProgram xdp "r0 = 1000`nagain: r0 -= 1`nif r0 != 0 goto again`nexit"
            $steps = Invoke-BpfProgram $program -Packet 'aa' -Trace -ErrorAction SilentlyContinue -ErrorVariable problems
            $steps.Count | Should -BeGreaterThan 50
            $steps[-1].Fault | Should -BeLike '*more than 50 instructions*'
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'BPF2102,*'
        }
    }

    It 'traces each packet' {
        Use-BpfSession {
            $program = New-BpfProgram xdp "r0 = 2`nexit"
            'aa', 'bb' | Invoke-BpfProgram $program -Trace | Should -HaveCount 4
        }
    }
}
