# The main job in one screen: load what clang made, verify it, attach it, replay a capture, look at what it counted.
# Run it from anywhere:  dotnet run --project src/PSBpf.Host -- scripts/quickstart.ps1

$ErrorActionPreference = 'Stop'
$samples = Join-Path $PSScriptRoot 'samples'
$object = Join-Path $samples 'packet_counter.bpf.o'
$capture = Join-Path $samples 'mixed.pcap'

function Show-Step([string] $Text) { Write-Host ''; Write-Host "  $Text" -ForegroundColor Cyan }

Use-BpfSession {
    Show-Step 'Load scripts/samples/packet_counter.bpf.o, as clang made it from packet_counter.bpf.c'
    $program = Import-BpfProgram $object
    $program | Out-Host

    Show-Step 'Verify it'
    Test-BpfProgram $program | Out-Host

    Show-Step 'Attach it to xdp:eth0, an interface of this process, and replay scripts/samples/mixed.pcap'
    $null = Add-BpfLink $program -Hook xdp:eth0
    $results = Invoke-BpfHook xdp:eth0 -Path $capture
    $packets = @($results).Count
    foreach ($group in $results | Group-Object Verdict | Sort-Object Count -Descending) {
        $bar = '█' * [Math]::Max(1, [int](40 * $group.Count / $packets))
        Write-Host ('  {0,-10} {1,5}  {2}' -f $group.Name, $group.Count, $bar)
    }

    Show-Step 'The map that it filled'
    foreach ($entry in Get-BpfMapEntry protocols | Sort-Object { $_.Value.packets } -Descending) {
        Write-Host ('  {0,-18} {1,5} packets {2,8} bytes' -f "$($entry.Key)", $entry.Value.packets, $entry.Value.bytes)
    }

    Show-Step 'The first three events that it sent'
    foreach ($event in Watch-BpfRingBuffer events -Count 3 -Timeout 2 6>$null) {
        Write-Host ('  {0,-18} {1,-16} {2,5} bytes' -f "$($event.Data.reason)", "$($event.Data.protocol)", $event.Data.length)
    }

    $measured = Invoke-BpfProgram $program -Packet @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ udp = @{ dport = 53 } } -Repeat 100000
    Show-Step ('One UDP packet costs {0:n0} ns here, compiled ({1:n0} runs)' -f $measured.DurationNanoseconds, $measured.Runs)

    Write-Host ''
    Write-Host '  Try next:  Test-BpfProgram -Path scripts/samples/broken_bounds.bpf.o     a refusal that teaches'
    Write-Host '             dotnet run --project src/PSBpf.Host                           a prompt; Get-Help about_PSBpf'
}
