using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Runtime.Tracing;

namespace PSBpf.PowerShell;

/// <summary>Runs one program, attached or not, as BPF_PROG_TEST_RUN does.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "BpfProgram", DefaultParameterSetName = PacketSet)]
[OutputType(typeof(BpfRunResult), typeof(BpfTraceStep))]
public sealed class InvokeBpfProgram : RunCmdlet
{
    private BpfProgram[] _programs = [];
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

    /// <summary>How often to run on each input; the duration is the mean of all runs.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Repeat { get; set; } = 1;

    /// <summary>Use the checked interpreter even where compiled code exists.</summary>
    [Parameter]
    public SwitchParameter Interpret { get; set; }

    /// <summary>Give the executed instructions and what each did, in place of the result.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    /// <summary>How many instructions to give with -Trace.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int TraceLimit { get; set; } = BpfTrace.DefaultLimit;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // Said on the command line, the programs are the same for every packet that is piped, and so is an error about them.
        _fixed = MyInvocation.BoundParameters.ContainsKey(nameof(Program));
        if (_fixed) _programs = [.. Resolve(Program)];
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!_fixed) _programs = [.. Resolve(Program)];
        if (_programs.Length > 0) base.ProcessRecord();
    }

    /// <inheritdoc/>
    protected override bool RunsWithoutPacket => Context is not null;

    /// <inheritdoc/>
    protected override void Run(byte[] packet, long number)
    {
        foreach (var program in _programs)
        {
            var options = new RunOptions { Repeat = Repeat, Interpret = Interpret, Input = Context };
            if (Trace) WriteTrace(program, packet, options);
            else WriteObject(program.Run(packet, options, Cancellation) with { Number = number, Time = PacketTime });
        }
    }

    // What stops a program comes after the steps that led there.
    private void WriteTrace(BpfProgram program, byte[] packet, RunOptions options)
    {
        var trace = program.Trace(packet, options, TraceLimit, Cancellation);
        WriteObject(trace.Steps, enumerateCollection: true);
        if (trace.Executed > trace.Steps.Count)
            WriteWarning($"These are the first {trace.Steps.Count} of {trace.Executed} instructions that {program.Name} executed{(trace.Result is { } result ? $" until it returned {result.Verdict}" : "")}; -TraceLimit gives more.");
        if (trace.Fault is { } fault) throw fault;
    }
}
