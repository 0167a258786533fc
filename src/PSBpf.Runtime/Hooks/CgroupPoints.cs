using System.Collections.Frozen;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Hooks;

/// <summary>What happens in cgroups that programs are attached to, by the names that sections have for it.</summary>
internal static class CgroupPoints
{
    /// <summary>Program type and attach type by name, e.g. <c>connect4</c>.</summary>
    public static FrozenDictionary<string, (ProgramType Type, AttachType Attach)> All { get; } = Read();

    private static FrozenDictionary<string, (ProgramType Type, AttachType Attach)> Read()
    {
        var points = new Dictionary<string, (ProgramType, AttachType)>(StringComparer.Ordinal);
        foreach (var section in SectionNames.All)
        {
            string name = section.Prefix switch
            {
                "sockops" => "sock_ops",
                "cgroup/skb" => "", // ingress or egress
                _ when section.Prefix.StartsWith("cgroup", StringComparison.Ordinal) => section.Prefix[(section.Prefix.IndexOf('/', StringComparison.Ordinal) + 1)..],
                _ => "",
            };
            if (name.Length > 0) points.Add(name, (section.Type, section.Attach));
        }

        return points.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
