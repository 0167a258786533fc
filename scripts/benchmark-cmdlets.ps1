# What a call of Invoke-BpfProgram costs, and what a run costs within a call with -Repeat.
#   dotnet run -c Release --project src/PSBpf.Host -- scripts/benchmark-cmdlets.ps1
param([int] $Calls = 2000, [int] $Repeat = 1000000)

$program = New-BpfProgram -Type xdp -Assembly 'r0 = 2; exit'.Replace('; ', "`n") -Name empty
$packet = [byte[]]::new(64)
try {
    # Once around first: the cmdlet, and the program, are compiled.
    foreach ($call in 1..200) { $null = Invoke-BpfProgram $program -Packet $packet }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    foreach ($call in 1..$Calls) { $null = Invoke-BpfProgram $program -Packet $packet }
    $perCall = $clock.Elapsed.TotalMilliseconds * 1000 / $Calls

    $clock.Restart()
    $result = Invoke-BpfProgram $program -Packet $packet -Repeat $Repeat
    $perRun = $clock.Elapsed.TotalMilliseconds * 1e6 / $Repeat

    [pscustomobject] @{
        MicrosecondsPerCall  = [math]::Round($perCall, 1)
        Repeat               = $Repeat
        NanosecondsPerRun    = [math]::Round($perRun, 1)
        ReportedNanoseconds  = [math]::Round($result.DurationNanoseconds, 1)
    }
}
finally {
    Remove-BpfProgram $program -Force
}
