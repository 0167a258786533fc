<#
.SYNOPSIS
Shows what blocking another port would mean for the traffic of a capture. Changes nothing anywhere.

.OUTPUTS
Port, Packets, Dropped (with this port blocked), DroppedNow (with the port that the build blocks), Difference.

.EXAMPLE
./Compare-BlockedPort.ps1 -Port 445 -Path ../../samples/mixed.pcap
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [ValidateRange(1, 65535)] [int] $Port,
    [string] $Path = "$PSScriptRoot/../../samples/mixed.pcap",
    [string] $Object = "$PSScriptRoot/../../samples/packet_counter.bpf.o"
)
$ErrorActionPreference = 'Stop'

Use-BpfSession {
    $now = Import-BpfProgram $Object
    $then = Import-BpfProgram $Object -Variable @{ blocked_port = $Port }
    # Only the verdicts matter here, so neither reports its drops.
    Get-BpfMap | Where-Object Name -EQ '.data' | ForEach-Object { Set-BpfMapEntry $_ -Key 0 -Value @{ report_drops = 0 } }

    $packets = 0
    $dropped = @{ $now.Id = 0; $then.Id = 0 }
    foreach ($program in $now, $then) {
        $packets = 0
        Invoke-BpfProgram $program -Path $Path | ForEach-Object {
            $packets++
            if ($_.Verdict -eq 'XDP_DROP') { $dropped[$program.Id]++ }
        }
    }
    [pscustomobject] @{
        Port = $Port
        Packets = $packets
        Dropped = $dropped[$then.Id]
        DroppedNow = $dropped[$now.Id]
        Difference = $dropped[$then.Id] - $dropped[$now.Id]
    }
}
