using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.Viewer;

/// <summary>A source of events of a session.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Address">Its name for <see cref="BpfSession.OpenEvents"/>.</param>
/// <param name="Remark">What reading it does to others.</param>
internal sealed record EventSource(EventSourceKind Kind, string Name, string Address, string Remark)
{
    private const string Takes = "has one reader: what is shown here is taken from others";

    /// <summary>The sources there are.</summary>
    public static IReadOnlyList<EventSource> Of(BpfSession session) =>
    [
        new(EventSourceKind.Printed, BpfSession.PrintSource, BpfSession.PrintSource, "what programs print; every reader gets every line"),
        .. session.Maps.Where(map => map.HasEvents).Select(map => map.Type == MapType.RingBuf
            ? new EventSource(EventSourceKind.RingBuffer, $"ringbuf:{map.Name}", $"ringbuf:{map.Id}", Takes)
            : new EventSource(EventSourceKind.PerfBuffer, $"perf:{map.Name}", $"perf:{map.Id}", Takes)),
    ];
}
