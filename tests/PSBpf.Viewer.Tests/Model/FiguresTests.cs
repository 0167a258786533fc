namespace PSBpf.Viewer.Tests;

public sealed class FiguresTests
{
    private static readonly double[] Digits = [1, 1.2345, 9.994, 9.9999];

    [Theory]
    [InlineData(0, "0")]
    [InlineData(7, "7")]
    [InlineData(9.5, "9.5")]
    [InlineData(182340, "182 340")]
    [InlineData(-1234, "-1 234")]
    [InlineData(double.NaN, "-")]
    public void Numbers_stand_in_groups_of_three(double value, string text) => Assert.Equal(text.Replace(' ', Figures.ThinSpace), Figures.Count(value));

    [Theory]
    [InlineData(1234567, 5, "1.23M")]
    [InlineData(12345678, 5, "12.3M")]
    [InlineData(123456789, 5, "123M")]
    [InlineData(999600, 5, "1.00M")]
    [InlineData(182340, 4, "182k")]
    [InlineData(2.5e18, 6, "2.50E")]
    public void What_does_not_fit_is_shortened(double value, int width, string text) => Assert.Equal(text, Figures.Count(value, width));

    [Fact]
    public void Every_number_fits_into_seven_cells()
    {
        foreach (double value in Enumerable.Range(0, 19).SelectMany(power => Digits.Select(digits => digits * Math.Pow(10, power))))
            Assert.True(Figures.Count(value, 7).Length <= 7, Figures.Count(value, 7));
    }

    [Theory]
    [InlineData(0.25, "250 ms")]
    [InlineData(1, "1 s")]
    [InlineData(0.0042, "4.2 ms")]
    [InlineData(0.00042, "420 µs")]
    [InlineData(300, "5 min")]
    public void Durations_have_a_unit(double seconds, string text) => Assert.Equal(text, Figures.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(1000, "1000 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(70000, "68 KiB")]
    [InlineData(5L << 30, "5.0 GiB")]
    public void Bytes_have_a_unit(long bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Fact]
    public void Nothing_that_happened_is_shown_as_nothing()
    {
        var verdicts = new Dictionary<string, long> { ["XDP_DROP"] = 1, ["XDP_PASS"] = 99_999, ["XDP_TX"] = 0 };
        Assert.Equal("PASS >99% DROP <1%".Replace("S ", "S\u2009", StringComparison.Ordinal).Replace("P ", "P\u2009", StringComparison.Ordinal), Figures.Verdicts(verdicts));
        Assert.Equal("", Figures.Verdicts(new Dictionary<string, long>()));
    }
}
