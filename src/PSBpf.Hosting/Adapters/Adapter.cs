using System.Reflection;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>A part with a package of its own, found by name in the module's folder <c>dependencies</c> when it is first needed.</summary>
/// <typeparam name="T">What it supplies.</typeparam>
/// <param name="assembly">The adapter's assembly, e.g. <c>PSBpf.Disassembly</c>.</param>
/// <param name="type">The type in it that implements <typeparamref name="T"/>.</param>
/// <param name="folders">Where it may lie.</param>
internal sealed class Adapter<T>(string assembly, string type, IReadOnlyList<string> folders)
    where T : class
{
    private readonly Lock _loading = new();
    private T? _instance;

    /// <summary>The one instance.</summary>
    /// <param name="purpose">What it is needed for, as the start of a sentence.</param>
    /// <exception cref="BpfException">BPF4009 when the adapter or its package is not there.</exception>
    public T Get(string purpose)
    {
        lock (_loading) return _instance ??= Load(purpose);
    }

    private T Load(string purpose)
    {
        string file = assembly + ".dll";
        if (folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists) is not { } path)
            throw DiagnosticRules.AdapterMissing.Error($"{purpose} needs {file}, which is not in {folders[0]}.");
        try
        {
            var loaded = new AdapterContext(path).LoadFromAssemblyPath(path);
            return (T)Activator.CreateInstance(loaded.GetType(type, throwOnError: true)!)!;
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException or TypeLoadException or TargetInvocationException)
        {
            var cause = (exception as TargetInvocationException)?.InnerException ?? exception;
            throw new BpfException(DiagnosticRules.AdapterMissing.At($"{purpose} needs {path}, which does not load: {cause.Message}"), exception);
        }
    }
}

/// <summary>The adapters there are.</summary>
internal static class Adapters
{
    /// <summary>Disassembles machine code.</summary>
    public static Adapter<INativeDisassembler> Disassembly { get; } = new("PSBpf.Disassembly", "PSBpf.Disassembly.IcedDisassembler", Folders());

    /// <summary>Runs scripts.</summary>
    public static Adapter<IScriptRuntime> Scripting { get; } = new("PSBpf.Scripting", "PSBpf.Scripting.V8Runtime", Folders());

    /// <summary>Shows the top on the terminal.</summary>
    public static Adapter<ITopViewer> Viewer { get; } = new("PSBpf.Viewer", "PSBpf.Viewer.TerminalViewer", Folders());

    // The module keeps them beside its bin folder; a program that embeds the session below its own.
    private static string[] Folders()
    {
        string own = Path.GetDirectoryName(typeof(Adapters).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;
        return [Path.GetFullPath(Path.Combine(own, "..", "dependencies")), Path.Combine(own, "dependencies")];
    }
}
