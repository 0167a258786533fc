using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Hooks;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    /// <summary>Attaches a program to a hook.</summary>
    /// <param name="program">The program.</param>
    /// <param name="hook">
    /// The hook as <c>type:target</c>, e.g. <c>xdp:eth0</c>; a managed interface comes into being when it is first named. Null for the one that
    /// the program's section names.
    /// </param>
    /// <param name="options">How; null for where there is room.</param>
    /// <exception cref="BpfException">
    /// BPF2201 for a name that is none, BPF2202 when the type does not fit, BPF2203 when there is no room, BPF2206 when a cgroup admits it not, BPF2207 for a place that is none.
    /// </exception>
    public BpfLink Attach(BpfProgram program, string? hook, AttachOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        options ??= AttachOptions.Default;
        var name = hook is not null ? HookName.Parse(hook) : SectionHook(program) ?? throw Unplaced(program);
        if (program.KernelProgram is not ManagedProgram managed)
            throw DiagnosticRules.LinuxUnsupported.Error(
                $"Program '{program.Name}' (id {program.Id}) is in the {program.Kernel} kernel, where this version attaches nothing.",
                new DiagnosticLocation { Program = program.Name }, "Import it without -Kernel to attach it to a managed hook.");
        var attachment = Guard(() => Managed().Attach(managed, name, ToLinkOptions(options)));
        lock (_gate)
        {
            if (_programs.ContainsKey(program.Id))
            {
                var link = new BpfLink(this, ++_lastLink, program, name.ToString(), attachment);
                _links.Add(link.Id, link);
                // What was replaced does not hold any more.
                foreach (var old in _links.Values.Where(each => each.State == LinkState.Removed).ToArray()) _links.Remove(old.Id);
                return link;
            }
        }

        // Removed while it was being attached.
        attachment.Dispose();
        throw program.Gone();
    }

    /// <summary>The hook that a program's section names, e.g. <c>kprobe:do_unlinkat</c>; null when it names none.</summary>
    public static string? HookOf(BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return SectionHook(program)?.ToString();
    }

    /// <summary>The kinds of hooks, with the form of what each is on.</summary>
    public static IReadOnlyList<(string Kind, string Form)> HookKinds => ManagedKernel.HookKinds;

    /// <summary>The hooks of this session that have links or have fired, by name.</summary>
    public IReadOnlyList<BpfHook> GetHooks() => [.. UsedHooks().Select(Describe)];

    /// <summary>A hook by name.</summary>
    /// <exception cref="BpfException">BPF2201 for a name that is none, BPF4001 for one that nothing was ever attached to.</exception>
    public BpfHook GetHook(string hook)
    {
        var name = HookName.Parse(hook);
        return UsedHooks().FirstOrDefault(candidate => candidate.Name == name) is { } found
            ? Describe(found)
            : throw DiagnosticRules.NameNotFound.Error($"There is no hook '{name}' yet.", action: "It comes into being when a program is attached: Add-BpfLink <program> -Hook <hook>.");
    }

    /// <summary>Fires a hook: everything attached to it runs on a packet.</summary>
    /// <param name="hook">The hook's name.</param>
    /// <param name="packet">The packet's bytes; they stay as they are.</param>
    /// <param name="cancellation">Stops a program that runs for long.</param>
    /// <returns>One result for each program, in the order in which they ran.</returns>
    /// <exception cref="BpfException">BPF2201 for a name that is none, BPF2204 when nothing is attached.</exception>
    public IReadOnlyList<BpfRunResult> Fire(string hook, ReadOnlySpan<byte> packet, CancellationToken cancellation = default) => Fire(hook, packet, null, null, cancellation);

    /// <summary>Fires a hook: everything attached to it runs on what happens there.</summary>
    /// <param name="hook">The hook's name.</param>
    /// <param name="packet">The packet's bytes, where there is a packet.</param>
    /// <param name="context">What programs are told beside it; null for what the hook knows.</param>
    /// <param name="world">The world that programs see this once; null for the session's.</param>
    /// <param name="cancellation">Stops a program that runs for long.</param>
    /// <returns>One result for each program, in the order in which they ran.</returns>
    /// <exception cref="BpfException">BPF2201 for a name that is none, BPF2204 when nothing is attached, BPF2104 for input that does not fit.</exception>
    public IReadOnlyList<BpfRunResult> Fire(string hook, ReadOnlySpan<byte> packet, BpfContext? context, ExecutionEnvironment? world = null, CancellationToken cancellation = default)
    {
        var attached = AttachedHook(hook);
        // The last program may have gone meanwhile; then firing says so.
        var prepared = context is not null && attached.Effective is [var first, ..]
            ? context.Prepare(first.Program.Spec, attached.Name.Type, attached.Name.Target, packet.Length) : new PreparedContext([], []);
        var happened = new HookEvent { Packet = packet, Context = prepared.Bytes, Memory = prepared.Memory, Environment = world };
        var results = attached.Fire(happened, out _, cancellation);
        var shown = new BpfRunResult[results.Count];
        for (var i = 0; i < shown.Length; i++) shown[i] = BpfRunResult.From(attached.Name, results[i]);
        return shown;
    }

    /// <summary>Lets a packet come in or go out by a managed interface, past every hook on the way.</summary>
    /// <param name="device">The interface, which comes into being when it is first named.</param>
    /// <param name="packet">The packet's bytes, from the Ethernet header on; they stay as they are.</param>
    /// <param name="leaves">Whether it goes out.</param>
    /// <param name="cgroup">The cgroup of the process that it is for or from.</param>
    /// <param name="socket">The socket that it is for; null for none with a filter.</param>
    /// <param name="cancellation">Stops a program that runs for long.</param>
    /// <exception cref="BpfException">BPF2201 for a name that is no interface's, cgroup's or socket's.</exception>
    public BpfPacketPath Send(string device, ReadOnlySpan<byte> packet, bool leaves = false, string cgroup = "/", string? socket = null, CancellationToken cancellation = default)
    {
        HookName.Parse($"xdp:{device}");
        var options = new PathOptions(HookName.Parse($"cgroup:{cgroup}:ingress").Target[..^":ingress".Length], socket);
        var kernel = Managed();
        return BpfPacketPath.From(device, leaves ? kernel.Transmit(device, packet, options, cancellation) : kernel.Receive(device, packet, options, cancellation));
    }

    /// <summary>The managed interfaces that were named, by name.</summary>
    public IReadOnlyList<string> Interfaces => StartedKernel()?.DeviceNames ?? [];

    /// <summary>Checks that a hook could fire.</summary>
    /// <exception cref="BpfException">BPF2201 for a name that is none, BPF2204 when nothing is attached.</exception>
    public void RequireAttached(string hook) => AttachedHook(hook);

    private static BpfHook Describe(ManagedHook hook) => new()
    {
        Name = hook.Name.ToString(),
        Type = hook.Name.Type,
        Target = hook.Name.Target,
        Links = [.. hook.Links.Select(link => link.Program.Spec.Name)],
        Events = hook.Events,
        MeanNanoseconds = hook.MeanNanoseconds,
    };

    private void AttachAll(List<BpfProgram> programs, string hook)
    {
        try
        {
            // A program whose section says where it belongs goes there; the name is for the others.
            foreach (var program in programs) Attach(program, ManagedKernel.Takes(HookName.Parse(hook), program.Spec) ? hook : HookOf(program) ?? hook);
        }
        catch
        {
            foreach (var program in programs) Remove(program, force: true);
            throw;
        }
    }

    internal void Replace(BpfLink link, BpfProgram program, BpfProgram? expected)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (program.Session != this || program.KernelProgram is not ManagedProgram)
            throw DiagnosticRules.WrongKind.Error($"Program '{program.Name}' (id {program.Id}) is in another session or kernel than link {link.Id}.", action: "Import it into the managed engine of the same session.");
        lock (_gate)
        {
            ThrowIfClosed();
            if (!_programs.ContainsKey(program.Id)) throw program.Gone();
            link.Exchange(program, expected);
        }
    }

    private static HookName? SectionHook(BpfProgram program) => ManagedKernel.HookOf(program.Spec);

    private static BpfException Unplaced(BpfProgram program) => DiagnosticRules.HookName.Error(
        $"Section '{program.Section}' of program '{program.Name}' does not say what it is to be attached to.", new DiagnosticLocation { Program = program.Name }, "Pass -Hook.");

    private static LinkOptions ToLinkOptions(AttachOptions options) => new()
    {
        Replace = options.Replace, Priority = options.Priority, Flags = options.Flags, Mode = options.Mode,
        Before = options.Before?.Attachment, After = options.After?.Attachment,
        ChainCalls = options.ChainOn?.Aggregate(0u, (mask, verdict) => mask | 1u << XdpVerdict(verdict)),
    };

    private static int XdpVerdict(string name)
    {
        var verdicts = ProgramTypeTable.Get(ProgramType.Xdp).Verdicts;
        foreach (var (value, verdict) in verdicts)
            if (verdict.Equals(name, StringComparison.OrdinalIgnoreCase) || verdict.Equals("XDP_" + name, StringComparison.OrdinalIgnoreCase)) return value;
        throw DiagnosticRules.OptionValue.Error($"'{name}' is no verdict of XDP programs.", action: $"It is one of {string.Join(", ", verdicts.Values)}.");
    }

    private ManagedHook AttachedHook(string hook)
    {
        var name = HookName.Parse(hook);
        return StartedKernel()?.GetHook(name) is { Effective.Count: > 0 } found
            ? found
            : throw DiagnosticRules.HookEmpty.Error($"Nothing is attached to {name}.");
    }

    private ManagedKernel Managed() => (ManagedKernel)Kernel(BpfKernelKind.Managed);

    private IEnumerable<ManagedHook> UsedHooks() => StartedKernel()?.Hooks.Where(hook => hook.Links.Count > 0 || hook.Events > 0) ?? [];

    // Asking for hooks does not start a kernel.
    private ManagedKernel? StartedKernel()
    {
        lock (_gate)
        {
            ThrowIfClosed();
            return _kernels.GetValueOrDefault(BpfKernelKind.Managed) as ManagedKernel;
        }
    }
}
