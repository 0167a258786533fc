<#
.SYNOPSIS
    How many events per second reach a PowerShell pipeline, a script block, a job and a function in JavaScript: dotnet run -c Release --project src/PSBpf.Host -- scripts/benchmark-events.ps1
#>
param([int] $Count = 20000)

Import-Module "$PSScriptRoot/../PSBpf.psd1"
$ways = [ordered]@{
    'pipeline, objects thrown away' = { Watch-BpfPerfBuffer packets -Count $Count 6>$null | Out-Null }
    'ForEach-Object in the pipeline' = { Watch-BpfPerfBuffer packets -Count $Count 6>$null | ForEach-Object { $_.Data.length } | Out-Null }
    '-ScriptBlock' = { Watch-BpfPerfBuffer packets -Count $Count -ScriptBlock { $_.Data.length } 6>$null | Out-Null }
    '-JavaScript' = { Watch-BpfPerfBuffer packets -Count $Count -JavaScript 'let n = 0; export default e => { n += e.data.length }' 6>$null | Out-Null }
    '-JavaScript, returning values' = { Watch-BpfPerfBuffer packets -Count $Count -JavaScript 'e => e.data.length' 6>$null | Out-Null }
    'Invoke-BpfScript, batches' = { Invoke-BpfScript -Count $Count -JavaScript 'let n = 0; bpf.onBatch("perf:packets", events => { for (const e of events) n += e.data.length })' | Out-Null }
    '-ScriptBlock in a job' = { $job = Watch-BpfPerfBuffer packets -Count $Count -AsJob -ScriptBlock { $_.Data.length }; $job | Wait-Job | Receive-Job 6>$null | Out-Null; Remove-Job $job }
}
Use-BpfSession {
    $program = Import-BpfProgram "$PSScriptRoot/samples/packet_events.bpf.o" -Variable @{ print = 0 }
    Watch-BpfPerfBuffer packets -PageCount 4096 -Timeout 0 6>$null
    foreach ($way in $ways.Keys) {
        Invoke-BpfProgram $program -Packet @{ tcp = @{} } -Repeat ($Count + 1000) | Out-Null
        Watch-BpfPerfBuffer packets -Count 1000 -ScriptBlock { $_.Data.length } 6>$null | Out-Null
        $clock = [Diagnostics.Stopwatch]::StartNew()
        & $ways[$way]
        [pscustomobject]@{ Way = $way; EventsPerSecond = [int]($Count / $clock.Elapsed.TotalSeconds) }
    }
}
