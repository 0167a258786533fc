using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Runtime.Jit;

namespace PSBpf.PowerShell;

/// <summary>Changes options of the session; those that are not named stay.</summary>
[Cmdlet(VerbsCommon.Set, "BpfOption", SupportsShouldProcess = true)]
[OutputType(typeof(BpfOptions))]
public sealed class SetBpfOption : BpfCmdlet
{
    /// <summary>Whether programs are compiled; Debug keeps what was made to be looked at.</summary>
    [Parameter]
    public JitMode Jit { get; set; }

    /// <summary>When they are compiled.</summary>
    [Parameter]
    public JitTiming JitTiming { get; set; }

    /// <summary>Whether compiled code checks every memory access.</summary>
    [Parameter]
    public SwitchParameter JitChecked { get; set; }

    /// <summary>The kernel that is used when none is named.</summary>
    [Parameter]
    public BpfKernelKind Kernel { get; set; }

    /// <summary>Instructions that one run may execute.</summary>
    [Parameter]
    public long InstructionBudget { get; set; }

    /// <summary>Bytes that all maps together may take.</summary>
    [Parameter]
    public long MapMemoryLimit { get; set; }

    /// <summary>Nanoseconds since boot that programs read first; $null for the machine's clock.</summary>
    [Parameter]
    [AllowNull]
    public long? Clock { get; set; }

    /// <summary>Nanoseconds that a set clock moves on with each reading.</summary>
    [Parameter]
    public long ClockStep { get; set; }

    /// <summary>The start of the random numbers; $null for ones that nobody can foresee.</summary>
    [Parameter]
    [AllowNull]
    public ulong? Seed { get; set; }

    /// <summary>The CPU that programs run on; $null for any.</summary>
    [Parameter]
    [AllowNull]
    public int? Cpu { get; set; }

    /// <summary>Give the options after the change.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var before = Session.Options;
        var after = Changed(before);
        var changes = Describe(before, after);
        if (changes.Length > 0 && ShouldProcess("the session's options", $"Set {changes}")) Try(() => Session.SetOptions(after), null);
        if (PassThru) WriteObject(Session.Options);
    }

    private BpfOptions Changed(BpfOptions options) => options with
    {
        Jit = Given(nameof(Jit)) ? Jit : options.Jit,
        JitTiming = Given(nameof(JitTiming)) ? JitTiming : options.JitTiming,
        JitChecked = Given(nameof(JitChecked)) ? JitChecked : options.JitChecked,
        Kernel = Given(nameof(Kernel)) ? Kernel : options.Kernel,
        InstructionBudget = Given(nameof(InstructionBudget)) ? InstructionBudget : options.InstructionBudget,
        MapMemoryLimit = Given(nameof(MapMemoryLimit)) ? MapMemoryLimit : options.MapMemoryLimit,
        Clock = Given(nameof(Clock)) ? Clock : options.Clock,
        ClockStep = Given(nameof(ClockStep)) ? ClockStep : options.ClockStep,
        Seed = Given(nameof(Seed)) ? Seed : options.Seed,
        Cpu = Given(nameof(Cpu)) ? Cpu : options.Cpu,
    };

    private bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private static string Describe(BpfOptions before, BpfOptions after) => string.Join(", ",
        typeof(BpfOptions).GetProperties().Where(property => property.GetMethod is { IsStatic: false } && !Equals(property.GetValue(before), property.GetValue(after)))
            .Select(property => $"{property.Name} = {property.GetValue(after) ?? "the machine's"}"));
}
