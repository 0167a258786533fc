using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux;

namespace PSBpf.Hosting;

/// <summary>
/// Programs, maps and links, and the kernels that hold them. A process has one by default, as a machine has one kernel;
/// further ones share nothing with it. Thread-safe. Disposing takes everything out of the kernels again.
/// </summary>
public sealed partial class BpfSession : IDisposable
{
    private static readonly Lazy<BpfSession> Process = new(() => new BpfSession());

    // Guards the tables below and nothing that takes long: kernels are asked outside of it.
    private readonly Lock _gate = new();
    private readonly Dictionary<BpfKernelKind, IBpfKernel> _kernels = [];
    private readonly Func<BpfKernelKind, IBpfKernel> _createKernel;
    private readonly SessionMetrics _metrics;
    private readonly SortedDictionary<int, BpfProgram> _programs = [];
    private readonly SortedDictionary<int, BpfMap> _maps = [];
    private readonly SortedDictionary<int, BpfLink> _links = [];
    private int _lastProgram;
    private int _lastMap;
    private int _lastLink;
    private bool _closed;

    /// <summary>Opens an empty session.</summary>
    public BpfSession()
    {
        _createKernel = kind => kind == BpfKernelKind.Linux ? LinuxKernel.Open() : CreateManagedKernel();
        _metrics = new SessionMetrics(this);
    }

    internal BpfSession(Func<BpfKernelKind, IBpfKernel> createKernel, TimeProvider? clock = null)
    {
        _createKernel = createKernel;
        _metrics = new SessionMetrics(this, clock);
    }

    /// <summary>The process's own session; it lives as long as the process and cannot be closed by accident: disposing it empties it.</summary>
    public static BpfSession Default => Process.Value;

    /// <summary>The programs, by id.</summary>
    public IReadOnlyList<BpfProgram> Programs
    {
        get { lock (_gate) return [.. _programs.Values]; }
    }

    /// <summary>The maps, by id; those for global variables included.</summary>
    public IReadOnlyList<BpfMap> Maps
    {
        get { lock (_gate) return [.. _maps.Values]; }
    }

    /// <summary>The links, by id.</summary>
    public IReadOnlyList<BpfLink> Links
    {
        get { lock (_gate) return [.. _links.Values]; }
    }

    /// <summary>Stops sources, removes links, programs and maps, ends their readers, and closes the kernels.</summary>
    public void Dispose()
    {
        BpfProgram[] programs;
        BpfMap[] maps;
        BpfLink[] links;
        IBpfKernel[] kernels;
        BpfSource[] sources;
        lock (_gate)
        {
            if (_closed) return;
            _closed = !ReferenceEquals(this, Process.IsValueCreated ? Process.Value : null);
            (programs, maps, links, kernels) = ([.. _programs.Values], [.. _maps.Values], [.. _links.Values], [.. _kernels.Values]);
            sources = [.. _sources.Values];
            _sources.Clear();
            _programs.Clear();
            _maps.Clear();
            _links.Clear();
            _kernels.Clear();
        }

        if (_closed) _metrics.Dispose();
        else _metrics.StopWatching();
        foreach (var source in sources) source.RequestStop();
        foreach (var source in sources) source.Stop();
        Interlocked.Exchange(ref _closing, new CancellationTokenSource()).Cancel();
        foreach (var link in links) link.Close();
        foreach (var program in programs) program.Close();
        foreach (var map in maps) map.Close();
        foreach (var kernel in kernels) kernel.Dispose();
    }

    internal IBpfKernel Kernel(BpfKernelKind kind)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            if (!_kernels.TryGetValue(kind, out var kernel)) _kernels[kind] = kernel = _createKernel(kind);
            return kernel;
        }
    }

    /// <summary>The kernels that something was asked of.</summary>
    internal IReadOnlyList<IBpfKernel> StartedKernels()
    {
        lock (_gate) return [.. _kernels.Values];
    }

    internal bool IsMeasuredForCollectors => _metrics.IsWatching;

    // A kernel that is closed under a call means that the session is.
    internal static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ObjectDisposedException exception)
        {
            throw new BpfException(DiagnosticRules.SessionClosed.At("The session has been closed."), exception);
        }
    }

    private void ThrowIfClosed()
    {
        if (_closed) throw DiagnosticRules.SessionClosed.Error("The session has been closed.");
    }
}
