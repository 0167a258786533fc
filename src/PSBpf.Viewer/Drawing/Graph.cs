using static PSBpf.Viewer.Figures;

namespace PSBpf.Viewer;

/// <summary>A figure over time as bars, the newest at the right, with what it is now and was at most.</summary>
internal static class Graph
{
    /// <summary>Which time the bars together stand for, whatever the width.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromMinutes(2);

    /// <summary>Draws it.</summary>
    /// <param name="area">Where; the first line is for the words.</param>
    /// <param name="title">What it shows, e.g. <c>events/s</c>.</param>
    /// <param name="samples">Oldest first.</param>
    /// <param name="taken">How many samples were ever taken: bars of several samples stay the same ones while time goes on.</param>
    /// <param name="interval">Time between two samples.</param>
    public static void Draw(Area area, string title, IReadOnlyList<double> samples, long taken, TimeSpan interval)
    {
        if (area.Height < 2 || area.Width < 8) return;
        var plot = area.Rows(1, area.Height - 1);
        int each = Math.Max(1, (int)Math.Round(Span / interval / plot.Width));
        double[] bars = Bars(samples, taken, each, plot.Width);
        double most = bars.Length > 0 ? bars.Max() : 0;
        DrawTitle(area, title, samples.Count > 0 ? samples[^1] : null, samples.Count > 0 ? samples.TakeLast(each * plot.Width).Max() : 0);
        for (int i = 0; i < bars.Length; i++)
        {
            int height = Sparkline.Height(bars[i], most, plot.Height * 8);
            for (int row = 0; row < plot.Height && height > 0; row++, height -= 8)
                plot.Put(plot.Width - bars.Length + i, plot.Height - 1 - row, Sparkline.Bars[Math.Min(height, 8)].ToString(), Tone.Graph);
        }
    }

    // What it is now, and at the right the most that it was; shortened where there is not room for all digits.
    private static void DrawTitle(Area area, string title, double? now, double most)
    {
        const int Shortest = 4;
        int room = area.Width - title.Length - 7;
        bool both = room >= 2 * Shortest;
        int digits = Math.Clamp(both ? room / 2 : area.Width - title.Length - 1, Shortest, 11);
        area.Put(0, 0, title, Tone.Strong);
        area.Put(title.Length + 1, 0, now is { } value ? Count(value, digits) : "-");
        if (both) area.PutRight(0, $"max {Count(most, digits)}", Tone.Dim);
    }

    // Bar number n holds the samples number n × each to n × each + each − 1, as their mean.
    private static double[] Bars(IReadOnlyList<double> samples, long taken, int each, int width)
    {
        if (samples.Count == 0) return [];
        long first = taken - samples.Count;
        long newest = (taken - 1) / each;
        long oldest = Math.Max(newest - width + 1, first / each);
        double[] bars = new double[newest - oldest + 1];
        int[] counts = new int[bars.Length];
        for (int i = 0; i < samples.Count; i++)
        {
            long bar = (first + i) / each - oldest;
            if (bar < 0) continue;
            bars[bar] += samples[i];
            counts[bar]++;
        }

        for (int i = 0; i < bars.Length; i++) bars[i] /= Math.Max(1, counts[i]);
        return bars;
    }
}
