using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>What the top can be sorted by: properties of <see cref="BpfStatistic"/>, each with its natural direction.</summary>
public static class TopColumns
{
    // Names ascend, figures descend.
    private static readonly (string Name, Func<BpfStatistic, IComparable> Key, bool Descends)[] Rows =
    [
        (nameof(BpfStatistic.Id), program => program.Id, false),
        (nameof(BpfStatistic.Program), program => program.Program, false),
        (nameof(BpfStatistic.Type), program => program.Type, false),
        (nameof(BpfStatistic.Hooks), program => string.Join(' ', program.Hooks), false),
        (nameof(BpfStatistic.EventsPerSecond), program => program.EventsPerSecond, true),
        (nameof(BpfStatistic.Runs), program => program.Runs, true),
        (nameof(BpfStatistic.MeanNanoseconds), program => program.MeanNanoseconds, true),
        (nameof(BpfStatistic.P99Nanoseconds), program => program.P99Nanoseconds ?? 0, true),
        (nameof(BpfStatistic.CpuPercent), program => program.CpuPercent, true),
        (nameof(BpfStatistic.Errors), program => program.Errors, true),
        (nameof(BpfStatistic.Dropped), program => program.Dropped, true),
    ];

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Rows.Select(row => row.Name)];

    /// <summary>The name of a column in its own spelling.</summary>
    /// <param name="name">In any case; null for the one that the top begins with.</param>
    /// <exception cref="BpfException">BPF4013 when there is none.</exception>
    public static string Find(string? name) =>
        name is null ? nameof(BpfStatistic.EventsPerSecond)
        : Names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw DiagnosticRules.TopColumn.Error($"The top has no column '{name}'.", action: $"There are: {string.Join(", ", Names)}.");

    /// <summary>The programs in the order of a column; equal ones by id.</summary>
    /// <exception cref="BpfException">BPF4013 when there is none.</exception>
    public static IReadOnlyList<BpfStatistic> Sort(IEnumerable<BpfStatistic> programs, string? column)
    {
        string name = Find(column);
        var row = Rows.Single(row => row.Name == name);
        var sorted = row.Descends ? programs.OrderByDescending(row.Key) : programs.OrderBy(row.Key);
        return [.. sorted.ThenBy(program => program.Id)];
    }

    /// <summary>Whether a text stands in what a row shows: id, name, type, hooks.</summary>
    /// <param name="program">The row.</param>
    /// <param name="filter">The text, in any case; empty for all.</param>
    public static bool Matches(BpfStatistic program, string filter)
    {
        ArgumentNullException.ThrowIfNull(program);
        return string.IsNullOrEmpty(filter)
            || new[] { $"{program.Id}", program.Program, program.Type }.Concat(program.Hooks).Any(text => text.Contains(filter, StringComparison.OrdinalIgnoreCase));
    }
}
