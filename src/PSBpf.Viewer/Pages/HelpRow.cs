namespace PSBpf.Viewer;

/// <summary>A line of the help page.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Keys">The keys; a heading where it has no text.</param>
/// <param name="Where">The pages where they do it; empty for all.</param>
/// <param name="Text">What they do.</param>
internal sealed record HelpRow(int Number, string Keys, string Where, string Text)
{
    private static readonly string[] Notes =
    [
        "The mouse selects, a second click opens, a click on",
        "a heading sorts, one on the last line presses a key.",
        "EVT/S, AVG, P99 and CPU% are of the last interval,",
        "RUNS, VERDICTS and ERR/DROP of all the time since",
        "statistics are kept. CPU% is of one processor.",
    ];

    /// <summary>All lines, made from the table of keys.</summary>
    public static IReadOnlyList<HelpRow> All()
    {
        var rows = new List<HelpRow>();
        void Add(string keys, string where, string text) => rows.Add(new HelpRow(rows.Count, keys, where, text));
        foreach (var group in KeyMap.Bindings.GroupBy(binding => binding.Group))
        {
            if (rows.Count > 0) Add("", "", "");
            Add(group.Key, "", "");
            foreach (var binding in group) Add("  " + string.Join("  ", binding.Keys), PagesOf(binding.Pages), binding.Help);
        }

        Add("", "", "");
        Add("Good to know", "", "");
        foreach (string note in Notes) Add("", "", note);
        return rows;
    }

    // A key that works nearly everywhere needs no list of pages.
    private static string PagesOf(PageKind pages)
    {
        if (pages == PageKind.Tables) return "tables";
        PageKind[] names = [PageKind.Programs, PageKind.Program, PageKind.Maps, PageKind.Entries, PageKind.Hooks, PageKind.Events, PageKind.Log];
        var named = names.Where(name => (pages & name) != 0).ToArray();
        return named.Length > 2 ? "" : string.Join(", ", named).ToLowerInvariant();
    }
}
