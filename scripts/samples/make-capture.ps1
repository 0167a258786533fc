<#
.SYNOPSIS
Writes the sample captures: mixed.pcap and four small ones, one for each form of the classic pcap file.

.DESCRIPTION
Deterministic: the same seed gives the same bytes on every machine. Uses .NET calls only, so that it runs in pwsh and in
psbpf alike:

    dotnet run --project src/PSBpf.Host -- scripts/samples/make-capture.ps1

mixed.pcap (little-endian, microseconds) holds 414 frames of IPv4, IPv6, TCP, UDP, ICMP, ARP and others, some with a VLAN
tag, IP options or extension headers, some addressed to port 23, some captured only in part (captured length < length on
the wire), some malformed, some shorter than an Ethernet header, and one longer than the usual 1514 bytes. That
one has 3214 bytes: more than that does not fit in the one page in which the Linux kernel's BPF_PROG_TEST_RUN keeps a packet.

few-{le,be}-{us,ns}.pcap hold the same eight frames in little- and big-endian files with micro- and nanosecond times.
#>
[CmdletBinding()]
param(
    # Folder that receives the files.
    [string] $OutputDirectory = $PSScriptRoot,
    # Seed of the generator's own random numbers; the committed files have the default one.
    [uint32] $Seed = 20260101
)

$ErrorActionPreference = 'Stop'

# ---- random numbers: a linear congruential generator, the upper bits of a 32-bit state ----

$script:state = [uint64] $Seed

function Get-Number([int] $Below) {
    $script:state = ($script:state * 1664525 + 1013904223) % 4294967296
    [int] ([Math]::Floor($script:state / 65536) % $Below)
}

function Get-Choice([object[]] $From) { $From[(Get-Number $From.Length)] }

function Get-Payload([int] $Length) {
    $bytes = [byte[]]::new($Length)
    for ($i = 0; $i -lt $Length; $i++) { $bytes[$i] = Get-Number 256 }
    , $bytes
}

# ---- bytes ----

# Joins byte arrays, single bytes (as integers 0..255) and nothing into one array.
function Join-Byte {
    $stream = [System.IO.MemoryStream]::new()
    foreach ($part in $args) {
        if ($part -is [byte[]]) { $stream.Write($part, 0, $part.Length) } else { $stream.WriteByte([byte] $part) }
    }
    , $stream.ToArray()
}

function Get-Be16([int] $Value) { , [byte[]] @((($Value -shr 8) -band 255), ($Value -band 255)) }

function Get-Be32([long] $Value) {
    , [byte[]] @((($Value -shr 24) -band 255), (($Value -shr 16) -band 255), (($Value -shr 8) -band 255), ($Value -band 255))
}

function Set-Be16([byte[]] $Bytes, [int] $Offset, [int] $Value) {
    $Bytes[$Offset] = ($Value -shr 8) -band 255
    $Bytes[$Offset + 1] = $Value -band 255
}

# RFC 1071: the one's complement of the one's complement sum of 16-bit words.
function Get-Checksum([byte[]] $Bytes) {
    $sum = [long] 0
    for ($i = 0; $i -lt $Bytes.Length; $i += 2) {
        $sum += [int] $Bytes[$i] * 256
        if ($i + 1 -lt $Bytes.Length) { $sum += $Bytes[$i + 1] }
    }
    while ($sum -gt 65535) { $sum = ($sum -band 65535) + ($sum -shr 16) }
    [int] (65535 - $sum)
}

# ---- addresses: documentation ranges (RFC 5737, RFC 3849) and locally administered MAC addresses ----

function Get-Mac([int] $Station) { , [byte[]] @(2, 0, 0, 0, 0, $Station) }
function Get-IPv4Address([int] $Station) { , [byte[]] @(192, 0, 2, $Station) }
function Get-IPv6Address([int] $Station) { , [byte[]] (@(32, 1, 13, 184) + @(0) * 11 + @($Station)) }

# ---- layers ----

function New-Ethernet([int] $Type, [byte[]] $Payload, [int] $Vlan = 0) {
    $from = 1 + (Get-Number 9)
    if ($Vlan) { $Payload = Join-Byte (Get-Be16 $Vlan) (Get-Be16 $Type) $Payload; $Type = 0x8100 }
    Join-Byte (Get-Mac 254) (Get-Mac $from) (Get-Be16 $Type) $Payload
}

function New-IPv4([int] $Protocol, [byte[]] $Payload, [byte[]] $Options = @(), [int] $Fragment = 0) {
    $from = Get-IPv4Address (1 + (Get-Number 20))
    $to = Get-IPv4Address (100 + (Get-Number 20))
    $length = 20 + $Options.Length + $Payload.Length
    $header = Join-Byte (64 + 5 + $Options.Length / 4) 0 (Get-Be16 $length) (Get-Be16 (Get-Number 65536)) (Get-Be16 $Fragment) `
        (Get-Choice 64, 64, 128, 255, 1) $Protocol 0 0 $from $to $Options
    Set-Be16 $header 10 (Get-Checksum $header)
    Set-TransportChecksum $Protocol $Payload $from $to
    Join-Byte $header $Payload
}

function New-IPv6([int] $NextHeader, [byte[]] $Payload, [byte[]] $Extensions = @(), [int] $Transport = $NextHeader) {
    $from = Get-IPv6Address (1 + (Get-Number 20))
    $to = Get-IPv6Address (100 + (Get-Number 20))
    Set-TransportChecksum $Transport $Payload $from $to
    Join-Byte 96 0 0 0 (Get-Be16 ($Extensions.Length + $Payload.Length)) $NextHeader 64 $from $to $Extensions $Payload
}

# TCP, UDP and ICMPv6 sum a pseudo header too; ICMP sums itself.
function Set-TransportChecksum([int] $Protocol, [byte[]] $Segment, [byte[]] $From, [byte[]] $To) {
    $offset = switch ($Protocol) { 6 { 16 } 17 { 6 } 1 { 2 } 58 { 2 } default { -1 } }
    if ($offset -lt 0) { return }
    $pseudo = if ($Protocol -ne 1) { Join-Byte $From $To (Get-Be32 $Protocol) (Get-Be32 $Segment.Length) } else { , [byte[]] @() }
    Set-Be16 $Segment $offset (Get-Checksum (Join-Byte $pseudo $Segment))
}

function New-Tcp([int] $Port, [byte[]] $Payload = @(), [byte[]] $Options = @()) {
    Join-Byte (Get-Be16 (32768 + (Get-Number 28000))) (Get-Be16 $Port) (Get-Be32 (Get-Number 65536)) (Get-Be32 (Get-Number 65536)) `
        ((5 + $Options.Length / 4) * 16) (Get-Choice 2, 16, 24, 17) (Get-Be16 64240) 0 0 0 0 $Options $Payload
}

function New-Udp([int] $Port, [byte[]] $Payload = @()) {
    Join-Byte (Get-Be16 (32768 + (Get-Number 28000))) (Get-Be16 $Port) (Get-Be16 (8 + $Payload.Length)) 0 0 $Payload
}

function New-Icmp([int] $Type, [byte[]] $Payload) { Join-Byte $Type 0 0 0 (Get-Be16 77) (Get-Be16 (Get-Number 100)) $Payload }

function New-Arp([int] $Operation) {
    $from = 1 + (Get-Number 9)
    Join-Byte 0 1 8 0 6 4 (Get-Be16 $Operation) (Get-Mac $from) (Get-IPv4Address $from) (Get-Mac 0) (Get-IPv4Address 254)
}

# MSS, SACK permitted, window scale with a NOP before it (RFC 9293, RFC 2018, RFC 7323), padded to a multiple of four.
$tcpOptions = [byte[]] @(2, 4, 5, 180, 4, 2, 1, 3, 3, 7, 0, 0)
$routerAlert = [byte[]] @(148, 4, 0, 0)

# One frame of a kind that its number among 100 chooses.
function New-Frame([int] $Kind) {
    $vlan = if ((Get-Number 100) -lt 15) { 100 + (Get-Number 3) } else { 0 }
    $tcpPort = Get-Choice 443, 443, 443, 80, 80, 8080, 22, 23
    $udpPort = Get-Choice 53, 53, 123, 443, 23
    $payload = Get-Payload (Get-Number 120)
    $options = if ((Get-Number 4) -eq 0) { $tcpOptions } else { [byte[]] @() }
    if ($Kind -lt 33) { return New-Ethernet 0x0800 (New-IPv4 6 (New-Tcp $tcpPort $payload $options)) $vlan }
    if ($Kind -lt 53) { return New-Ethernet 0x0800 (New-IPv4 17 (New-Udp $udpPort $payload)) $vlan }
    if ($Kind -lt 60) { return New-Ethernet 0x0800 (New-IPv4 1 (New-Icmp 8 $payload)) $vlan }
    if ($Kind -lt 72) { return New-Ethernet 0x86dd (New-IPv6 6 (New-Tcp $tcpPort $payload $options)) $vlan }
    if ($Kind -lt 80) { return New-Ethernet 0x86dd (New-IPv6 17 (New-Udp $udpPort $payload)) $vlan }
    if ($Kind -lt 85) { return New-Ethernet 0x86dd (New-IPv6 58 (New-Icmp 128 $payload)) $vlan }
    # Padded to the 60 bytes that Ethernet asks for, as a receiver captures it.
    if ($Kind -lt 91) { return Join-Byte (New-Ethernet 0x0806 (New-Arp (1 + (Get-Number 2)))) ([byte[]]::new(18)) }
    if ($Kind -lt 93) { return New-Ethernet 0x88cc (Get-Payload 46) }                                          # LLDP
    if ($Kind -lt 94) { return New-Ethernet 0x0800 (New-IPv4 47 (Join-Byte 0 0 8 0 $payload)) $vlan }          # GRE
    if ($Kind -lt 95) { return New-Ethernet 0x0800 (New-IPv4 17 (New-Udp 53 $payload) -Fragment 0x2000) }      # first fragment
    if ($Kind -lt 96) { return New-Ethernet 0x0800 (New-IPv4 17 (Get-Payload 64) -Fragment 185) }              # a later one
    if ($Kind -lt 98) {
        # Hop-by-hop and destination options (RFC 8200), each eight bytes holding one PadN, then TCP.
        $extensions = [byte[]] @(60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0)
        return New-Ethernet 0x86dd (New-IPv6 0 (New-Tcp $tcpPort $payload) $extensions 6) $vlan
    }
    New-Ethernet 0x0800 (New-IPv4 17 (New-Udp $udpPort $payload) $routerAlert) $vlan
}

# Frames that a careful program refuses, and the limits beside them.
function Get-OddFrame {
    $whole = New-Ethernet 0x0800 (New-IPv4 6 (New-Tcp 443 (Get-Payload 32)))
    foreach ($length in 1, 6, 12, 13, 14, 15, 33, 34, 53) { , $whole[0..($length - 1)] }      # shorter than its headers
    $tagged = New-Ethernet 0x0800 (New-IPv4 17 (New-Udp 53)) 100
    foreach ($length in 16, 17, 18, 37) { , $tagged[0..($length - 1)] }
    $bad = $whole.Clone(); $bad[14] = 0x44; , $bad                     # header length 16
    $bad = $whole.Clone(); $bad[14] = 0x55; , $bad                     # version 5
    $bad = $whole.Clone(); Set-Be16 $bad 16 19; , $bad                 # total length below the header's
    $bad = $whole.Clone(); $bad[46] = 0x30; , $bad                     # TCP header of 12 bytes
    $bad = $whole.Clone(); $bad[46] = 0xf0; , $bad                     # TCP header longer than the packet
    $bad = New-Ethernet 0x0800 (New-IPv4 17 (New-Udp 53 (Get-Payload 8))); Set-Be16 $bad 38 4; , $bad   # UDP length 4
    $bad = New-Ethernet 0x86dd (New-IPv6 58 (New-Icmp 128 (Get-Payload 8))); $bad[14] = 0x40; , $bad    # version 4 in IPv6
    , (New-Ethernet 0x0806 (New-Arp 1))                                # unpadded: 42 bytes
    $chain = New-Ethernet 0x86dd (New-IPv6 60 (New-Udp 53) ([byte[]] (@(60, 0, 1, 4, 0, 0, 0, 0) * 9 + @(17, 0, 1, 4, 0, 0, 0, 0))) 17)
    , $chain; , $chain[0..76]                                          # ten extension headers, and cut inside the third
    , (New-Ethernet 0x0800 (New-IPv4 6 (New-Tcp 443 (Get-Payload 3160))))                               # jumbo: 3214 bytes
}

# ---- files ----

function Write-Number([System.IO.BinaryWriter] $Writer, [uint64] $Value, [int] $Size, [bool] $BigEndian) {
    for ($i = 0; $i -lt $Size; $i++) {
        $shift = 8 * $(if ($BigEndian) { $Size - 1 - $i } else { $i })
        $Writer.Write([byte] (($Value -shr $shift) -band 255))
    }
}

# Each record is @{ Data; Length (on the wire); Nanoseconds (since the first packet) }.
function Write-Capture([string] $Name, [object[]] $Records, [bool] $BigEndian, [bool] $Nanoseconds) {
    $writer = [System.IO.BinaryWriter]::new([System.IO.File]::Create([System.IO.Path]::Combine($OutputDirectory, $Name)))
    try {
        Write-Number $writer $(if ($Nanoseconds) { 0xa1b23c4dL } else { 0xa1b2c3d4L }) 4 $BigEndian
        foreach ($half in 2, 4) { Write-Number $writer $half 2 $BigEndian }                    # version 2.4
        foreach ($word in 0, 0, 262144, 1) { Write-Number $writer $word 4 $BigEndian }        # zone, accuracy, snap length, Ethernet
        foreach ($record in $Records) {
            $fraction = $record.Nanoseconds % 1000000000
            $seconds = 1767225600 + ($record.Nanoseconds - $fraction) / 1000000000             # from 2026-01-01 00:00:00 UTC
            if (-not $Nanoseconds) { $fraction = ($fraction - $fraction % 1000) / 1000 }
            foreach ($word in $seconds, $fraction, $record.Data.Length, $record.Length) { Write-Number $writer $word 4 $BigEndian }
            $writer.Write([byte[]] $record.Data)
        }
    }
    finally { $writer.Dispose() }
    "$Name`: $($Records.Length) packets"
}

$frames = [System.Collections.Generic.List[object]]::new()
for ($i = 0; $i -lt 390; $i++) {
    $frame = New-Frame (Get-Number 100)
    # Every 20th was captured with a short snap length.
    $kept = if ($i % 20 -eq 19) { 1 + (Get-Number ($frame.Length - 1)) } else { $frame.Length }
    $frames.Add(@{ Data = [byte[]] $frame[0..($kept - 1)]; Length = $frame.Length })
}
# The odd ones stand among the others, every 17th.
$position = 5
foreach ($odd in Get-OddFrame) {
    $frames.Insert($position, @{ Data = [byte[]] $odd; Length = [Math]::Max($odd.Length, 60) })
    $position += 17
}
$time = [long] 0
foreach ($frame in $frames) {
    $time += 1000 * (20 + (Get-Number 9000)) + (Get-Number 1000)
    $frame.Nanoseconds = $time
}

Write-Capture 'mixed.pcap' $frames.ToArray() $false $false
$few = $frames.GetRange(0, 8).ToArray()
Write-Capture 'few-le-us.pcap' $few $false $false
Write-Capture 'few-be-us.pcap' $few $true $false
Write-Capture 'few-le-ns.pcap' $few $false $true
Write-Capture 'few-be-ns.pcap' $few $true $true
