namespace PSBpf.Viewer;

/// <summary>The pages of the top.</summary>
[Flags]
internal enum PageKind
{
    Programs = 1,
    Program = 2,
    Maps = 4,
    Entries = 8,
    Hooks = 16,
    Events = 32,
    Log = 64,
    Help = 128,
    Tables = Programs | Maps | Entries,
    Lists = Tables | Program | Hooks | Events | Log,
    All = Lists | Help,
}
