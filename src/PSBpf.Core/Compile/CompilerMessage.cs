namespace PSBpf.Compile;

/// <summary>How bad a compiler's message is.</summary>
internal enum CompilerSeverity
{
    /// <summary>Belongs to the message before it.</summary>
    Note,

    /// <summary>Odd, but an object is written.</summary>
    Warning,

    /// <summary>No object is written.</summary>
    Error,
}

/// <summary>What a compiler said about a place in the source.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="File">The file, with its folder; null when the message belongs to none.</param>
/// <param name="Line">1-based; 0 when there is none.</param>
/// <param name="Column">1-based; 0 when there is none.</param>
/// <param name="Text">What it said.</param>
/// <param name="Option">The warning's switch, e.g. <c>unused-variable</c>; null when it has none.</param>
internal sealed record CompilerMessage(CompilerSeverity Severity, string? File, int Line, int Column, string Text, string? Option)
{
    /// <summary>What belongs to it: where something was declared, where a macro was expanded.</summary>
    public IReadOnlyList<CompilerMessage> Notes { get; init; } = [];

    /// <summary>As compilers print it.</summary>
    public override string ToString() =>
        $"{(File is null ? "" : Line > 0 ? $"{File}:{Line}:{Column}: " : $"{File}: ")}{Text}{(Option is null ? "" : $" [-W{Option}]")}";
}
