<#
.SYNOPSIS
Shows who packet_counter drops in a capture, and why.

.OUTPUTS
One object for each reason, protocol and port: Reason, Protocol, Port, Packets; the most frequent first.

.EXAMPLE
./Show-Drops.ps1 -Path ../../samples/mixed.pcap
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [string] $Object = "$PSScriptRoot/../../samples/packet_counter.bpf.o"
)
$ErrorActionPreference = 'Stop'

Use-BpfSession {
    $program = Import-BpfProgram $Object
    # Events are taken as they come: a ring buffer holds a few thousand, a capture may hold millions of packets.
    $counts = @{}
    $order = [System.Collections.Generic.List[string]]::new()
    $count = {
        $data = $_.Data
        $key = "$($data.reason)|$($data.protocol)|$($data.port)"
        if (-not $counts.ContainsKey($key)) { $counts[$key] = 0; $order.Add($key) }
        $counts[$key]++
    }
    $seen = 0
    Invoke-BpfProgram $program -Path $Path | ForEach-Object {
        if (++$seen % 500 -eq 0) { Watch-BpfRingBuffer events -Timeout 0 6>$null | ForEach-Object $count }
    }
    Watch-BpfRingBuffer events -Timeout 0 6>$null | ForEach-Object $count

    $drops = foreach ($key in $order) {
        $reason, $protocol, $port = $key -split '\|'
        [pscustomobject] @{ Reason = $reason; Protocol = $protocol; Port = [int] $port; Packets = $counts[$key] }
    }
    $drops | Sort-Object Packets -Descending
}
