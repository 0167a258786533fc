using System.Globalization;

namespace PSBpf.Viewer;

/// <summary>The first line: what is watched, how much there is, and when.</summary>
internal static class Banner
{
    /// <summary>Draws it; where there is not room for all, the parts with the highest rank go.</summary>
    public static void Draw(Area area, TopState state, DateTimeOffset now)
    {
        area.Line(0, "", Tone.Banner);
        string right = $"{(state.Paused ? "PAUSED  " : "")}{(state.Frame?.Time ?? now).ToString("HH:mm:ss", CultureInfo.InvariantCulture)} [{Figures.Duration(state.Interval)}] ";
        var parts = Parts(state).ToList();
        while (parts.Count > 1 && parts.Sum(part => part.Text.Length + 2) + right.Length > area.Width) parts.Remove(parts.MaxBy(part => part.Rank));
        area.Put(1, 0, string.Join("  ", parts.Select(part => part.Text)), Tone.Banner);
        area.PutRight(0, right, Tone.Banner);
    }

    private static IEnumerable<(string Text, int Rank)> Parts(TopState state)
    {
        yield return ("psbpf top", 6);
        yield return (state.Options.Kernel.ToString().ToLowerInvariant(), 3);
        if (state.Frame is not { } frame) yield break;
        yield return (Things(frame.Programs.Count, "program"), 2);
        yield return (Things(frame.Maps, "map"), 4);
        yield return (Things(frame.Links, "link"), 5);
        yield return ($"evt/s {Figures.Count(frame.EventsPerSecond)}", 0);
        yield return ($"cpu {Figures.Percent(frame.CpuPercent)} %", 1);
    }

    private static string Things(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
