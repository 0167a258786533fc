using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using PSBpf.Kernel;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Listing;

/// <summary>The machine's links by id (BPF_LINK_GET_NEXT_ID).</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class LinkListing
{
    private const int LongestName = 256, InterfaceNameSize = 16;

    // enum bpf_link_type, and how a target is read; none where the kernel tells nothing that has a name.
    private static readonly (string Name, Func<BpfHandle, LinkInfo, string>? Target)[] Types =
    [
        ("unspec", null),
        ("raw_tracepoint", Tracepoint),
        ("tracing", static (_, info) => info.TargetTypeId == 0 ? "" : $"btf {info.TargetObjectId}, type {info.TargetTypeId}"),
        ("cgroup", static (_, info) => $"cgroup {info.CgroupId}"),
        ("iter", null),
        ("netns", static (_, info) => $"netns {(uint)info.InterfaceIndex}"),
        ("xdp", Interface),
        ("perf_event", PerfEvent),
        ("kprobe_multi", static (_, info) => $"{info.Count} functions"),
        ("struct_ops", static (_, info) => $"map {info.MapId}"),
        ("netfilter", null),
        ("tcx", Interface),
        ("uprobe_multi", null),
        ("netkit", Interface),
        ("sockmap", static (_, info) => $"map {info.MapId}"),
    ];

    // enum bpf_perf_event_type.
    private static readonly string[] PerfEvents = ["perf_event", "uprobe", "uretprobe", "kprobe", "kretprobe", "tracepoint", "event"];

    public static IReadOnlyList<LinkStatus> Read() =>
        ObjectIds.Read(BpfCommand.LinkGetNextId, BpfCommand.LinkGetDescriptorById, "the machine's links", (id, handle) =>
        {
            if (ObjectInfo.Get<LinkInfo>(handle, out var info) != Errno.None) return null;
            var (name, target) = info.Type < Types.Length ? Types[info.Type] : (info.Type.ToString(CultureInfo.InvariantCulture), null);
            return new LinkStatus { Id = id, Type = name, ProgramId = info.ProgramId, Target = target?.Invoke(handle, info) ?? "" };
        });

    private static string Interface(BpfHandle handle, LinkInfo info)
    {
        byte* name = stackalloc byte[InterfaceNameSize];
        string type = Types[info.Type].Name;
        // An interface of another network namespace has no name here.
        return info.InterfaceIndex > 0 && Libc.InterfaceName((uint)info.InterfaceIndex, name) is not null
            ? $"{type}:{Text(name, InterfaceNameSize)}"
            : $"{type}:{info.InterfaceIndex}";
    }

    private static string Tracepoint(BpfHandle handle, LinkInfo info)
    {
        byte* name = stackalloc byte[LongestName];
        var request = new LinkInfo { TracepointName = (ulong)name, TracepointNameLength = LongestName };
        return ObjectInfo.Fill(handle, ref request) == Errno.None ? $"raw_tracepoint:{Text(name, LongestName)}" : "";
    }

    private static string PerfEvent(BpfHandle handle, LinkInfo info)
    {
        string type = info.PerfEventType < PerfEvents.Length ? PerfEvents[info.PerfEventType] : PerfEvents[0];
        if (type is "perf_event" or "event") return type;
        byte* name = stackalloc byte[LongestName];
        // The kernel takes a name's room only with the kind that it belongs to.
        var request = new LinkInfo { PerfEventType = info.PerfEventType, EventName = (ulong)name, EventNameLength = LongestName };
        if (ObjectInfo.Fill(handle, ref request) != Errno.None) return type;
        string text = Text(name, LongestName);
        return text.Length == 0 ? type : request.EventOffset == 0 || type == "tracepoint" ? $"{type}:{text}" : $"{type}:{text}+0x{request.EventOffset:x}";
    }

    private static string Text(byte* bytes, int length)
    {
        var span = new ReadOnlySpan<byte>(bytes, length);
        int end = span.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? span : span[..end]);
    }
}
