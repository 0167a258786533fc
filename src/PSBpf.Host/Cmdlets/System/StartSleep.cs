using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Start-Sleep: waits.</summary>
[Cmdlet(VerbsLifecycle.Start, "Sleep", DefaultParameterSetName = SecondsSet)]
internal sealed class StartSleep : PSCmdlet, IDisposable
{
    private const string SecondsSet = "Seconds";
    private const string MillisecondsSet = "Milliseconds";
    private const string DurationSet = "FromTimeSpan";

    private readonly ManualResetEventSlim _stop = new();

    /// <summary>Gets or sets the seconds.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = SecondsSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0.0, int.MaxValue / 1000.0)]
    public double Seconds { get; set; }

    /// <summary>Gets or sets the milliseconds.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MillisecondsSet, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    [Alias("ms")]
    public int Milliseconds { get; set; }

    /// <summary>Gets or sets the length of time.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = DurationSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ts")]
    public TimeSpan Duration { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc/>
    protected override void ProcessRecord() => _stop.Wait(ParameterSetName switch
    {
        SecondsSet => TimeSpan.FromSeconds(Seconds),
        MillisecondsSet => TimeSpan.FromMilliseconds(Milliseconds),
        _ => Duration,
    });

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Set();
}
