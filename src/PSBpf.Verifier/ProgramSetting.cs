using PSBpf.Btf;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier;

/// <summary>What a program's type, attach type and target say of it: known before its first instruction is looked at.</summary>
internal sealed class ProgramSetting
{
    private readonly ProgramSpec _spec;
    private readonly Lazy<StructureWalk?> _structures;
    private readonly Lazy<LocalStructures?> _special;

    public ProgramSetting(ProgramSpec spec, ProgramRules rules, AttachPoint? attach)
    {
        Rules = rules;
        Attach = attach;
        MaySleep = (spec.Flags & SectionNames.Sleepable) != 0;
        _spec = spec;
        OwnTypes = spec.Btf ?? spec.Maps.FirstOrDefault(map => map.Btf is not null)?.Btf;
        OwnStructures = OwnTypes is null ? null : new StructureWalk(OwnTypes);
        _special = new(() => OwnTypes is null ? null : LocalStructures.Of(OwnTypes));
        _structures = new(() => (attach?.Types ?? KernelOf(spec)?.Types) is { } kernel ? new StructureWalk(kernel) : null);
    }

    /// <summary>The context and the values to return.</summary>
    public ProgramRules Rules { get; }

    /// <summary>Where the program attaches, when its context is what that has as parameters.</summary>
    public AttachPoint? Attach { get; }

    /// <summary>Whether the program may sleep.</summary>
    public bool MaySleep { get; }

    /// <summary>Whether r0 means nothing at the program's end.</summary>
    public bool ReturnsNothing { get; init; }

    /// <summary>The structures of the kernel; null when its types are not known.</summary>
    public StructureWalk? Structures => _structures.Value;

    /// <summary>The types that the program, or else its maps, come with; null when there are none.</summary>
    public BtfTypeSet? OwnTypes { get; }

    /// <summary>Their structures; null when there are none.</summary>
    public StructureWalk? OwnStructures { get; }

    /// <summary>Those of them with special fields; null when there are no types.</summary>
    public LocalStructures? SpecialStructures => _special.Value;

    /// <summary>Whether the kernel knows where its variables are; one whose configuration is not known does.</summary>
    public bool KnowsVariables =>
        KernelOf(_spec) != TargetKernel.Machine.Types || TargetKernel.Machine.Configuration is not { } configuration || configuration.Find("CONFIG_KALLSYMS_ALL") == "y";

    /// <summary>The types of the kernel that a program is for; null when they are not known.</summary>
    public static CoRe.CoreTarget? KernelOf(ProgramSpec spec) => (spec.Target ?? TargetKernel.Machine).Types;
}
