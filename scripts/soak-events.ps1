<#
.SYNOPSIS
    Events under load with consumers that stall, and the accounts checked against what the programs counted:
    dotnet run -c Release --project src/PSBpf.Host -- scripts/soak-events.ps1 [-Seconds 600]
.DESCRIPTION
    A source sends packets as fast as it can to a program that writes each into a perf buffer and a ring buffer, and counts what it wrote and
    what did not fit. Consumers take turns, each for a while: functions in JavaScript that stall, one by one and in batches, and script blocks.
    After each turn the source is stopped, and then for both maps: written = delivered + dropped + backlog, dropped is what the program
    counted, and the numbers that the consumer saw only grew (for each CPU, in the perf buffer). Throws where that does not hold.
#>
param([double] $Seconds = 60)

Import-Module "$PSScriptRoot/../PSBpf.psd1"
$stall = 'let n = 0; export default e => { const d = e.data; if (++n % 2000 === 0) { const until = Date.now() + 50; while (Date.now() < until); } return n % 100 ? undefined : { sequence: d.sequence, cpu: e.cpu } }'
$batches = @'
let n = 0;
bpf.onBatch(bpf.args[0], events => {
  if (++n % 20 === 0) { const until = Date.now() + 100; while (Date.now() < until); }
  for (const e of events) if (e.data.sequence % 100 === 0) bpf.emit({ sequence: e.data.sequence, cpu: e.cpu });
});
'@
$consumers = [ordered]@{
    'ring buffer, JavaScript one by one' = { param($time) Watch-BpfRingBuffer records -JavaScript $stall -Timeout $time 6>$null }
    'perf buffer, JavaScript one by one' = { param($time) Watch-BpfPerfBuffer packets -JavaScript $stall -Timeout $time 6>$null }
    'ring buffer, JavaScript in batches' = { param($time) Invoke-BpfScript -JavaScript $batches -ArgumentList 'ringbuf:records' -Timeout $time }
    'perf buffer, JavaScript in batches' = { param($time) Invoke-BpfScript -JavaScript $batches -ArgumentList 'perf:packets' -Timeout $time }
    'ring buffer, script block' = { param($time) Watch-BpfRingBuffer records -Timeout $time 6>$null -ScriptBlock { if ($_.Data.sequence % 500 -eq 0) { [Threading.Thread]::Sleep(20) }; [pscustomobject]@{ sequence = $_.Data.sequence; cpu = $null } } }
    'perf buffer, script block' = { param($time) Watch-BpfPerfBuffer packets -Timeout $time 6>$null -ScriptBlock { if ($_.Data.sequence % 500 -eq 0) { [Threading.Thread]::Sleep(20) }; [pscustomobject]@{ sequence = $_.Data.sequence; cpu = $_.Cpu } } }
}

Use-BpfSession {
    $program = Import-BpfProgram "$PSScriptRoot/samples/packet_events.bpf.o" -Variable @{ print = 0 } -Attach xdp:soak
    $turn = [Math]::Max(0.2, $Seconds / $consumers.Count)
    foreach ($name in $consumers.Keys) {
        $source = Start-BpfSource -Packet @{ tcp = @{ dport = 23 } } -Hook xdp:soak
        $seen = @(& $consumers[$name] $turn)
        $source | Stop-BpfSource

        $last = @{}
        foreach ($one in $seen) {
            $cpu = "$($one.cpu)"
            if ($last.ContainsKey($cpu) -and $one.sequence -le $last[$cpu]) { throw "$($name): $($one.sequence) came after $($last[$cpu]) on CPU '$cpu'." }
            $last[$cpu] = $one.sequence
        }

        $variables = (Get-BpfProgram $program.Id).Variables
        foreach ($map in @{ Name = 'records'; Lost = $variables.ring_lost }, @{ Name = 'packets'; Lost = $variables.perf_lost }) {
            $counts = (Get-BpfMap $map.Name).Events
            $what = "$name, $($map.Name): $($variables.seen) written, $($counts.Delivered) delivered, $($counts.Dropped) dropped, $($counts.Backlog) waiting"
            if ($counts.Delivered + $counts.Dropped + $counts.Backlog -ne $variables.seen) { throw "$what do not add up." }
            if ($counts.Dropped -ne $map.Lost) { throw "$what, but the program counted $($map.Lost) that did not fit." }
        }

        $own = (Get-BpfMap $(if ($name -like 'ring*') { 'records' } else { 'packets' })).Events
        [pscustomobject]@{ Consumer = $name; Written = $variables.seen; Delivered = $own.Delivered; Dropped = $own.Dropped; Waiting = $own.Backlog; Seen = $seen.Count }
    }
}
