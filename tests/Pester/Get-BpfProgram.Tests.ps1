BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Get-BpfProgram' {
    It 'gives all programs by id, or those that names, wildcards, ids and types choose' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o", "$samples/port_firewall.bpf.o", "$samples/token_bucket.bpf.o" | Out-Null
            (Get-BpfProgram).Name | Should -Be @('packet_counter', 'port_firewall', 'token_bucket')
            (Get-BpfProgram port_firewall).Id | Should -Be 2
            (Get-BpfProgram p*).Name | Should -Be @('packet_counter', 'port_firewall')
            (Get-BpfProgram 3).Name | Should -Be 'token_bucket'
            (Get-BpfProgram '3').Name | Should -Be 'token_bucket'
            (Get-BpfProgram -Type xdp).Name | Should -Be @('packet_counter', 'port_firewall')
            (Get-BpfProgram -Type sched_cls).Name | Should -Be 'token_bucket'
            2, 'token_bucket' | Get-BpfProgram | ForEach-Object Id | Should -Be @(2, 3)
        }
    }

    It 'gives nothing for a wildcard that matches nothing' {
        Use-BpfSession { Get-BpfProgram nothing* | Should -BeNullOrEmpty }
    }

    It 'tells names apart by case, as C does' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Get-BpfProgram PACKET_COUNTER -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,*'
        }
    }

    It 'says that there is no program of that name' {
        Use-BpfSession { { Get-BpfProgram nothing -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.GetBpfProgram' }
    }

    It 'names the ids when a name means several programs' {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o", "$samples/reflector.bpf.o" | Out-Null
            { Get-BpfProgram reflector -ErrorAction Stop } | Should -Throw '*ids 1, 2*' -ErrorId 'BPF4002,*'
        }
    }

    It 'goes on after a name that it does not find' {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o" | Out-Null
            (Get-BpfProgram nothing, reflector -ErrorAction SilentlyContinue).Name | Should -Be 'reflector'
        }
    }

    It 'shows global variables with their values of now' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            $program.Variables.total | Should -Be 0
            1..3 | ForEach-Object { Invoke-BpfProgram $program -Packet @{ arp = @{} } } | Out-Null
            $program.Variables.total | Should -Be 3
        }
    }
}
