using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    /// <summary>The source of what programs print.</summary>
    public const string PrintSource = "printk";

    private static readonly (string Prefix, MapType Type, string What)[] EventSources =
        [("ringbuf:", MapType.RingBuf, "ring buffer"), ("perf:", MapType.PerfEventArray, "perf event array")];

    // Cancelled when the session is emptied; the process's own session then goes on with another.
    private CancellationTokenSource _closing = new();

    /// <summary>Opens a reader by the name of its source.</summary>
    /// <param name="source"><c>ringbuf:NAME</c> or <c>perf:NAME</c> with a map's name or id, or <c>printk</c> for what programs of the managed engine print.</param>
    /// <param name="typeName">The struct that samples are; null to find it in the object's BTF.</param>
    /// <exception cref="BpfException">BPF4001, BPF4002 for the name; BPF4006 for another kind of map or source; BPF4007 when it has a reader.</exception>
    public BpfEventReader OpenEvents(string source, string? typeName = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source == PrintSource) return OpenTrace();
        foreach (var (prefix, type, what) in EventSources)
        {
            if (!source.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var map = GetMap(source[prefix.Length..]);
            if (map.Type != type) throw DiagnosticRules.WrongKind.Error($"Map '{map.Name}' is a {map.Type}, not a {what}.", action: SourceHint());
            return map.OpenReader(typeName);
        }

        throw DiagnosticRules.WrongKind.Error($"'{source}' is no source of events.", action: SourceHint());
    }

    /// <summary>Opens a reader of what programs print with bpf_trace_printk. It begins with the first line that no reader has taken.</summary>
    /// <param name="kernel">Whose programs.</param>
    /// <exception cref="BpfException">
    /// BPF4006 for the Linux kernel, whose trace pipe belongs to the whole machine: reading takes lines away from everybody else.
    /// </exception>
    public BpfEventReader OpenTrace(BpfKernelKind kernel = BpfKernelKind.Managed)
    {
        if (kernel == BpfKernelKind.Linux)
        {
            throw DiagnosticRules.WrongKind.Error(
                "What programs print in the Linux kernel goes to a pipe that the whole machine shares; reading it would take lines from everybody else.",
                action: "As root, read /sys/kernel/tracing/trace_pipe yourself; or send events through a ring buffer.");
        }

        var managed = (ManagedKernel)Kernel(BpfKernelKind.Managed);
        return new BpfEventReader(PrintSource, new TraceFeed(managed.Trace.OpenReader(), _closing.Token));
    }

    /// <summary>
    /// What became of the lines that programs of the managed engine printed, at any moment: read by at least one reader, overwritten before
    /// anyone read them, or waiting for the next reader.
    /// </summary>
    public BpfEventCounts TraceCounts
    {
        get
        {
            var (delivered, dropped, backlog) = ((ManagedKernel)Kernel(BpfKernelKind.Managed)).Trace.Counts;
            return new BpfEventCounts(delivered + dropped + backlog, delivered, dropped, backlog);
        }
    }

    private static string SourceHint() => $"Name it {string.Join(", ", EventSources.Select(source => source.Prefix + "NAME"))} or {PrintSource}.";
}
