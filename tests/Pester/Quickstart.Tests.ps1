# What scripts/quickstart.ps1 prints, against figures that another program counted in the same capture.

Describe 'scripts/quickstart.ps1' {
    BeforeAll {
        Import-Module "$PSScriptRoot/../../PSBpf.psd1"
        $scripts = "$PSScriptRoot/../../scripts"
        $before = @((Get-BpfProgram).Id) + @((Get-BpfLink).Id)
        $lines = & "$scripts/quickstart.ps1" 6>&1 | ForEach-Object { "$_" -split "`n" }
        $text = $lines -join "`n"
        $counted = & "$scripts/samples/count-capture.ps1" -Path "$scripts/samples/mixed.pcap"
    }

    It 'says what it loads' {
        $text | Should -Match 'packet_counter\.bpf\.o'
    }

    It 'prints every verdict with its count' {
        $verdicts = @($counted.Verdicts.Keys)
        $verdicts.Count | Should -BeGreaterThan 1
        foreach ($verdict in $verdicts) {
            $text | Should -Match "\b$verdict +$($counted.Verdicts[$verdict]) "
        }
    }

    It 'prints every protocol with its packets and bytes' {
        $protocols = @($counted.Protocols.Keys)
        $protocols.Count | Should -BeGreaterThan 5
        foreach ($protocol in $protocols) {
            $row = $counted.Protocols[$protocol]
            $text | Should -Match "\b$protocol +$($row.packets) packets +$($row.bytes) bytes"
        }
    }

    It 'prints three events' {
        @($lines -match '^ +DROP_\w+ +PROTO_\w+ +\d+ bytes').Count | Should -Be 3
    }

    It 'says what to try next' {
        $text | Should -Match 'Try next'
    }

    It 'leaves nothing behind' {
        $after = @((Get-BpfProgram).Id) + @((Get-BpfLink).Id)
        $after | Where-Object { $_ -notin $before } | Should -BeNullOrEmpty
    }
}
