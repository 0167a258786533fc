using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Lets packets arrive at a hook in the background: those of a capture, or made-up ones.</summary>
[Cmdlet(VerbsLifecycle.Start, "BpfSource", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(BpfSource))]
public sealed class StartBpfSource : BpfCmdlet
{
    private const string PathSet = "Path";
    private const string PaceSet = "OriginalPace";
    private const string PacketSet = "Packet";

    /// <summary>Capture files; each is a source of its own.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PaceSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Packets to send in turn: bytes, hexadecimal text, or layers in order, each a hashtable.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PacketSet)]
    [PacketArgument]
    public PacketInput? Packet { get; set; }

    /// <summary>The hook, as type:target.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(HookCompleter))]
    [ValidateNotNullOrEmpty]
    public string Hook { get; set; } = "";

    /// <summary>Packets per second; as fast as possible when left out.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = PacketSet)]
    [ValidateRange(0.000001, 1e9)]
    public double Rate { get; set; }

    /// <summary>Send packets as far apart as they were captured.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PaceSet)]
    public SwitchParameter OriginalPace { get; set; }

    /// <summary>Begin the capture again at its end.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = PaceSet)]
    public SwitchParameter Loop { get; set; }

    /// <summary>End after so many packets.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long Count { get; set; }

    /// <summary>Fields that count up with each packet.</summary>
    [Parameter(ParameterSetName = PacketSet)]
    [ArgumentCompleter(typeof(PacketFieldCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Counter { get; set; } = [];

    /// <summary>Fields that are random in each packet.</summary>
    [Parameter(ParameterSetName = PacketSet)]
    [ArgumentCompleter(typeof(PacketFieldCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Random { get; set; } = [];

    /// <summary>The start of the random numbers, for the same packets again.</summary>
    [Parameter(ParameterSetName = PacketSet)]
    public ulong Seed { get; set; }

    /// <summary>What to call the source.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The virtual CPU that its packets arrive on.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Cpu { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == PacketSet)
        {
            if (ShouldProcess(Hook, "Start BPF source of made-up packets")) Try(Generate, Hook);
            return;
        }

        foreach (var file in ResolveFiles(Path, DiagnosticRules.CaptureUnreadable))
            if (ShouldProcess($"{file} to {Hook}", "Start BPF source")) Try(() => Show(Session.StartCapture(file, Hook, Options())), file);
    }

    private void Generate() => Show(Session.StartGenerator(
        new GeneratorOptions { Packets = Packet!.Templates(), Counters = Counter, RandomFields = Random, Seed = IsGiven(nameof(Seed)) ? Seed : null }, Hook, Options()));

    private SourceOptions Options() => new()
    {
        Name = Name,
        Rate = IsGiven(nameof(Rate)) ? Rate : null,
        OriginalPace = OriginalPace,
        Loop = Loop,
        Count = IsGiven(nameof(Count)) ? Count : null,
        Cpu = IsGiven(nameof(Cpu)) ? Cpu : null,
    };

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private void Show(BpfSource source)
    {
        RunspaceSources.Add(Runspace.DefaultRunspace, source);
        if (!Session.GetHooks().Any(hook => hook.Name == source.Hook && hook.Links.Count > 0))
            WriteWarning($"Nothing is attached to {source.Hook}: packets pass unseen until Add-BpfLink attaches a program.");
        WriteObject(source);
    }
}
