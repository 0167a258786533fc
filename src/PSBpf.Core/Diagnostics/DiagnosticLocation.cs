namespace PSBpf.Diagnostics;

/// <summary>Where in the user's things a diagnostic belongs. Every part is optional.</summary>
public sealed record DiagnosticLocation
{
    /// <summary>Nowhere in particular.</summary>
    public static DiagnosticLocation None { get; } = new();

    /// <summary>The object, capture or script file.</summary>
    public string? File { get; init; }

    /// <summary>The ELF section.</summary>
    public string? Section { get; init; }

    /// <summary>Byte offset in <see cref="File"/> (or in <see cref="Section"/> when one is given).</summary>
    public long? Offset { get; init; }

    /// <summary>The program's name.</summary>
    public string? Program { get; init; }

    /// <summary>Index of the instruction slot in the program.</summary>
    public int? Instruction { get; init; }

    /// <summary>The C source position, from .BTF.ext line information.</summary>
    public SourceLocation? Source { get; init; }
}
