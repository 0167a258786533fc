using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A source by object, id or name.</summary>
public sealed class SourceReference : SessionReference<BpfSource>
{
    internal SourceReference(object value)
        : base(value)
    {
    }

    private protected override IReadOnlyList<BpfSource> Find(BpfSession session, string pattern) => session.FindSources(pattern);

    private protected override BpfSource Get(BpfSession session, string nameOrId) => session.GetSource(nameOrId);

    private protected override BpfSource GetById(BpfSession session, int id) => session.GetSource(id);
}

/// <summary>Makes a <see cref="SourceReference"/> of a source, an id or a name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class SourceArgumentAttribute : ReferenceArgumentAttribute<BpfSource, SourceReference>
{
    protected override string Wanted => "a source, its name or its id";

    protected override SourceReference Make(object value) => new(value);
}
