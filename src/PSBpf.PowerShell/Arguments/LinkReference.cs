using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A link by object or id, or by the name of its program or hook.</summary>
public sealed class LinkReference : SessionReference<BpfLink>
{
    internal LinkReference(object value)
        : base(value)
    {
    }

    private protected override IReadOnlyList<BpfLink> Find(BpfSession session, string pattern) => session.FindLinks(pattern);

    private protected override BpfLink Get(BpfSession session, string nameOrId) => session.GetLink(nameOrId);

    private protected override BpfLink GetById(BpfSession session, int id) => session.GetLink(id);
}

/// <summary>Makes a <see cref="LinkReference"/> of a link, an id or a name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class LinkArgumentAttribute : ReferenceArgumentAttribute<BpfLink, LinkReference>
{
    protected override string Wanted => "a link, its id, or the name of its program or hook";

    protected override LinkReference Make(object value) => new(value);
}
