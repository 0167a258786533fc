using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Hooks;

/// <summary>
/// A place in a cgroup. What is attached to the cgroups above counts here too, as their mode says: programs run from here upwards,
/// those of a cgroup in the order in which they were attached.
/// </summary>
internal sealed class CgroupHook(HookTable table, HookName name, HookKind kind) : ManagedHook(table, name, kind)
{
    private Snapshot _effective = new([], -1);
    private CgroupMode _mode;

    /// <inheritdoc/>
    private protected override Lock Gate => Table.CgroupGate;

    /// <inheritdoc/>
    private protected override ManagedLink[] EffectiveLinks
    {
        get
        {
            int version = Table.CgroupVersion;
            var known = Volatile.Read(ref _effective);
            if (known.Version == version) return known.Links;
            lock (Gate)
            {
                known = new Snapshot(Collect(), Table.CgroupVersion);
                Volatile.Write(ref _effective, known);
                return known.Links;
            }
        }
    }

    /// <inheritdoc/>
    private protected override void CheckRoom(LinkOptions options)
    {
        foreach (var above in Above())
        {
            if (above.Links.Count == 0) continue;
            if (above._mode == CgroupMode.Exclusive)
                throw DiagnosticRules.HookHierarchy.Error($"{Name}: '{above.Links[0].Program.Spec.Name}' at {above.Name} admits no programs below (EPERM).");
            break;
        }

        if (Links.Count > 0 && options.Mode != _mode)
            throw DiagnosticRules.HookHierarchy.Error($"{Name} has programs in mode {_mode}; all programs of a cgroup are attached in the same (EPERM).");
        if (Links.Count > 0 && options.Mode != CgroupMode.Multi && !options.Replace)
            throw DiagnosticRules.HookBusy.Error($"{Name} already has program '{Links[0].Program.Spec.Name}' (link {Links[0].Id}).");
        _mode = options.Mode;
    }

    /// <inheritdoc/>
    private protected override void Publish(ManagedLink[] links)
    {
        base.Publish(links);
        Table.CgroupVersion++;
    }

    private ManagedLink[] Collect()
    {
        var links = new List<ManagedLink>(Links);
        foreach (var above in Above())
            if (links.Count == 0 || above._mode == CgroupMode.Multi) links.AddRange(above.Links);
        return [.. links];
    }

    // From the parent to the root; cgroups that nobody named have nothing attached.
    private IEnumerable<CgroupHook> Above()
    {
        string[] parts = Name.Parts;
        for (string path = parts[0]; path != "/";)
        {
            int slash = path.LastIndexOf('/');
            path = slash == 0 ? "/" : path[..slash];
            if (Table.Find(HookName.Parse($"{Name.Type}:{path}:{parts[1]}")) is CgroupHook above) yield return above;
        }
    }

    private sealed record Snapshot(ManagedLink[] Links, int Version);
}
