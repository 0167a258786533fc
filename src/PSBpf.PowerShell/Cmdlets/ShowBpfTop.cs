using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>Shows live what programs do: a full-screen view, one look as text, or a record in a file.</summary>
[Cmdlet(VerbsCommon.Show, "BpfTop", DefaultParameterSetName = LiveSet)]
[OutputType(typeof(string), ParameterSetName = [OnceSet])]
public sealed class ShowBpfTop : BpfCmdlet
{
    private const string LiveSet = "Live", OnceSet = "Once", RecordSet = "Record";

    /// <summary>Text that the rows shown contain: in id, name, type or hook.</summary>
    [Parameter(Position = 0, ParameterSetName = LiveSet)]
    [Parameter(Position = 0, ParameterSetName = OnceSet)]
    [AllowEmptyString]
    public string Filter { get; set; } = "";

    /// <summary>Which kernel; the machine's own is only looked at.</summary>
    [Parameter]
    public BpfKernelKind Kernel { get; set; } = BpfKernelKind.Managed;

    /// <summary>Seconds between two looks, at least 0.1.</summary>
    [Parameter]
    [TimeoutArgument]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The column to sort by: a property of BpfStatistic.</summary>
    [Parameter(ParameterSetName = LiveSet)]
    [Parameter(ParameterSetName = OnceSet)]
    [ArgumentCompleter(typeof(TopColumnCompleter))]
    public string? SortBy { get; set; }

    /// <summary>No colours, whatever the terminal can do.</summary>
    [Parameter(ParameterSetName = LiveSet)]
    public SwitchParameter NoColor { get; set; }

    /// <summary>Print one look as plain text.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OnceSet)]
    public SwitchParameter Once { get; set; }

    /// <summary>How wide the text is.</summary>
    [Parameter(ParameterSetName = OnceSet)]
    [ValidateRange(60, 1000)]
    public int Width { get; set; } = 120;

    /// <summary>Write the figures of each interval to this file: .csv, .jsonl, or .json, an array that is complete after each interval.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RecordSet)]
    [ValidateNotNullOrEmpty]
    public string Record { get; set; } = "";

    /// <summary>How many intervals to record; until Ctrl+C when left out.</summary>
    [Parameter(ParameterSetName = RecordSet)]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(
        () =>
        {
            if (Interval < TimeSpan.FromSeconds(0.1))
                throw DiagnosticRules.OptionValue.Error($"The interval cannot be {Interval.TotalSeconds} seconds.", action: "Pass at least 0.1 seconds.");
            string column = TopColumns.Find(SortBy);
            if (ParameterSetName == OnceSet) ShowOnce(column);
            else if (ParameterSetName == RecordSet) WriteRecord();
            else ShowLive(column);
        },
        null);

    private void ShowOnce(string column)
    {
        using var source = Session.OpenStatistics(Kernel);
        source.Sample();
        Wait();
        WriteObject(TopText.Lines(source.Sample(), column, Filter, Interval, Width), enumerateCollection: true);
    }

    private void WriteRecord()
    {
        using var source = Session.OpenStatistics(Kernel);
        source.Sample();
        using var recorder = StatisticRecorder.Create(GetUnresolvedProviderPathFromPSPath(Record));
        for (int count = 0; count < Count; count++)
        {
            Wait();
            recorder.Write(source.Sample());
        }
    }

    private void ShowLive(string column)
    {
        RequireTerminal();
        BpfSession.ShowTop(
            new TopOptions
            {
                Session = Session,
                Source = Session.OpenStatistics(Kernel),
                Kernel = Kernel,
                Interval = Interval,
                SortBy = column,
                Filter = Filter,
                Color = NoColor ? false : null,
            },
            Cancellation);
    }

    // Without one a full screen would neither show nor end.
    private static void RequireTerminal()
    {
        string? why = Console.IsOutputRedirected ? "standard output goes somewhere else"
            : Console.IsInputRedirected ? "standard input comes from somewhere else, so that no key would arrive"
            : Environment.GetEnvironmentVariable("TERM") == "dumb" ? "TERM is dumb" : null;
        if (why is not null) throw DiagnosticRules.NoTerminal.Error($"Show-BpfTop needs a terminal: {why}.");
    }

    private void Wait()
    {
        if (Cancellation.WaitHandle.WaitOne(Interval)) throw new PipelineStoppedException();
    }
}
