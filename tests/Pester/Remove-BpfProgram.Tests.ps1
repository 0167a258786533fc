BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Remove-BpfProgram' {
    It 'removes a program and the maps that only it used' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            Remove-BpfProgram packet_counter
            Get-BpfProgram | Should -BeNullOrEmpty
            Get-BpfMap | Should -BeNullOrEmpty
            $program.State | Should -Be 'Removed'
        }
    }

    It 'removes what is piped' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o", "$samples/reflector.bpf.o" | Remove-BpfProgram
            Get-BpfProgram | Should -BeNullOrEmpty
        }
    }

    It 'does not remove a program that is attached, but with -Force' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0
            { Remove-BpfProgram $program -ErrorAction Stop } | Should -Throw '*xdp:eth0*' -ErrorId 'BPF4004,PSBpf.PowerShell.RemoveBpfProgram'
            Remove-BpfProgram $program -Force
            Get-BpfLink | Should -BeNullOrEmpty
            Get-BpfProgram | Should -BeNullOrEmpty
        }
    }

    It 'does nothing with -WhatIf' {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o" | Remove-BpfProgram -WhatIf
            Get-BpfProgram | Should -HaveCount 1
        }
    }

    It 'does not take a map for the program of the same name' {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o" | Out-Null
            Get-BpfMap verdicts | Remove-BpfProgram -ErrorAction SilentlyContinue -ErrorVariable refused
            $refused | Should -HaveCount 1
            Get-BpfProgram | Should -HaveCount 1
        }
    }

    It 'makes every use of a removed program an error' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/reflector.bpf.o"
            Remove-BpfProgram $program
            { Invoke-BpfProgram $program -Packet @{ tcp = @{} } -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2105,*'
            { Add-BpfLink $program xdp:eth0 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2105,*'
        }
    }
}
