using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Runtime.Hooks;

namespace PSBpf.Hosting;

/// <summary>Whether a link holds.</summary>
public enum LinkState
{
    /// <summary>The hook runs the program.</summary>
    Attached,

    /// <summary>The link has been removed.</summary>
    Removed,
}

/// <summary>A program on a hook. Thread-safe.</summary>
public sealed class BpfLink
{
    private readonly ManagedLink _attachment;
    private BpfProgram _program;
    private volatile bool _removed;

    internal BpfLink(BpfSession session, int id, BpfProgram program, string hook, ManagedLink attachment)
    {
        Session = session;
        Id = id;
        Hook = hook;
        _program = program;
        _attachment = attachment;
        Priority = attachment.Priority;
        Flags = attachment.Flags;
    }

    /// <summary>Id, unique in its session.</summary>
    public int Id { get; }

    /// <summary>The program's name; <see cref="GetProgram"/> gives the program.</summary>
    public string Program => GetProgram().Name;

    /// <summary>The hook, e.g. <c>xdp:eth0</c>.</summary>
    public string Hook { get; }

    /// <summary>Whether it holds.</summary>
    public LinkState State => _removed || _attachment.State == Runtime.Hooks.LinkState.Detached ? LinkState.Removed : LinkState.Attached;

    /// <summary>Its place among the links of the hook, smallest first; 0 where the hook takes one program.</summary>
    public int Priority { get; }

    /// <summary>Flags of BPF_LINK_CREATE.</summary>
    public uint Flags { get; }

    /// <summary>Where it is pinned; null when it is not.</summary>
    public string? Pin { get; init; }

    /// <summary>Which kernel holds it.</summary>
    public BpfKernelKind Kernel => GetProgram().Kernel;

    internal BpfSession Session { get; }

    /// <summary>The program.</summary>
    public BpfProgram GetProgram() => Volatile.Read(ref _program);

    /// <summary>Puts another program in place of the present one, in one step: no event misses both.</summary>
    /// <param name="program">The program, of the same session and kernel.</param>
    /// <param name="expected">The program whose place it must take; null for any.</param>
    /// <exception cref="BpfException">BPF2202 for a program that does not fit the hook, BPF2205 when the link is removed, BPF2208 when another program than the expected one is there.</exception>
    public void Replace(BpfProgram program, BpfProgram? expected = null) => Session.Replace(this, program, expected);

    /// <summary>Takes the program off the hook. Runs in progress finish.</summary>
    public void Remove() => Session.Remove(this);

    /// <inheritdoc/>
    public override string ToString() => $"{Program} on {Hook}";

    internal bool IsOf(BpfProgram program) => ReferenceEquals(program, GetProgram());

    internal ManagedLink Attachment => _attachment;

    internal void Exchange(BpfProgram program, BpfProgram? expected)
    {
        _attachment.Replace((ManagedProgram)program.KernelProgram, (ManagedProgram?)expected?.KernelProgram);
        Volatile.Write(ref _program, program);
    }

    internal void Close()
    {
        if (_removed) return;
        _removed = true;
        _attachment.Dispose();
    }
}
