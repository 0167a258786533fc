Describe 'Send-BpfPacket' {
    BeforeAll {
        Import-Module "$PSScriptRoot/../../PSBpf.psd1"
        $samples = "$PSScriptRoot/../../scripts/samples"
        $packet = @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ udp = @{ dport = 53 } }
    }

    It 'shows the whole way of a packet' {
        Use-BpfSession {
            New-BpfProgram -Type xdp -Name pass -Assembly 'r0 = 2', 'exit' | Add-BpfLink -Hook xdp:eth0 | Out-Null
            New-BpfProgram -Type sched_cls -Name look -Assembly 'r0 = -1', 'exit' | Add-BpfLink -Hook tc:eth0:ingress | Out-Null
            New-BpfProgram -Type cgroup_skb -Name guard -Assembly 'r0 = 0', 'exit' | Add-BpfLink -Hook cgroup:/jail:ingress | Out-Null
            $free = Send-BpfPacket eth0 -Packet $packet
            $free.Outcome | Should -Be 'Delivered'
            $free.Stages.Program -join ' ' | Should -Be 'pass look'
            $held = Send-BpfPacket eth0 -Cgroup /jail/one -Packet $packet
            $held.Outcome | Should -Be 'Dropped'
            $held.LastHook | Should -Be 'cgroup:/jail/one:ingress'
            $held.Stages.Verdict -join ' ' | Should -Be 'XDP_PASS TC_ACT_UNSPEC DENY'
            ($held | Out-String -Width 200) | Should -Match 'xdp:eth0 XDP_PASS > tc:eth0:ingress TC_ACT_UNSPEC > cgroup:/jail/one:ingress DENY'
            (Send-BpfPacket eth0 -Out -Packet $packet).LeftBy | Should -Be 'eth0'
        }
    }

    It 'counts what becomes of a capture as the programs alone do' {
        Use-BpfSession {
            $firewall = Import-BpfProgram "$samples/port_firewall.bpf.o"
            Add-BpfLink $firewall -Hook xdp:eth0 | Out-Null
            $ways = @(Send-BpfPacket eth0 -Path "$samples/mixed.pcap")
            $ways.Count | Should -Be 414
            $dropped = @($ways | Where-Object Outcome -EQ 'Dropped').Count
            $dropped | Should -BeGreaterThan 0
            @($ways.Stages | Where-Object Verdict -EQ 'XDP_DROP').Count | Should -Be $dropped
            $file = $ways | Where-Object Outcome -EQ 'Delivered' | Export-BpfCapture "$TestDrive/through.pcap"
            @(Send-BpfPacket eth1 -Path $file.FullName).Count | Should -Be (414 - $dropped)
        }
    }

    It 'refuses names that are none' {
        { Send-BpfPacket 'eth 0' -Packet $packet -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2201,PSBpf.PowerShell.SendBpfPacket'
        { Send-BpfPacket eth0 -Cgroup nowhere -Packet $packet -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2201,PSBpf.PowerShell.SendBpfPacket'
    }
}
