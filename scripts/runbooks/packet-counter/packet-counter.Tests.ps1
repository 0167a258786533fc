# May this build of packet_counter go to the edge? README.md beside this file says when to ask.

BeforeDiscovery {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../../PSBpf.psd1")
    $noKernel = -not (Test-BpfProgram "$PSScriptRoot/../../samples/packet_counter.bpf.o" -Kernel Linux -Quiet -ErrorAction SilentlyContinue)
}

BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../samples"
    $object = "$samples/packet_counter.bpf.o"
    $capture = "$samples/mixed.pcap"
    $expected = & "$samples/count-capture.ps1" $capture
}

Describe 'the build' {
    BeforeAll { $report = Test-BpfProgram $object }

    It 'is accepted by the verifier' { $report.Accepted | Should -BeTrue -Because $report.Reason }
    It 'uses nothing that the engine lacks' { $report.Unsupported | Should -BeNullOrEmpty }
    It 'leaves half of the stack to spare' { $report.StackDepth | Should -BeLessOrEqual 256 }
    It 'does not grow out of hand' { $report.ProcessedInstructions | Should -BeLessThan 20000 }
}

Describe 'the build in the Linux kernel of this machine' -Skip:$noKernel {
    It 'is accepted by its verifier' {
        $report = Test-BpfProgram $object -Kernel Linux
        $report.Accepted | Should -BeTrue -Because $report.Message
    }

    It 'treats the capture there as it does here' {
        $linux = & "$samples/count-capture.ps1" $capture -MinimumLength 14
        Use-BpfSession {
            $program = Import-BpfProgram $object -Kernel Linux
            # The kernel's test run refuses the five frames that are shorter than an Ethernet header.
            $results = Invoke-BpfProgram $program -Path $capture -ErrorAction SilentlyContinue
            @($results).Count | Should -Be $linux.Packets
            @($results | Where-Object Verdict -EQ 'XDP_DROP').Count | Should -Be $linux.Verdicts['XDP_DROP']
            foreach ($entry in Get-BpfMapEntry protocols) {
                $entry.Value.packets | Should -Be $linux.Protocols[$entry.Key].Packets
                $entry.Value.bytes | Should -Be $linux.Protocols[$entry.Key].Bytes
            }
        }
    }
}

Describe 'what must get through' {
    It 'passes <name>' -ForEach @(
        @{ name = 'a DNS query'; packet = @(@{ ipv4 = @{} }, @{ udp = @{ dport = 53 } }, @{ payload = @{ length = 40 } }) }
        @{ name = 'HTTPS'; packet = @(@{ ipv4 = @{} }, @{ tcp = @{ dport = 443; flags = 'SYN' } }) }
        @{ name = 'HTTPS over IPv6'; packet = @(@{ ipv6 = @{} }, @{ tcp = @{ dport = 443 } }) }
        @{ name = 'HTTPS on a VLAN'; packet = @(@{ vlan = @{ id = 100 } }, @{ ipv4 = @{} }, @{ tcp = @{ dport = 443 } }) }
        @{ name = 'an answer from port 23'; packet = @(@{ ipv4 = @{} }, @{ tcp = @{ sport = 23; dport = 50000; flags = 'SYN, ACK' } }) }
        @{ name = 'a ping'; packet = @(@{ ipv4 = @{} }, @{ icmp = @{} }) }
        @{ name = 'ARP'; packet = @{ arp = @{ spa = '10.0.0.1'; tpa = '10.0.0.2' } } }
        @{ name = 'a fragment'; packet = @(@{ ipv4 = @{ flags = 1; protocol = 17 } }, @{ payload = @{ length = 64 } }) }
        @{ name = 'a protocol that it does not know'; packet = @(@{ eth = @{ type = 0x88cc } }, @{ payload = @{ length = 46 } }) }
    ) {
        Use-BpfSession {
            $program = Import-BpfProgram $object
            (Invoke-BpfProgram $program -Packet $packet).Verdict | Should -Be 'XDP_PASS'
        }
    }
}

Describe 'what must not' {
    It 'drops <name> and says why' -ForEach @(
        @{ name = 'telnet'; reason = 'DROP_BLOCKED_PORT'; packet = @(@{ ipv4 = @{} }, @{ tcp = @{ dport = 23 } }) }
        @{ name = 'telnet over IPv6'; reason = 'DROP_BLOCKED_PORT'; packet = @(@{ ipv6 = @{} }, @{ tcp = @{ dport = 23 } }) }
        @{ name = 'UDP to the blocked port'; reason = 'DROP_BLOCKED_PORT'; packet = @(@{ ipv4 = @{} }, @{ udp = @{ dport = 23 } }) }
        @{ name = 'telnet behind IP options'; reason = 'DROP_BLOCKED_PORT'; packet = @(@{ ipv4 = @{ options = '01010101' } }, @{ tcp = @{ dport = 23 } }) }
        @{ name = 'half an Ethernet header'; reason = 'DROP_TRUNCATED'; packet = 'ffffffffffff02' }
        @{ name = 'an IP header that claims too much'; reason = 'DROP_TRUNCATED'; packet = @(@{ ipv4 = @{ length = 1500 } }, @{ udp = @{} }) }
        @{ name = 'an IP header that claims too little'; reason = 'DROP_MALFORMED'; packet = @(@{ ipv4 = @{ length = 10 } }, @{ udp = @{} }) }
        @{ name = 'a TCP header that is too short'; reason = 'DROP_MALFORMED'; packet = @(@{ ipv4 = @{} }, @{ tcp = @{ offset = 4 } }) }
        @{ name = 'IP version 5'; reason = 'DROP_MALFORMED'; packet = @(@{ ipv4 = @{ version = 5 } }, @{ udp = @{} }) }
    ) {
        Use-BpfSession {
            $program = Import-BpfProgram $object
            (Invoke-BpfProgram $program -Packet $packet).Verdict | Should -Be 'XDP_DROP'
            (Watch-BpfRingBuffer events -Timeout 0 6>$null).Data.reason | Should -Be $reason
        }
    }
}

Describe 'the capture, replayed' {
    BeforeAll {
        # In the session that all of these share; AfterAll takes it away again.
        $program = Import-BpfProgram $object -Attach xdp:edge0
        $results = Invoke-BpfHook xdp:edge0 -Path $capture
        $events = Watch-BpfRingBuffer ($program | Get-BpfMap -Type RingBuf) -Timeout 0 6>$null
    }

    AfterAll { Remove-BpfProgram $program -Force }

    It 'runs on every packet' { @($results).Count | Should -Be $expected.Packets }
    It 'drops what it should' { @($results | Where-Object Verdict -EQ 'XDP_DROP').Count | Should -Be $expected.Verdicts['XDP_DROP'] }
    It 'passes the rest' { @($results | Where-Object Verdict -EQ 'XDP_PASS').Count | Should -Be $expected.Verdicts['XDP_PASS'] }
    It 'changes no packet' { @($results | Where-Object { $_.Output.Count -gt 0 -or $_.Verdict -in 'XDP_TX', 'XDP_ABORTED' }).Count | Should -Be 0 }

    It 'counts each protocol as an independent count does' {
        $entries = $program | Get-BpfMap -Type Hash | Get-BpfMapEntry
        @($entries).Count | Should -Be $expected.Protocols.Count
        foreach ($entry in $entries) {
            $entry.Value.packets | Should -Be $expected.Protocols[$entry.Key].Packets
            $entry.Value.bytes | Should -Be $expected.Protocols[$entry.Key].Bytes
        }
    }

    It 'reports every drop, in order, and loses none' {
        @($events).Count | Should -Be $expected.Events.Count
        $events.Data.sequence | Should -Be $expected.Events.Sequence
        $events.Data.reason | Should -Be $expected.Events.Reason
        ($program | Get-BpfMap -Type RingBuf).Dropped | Should -Be 0
    }

    It 'keeps totals that agree' {
        $program.Variables.total | Should -Be $expected.Packets
        $program.Variables.truncated | Should -Be $expected.Truncated
        $program.Variables.malformed | Should -Be $expected.Malformed
        $program.Variables.blocked | Should -Be $expected.Blocked
        $program.Variables.events_lost | Should -Be 0
    }
}

Describe 'the settings' {
    It 'blocks the port that it is told to' {
        Use-BpfSession {
            $program = Import-BpfProgram $object -Variable @{ blocked_port = 445 }
            (Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 445 } }).Verdict | Should -Be 'XDP_DROP'
            (Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } }).Verdict | Should -Be 'XDP_PASS'
        }
    }

    It 'is silenced while it runs' {
        Use-BpfSession {
            $program = Import-BpfProgram $object
            Set-BpfMapEntry .data -Key 0 -Value @{ report_drops = 0 }
            (Invoke-BpfProgram $program -Packet @{ tcp = @{ dport = 23 } }).Verdict | Should -Be 'XDP_DROP'
            Watch-BpfRingBuffer events -Timeout 0 6>$null | Should -BeNullOrEmpty
        }
    }
}

Describe 'the scripts of this runbook' {
    It 'shows who is dropped' {
        $drops = & "$PSScriptRoot/Show-Drops.ps1" -Path $capture
        $total = 0
        $drops | ForEach-Object { $total += $_.Packets }
        $total | Should -Be $expected.Verdicts['XDP_DROP']
    }

    It 'shows what another port would mean' {
        $change = & "$PSScriptRoot/Compare-BlockedPort.ps1" -Port 443 -Path $capture
        $change.Port | Should -Be 443
        $other = & "$samples/count-capture.ps1" $capture -BlockedPort 443
        $change.Dropped | Should -Be $other.Verdicts['XDP_DROP']
        $change.DroppedNow | Should -Be $expected.Verdicts['XDP_DROP']
    }
}
