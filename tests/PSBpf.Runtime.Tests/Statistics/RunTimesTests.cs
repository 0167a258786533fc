using CsCheck;
using PSBpf.Kernel;

namespace PSBpf.Runtime.Tests.Statistics;

public sealed class RunTimesTests
{
    [Fact]
    public void Every_time_lies_below_the_end_of_its_bucket_and_at_or_above_the_end_of_the_one_before() =>
        Gen.Long[0, (1L << 40) - 1].Sample(time =>
        {
            int bucket = RunTimes.BucketOf(time);
            Assert.InRange(bucket, 0, RunTimes.BucketCount - 1);
            Assert.True(time < RunTimes.EndOf(bucket), $"{time} in {bucket}");
            if (bucket > 0) Assert.True(time >= RunTimes.EndOf(bucket - 1), $"{time} in {bucket}");
        });

    [Fact]
    public void A_bucket_is_at_most_an_eighth_of_its_time_wide()
    {
        for (int bucket = 8; bucket < RunTimes.BucketCount; bucket++)
        {
            long begin = RunTimes.EndOf(bucket - 1), end = RunTimes.EndOf(bucket);
            Assert.InRange(end - begin, 1, Math.Max(begin / 8, 1));
        }
    }

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(0, 0)]
    [InlineData(long.MaxValue, RunTimes.BucketCount - 1)]
    public void Times_beyond_all_buckets_go_into_the_first_and_the_last(long time, int bucket) => Assert.Equal(bucket, RunTimes.BucketOf(time));

    [Fact]
    public void A_percentile_is_read_off_the_bucket_where_the_share_is_reached()
    {
        var times = Times((10, 98), (1000, 2));
        Assert.Equal(100, times.Runs);
        Assert.Equal(11, times.Below(0.5));
        Assert.Equal(11, times.Below(0.98));
        Assert.Equal(RunTimes.EndOf(RunTimes.BucketOf(1000)), times.Below(0.99));
    }

    [Fact]
    public void The_difference_of_two_readings_is_what_came_between_them()
    {
        var later = Times((10, 5), (200, 7));
        var between = later.Since(Times((10, 5)));
        Assert.Equal(7, between.Runs);
        Assert.Equal(RunTimes.EndOf(RunTimes.BucketOf(200)), between.Below(0.01));
        Assert.Null(later.Since(later).Below(0.99));
    }

    private static RunTimes Times(params (long Nanoseconds, long Count)[] runs)
    {
        var counts = new long[RunTimes.BucketCount];
        foreach (var (nanoseconds, count) in runs) counts[RunTimes.BucketOf(nanoseconds)] += count;
        return new RunTimes(counts);
    }
}
