BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'New-BpfProgram' {
    It 'makes a program of assembly text' {
        Use-BpfSession {
            $program = New-BpfProgram -Type xdp -Assembly "r0 = 1`nexit" -Name drop
            $program.Name | Should -Be 'drop'
            $program.Type | Should -Be 'Xdp'
            $program.InstructionCount | Should -Be 2
            $program.Kernel | Should -Be 'Managed'
            (Invoke-BpfProgram drop -Packet @{ arp = @{} }).Verdict | Should -Be 'XDP_DROP'
        }
    }

    It 'joins lines, as an array or piped' {
        Use-BpfSession {
            (New-BpfProgram xdp 'r0 = 1', 'exit').InstructionCount | Should -Be 2
            ('r0 = 1', 'r0 += 1', 'exit' | New-BpfProgram xdp).InstructionCount | Should -Be 3
        }
    }

    It 'takes instruction bytes as <form>' -ForEach @(
        @{ form = 'text'; code = 'b7 00 00 00 02 00 00 00  95 00 00 00 00 00 00 00' }
        @{ form = 'lines'; code = @('b700000002000000', '9500000000000000') }
        @{ form = 'numbers'; code = @(0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0) }
        @{ form = 'bytes'; code = [byte[]](0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0) }
    ) {
        Use-BpfSession {
            $program = New-BpfProgram xdp -Bytecode $code
            (Invoke-BpfProgram $program -Packet @{ arp = @{} }).Verdict | Should -Be 'XDP_PASS'
        }
    }

    It 'uses maps of the session by name, as objects, or under another name' {
        Use-BpfSession {
            Import-BpfProgram "$samples/port_firewall.bpf.o" | Out-Null
            $text = "r1 = map[counts]`nr0 = 2`nexit"
            (New-BpfProgram xdp $text -Map counts).Maps | Should -Be @('counts')
            (New-BpfProgram xdp $text -Map (Get-BpfMap counts)).Maps | Should -Be @('counts')
            (New-BpfProgram xdp "r1 = map[mine]`nr0 = 2`nexit" -Map @{ mine = 'counts' }).Maps | Should -Be @('counts')
            Get-BpfMap counts | Should -HaveCount 1
        }
    }

    It 'says where the text is wrong: <message>' -ForEach @(
        @{ text = "r0 = 1`nr0 <> 2`nexit"; id = 'BPF0001'; message = '*line 2, column*' }
        @{ text = "if r1 == 0 goto out`nexit"; id = 'BPF0002'; message = "*'out'*line 1, column 17*" }
        @{ text = "r0 = 0x1ffffffff`nexit"; id = 'BPF0003'; message = '*line 1, column 6*' }
        @{ text = "r1 = map[counts]`nexit"; id = 'BPF4001'; message = "*'counts'*" }
    ) {
        Use-BpfSession {
            { New-BpfProgram xdp $text -ErrorAction Stop } | Should -Throw $message -ErrorId "$id,PSBpf.PowerShell.NewBpfProgram"
            Get-BpfProgram | Should -BeNullOrEmpty
        }
    }

    It 'explains a refusal' {
        Use-BpfSession {
            New-BpfProgram xdp "r0 = *(u8 *)(r1 +900)`nexit" -Name wild -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
            $problems[0].FullyQualifiedErrorId | Should -Be 'BPF4003,PSBpf.PowerShell.NewBpfProgram'
            $problems[0].TargetObject.Accepted | Should -BeFalse
        }
    }

    It 'attaches it' {
        Use-BpfSession {
            (New-BpfProgram xdp "r0 = 1`nexit" -Attach xdp:eth0).Links | Should -Be @('xdp:eth0')
            (Invoke-BpfHook xdp:eth0 -Packet @{ arp = @{} }).Verdict | Should -Be 'XDP_DROP'
        }
    }

    It 'does nothing with -WhatIf' {
        Use-BpfSession {
            New-BpfProgram xdp "r0 = 1`nexit" -WhatIf | Should -BeNullOrEmpty
            Get-BpfProgram | Should -BeNullOrEmpty
        }
    }
}
