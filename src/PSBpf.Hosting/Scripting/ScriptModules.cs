using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>What a script may import: files of its own folder and the folders in it, nothing else.</summary>
public sealed class ScriptModules
{
    private readonly string? _root;

    internal ScriptModules(ScriptSource script)
    {
        Script = script;
        // Links are followed first: what counts is where a file really is.
        _root = script.Folder is { } folder ? Real(folder) + Path.DirectorySeparatorChar : null;
    }

    /// <summary>The script itself.</summary>
    public ScriptSource Script { get; }

    /// <summary>Finds a module.</summary>
    /// <param name="specifier">What stands after <c>from</c>: <c>./name.js</c>, or <c>../name.js</c> as long as it stays inside.</param>
    /// <param name="importer">The file that imports it.</param>
    /// <returns>Its full path and its text.</returns>
    /// <exception cref="BpfException">BPF4102 for what may not be imported, BPF4101 for what cannot be read.</exception>
    public (string Path, string Text) Find(string specifier, string importer)
    {
        ArgumentNullException.ThrowIfNull(specifier);
        if (_root is null) throw Refused(specifier, "a script that is text has no folder to import from");
        if (!specifier.StartsWith("./", StringComparison.Ordinal) && !specifier.StartsWith("../", StringComparison.Ordinal))
            throw Refused(specifier, "only ./ and ../ paths inside of the script's own folder are");
        string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(importer) ?? Script.Folder!, specifier));
        string folder = Script.Folder! + Path.DirectorySeparatorChar;
        if (!path.StartsWith(folder, StringComparison.Ordinal) && !path.StartsWith(_root, StringComparison.Ordinal)) throw Refused(specifier, "it is outside of the script's folder");
        if (!File.Exists(path)) throw DiagnosticRules.ScriptUnreadable.Error($"There is no module '{specifier}' at {path}.");
        if (!Real(path).StartsWith(_root, StringComparison.Ordinal)) throw Refused(specifier, "it is a link that leads out of the script's folder");
        return (path, ScriptSource.ReadFile(path));
    }

    private static BpfException Refused(string specifier, string why) => DiagnosticRules.ScriptImport.Error($"'{specifier}' may not be imported: {why}.");

    // Every part of the path with its links followed.
    private static string Real(string path)
    {
        const int mostLinks = 40;
        string root = Path.GetPathRoot(path)!, real = root;
        var parts = new Stack<string>(path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (int links = 0; parts.TryPop(out string? part);)
        {
            string next = Path.GetFullPath(Path.Combine(real, part));
            FileSystemInfo entry = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            if (entry.LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > mostLinks) throw DiagnosticRules.ScriptUnreadable.Error($"'{path}' is a chain of links without an end.");
            string led = Path.GetFullPath(Path.Combine(real, target));
            real = Path.GetPathRoot(led)!;
            foreach (string step in led[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse()) parts.Push(step);
        }

        return real;
    }
}
