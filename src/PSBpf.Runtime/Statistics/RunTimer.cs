using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSBpf.Kernel;

namespace PSBpf.Runtime.Statistics;

/// <summary>
/// Measures some of a program's runs on one virtual CPU: one in 256 on the average, at distances that vary, since packets come in
/// patterns; and more of them after each look, so that a program that runs seldom is measured too. A measured run counts for
/// itself and those before it that were not, which makes sums and percentiles those of all runs, whatever the distances were. One that took many
/// times as long as those before counts for itself alone: most likely the system gave its processor to somebody else meanwhile, and 256 times that
/// would be more time than there was.
/// </summary>
internal sealed class RunTimer
{
    /// <summary>Runs that are measured one after the other when somebody has looked.</summary>
    public const int Burst = 32;

    private const int Times = 16, ShortestInterruption = 5_000, Smoothing = 8;
    private const int ShortestGap = 128, GapMask = 255;
    private const int Runs = ProgramCounters.Room, Nanoseconds = Runs + 1, Asked = Nanoseconds + 1, Passed = Asked + 1, Gap = Passed + 1, Left = Gap + 1,
        Random = Left + 1, Usual = Random + 1, Buckets = Usual + 1, Length = Buckets + RunTimes.BucketCount + ProgramCounters.Room;

    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;
    private static readonly long ReadingTicks = MeasureReading();

    private readonly long[] _state = new long[Length];

    public RunTimer()
    {
        _state[Gap] = 1;
        _state[Left] = Burst;
        _state[Random] = 0x1E37_79B9_7F4A_7C15;
    }

    /// <summary>The runs that <see cref="TotalNanoseconds"/> speaks of.</summary>
    public long TimedRuns => Volatile.Read(ref _state[Runs]);

    /// <summary>How long they took.</summary>
    public long TotalNanoseconds => Volatile.Read(ref _state[Nanoseconds]);

    /// <summary>Asks for the next runs to be measured one by one; from any thread.</summary>
    public void Ask() => Volatile.Write(ref _state[Asked], 1);

    /// <summary>Adds what it knows to counts by bucket.</summary>
    public void AddTo(long[] counts)
    {
        for (int bucket = 0; bucket < counts.Length; bucket++) counts[bucket] += Volatile.Read(ref _state[Buckets + bucket]);
    }

    /// <summary>Counts a run that begins.</summary>
    /// <returns>Whether it is to be measured.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsDue()
    {
        ref long state = ref MemoryMarshal.GetArrayDataReference(_state);
        long passed = ++Unsafe.Add(ref state, Passed);
        return passed >= Unsafe.Add(ref state, Gap) || Volatile.Read(ref Unsafe.Add(ref state, Asked)) != 0;
    }

    /// <summary>Takes what was measured.</summary>
    public void Add(long ticks)
    {
        long nanoseconds = (long)(Math.Max(ticks - ReadingTicks, 0) * NanosecondsPerTick), weight = _state[Passed];
        if (IsInterrupted(nanoseconds)) weight = 1;
        Write(Nanoseconds, nanoseconds * weight);
        Write(Buckets + RunTimes.BucketOf(nanoseconds), weight);
        Write(Runs, weight);
        _state[Passed] = 0;
        if (Volatile.Read(ref _state[Asked]) != 0)
        {
            Volatile.Write(ref _state[Asked], 0);
            _state[Left] = Burst;
        }

        _state[Gap] = _state[Left] > 0 ? 1 : NextGap();
        if (_state[Left] > 0) _state[Left]--;
    }

    // Compared with what is usual, which follows slowly and without the outliers.
    private bool IsInterrupted(long nanoseconds)
    {
        long usual = _state[Usual], most = usual * Times;
        bool interrupted = usual > 0 && nanoseconds > Math.Max(most, ShortestInterruption);
        _state[Usual] = usual == 0 ? Math.Max(nanoseconds, 1) : Math.Max(usual + (Math.Min(nanoseconds, most) - usual) / Smoothing, 1);
        return interrupted;
    }

    private void Write(int index, long added) => Volatile.Write(ref _state[index], _state[index] + added);

    // Xorshift.
    private long NextGap()
    {
        ulong random = (ulong)_state[Random];
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        _state[Random] = (long)random;
        return ShortestGap + (long)(random >> 32 & GapMask);
    }

    // What two readings of the clock in a row differ by: measured with every run, and no part of it.
    private static long MeasureReading()
    {
        long least = long.MaxValue;
        for (int reading = 0; reading < 2000; reading++)
        {
            long start = Stopwatch.GetTimestamp();
            least = Math.Min(least, Stopwatch.GetTimestamp() - start);
        }

        return least;
    }
}
