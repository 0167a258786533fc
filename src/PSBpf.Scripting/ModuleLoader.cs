using Microsoft.ClearScript;
using Microsoft.ClearScript.JavaScript;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.Scripting;

/// <summary>Gives V8 the modules that a script may import.</summary>
internal sealed class ModuleLoader(ScriptModules modules) : DocumentLoader
{
    /// <summary>What the entry imports the script as.</summary>
    public const string ScriptName = "psbpf:script";

    /// <summary>The entry, a module of the host's.</summary>
    public static Uri EntryUri { get; } = new("psbpf:entry");

    private readonly Dictionary<string, Document> _loaded = [];

    public override Task<Document> LoadDocumentAsync(
        DocumentSettings settings, DocumentInfo? sourceInfo, string specifier, DocumentCategory category, DocumentContextCallback contextCallback)
    {
        var importer = sourceInfo?.Uri;
        if (importer == EntryUri && specifier == ScriptName)
        {
            var script = modules.Script;
            return Task.FromResult(Make(script.Path is { } own ? new Uri(own) : new Uri(ScriptSource.TextRoot + script.Name), script.Text));
        }

        try
        {
            var (path, text) = modules.Find(specifier, importer is { IsFile: true } ? importer.LocalPath : "");
            return Task.FromResult(Make(new Uri(path), text));
        }
        catch (BpfException exception)
        {
            // The id goes with the message, which is all that crosses the boundary.
            throw new FileNotFoundException($"{exception.Message} ({exception.Id})");
        }
    }

    public override Document LoadDocument(DocumentSettings settings, DocumentInfo? sourceInfo, string specifier, DocumentCategory category, DocumentContextCallback contextCallback) =>
        LoadDocumentAsync(settings, sourceInfo, specifier, category, contextCallback).GetAwaiter().GetResult();

    // A module that is imported twice is one module.
    private Document Make(Uri uri, string text) =>
        _loaded.TryGetValue(uri.AbsoluteUri, out var loaded)
            ? loaded
            : _loaded[uri.AbsoluteUri] = new StringDocument(new DocumentInfo(uri) { Category = ModuleCategory.Standard }, text);
}
