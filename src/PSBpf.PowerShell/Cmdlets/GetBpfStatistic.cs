using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>Measures what programs do in an interval.</summary>
[Cmdlet(VerbsCommon.Get, "BpfStatistic")]
[OutputType(typeof(BpfStatistic))]
public sealed class GetBpfStatistic : BpfCmdlet
{
    private readonly List<StatisticSubject> _wanted = [];

    /// <summary>Programs by object, name with wildcards, or id; all of the kernel when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [StatisticSubjectArgument]
    [ArgumentCompleter(typeof(KernelProgramCompleter))]
    public StatisticSubject[] Program { get; set; } = [];

    /// <summary>Which kernel; that of the programs that are piped in, else the managed engine.</summary>
    [Parameter]
    public BpfKernelKind? Kernel { get; set; }

    /// <summary>Seconds to measure over; 0 gives what is known without waiting: means since the programs were loaded.</summary>
    [Parameter]
    [TimeoutArgument]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many intervals to measure, one after the other.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _wanted.AddRange(Program);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // Nothing came through the pipeline: not all programs are wanted, but none.
        if (MyInvocation.ExpectingInput && _wanted.Count == 0) return;
        foreach (var kernel in Kernels()) Try(() => Measure(kernel), null);
    }

    private BpfKernelKind[] Kernels()
    {
        if (Kernel is { } named) return [named];
        var said = _wanted.Select(subject => subject.Kernel).OfType<BpfKernelKind>().Distinct().ToArray();
        return said.Length > 0 ? said : [BpfKernelKind.Managed];
    }

    private void Measure(BpfKernelKind kernel)
    {
        using var source = Session.OpenStatistics(kernel);
        var frame = source.Sample();
        Report(frame, kernel);
        if (Interval == TimeSpan.Zero)
        {
            Write(frame);
            return;
        }

        for (var count = 0; count < Count; count++)
        {
            if (Cancellation.WaitHandle.WaitOne(Interval)) throw new PipelineStoppedException();
            Write(source.Sample());
        }
    }

    private void Write(StatisticFrame frame) =>
        WriteObject(frame.Programs.Where(statistic => _wanted.Count == 0 || _wanted.Any(subject => subject.Means(statistic))), enumerateCollection: true);

    private void Report(StatisticFrame frame, BpfKernelKind kernel)
    {
        foreach (var subject in _wanted)
        {
            if (!subject.IsLiteral || (subject.Kernel ?? kernel) != kernel || frame.Programs.Any(subject.Means)) continue;
            WriteError(ErrorRecords.From(
                DiagnosticRules.NameNotFound.At(
                    $"There is no program '{subject}' in the {kernel} kernel.",
                    action: kernel == BpfKernelKind.Managed ? "Get-BpfProgram lists what there is; -Kernel Linux looks at the machine's own kernel." : "Get-BpfProgram -Kernel Linux lists what there is."),
                null, subject.ToString(), Location));
        }
    }
}
