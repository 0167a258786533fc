using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Hooks;

/// <summary>What is attached to a hook, and in which order.</summary>
public partial class ManagedHook
{
    private readonly Lock _changing = new();
    private ManagedLink[] _links = [];

    /// <summary>The links that hold, in the order in which their programs run.</summary>
    public IReadOnlyList<ManagedLink> Links => Volatile.Read(ref _links);

    /// <summary>The links whose programs run when it fires: its own, in a cgroup those of the cgroups above too.</summary>
    public IReadOnlyList<ManagedLink> Effective => EffectiveLinks;

    /// <summary>The same, to run.</summary>
    private protected virtual ManagedLink[] EffectiveLinks => Volatile.Read(ref _links);

    /// <summary>Attaches a program.</summary>
    internal ManagedLink Attach(ManagedProgram program, LinkOptions options)
    {
        CheckProgram(program);
        if (!program.TryAddReference()) throw program.Removed();
        try
        {
            lock (Gate) return Add(program, options);
        }
        catch
        {
            program.Release();
            throw;
        }
    }

    /// <summary>Puts another program into a link.</summary>
    internal void Replace(ManagedLink link, ManagedProgram program, ManagedProgram? expected)
    {
        CheckProgram(program);
        lock (Gate)
        {
            if (link.State == LinkState.Detached) throw DiagnosticRules.LinkDetached.Error($"Link {link.Id} to {Name} is detached.");
            if (expected is not null && link.Program != expected)
                throw DiagnosticRules.LinkChanged.Error($"Link {link.Id} to {Name} runs '{link.Program.Spec.Name}' (id {link.Program.Id}), not '{expected.Spec.Name}' (id {expected.Id}).");
            if (!program.TryAddReference()) throw program.Removed();
            link.Exchange(program).Release();
        }
    }

    /// <summary>Takes a link away.</summary>
    internal void Detach(ManagedLink link)
    {
        lock (Gate)
        {
            if (!link.MarkDetached()) return;
            Publish([.. _links.Where(other => other != link)]);
            link.Program.Release();
        }
    }

    /// <summary>Who changes links holds it.</summary>
    private protected virtual Lock Gate => _changing;

    /// <summary>Refuses what the hook's rules do not admit beside what is there.</summary>
    /// <exception cref="BpfException">BPF2203, BPF2206.</exception>
    private protected virtual void CheckRoom(LinkOptions options)
    {
        if (options.Replace || _links.Length == 0) return;
        var first = _links[0];
        // Chained XDP programs share the hook with each other, and with nobody else.
        bool shares = Kind.Rule == VerdictRule.Xdp && options.ChainCalls is not null && first.ChainCalls is not null;
        if (_links.Length >= Kind.Capacity && !shares)
            throw DiagnosticRules.HookBusy.Error($"{Name} already has program '{first.Program.Spec.Name}' (link {first.Id}).");
        if (Kind.Rule == VerdictRule.Classifier && options.Priority > 0 && _links.FirstOrDefault(link => link.Priority == options.Priority) is { } same)
            throw DiagnosticRules.HookBusy.Error($"{Name} already has a filter of priority {options.Priority}: program '{same.Program.Spec.Name}' (link {same.Id}).");
    }

    private protected virtual void Publish(ManagedLink[] links) => Volatile.Write(ref _links, links);

    private ManagedLink Add(ManagedProgram program, LinkOptions options)
    {
        CheckRoom(options);
        var link = new ManagedLink(this, Table.NextLinkId(), program, options);
        var replaced = options.Replace ? Replaced(options) : [];
        var links = _links.Except(replaced).ToList();
        links.Insert(PlaceOf(links, options), link);
        Publish([.. links]);
        foreach (var old in replaced)
            if (old.MarkDetached()) old.Program.Release();
        return link;
    }

    // Whose place it takes: of the filter of that priority at a TC hook, of the only program elsewhere.
    private ManagedLink[] Replaced(LinkOptions options) =>
        Kind.Rule == VerdictRule.Classifier ? [.. _links.Where(link => options.Priority > 0 && link.Priority == options.Priority)]
        : Kind.Capacity == 1 || options.Mode != CgroupMode.Multi ? _links : [];

    private int PlaceOf(List<ManagedLink> links, LinkOptions options)
    {
        if ((options.Before ?? options.After) is { } anchor)
        {
            int at = links.IndexOf(anchor);
            if (at < 0 || (options.Before is not null && options.After is { } after && links.IndexOf(after) != at - 1) || anchor.Priority != options.Priority)
                throw DiagnosticRules.LinkAnchor.Error($"Link {anchor.Id} to {anchor.Hook} is no place to attach to {Name} at{(anchor.IsOf(this) ? ": another order was asked for" : "")}.");
            return options.Before is not null ? at : at + 1;
        }

        int later = links.FindIndex(link => link.Priority > options.Priority);
        return later < 0 ? links.Count : later;
    }

    private void CheckProgram(ManagedProgram program)
    {
        if (Kind.Takes(program.Spec, _target)) return;
        var type = ProgramTypeTable.Get(program.Spec.Type);
        string what = type == _type || Kind.Types.Contains(type.Type)
            ? $"is for another place (attach type {program.Spec.ExpectedAttachType})"
            : $"is of type {type.Name}; {Name} takes programs of type {string.Join(" or ", (Kind.Types.Length > 0 ? Kind.Types : [_type.Type]).Select(ProgramTypeTable.NameOf))}";
        throw DiagnosticRules.HookType.Error($"Program '{program.Spec.Name}' {what}.");
    }
}
