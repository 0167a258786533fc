using static PSBpf.Viewer.PageKind;

namespace PSBpf.Viewer;

/// <summary>Every key of the top, once: what is pressed is looked up here, and the last line and the help page are made from it.</summary>
internal static class KeyMap
{
    private const string Pages = "Pages";
    private const string Table = "Tables";
    private const string Moving = "Moving";
    private const string Watching = "Watching";

    /// <summary>All of it, in the order of the help page.</summary>
    public static IReadOnlyList<KeyBinding> Bindings { get; } =
    [
        Row(Pages, TopCommand.Help, All & ~Help, "Help", "this page", "F1", "?"),
        Row(Pages, TopCommand.Back, All & ~Programs, "Back", "to the page before; ends a filter first", "Esc", "Backspace"),
        Row(Pages, TopCommand.Back, Programs, "", "ends the filter", "Esc"),
        Row(Pages, TopCommand.Open, Programs, "Details", "instructions, verification, maps and links", "Enter"),
        Row(Pages, TopCommand.Open, Maps, "Entries", "the entries of the map", "Enter"),
        Row(Pages, TopCommand.Open, Hooks, "Details", "the program of the link", "Enter"),
        Row(Pages, TopCommand.Open, PageKind.Program, "Open", "the entries of a map that it uses", "Enter"),
        Row(Pages, TopCommand.Programs, All & ~Programs, "Programs", "programs", "p"),
        Row(Pages, TopCommand.Maps, All & ~Maps, "Maps", "maps", "m"),
        Row(Pages, TopCommand.Hooks, All & ~Hooks, "Hooks", "hooks and what is attached to them", "h"),
        Row(Pages, TopCommand.Events, All & ~Events, "Events", "events of buffers, and what programs print", "e"),
        Row(Pages, TopCommand.Log, All & ~Log, "Log", "what happened while you watched", "l"),
        Row(Pages, TopCommand.Quit, All, "Quit", "leave", "q", "F10", "Ctrl+C"),

        Row(Table, TopCommand.Sort, Tables, "Sort", "choose the column to sort by", "F2", "F6"),
        Row(Table, TopCommand.SortLeft, Tables, "", "sort by the column to the left", "<", ","),
        Row(Table, TopCommand.SortRight, Tables, "", "sort by the column to the right", ">", "."),
        Row(Table, TopCommand.Reverse, Tables, "", "turn the order round", "r", "I"),
        Row(Table, TopCommand.SortByEvents, Programs, "", "sort by events a second", "E"),
        Row(Table, TopCommand.SortByTime, Programs, "", "sort by mean time of a run", "A"),
        Row(Table, TopCommand.SortByProcessor, Programs, "", "sort by processor time", "P"),
        Row(Table, TopCommand.SortByRuns, Programs, "", "sort by runs", "T"),
        Row(Table, TopCommand.Filter, Lists, "Filter", "show lines with a text; Enter keeps it, Esc ends it", "F3", "/"),
        Row(Table, TopCommand.EditValue, Entries, "Edit", "change the value, after a question", "Enter", "F9"),
        Row(Table, TopCommand.HideZeros, Entries, "Zeros", "leave out entries of zeros, or show them again", "z"),

        Row(Moving, TopCommand.Up, All, "", "one line up", "Up", "k"),
        Row(Moving, TopCommand.Down, All, "", "one line down", "Down", "j"),
        Row(Moving, TopCommand.PageUp, All, "", "one screen up", "PageUp", "Ctrl+B"),
        Row(Moving, TopCommand.PageDown, All, "", "one screen down", "PageDown", "Ctrl+F"),
        Row(Moving, TopCommand.First, All, "", "to the first line", "Home", "g"),
        Row(Moving, TopCommand.Last, All, "", "to the last line; events and log stay there", "End", "G"),
        Row(Moving, TopCommand.Left, Lists, "", "the start of long cells (h is for hooks)", "Left", "H"),
        Row(Moving, TopCommand.Right, Lists, "", "what comes behind it (l is for the log)", "Right", "L"),

        Row(Watching, TopCommand.Pause, Lists, "Pause", "stop looking, or go on", "F4", "Space"),
        Row(Watching, TopCommand.Faster, Lists, "", "look more often", "-"),
        Row(Watching, TopCommand.Slower, Lists, "", "look less often", "+", "="),
        Row(Watching, TopCommand.Graphs, Programs, "", "hide the graphs, or show them again", "t"),
        Row(Watching, TopCommand.ChooseSource, Events, "Source", "choose whose events are shown", "F2", "s"),
        Row(Watching, TopCommand.ClearEvents, Events, "", "forget the events that are shown", "c"),
    ];

    /// <summary>What a key does on a page; null when nothing.</summary>
    public static TopCommand? Find(string key, PageKind page) =>
        Bindings.FirstOrDefault(binding => (binding.Pages & page) != 0 && binding.Keys.Contains(key))?.Command;

    /// <summary>The keys for the last line of a page: function keys first, as their numbers go.</summary>
    public static IEnumerable<KeyBinding> Bar(PageKind page) =>
        Bindings.Where(binding => binding.Label.Length > 0 && (binding.Pages & page) != 0)
            .OrderBy(binding => binding.Command switch
            {
                TopCommand.Quit => 200, // always the last
                _ when binding.Keys[0].StartsWith('F') && int.TryParse(binding.Keys[0].AsSpan(1), out int number) => number,
                _ when binding.Keys[0].Length == 1 => 150, // letters lead to other pages, mostly
                _ => 100,
            });

    private static KeyBinding Row(string group, TopCommand command, PageKind pages, string label, string help, params string[] keys) =>
        new(command, keys, pages, label, help) { Group = group };
}
