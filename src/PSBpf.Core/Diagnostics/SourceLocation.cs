namespace PSBpf.Diagnostics;

/// <summary>A position in C source, from .BTF.ext line information.</summary>
/// <param name="File">Path as the compiler recorded it.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column; 0 when unknown.</param>
/// <param name="Text">The source line's text; empty when the object does not carry it.</param>
public sealed record SourceLocation(string File, int Line, int Column, string Text)
{
    /// <summary><c>file:line:column</c>, as compilers print it.</summary>
    public override string ToString() => Column > 0 ? $"{File}:{Line}:{Column}" : $"{File}:{Line}";
}
