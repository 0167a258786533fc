Describe 'Export-BpfCapture' {
    BeforeAll {
        Import-Module "$PSScriptRoot/../../PSBpf.psd1"
        $samples = "$PSScriptRoot/../../scripts/samples"
        $pass = 'r0 = 2', 'exit'
    }

    It 'writes what passes a filter, with its times' {
        Use-BpfSession {
            Import-BpfProgram "$samples/packet_counter.bpf.o" | Add-BpfLink -Hook xdp:eth0 | Out-Null
            $results = @(Invoke-BpfHook xdp:eth0 -Path "$samples/mixed.pcap")
            $dropped = @($results | Where-Object Verdict -EQ 'XDP_DROP')
            $file = $dropped | Export-BpfCapture "$TestDrive/dropped.pcap"
            $file.Name | Should -Be 'dropped.pcap'
            $again = @(Invoke-BpfHook xdp:eth0 -Path $file.FullName)
            $again.Count | Should -Be $dropped.Count
            $again.Count | Should -BeGreaterThan 10
            @($again | Where-Object Verdict -NE 'XDP_DROP').Count | Should -Be 0
            $again[5].Time | Should -Be $dropped[5].Time
            ($again[7].Data -join ',') | Should -Be ($dropped[7].Data -join ',')
        }
    }

    It 'writes bytes' {
        Use-BpfSession {
            $program = New-BpfProgram -Type xdp -Name pass -Assembly $pass
            , [byte[]](1..60) | Export-BpfCapture "$TestDrive/one.pcap" | Out-Null
            $result = Invoke-BpfProgram $program -Path "$TestDrive/one.pcap"
            ($result.Data -join ',') | Should -Be ((1..60) -join ',')
        }
    }

    It 'says what is no packet, and where nothing can be written' {
        { 'text' | Export-BpfCapture "$TestDrive/none.pcap" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0405,PSBpf.PowerShell.ExportBpfCapture'
        { , [byte[]](1, 2) | Export-BpfCapture "$TestDrive/no/such/folder.pcap" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0401,PSBpf.PowerShell.ExportBpfCapture'
        , [byte[]](1, 2) | Export-BpfCapture "$TestDrive/whatif.pcap" -WhatIf
        Test-Path "$TestDrive/whatif.pcap" | Should -BeFalse
    }
}
