using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>The graphs of one program, beside each other.</summary>
internal static class ProgramGraphs
{
    private static readonly (string Title, Func<StatisticHistory, int, IReadOnlyList<double>> Samples)[] Figures =
    [
        ("events/s", static (history, program) => history.EventsPerSecond(program)),
        ("ns/run", static (history, program) => history.MeanNanoseconds(program)),
        ("CPU %", static (history, program) => history.CpuPercent(program)),
    ];

    /// <summary>Draws them.</summary>
    public static void Draw(Area area, TopState state, int program)
    {
        int width = (area.Width - 2 - 2 * (Figures.Length - 1)) / Figures.Length;
        for (int i = 0; i < Figures.Length; i++)
            Graph.Draw(area.Columns(1 + i * (width + 2), width), Figures[i].Title, Figures[i].Samples(state.History, program), state.Samples, state.Interval);
    }
}
