using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Hooks;

/// <summary>The attachment of a program to a hook. Disposing it detaches the program; runs in progress finish.</summary>
public sealed class ManagedLink : IDisposable
{
    private readonly ManagedHook _hook;
    private ManagedProgram _program;

    internal ManagedLink(ManagedHook hook, int id, ManagedProgram program, LinkOptions options)
    {
        _hook = hook;
        _program = program;
        Id = id;
        Priority = options.Priority;
        Flags = options.Flags;
        ChainCalls = options.ChainCalls;
    }

    /// <summary>Id, unique in its kernel.</summary>
    public int Id { get; }

    /// <summary>The program.</summary>
    public ManagedProgram Program => Volatile.Read(ref _program);

    /// <summary>The hook's name.</summary>
    public HookName Hook => _hook.Name;

    /// <summary>The order among programs of a hook that takes several.</summary>
    public int Priority { get; }

    /// <summary>Flags as the hook's UAPI has them.</summary>
    public uint Flags { get; }

    /// <summary>At an XDP hook the verdicts after which the next program runs, as bits; null for the hook's only program.</summary>
    public uint? ChainCalls { get; }

    /// <summary>Whether it holds.</summary>
    public LinkState State { get; private set; }

    /// <summary>Puts another program in place of the present one, in one step: no packet misses both.</summary>
    /// <param name="program">The program.</param>
    /// <param name="expected">Which one it must take the place of (BPF_F_REPLACE); null for any.</param>
    /// <exception cref="BpfException">BPF2202 for a program of another type, BPF2105 for one that was removed, BPF2205 when the link is detached, BPF2208 when it runs another program than the expected one.</exception>
    public void Replace(ManagedProgram program, ManagedProgram? expected = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        _hook.Replace(this, program, expected);
    }

    /// <summary>At a TC hook: whether it is a filter of a qdisc, which runs after the tcx programs.</summary>
    internal bool IsFilter => Priority > 0;

    /// <summary>Whether it is of a hook.</summary>
    internal bool IsOf(ManagedHook hook) => _hook == hook;

    /// <summary>Detaches the program.</summary>
    public void Dispose() => _hook.Detach(this);

    /// <summary>Takes another program, under the hook's lock.</summary>
    /// <returns>The one before.</returns>
    internal ManagedProgram Exchange(ManagedProgram program) => Interlocked.Exchange(ref _program, program);

    /// <summary>Marks it, under the hook's lock.</summary>
    /// <returns>Whether it held until now.</returns>
    internal bool MarkDetached()
    {
        bool held = State == LinkState.Attached;
        State = LinkState.Detached;
        return held;
    }
}
