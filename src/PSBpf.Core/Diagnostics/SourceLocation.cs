namespace PSBpf.Diagnostics;

/// <summary>A position in C source, from .BTF.ext line information.</summary>
/// <param name="File">Path as the compiler recorded it.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column; 0 when unknown.</param>
/// <param name="Text">The source line's text; empty when the object does not carry it.</param>
public sealed record SourceLocation(string File, int Line, int Column, string Text)
{
    /// <summary>Whether a listing that stands at another position has to show this one's line. Line 0 is what compilers give to code that belongs to no line.</summary>
    /// <param name="shown">The position of the line that was shown last; null at the start.</param>
    public bool IsNewLineAfter(SourceLocation? shown) => Line != 0 && (shown is null || shown.Line != Line || shown.File != File);

    /// <summary><c>file:line:column</c>, as compilers print it.</summary>
    public override string ToString() => Column > 0 ? $"{File}:{Line}:{Column}" : $"{File}:{Line}";
}
