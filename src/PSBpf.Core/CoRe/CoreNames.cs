namespace PSBpf.CoRe;

/// <summary>Names as CO-RE compares them.</summary>
internal static class CoreNames
{
    private const string Separator = "___";

    /// <summary>A name without its flavour: what stands before the last <c>___</c> that has other characters on both sides.</summary>
    public static ReadOnlySpan<char> Essential(ReadOnlySpan<char> name)
    {
        if (name.IndexOf(Separator, StringComparison.Ordinal) < 0) return name;
        for (int at = name.Length - Separator.Length - 2; at >= 0; at--)
            if (name[at] != '_' && name[at + Separator.Length + 1] != '_' && name.Slice(at + 1, Separator.Length).SequenceEqual(Separator)) return name[..(at + 1)];
        return name;
    }

    /// <summary>Whether two names are flavours of one.</summary>
    public static bool Match(string left, string right) => Essential(left).SequenceEqual(Essential(right));
}
