BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Use-BpfSession' {
    It 'begins empty and leaves nothing behind' {
        $outside = @(Get-BpfProgram).Count
        $program = Use-BpfSession {
            Get-BpfProgram | Should -BeNullOrEmpty
            Import-BpfProgram "$samples/packet_counter.bpf.o" -Attach xdp:eth0
        }
        $program.State | Should -Be 'Removed'
        @(Get-BpfProgram).Count | Should -Be $outside
    }

    It 'cleans up when the block fails' {
        $kept = @{}
        { Use-BpfSession { $kept.Program = Import-BpfProgram "$samples/packet_counter.bpf.o"; throw 'oops' } } | Should -Throw '*oops*'
        $kept.Program.State | Should -Be 'Removed'
        Use-BpfSession { Get-BpfProgram | Should -BeNullOrEmpty }
    }

    It 'nests' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Out-Null
            Use-BpfSession {
                Get-BpfProgram | Should -BeNullOrEmpty
                Import-BpfProgram "$samples/reflector.bpf.o" | Out-Null
            }
            (Get-BpfProgram).Name | Should -Be 'packet_counter'
        }
    }

    It 'gives what the block gives, and its errors' {
        Use-BpfSession { 1; 2; 3 } | Should -Be @(1, 2, 3)
        Use-BpfSession { Get-BpfProgram nothing } -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'BPF4001,*'
    }

    It 'gives the block a scope of its own' {
        $number = 1
        Use-BpfSession { $number = 2; $number } | Should -Be 2
        $number | Should -Be 1
    }
}
