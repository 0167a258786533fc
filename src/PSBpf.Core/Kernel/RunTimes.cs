using System.Numerics;

namespace PSBpf.Kernel;

/// <summary>
/// How long runs took: how many fell into each of a fixed row of buckets. Eight buckets stand for each power of two of nanoseconds, so
/// that what is read from them is at most an eighth too high. A run that was measured stands for those before it that were not.
/// </summary>
public sealed class RunTimes
{
    private const int SubBits = 3, PerPower = 1 << SubBits, LargestPower = 40;

    /// <summary>How many buckets there are; the last one also takes what is longer than all of them.</summary>
    public const int BucketCount = (LargestPower - SubBits + 1) * PerPower;

    private readonly long[] _counts;

    /// <summary>Takes over counts.</summary>
    /// <param name="counts">One for each bucket.</param>
    public RunTimes(long[] counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentOutOfRangeException.ThrowIfNotEqual(counts.Length, BucketCount, nameof(counts));
        _counts = counts;
        foreach (long count in counts) Runs += count;
    }

    /// <summary>No run.</summary>
    public static RunTimes None { get; } = new(new long[BucketCount]);

    /// <summary>How many runs it knows of.</summary>
    public long Runs { get; }

    /// <summary>The bucket of a time.</summary>
    /// <param name="nanoseconds">How long; less than nothing counts as nothing.</param>
    public static int BucketOf(long nanoseconds)
    {
        if (nanoseconds < PerPower) return (int)Math.Max(nanoseconds, 0);
        int power = BitOperations.Log2((ulong)nanoseconds);
        if (power >= LargestPower) return BucketCount - 1;
        return (power - SubBits) * PerPower + (int)(nanoseconds >> (power - SubBits));
    }

    /// <summary>The shortest time that no longer belongs to a bucket, in nanoseconds.</summary>
    public static long EndOf(int bucket)
    {
        if (bucket < 2 * PerPower) return bucket + 1;
        int shift = bucket / PerPower - 1;
        return (long)(bucket % PerPower + PerPower + 1) << shift;
    }

    /// <summary>What came after an earlier reading of the same counts.</summary>
    public RunTimes Since(RunTimes earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        var counts = new long[BucketCount];
        for (int bucket = 0; bucket < BucketCount; bucket++) counts[bucket] = Math.Max(_counts[bucket] - earlier._counts[bucket], 0);
        return new RunTimes(counts);
    }

    /// <summary>What a share of the runs stayed below, in nanoseconds; null when there was none.</summary>
    /// <param name="share">Between 0 and 1, e.g. 0.99.</param>
    public double? Below(double share)
    {
        if (Runs == 0) return null;
        long wanted = Math.Max((long)Math.Ceiling(share * Runs), 1), seen = 0;
        for (int bucket = 0; bucket < BucketCount; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted) return EndOf(bucket);
        }

        return EndOf(BucketCount - 1);
    }
}
