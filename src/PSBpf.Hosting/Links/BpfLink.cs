using PSBpf.Kernel;

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
    private readonly BpfProgram _program;
    private readonly IDisposable _attachment;
    private volatile bool _removed;

    internal BpfLink(BpfSession session, int id, BpfProgram program, string hook, IDisposable attachment)
    {
        Session = session;
        Id = id;
        Hook = hook;
        _program = program;
        _attachment = attachment;
    }

    /// <summary>Id, unique in its session.</summary>
    public int Id { get; }

    /// <summary>The program's name; <see cref="GetProgram"/> gives the program.</summary>
    public string Program => _program.Name;

    /// <summary>The hook, e.g. <c>xdp:eth0</c>.</summary>
    public string Hook { get; }

    /// <summary>Whether it holds.</summary>
    public LinkState State => _removed ? LinkState.Removed : LinkState.Attached;

    /// <summary>Its place among the links of the hook, smallest first; 0 where the hook takes one program.</summary>
    public int Priority { get; init; }

    /// <summary>Flags of BPF_LINK_CREATE.</summary>
    public uint Flags { get; init; }

    /// <summary>Where it is pinned; null when it is not.</summary>
    public string? Pin { get; init; }

    /// <summary>Which kernel holds it.</summary>
    public BpfKernelKind Kernel => _program.Kernel;

    internal BpfSession Session { get; }

    /// <summary>The program.</summary>
    public BpfProgram GetProgram() => _program;

    /// <summary>Takes the program off the hook. Runs in progress finish.</summary>
    public void Remove() => Session.Remove(this);

    /// <inheritdoc/>
    public override string ToString() => $"{Program} on {Hook}";

    internal bool IsOf(BpfProgram program) => ReferenceEquals(program, _program);

    internal void Close()
    {
        if (_removed) return;
        _removed = true;
        _attachment.Dispose();
    }
}
