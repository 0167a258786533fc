<#
.SYNOPSIS
Counts by itself what packet_counter.bpf.o should count over a capture, without any BPF.

.DESCRIPTION
A second opinion: this script reads the capture file and the packets' headers with its own few lines, and applies the rules
that packet_counter.bpf.c states. Tests compare what the engine prints with what it returns. Uses .NET calls only.

The rules: an Ethernet frame, perhaps with one 802.1Q tag, carries ARP, IPv4, IPv6 or something else. It is truncated
when a header or the length that the IP header claims reaches beyond the captured bytes, and malformed when a header
contradicts itself; both count as PROTO_BAD and are dropped. IPv4 fragments, unknown protocols and IPv6 extension headers
count as the OTHER of their IP version. TCP and UDP to the blocked port are dropped; the rest passes.

.OUTPUTS
One object with Packets, Verdicts and Protocols (dictionaries by name; a protocol has Packets and Bytes), Truncated,
Malformed, Blocked, and Events (one for each dropped packet, in order, as packet_counter reports it).

.EXAMPLE
./count-capture.ps1 ./mixed.pcap
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Path,
    [int] $BlockedPort = 23,
    # Counts only frames of at least so many bytes: the Linux kernel's BPF_PROG_TEST_RUN refuses those below 14.
    [int] $MinimumLength = 0
)

$ErrorActionPreference = 'Stop'
$file = [System.IO.File]::ReadAllBytes($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path))

# The first byte of the magic number a1b2c3d4 (or a1b23c4d) says which end comes first.
$bigEndian = $file[0] -eq 0xa1
function Read-FileWord([int] $At) {
    $bytes = $file[$At..($At + 3)]
    if (-not $bigEndian) { [array]::Reverse($bytes) }
    (([long] $bytes[0] * 256 + $bytes[1]) * 256 + $bytes[2]) * 256 + $bytes[3]
}

# Says what one frame is: its protocol, ethertype, destination port, and why it is dropped ('' when it is not).
function Get-Class([byte[]] $Frame) {
    $size = $Frame.Length
    $class = @{ Protocol = 'PROTO_BAD'; Ethertype = 0; Port = 0; Reason = '' }
    if ($size -lt 14) { $class.Reason = 'DROP_TRUNCATED'; return $class }
    $at = 14
    $type = $Frame[12] * 256 + $Frame[13]
    if ($type -eq 0x8100) {
        if ($size -lt 18) { $class.Reason = 'DROP_TRUNCATED'; return $class }
        $type = $Frame[16] * 256 + $Frame[17]
        $at = 18
    }
    $class.Ethertype = $type
    if ($type -eq 0x0806) {
        if ($size - $at -lt 28) { $class.Reason = 'DROP_TRUNCATED' } else { $class.Protocol = 'PROTO_ARP' }
        return $class
    }
    if ($type -eq 0x0800) {
        if ($size - $at -lt 20) { $class.Reason = 'DROP_TRUNCATED'; return $class }
        $family = 'PROTO_IPV4'
        $header = ($Frame[$at] % 16) * 4
        $total = $Frame[$at + 2] * 256 + $Frame[$at + 3]
        if ($Frame[$at] -lt 0x40 -or $Frame[$at] -gt 0x4f -or $header -lt 20 -or $total -lt $header) {
            $class.Reason = 'DROP_MALFORMED'; return $class
        }
        if ($at + $total -gt $size) { $class.Reason = 'DROP_TRUNCATED'; return $class }
        # More fragments, or not the first one.
        if (($Frame[$at + 6] * 256 + $Frame[$at + 7]) % 16384 -ne 0) { $class.Protocol = 'PROTO_IPV4_OTHER'; return $class }
        $next = $Frame[$at + 9]
        $room = $total - $header
        $at += $header
    }
    elseif ($type -eq 0x86dd) {
        if ($size - $at -lt 40) { $class.Reason = 'DROP_TRUNCATED'; return $class }
        $family = 'PROTO_IPV6'
        if ($Frame[$at] -lt 0x60 -or $Frame[$at] -gt 0x6f) { $class.Reason = 'DROP_MALFORMED'; return $class }
        $room = $Frame[$at + 4] * 256 + $Frame[$at + 5]
        if ($at + 40 + $room -gt $size) { $class.Reason = 'DROP_TRUNCATED'; return $class }
        $next = $Frame[$at + 6]
        $at += 40
    }
    else { $class.Protocol = 'PROTO_OTHER'; return $class }

    $kind, $needed = switch ($next) { 6 { 'TCP', 20 } 17 { 'UDP', 8 } 1 { 'ICMP', 8 } 58 { 'ICMP', 8 } default { 'OTHER', 0 } }
    if ($size - $at -lt $needed) { $class.Reason = 'DROP_TRUNCATED'; return $class }
    if ($kind -eq 'TCP') {
        $claimed = [Math]::Floor($Frame[$at + 12] / 16) * 4
    }
    elseif ($kind -eq 'UDP') {
        $claimed = $Frame[$at + 4] * 256 + $Frame[$at + 5]
    }
    if ($kind -eq 'TCP' -or $kind -eq 'UDP') {
        if ($claimed -lt $needed -or $claimed -gt $room) { $class.Reason = 'DROP_MALFORMED'; return $class }
        $class.Port = $Frame[$at + 2] * 256 + $Frame[$at + 3]
        if ($class.Port -ne 0 -and $class.Port -eq $BlockedPort) { $class.Reason = 'DROP_BLOCKED_PORT' }
    }
    $class.Protocol = "${family}_$kind"
    $class
}

$packets = 0
$verdicts = [ordered] @{ XDP_DROP = 0; XDP_PASS = 0 }
$protocols = [ordered] @{}
$reasons = @{ DROP_TRUNCATED = 0; DROP_MALFORMED = 0; DROP_BLOCKED_PORT = 0 }
$events = [System.Collections.Generic.List[object]]::new()
$at = 24
while ($at -lt $file.Length) {
    $length = Read-FileWord ($at + 8)
    $frame = [byte[]]::new($length)
    [array]::Copy($file, $at + 16, $frame, 0, $length)
    $at += 16 + $length
    if ($length -lt $MinimumLength) { continue }
    $packets++
    $class = Get-Class $frame
    if (-not $protocols.Contains($class.Protocol)) { $protocols[$class.Protocol] = [pscustomobject] @{ Packets = 0; Bytes = 0 } }
    $protocols[$class.Protocol].Packets++
    $protocols[$class.Protocol].Bytes += $length
    if ($class.Reason) {
        $verdicts['XDP_DROP']++
        $reasons[$class.Reason]++
        $events.Add([pscustomobject] @{
                Sequence = $packets; Reason = $class.Reason; Protocol = $class.Protocol
                Length = $length; Ethertype = $class.Ethertype; Port = $class.Port
            })
    }
    else { $verdicts['XDP_PASS']++ }
}

[pscustomobject] @{
    Packets = $packets
    Verdicts = $verdicts
    Protocols = $protocols
    Truncated = $reasons['DROP_TRUNCATED']
    Malformed = $reasons['DROP_MALFORMED']
    Blocked = $reasons['DROP_BLOCKED_PORT']
    Events = $events.ToArray()
}
