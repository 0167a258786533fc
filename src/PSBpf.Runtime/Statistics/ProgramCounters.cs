using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSBpf.Runtime.Statistics;

/// <summary>
/// What one program did on one virtual CPU. Only the thread that is on it writes; anybody may read. The numbers lie in one array with
/// room before and behind, so that no other CPU's numbers share a cache line with them.
/// </summary>
internal sealed class ProgramCounters
{
    /// <summary>Return values that are counted one by one: verdicts of the UAPI are small numbers, and TC_ACT_UNSPEC is −1.</summary>
    public const int LowestVerdict = -1, HighestVerdict = 15;

    /// <summary>The slot of all other return values.</summary>
    public const int OtherVerdict = HighestVerdict - LowestVerdict + 1;

    /// <summary>Numbers between two CPUs': two cache lines.</summary>
    public const int Room = 16;

    private const int Errors = Room + OtherVerdict + 1, Dropped = Errors + 1, Length = Dropped + 1 + Room;

    private readonly long[] _counts = new long[Length];

    /// <summary>Runs that ended in an error.</summary>
    public long ErrorCount => Volatile.Read(ref _counts[Errors]);

    /// <summary>Events that had no room.</summary>
    public long DroppedCount => Volatile.Read(ref _counts[Dropped]);

    /// <summary>How runs are measured here while somebody wants to know; made by the CPU's own thread.</summary>
    public RunTimer? Timer { get; private set; }

    /// <summary>How often a value was returned, by slot.</summary>
    public long VerdictCount(int slot) => Volatile.Read(ref _counts[Room + slot]);

    /// <summary>Counts runs by what they returned: the one thing that is always done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountRuns(ulong result, long runs)
    {
        uint slot = Math.Min((uint)((int)result - LowestVerdict), OtherVerdict);
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_counts), Room + (int)slot) += runs;
    }

    /// <summary>Counts a run that ended in an error.</summary>
    public void CountError() => Volatile.Write(ref _counts[Errors], _counts[Errors] + 1);

    /// <summary>Counts an event that had no room.</summary>
    public void CountDropped() => Volatile.Write(ref _counts[Dropped], _counts[Dropped] + 1);

    /// <summary>The timer, made when it is first wanted.</summary>
    public RunTimer OpenTimer() => Timer ??= new RunTimer();
}
