using System.Text;

namespace PSBpf.Compile;

/// <summary>Reads the make rule that clang writes with -MD: <c>target: file file \</c>, blanks in names escaped.</summary>
internal static class DependencyFile
{
    /// <summary>The files after the colon, full paths, each once.</summary>
    /// <param name="text">The rule.</param>
    /// <param name="folder">The folder that relative names start from.</param>
    public static IReadOnlyList<string> Parse(string text, string folder)
    {
        var files = new List<string>();
        var name = new StringBuilder();
        // The target is written by ourselves as a plain word, so that the first colon ends it.
        int start = text.IndexOf(':', StringComparison.Ordinal) + 1;
        for (int index = start; index <= text.Length; index++)
        {
            char character = index < text.Length ? text[index] : '\n';
            char next = index + 1 < text.Length ? text[index + 1] : '\n';
            if (character == '\\' && next is ' ' or '#')
            {
                name.Append(next);
                index++;
            }
            else if (character == '$' && next == '$')
            {
                name.Append('$');
                index++;
            }
            else if (character == '\\' && next is '\n' or '\r')
            {
                index++;
            }
            else if (!char.IsWhiteSpace(character))
            {
                name.Append(character);
            }
            else if (name.Length > 0)
            {
                files.Add(Path.GetFullPath(name.ToString(), folder));
                name.Clear();
            }
        }

        return [.. files.Distinct()];
    }
}
