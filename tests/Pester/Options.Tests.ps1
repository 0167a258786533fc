BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Get-BpfOption and Set-BpfOption' {
    It 'begin with the defaults in every session' {
        Use-BpfSession {
            Set-BpfOption -Jit Off -Seed 1
            Use-BpfSession {
                $options = Get-BpfOption
                $options.Jit | Should -Be 'On'
                $options.JitTiming | Should -Be 'Background'
                $options.Kernel | Should -Be 'Managed'
                $options.Clock | Should -BeNullOrEmpty
                $options.Seed | Should -BeNullOrEmpty
            }
            (Get-BpfOption).Jit | Should -Be 'Off'
        }
    }

    It 'change what is named and nothing else' {
        Use-BpfSession {
            Set-BpfOption -Jit Debug -JitChecked | Should -BeNullOrEmpty
            $options = Set-BpfOption -JitTiming Eager -PassThru
            $options.Jit | Should -Be 'Debug'
            $options.JitChecked | Should -BeTrue
            $options.JitTiming | Should -Be 'Eager'
            (Set-BpfOption -JitChecked:$false -PassThru).JitChecked | Should -BeFalse
        }
    }

    It 'make runs repeatable' {
        Use-BpfSession {
            $program = New-BpfProgram xdp "call bpf_get_prandom_u32`nexit"
            Set-BpfOption -Seed 7
            $first = Invoke-BpfProgram $program -Packet 'aa'
            Set-BpfOption -Seed $null
            Set-BpfOption -Seed 7
            (Invoke-BpfProgram $program -Packet 'aa').ReturnValue | Should -Be $first.ReturnValue
            Set-BpfOption -Clock 500
            (Invoke-BpfProgram (New-BpfProgram xdp "call bpf_ktime_get_ns`nexit") -Packet 'aa').ReturnValue | Should -Be 500
            (Set-BpfOption -Clock $null -PassThru).Clock | Should -BeNullOrEmpty
        }
    }

    It 'stop a program that runs longer than its budget' {
        Use-BpfSession {
            Set-BpfOption -InstructionBudget 100
            $program = New-BpfProgram xdp "r0 = 1000`nagain: r0 -= 1`nif r0 != 0 goto again`nexit"
            { Invoke-BpfProgram $program -Packet 'aa' -Interpret -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2102,*'
        }
    }

    It 'say what a value may be' {
        Use-BpfSession {
            { Set-BpfOption -InstructionBudget 0 -ErrorAction Stop } | Should -Throw '*0*' -ErrorId 'BPF4008,PSBpf.PowerShell.SetBpfOption'
            (Get-BpfOption).InstructionBudget | Should -BeGreaterThan 0
        }
    }

    It 'change nothing with -WhatIf' {
        Use-BpfSession {
            Set-BpfOption -Jit Off -WhatIf
            (Get-BpfOption).Jit | Should -Be 'On'
        }
    }
}
