using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A program by object, id or name.</summary>
public sealed class ProgramReference : SessionReference<BpfProgram>
{
    internal ProgramReference(object value)
        : base(value)
    {
    }

    private protected override IReadOnlyList<BpfProgram> Find(BpfSession session, string pattern) => session.FindPrograms(pattern);

    private protected override BpfProgram Get(BpfSession session, string nameOrId) => session.GetProgram(nameOrId);

    private protected override BpfProgram GetById(BpfSession session, int id) => session.GetProgram(id);
}

/// <summary>Makes a <see cref="ProgramReference"/> of a program, an id or a name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class ProgramArgumentAttribute : ReferenceArgumentAttribute<BpfProgram, ProgramReference>
{
    protected override string Wanted => "a program, its name or its id";

    protected override ProgramReference Make(object value) => new(value);
}
