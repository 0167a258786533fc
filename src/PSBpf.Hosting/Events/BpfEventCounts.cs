namespace PSBpf.Hosting;

/// <summary>What became of the events of a source: produced = delivered + dropped + backlog.</summary>
/// <param name="Produced">Events that programs submitted; −1 where the kernel does not count what is dropped.</param>
/// <param name="Delivered">Events that were handed to readers.</param>
/// <param name="Dropped">Events that were lost for want of room; −1 where the kernel does not count them.</param>
/// <param name="Backlog">Events that wait.</param>
public readonly record struct BpfEventCounts(long Produced, long Delivered, long Dropped, long Backlog)
{
    /// <summary>For people: <c>delivered 10240, dropped 0</c>.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"delivered {Delivered}, dropped {(Dropped < 0 ? "unknown" : Dropped)}{(Backlog > 0 ? $", waiting {Backlog}" : "")}");
}
