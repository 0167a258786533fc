using System.Text.RegularExpressions;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>A script: a file, or text.</summary>
public sealed partial class ScriptSource
{
    /// <summary>What stands before the name of a text in an engine, so that it is no path that a module could have.</summary>
    public const string TextRoot = "text:///";

    private const long LongestFile = 16 << 20;
    private const string TextName = "script.js";
    private const string DefaultExport = "export default ";
    private readonly int _added;

    private ScriptSource(string text, string? path, string? folder, int added)
    {
        Text = text;
        Path = path;
        Folder = folder;
        _added = added;
    }

    /// <summary>The module's text.</summary>
    public string Text { get; }

    /// <summary>The file; null for text.</summary>
    public string? Path { get; }

    /// <summary>The folder that imports are found in; null where there is none.</summary>
    public string? Folder { get; }

    /// <summary>What stacks call it.</summary>
    public string Name => Path ?? TextName;

    /// <summary>Reads a script file.</summary>
    /// <exception cref="BpfException">BPF4101 when it cannot be read.</exception>
    public static ScriptSource FromFile(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        return new ScriptSource(ReadFile(full), full, System.IO.Path.GetDirectoryName(full), 0);
    }

    /// <summary>A script that stands for itself. It imports nothing.</summary>
    public static ScriptSource FromText(string text) => new(text, null, null, 0);

    /// <summary>A handler as text: a function, or a module whose default export is one.</summary>
    public static ScriptSource FromHandler(string text) =>
        Exports().IsMatch(text) ? FromText(text) : new ScriptSource(DefaultExport + text, null, null, DefaultExport.Length);

    /// <summary>Reads a text file of bounded size.</summary>
    /// <exception cref="BpfException">BPF4101.</exception>
    internal static string ReadFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw DiagnosticRules.ScriptUnreadable.Error($"There is no script '{path}'.", new DiagnosticLocation { File = path });
            if (file.Length > LongestFile) throw DiagnosticRules.ScriptUnreadable.Error($"Script '{path}' is larger than {LongestFile >> 20} MB.", new DiagnosticLocation { File = path });
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BpfException(DiagnosticRules.ScriptUnreadable.At($"Script '{path}' cannot be read: {exception.Message}", new DiagnosticLocation { File = path }), exception);
        }
    }

    /// <summary>Corrects columns of the first line of a text that something was put in front of.</summary>
    internal string Correct(string line) => _added == 0
        ? line
        : FirstLine().Replace(line, match => $"{TextName}:1:{Math.Max(1, int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) - _added)}");

    [GeneratedRegex(@"(?:^|[;}])\s*export(?:\s+default\b|\s*\{)", RegexOptions.Multiline)]
    private static partial Regex Exports();

    [GeneratedRegex(@"script\.js:1:(\d{1,9})")]
    private static partial Regex FirstLine();
}
