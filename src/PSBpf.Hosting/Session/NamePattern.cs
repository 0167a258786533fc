using System.IO.Enumeration;

namespace PSBpf.Hosting;

/// <summary>Names with <c>*</c> and <c>?</c>, compared as C does: case matters.</summary>
internal static class NamePattern
{
    public static bool HasWildcard(string pattern) => pattern.AsSpan().ContainsAny('*', '?');

    public static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
