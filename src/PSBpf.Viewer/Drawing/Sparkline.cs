namespace PSBpf.Viewer;

/// <summary>The last samples as a row of bars, eight heights each.</summary>
internal static class Sparkline
{
    /// <summary>Bars of no height to a full cell.</summary>
    public const string Bars = " ▁▂▃▄▅▆▇█";

    /// <summary>The newest samples, the last one at the right; each in proportion to the greatest of them.</summary>
    public static string Of(IReadOnlyList<double> samples, int width)
    {
        int count = Math.Min(samples.Count, width);
        if (count <= 0) return "";
        double most = 0;
        for (int i = samples.Count - count; i < samples.Count; i++) most = Math.Max(most, samples[i]);
        return string.Create(width, (samples, count, most), static (text, state) =>
        {
            text.Fill(' ');
            int first = state.samples.Count - state.count;
            for (int i = 0; i < state.count; i++) text[text.Length - state.count + i] = Bars[Height(state.samples[first + i], state.most, 8)];
        });
    }

    /// <summary>How high a bar is; never nothing for something.</summary>
    public static int Height(double value, double most, int steps) =>
        value <= 0 || most <= 0 ? 0 : Math.Clamp((int)Math.Round(value / most * steps), 1, steps);
}
