using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>Measures how long runs of a program take: interpreted, compiled and in the Linux kernel side by side.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "BpfProgram", DefaultParameterSetName = PacketSet)]
[OutputType(typeof(BpfMeasurement))]
public sealed class MeasureBpfProgram : RunCmdlet
{
    private readonly List<byte[]> _packets = [];
    private readonly List<BpfProgram> _programs = [];
    private bool _fixed;

    /// <summary>The programs, by object, name with wildcards, or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>The context: bytes in its UAPI layout, hexadecimal text, or a hashtable of its fields.</summary>
    [Parameter]
    [ContextArgument]
    public BpfContext? Context { get; set; }

    /// <summary>Runs in one round.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Runs { get; set; } = MeasureOptions.Default.Runs;

    /// <summary>Rounds.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int Rounds { get; set; } = MeasureOptions.Default.Rounds;

    /// <summary>Linux adds the Linux kernel to the modes.</summary>
    [Parameter]
    public BpfKernelKind Kernel { get; set; }

    /// <summary>What runs it; interpreter and compiled code when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public MeasureMode[] Mode { get; set; } = [];

    /// <inheritdoc/>
    protected override bool RunsWithoutPacket => Context is not null;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // Said on the command line, the programs are the same for every packet that is piped.
        _fixed = MyInvocation.BoundParameters.ContainsKey(nameof(Program));
        if (_fixed) AddPrograms();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!_fixed) AddPrograms();
        base.ProcessRecord();
    }

    /// <inheritdoc/>
    protected override void Run(byte[] packet, long number)
    {
        // Packets that come again with each piped program count once.
        if (!_packets.Exists(known => known.AsSpan().SequenceEqual(packet))) _packets.Add(packet);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_packets.Count == 0) return;
        foreach (var program in _programs) Try(() => Measure(program), program);
    }

    private void AddPrograms()
    {
        foreach (var program in Resolve(Program))
            if (!_programs.Contains(program)) _programs.Add(program);
    }

    private void Measure(BpfProgram program)
    {
        var progress = new ProgressRecord(1, $"Measure {program.Name}", $"{Rounds} rounds");
        var options = new MeasureOptions
        {
            Runs = Runs,
            Rounds = Rounds,
            Modes = Modes(program),
            Context = Context is { } context ? packet => program.LayOut(context, packet.Length) : null,
            Progress = round =>
            {
                progress.StatusDescription = $"round {round} of {Rounds}";
                progress.PercentComplete = (int)(round * 100L / Rounds);
                WriteProgress(progress);
            },
        };
        var measurements = Shown(progress, () => program.Measure(_packets, options, Cancellation));
        WriteObject(measurements, enumerateCollection: true);
        if (measurements.Select(one => one.Verdict).Distinct().Count() > 1)
            WriteWarning($"The modes did not do the same work: {string.Join(", ", measurements.Select(one => $"{one.Mode} returned {one.Verdict}"))}.");
    }

    // The bar goes away on every way out but the one on which nothing may be written any more.
    private T Shown<T>(ProgressRecord progress, Func<T> work)
    {
        try
        {
            return work();
        }
        finally
        {
            progress.RecordType = ProgressRecordType.Completed;
            if (!Cancellation.IsCancellationRequested) WriteProgress(progress);
        }
    }

    private List<MeasureMode> Modes(BpfProgram program)
    {
        List<MeasureMode> modes = Mode.Length > 0 ? [.. Mode] : [MeasureMode.Interpreter, MeasureMode.Jit];
        if ((Kernel == BpfKernelKind.Linux || (Mode.Length == 0 && program.Kernel == BpfKernelKind.Linux)) && !modes.Contains(MeasureMode.Linux)) modes.Add(MeasureMode.Linux);
        return modes;
    }
}
