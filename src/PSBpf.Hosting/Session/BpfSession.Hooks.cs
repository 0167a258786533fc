using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Runtime.Hooks;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    /// <summary>Attaches a program to a hook.</summary>
    /// <param name="program">The program.</param>
    /// <param name="hook">The hook as <c>type:target</c>, e.g. <c>xdp:eth0</c>; a managed interface comes into being when it is first named.</param>
    /// <exception cref="BpfException">BPF2201 for a name that is none, BPF2202 when the type does not fit, BPF2203 when there is no room.</exception>
    public BpfLink Attach(BpfProgram program, string hook)
    {
        ArgumentNullException.ThrowIfNull(program);
        var name = HookName.Parse(hook);
        if (program.KernelProgram is not ManagedProgram managed)
            throw DiagnosticRules.LinuxUnsupported.Error(
                $"Program '{program.Name}' (id {program.Id}) is in the {program.Kernel} kernel, where this version attaches nothing.",
                new DiagnosticLocation { Program = program.Name }, "Import it without -Kernel to attach it to a managed hook.");
        var attachment = Guard(() => Managed().Attach(managed, name));
        lock (_gate)
        {
            if (_programs.ContainsKey(program.Id))
            {
                var link = new BpfLink(this, ++_lastLink, program, name.ToString(), attachment) { Priority = attachment.Priority, Flags = attachment.Flags };
                _links.Add(link.Id, link);
                return link;
            }
        }

        // Removed while it was being attached.
        attachment.Dispose();
        throw program.Gone();
    }

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
    public IReadOnlyList<BpfRunResult> Fire(string hook, ReadOnlySpan<byte> packet, CancellationToken cancellation = default)
    {
        var attached = AttachedHook(hook);
        var results = attached.Fire(packet, cancellation);
        var shown = new BpfRunResult[results.Count];
        for (var i = 0; i < shown.Length; i++) shown[i] = BpfRunResult.From(attached.Name, results[i]);
        return shown;
    }

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
            foreach (var program in programs) Attach(program, hook);
        }
        catch
        {
            foreach (var program in programs) Remove(program, force: true);
            throw;
        }
    }

    private ManagedHook AttachedHook(string hook)
    {
        var name = HookName.Parse(hook);
        return StartedKernel()?.GetHook(name) is { Links.Count: > 0 } found
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
