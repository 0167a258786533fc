using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A map by object, id or name.</summary>
public sealed class MapReference : SessionReference<BpfMap>
{
    internal MapReference(object value)
        : base(value)
    {
    }

    private protected override IReadOnlyList<BpfMap> Find(BpfSession session, string pattern) => session.FindMaps(pattern);

    private protected override BpfMap Get(BpfSession session, string nameOrId) => session.GetMap(nameOrId);

    private protected override BpfMap GetById(BpfSession session, int id) => session.GetMap(id);
}

/// <summary>Makes a <see cref="MapReference"/> of a map, an id or a name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class MapArgumentAttribute : ReferenceArgumentAttribute<BpfMap, MapReference>
{
    protected override string Wanted => "a map, its name or its id";

    protected override MapReference Make(object value) => new(value);
}
