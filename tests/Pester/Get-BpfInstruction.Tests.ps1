BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Get-BpfInstruction' {
    It 'gives instructions with the properties that scripts rely on' {
        Use-BpfSession {
            $first = Import-BpfProgram "$samples/port_firewall.bpf.o" | Get-BpfInstruction | Select-Object -First 1
            $first.Index | Should -Be 0
            $first.Bytes | Should -HaveCount 8
            $first.Text | Should -Be 'r7 = *(u32 *)(r1 +4)'
            $first.Source.Line | Should -BeGreaterThan 0
            $first.Source.Text | Should -BeLike '*data_end*'
            $first.Hits | Should -BeNullOrEmpty
            $first.Native | Should -BeNullOrEmpty
        }
    }

    It 'reads a file without loading it' {
        Use-BpfSession {
            Get-BpfInstruction -Path "$samples/port_firewall.bpf.o" | Should -Not -BeNullOrEmpty
            Get-BpfInstruction -Path "$samples/*.bpf.o" -Name port* | ForEach-Object Program | Sort-Object -Unique | Should -Be 'port_firewall'
            Get-BpfProgram | Should -BeNullOrEmpty
        }
    }

    It 'says that there is no such file' {
        { Get-BpfInstruction -Path ./nothing.o -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0301,PSBpf.PowerShell.GetBpfInstruction'
    }

    It 'gives text that assembles to the same bytes' {
        Use-BpfSession {
            $text = "r0 = 10`nagain: r0 += -1`nif r0 s> 2 goto again`nr2 = 0x100000000 ll`nexit"
            $listing = New-BpfProgram xdp $text | Get-BpfInstruction
            $again = New-BpfProgram xdp $listing.Text | Get-BpfInstruction
            $again | ForEach-Object { $_.Bytes } | Should -Be ($listing | ForEach-Object { $_.Bytes })
            $listing.Index | Should -Be @(0, 1, 2, 3, 5)
        }
    }

    It 'writes either notation, and New-BpfProgram takes both' {
        Use-BpfSession {
            $program = New-BpfProgram xdp "r0 = 2`nr1 = *(u32 *)(r1 +4)`nexit"
            $mnemonics = (Get-BpfInstruction $program -Notation Mnemonic).Text
            $mnemonics[1] | Should -Be 'ldxw %r1, [%r1+4]'
            (New-BpfProgram xdp $mnemonics | Get-BpfInstruction).Text | Should -Be (Get-BpfInstruction $program).Text
        }
    }

    It 'counts how often each instruction runs' {
        Use-BpfSession {
            $program = New-BpfProgram xdp "r0 = 3`nagain: r0 -= 1`nif r0 != 0 goto again`nexit"
            (Get-BpfInstruction $program -Packet 'aa', 'bb').Hits | Should -Be @(2, 6, 6, 2)
        }
    }

    It 'says how machine code is kept when there is none' {
        Use-BpfSession {
            Set-BpfOption -Jit Off
            New-BpfProgram xdp "r0 = 2`nexit" -Name pass | Out-Null
            Get-BpfInstruction pass -Native -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
            $problems[0].FullyQualifiedErrorId | Should -Be 'BPF4010,PSBpf.PowerShell.GetBpfInstruction'
            $problems[0].ErrorDetails.RecommendedAction | Should -BeLike '*Set-BpfOption -Jit Debug*'
        }
    }

    It 'shows the machine code of what the engine compiled' {
        Use-BpfSession {
            Set-BpfOption -Jit Debug
            $listing = New-BpfProgram xdp "r0 = 2`nexit" | Get-BpfInstruction -Native
            $native = $listing | ForEach-Object { $_.Native }
            $native | Should -Not -BeNullOrEmpty
            $native[0].Offset | Should -Be 0
            ($native | ForEach-Object { $_.Bytes }).Count | Should -Be ($native[-1].Offset + $native[-1].Bytes.Count)
        }
    }
}
