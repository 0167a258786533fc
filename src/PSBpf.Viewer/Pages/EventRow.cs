using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>An event that was read.</summary>
/// <param name="Number">Counts them.</param>
/// <param name="Event">The event.</param>
internal sealed record EventRow(long Number, BpfEvent Event)
{
    private static readonly Column<EventRow> Time = new("Time", "TIME", 12, (row, _) => row.Event.Time.ToString("HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture)) { Rank = 0 };

    private static readonly Column<EventRow> Cpu = new("Cpu", "CPU", 3, (row, _) => $"{row.Event.Cpu}") { Right = true, Rank = 2 };

    private static readonly Column<EventRow> Program = new("Program", "PROGRAM", 12, (row, _) => row.Event.Program ?? "") { Most = 20, Rank = 3 };

    private static readonly Column<EventRow> Data = new("Data", "DATA", 20, (row, _) => ValueText.Of(row.Event.Data)) { Most = int.MaxValue, Rank = 1 };

    /// <summary>What a source tells of its events.</summary>
    public static IReadOnlyList<Column<EventRow>> Columns(EventSource? source) => source?.Kind switch
    {
        EventSourceKind.RingBuffer => [Time, Data],
        EventSourceKind.PerfBuffer => [Time, Cpu, Data],
        _ => [Time, Cpu, Program, Data],
    };
}
