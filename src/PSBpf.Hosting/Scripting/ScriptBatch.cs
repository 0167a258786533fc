using System.Runtime.InteropServices;

namespace PSBpf.Hosting;

/// <summary>Events on their way to a guest: their bytes one after the other, and behind them a table of offset, length and CPU for each.</summary>
public sealed class ScriptBatch
{
    /// <summary>Most events of one batch.</summary>
    public const int MostEvents = 1024;

    private const int Row = 3;
    private const int FullBytes = 256 << 10;
    private readonly int[] _table = new int[MostEvents * Row];
    private byte[] _bytes = new byte[FullBytes];
    private int _used;
    private int _limit = MostEvents;

    /// <summary>Number of events.</summary>
    public int Count { get; private set; }

    /// <summary>When they were read.</summary>
    public DateTime Time { get; private set; }

    /// <summary>Where the table begins, from the start of <see cref="Seal"/>'s bytes.</summary>
    public int TableOffset => (_used + 3) & ~3;

    /// <summary>Whether it takes no further event.</summary>
    internal bool IsFull => Count >= _limit || _used >= FullBytes;

    /// <summary>The bytes to copy: those of the events, and the table.</summary>
    public ReadOnlySpan<byte> Seal()
    {
        var table = MemoryMarshal.AsBytes(_table.AsSpan(0, Count * Row));
        Grow(TableOffset + table.Length);
        table.CopyTo(_bytes.AsSpan(TableOffset));
        return _bytes.AsSpan(0, TableOffset + table.Length);
    }

    /// <summary>Begins anew, for at most so many events.</summary>
    internal void Clear(long limit)
    {
        _limit = (int)Math.Clamp(limit, 1, MostEvents);
        (Count, _used, Time) = (0, 0, DateTime.UtcNow);
    }

    /// <summary>Adds an event; to a batch that is full none may be added.</summary>
    /// <returns>Whether another one has room.</returns>
    internal bool Add(ReadOnlySpan<byte> sample, int cpu)
    {
        Grow(_used + sample.Length);
        sample.CopyTo(_bytes.AsSpan(_used));
        int row = Count++ * Row;
        (_table[row], _table[row + 1], _table[row + 2]) = (_used, sample.Length, cpu);
        // Each begins at a multiple of 8, as in the buffer that it came from.
        _used = (_used + sample.Length + 7) & ~7;
        return !IsFull;
    }

    /// <summary>The events from one on, to give them back.</summary>
    internal IEnumerable<TakenEvent> From(int start)
    {
        for (int row = start * Row; row < Count * Row; row += Row) yield return new TakenEvent(_table[row + 2], _bytes.AsSpan(_table[row], _table[row + 1]).ToArray());
    }

    private void Grow(int least)
    {
        if (least > _bytes.Length) Array.Resize(ref _bytes, Math.Max(least, _bytes.Length * 2));
    }
}
