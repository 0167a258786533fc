BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Add-BpfLink' {
    It 'attaches a program to a hook' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            $link = Add-BpfLink packet_counter -Hook xdp:eth0
            $link.Id | Should -Be 1
            $link.Program | Should -Be 'packet_counter'
            $link.Hook | Should -Be 'xdp:eth0'
            $link.State | Should -Be 'Attached'
            $link.Kernel | Should -Be 'Managed'
            $program.State | Should -Be 'Attached'
            $program.Links | Should -Be 'xdp:eth0'
        }
    }

    It 'says what is wrong with the hook <hook>' -ForEach @(
        @{ hook = 'eth0'; id = 'BPF2201' }
        @{ hook = 'xpd:eth0'; id = 'BPF2201' }
        @{ hook = 'xdp:'; id = 'BPF2201' }
    ) {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o" | Out-Null
            { Add-BpfLink reflector $hook -ErrorAction Stop } | Should -Throw -ErrorId "$id,PSBpf.PowerShell.AddBpfLink"
        }
    }

    It 'does not attach a program to a hook of another type' {
        Use-BpfSession {
            Import-BpfProgram "$samples/length_histogram.bpf.o" | Out-Null
            { Add-BpfLink length_histogram xdp:eth0 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2202,*'
        }
    }

    It 'does not attach a second program where there is room for one' {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o" -Attach xdp:eth0 | Out-Null
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            { Add-BpfLink packet_counter xdp:eth0 -ErrorAction Stop } | Should -Throw '*reflector*' -ErrorId 'BPF2203,*'
            (Add-BpfLink packet_counter xdp:eth1).Hook | Should -Be 'xdp:eth1'
        }
    }

    It 'does nothing with -WhatIf' {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o" | Add-BpfLink -Hook xdp:eth0 -WhatIf
            Get-BpfLink | Should -BeNullOrEmpty
        }
    }
}

Describe 'Get-BpfLink' {
    It 'chooses links by id, program and hook' {
        Use-BpfSession {
            $reflector = Import-BpfProgram "$samples/reflector.bpf.o" -Attach xdp:eth0
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth1 | Out-Null
            Get-BpfLink | ForEach-Object Program | Should -Be @('reflector', 'packet_counter')
            (Get-BpfLink 2).Hook | Should -Be 'xdp:eth1'
            (Get-BpfLink xdp:eth0).Program | Should -Be 'reflector'
            (Get-BpfLink packet_*).Id | Should -Be 2
            (Get-BpfLink -Hook xdp:eth1).Id | Should -Be 2
            ($reflector | Get-BpfLink).Id | Should -Be 1
            { Get-BpfLink 9 -ErrorAction Stop } | Should -Throw -ErrorId 'BPF4001,PSBpf.PowerShell.GetBpfLink'
        }
    }
}

Describe 'Remove-BpfLink' {
    It 'takes the program off the hook and leaves it loaded' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/reflector.bpf.o" -Attach xdp:eth0
            $link = Get-BpfLink
            Remove-BpfLink reflector
            $link.State | Should -Be 'Removed'
            Get-BpfLink | Should -BeNullOrEmpty
            $program.State | Should -Be 'Verified'
            { Invoke-BpfHook xdp:eth0 -Packet @{ tcp = @{} } -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2204,*'
        }
    }

    It 'removes what is piped' {
        Use-BpfSession {
            Import-BpfProgram "$samples/reflector.bpf.o" -Attach xdp:eth0 | Out-Null
            Import-BpfProgram "$samples/reflector.bpf.o" -Attach xdp:eth1 | Out-Null
            Get-BpfLink | Remove-BpfLink
            Get-BpfLink | Should -BeNullOrEmpty
        }
    }
}
