using System.Diagnostics;
using PSBpf.Diagnostics;

namespace PSBpf.Compile;

/// <summary>Compiles C to BPF objects with the machine's clang, unless nothing has changed since the last time.</summary>
public static class ObjectCompiler
{
    /// <summary>What a source's name ends in.</summary>
    public const string Extension = ".c";

    /// <summary>Whether a path is that of a source rather than of an object.</summary>
    public static bool IsSource(string path) => Path.GetExtension(path) == Extension;

    /// <summary>Compiles a source file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Ends clang; no object is written.</param>
    /// <exception cref="BpfException">BPF0502 with all that the compiler found wrong with the source; BPF0501, BPF0505 when there is no compiler for it; BPF0504 when it crashed; BPF0506, BPF0507 when a file cannot be read or written.</exception>
    public static CompiledObject Compile(string source, CompileOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= CompileOptions.Default;
        var clock = Stopwatch.StartNew();
        source = Path.GetFullPath(source);
        if (!File.Exists(source)) throw DiagnosticRules.SourceUnreadable.Error($"There is no file '{source}'.", new DiagnosticLocation { File = source });
        string output = OutputOf(source, options);
        Clang clang = ClangLocator.Find(options.Clang, options.Cpu, cancellation);
        IReadOnlyList<string> arguments = ClangCommand.Arguments(Path.GetFileName(source), options, options.HeaderFolder ?? Headers.Folder);
        string command = string.Join('\n', arguments.Prepend(source).Prepend(clang.Banner).Prepend(clang.Path));

        var result = new CompiledObject { Path = output, Source = source, Compiler = clang, Cpu = options.Cpu };
        if (!options.Force && BuildRecord.Load(output) is { } record && record.Holds(command, output))
            return Complete(result with { UpToDate = true, Dependencies = [.. record.Inputs.Keys] }, clock);

        (IReadOnlyList<BpfDiagnostic> warnings, IReadOnlyList<string> inputs) = Run(clang, arguments, source, output, cancellation);
        Save(command, output, inputs);
        return Complete(result with { Warnings = warnings, Dependencies = inputs }, clock);
    }

    /// <summary>Compiles a source into the cache folder, for those who want what the object holds and not the object.</summary>
    /// <inheritdoc cref="Compile"/>
    public static CompiledObject CompileToCache(string source, CompileOptions? options = null, CancellationToken cancellation = default)
    {
        string folder = Path.Combine(BuildCache.Folder, "objects", BuildCache.KeyOf(Path.GetFullPath(source)));
        return Compile(source, (options ?? CompileOptions.Default) with { OutputPath = Path.Combine(folder, Path.ChangeExtension(Path.GetFileName(source), ".o")) }, cancellation);
    }

    private static string OutputOf(string source, CompileOptions options)
    {
        string output = Path.GetFullPath(options.OutputPath ?? Path.ChangeExtension(source, ".o"));
        return output != source ? output : throw DiagnosticRules.ObjectUnwritable.Error(
            $"The object would overwrite its source '{source}'.", new DiagnosticLocation { File = output }, "Name another file with -OutputPath.");
    }

    private static CompiledObject Complete(CompiledObject result, Stopwatch clock)
    {
        (IReadOnlyList<string> programs, IReadOnlyList<string> maps) = ObjectContents.Read(result.Path);
        return result with { Programs = programs, Maps = maps, Duration = clock.Elapsed };
    }

    // The object appears at once and whole, also for somebody who reads it meanwhile.
    private static (IReadOnlyList<BpfDiagnostic> Warnings, IReadOnlyList<string> Inputs) Run(
        Clang clang, IReadOnlyList<string> arguments, string source, string output, CancellationToken cancellation)
    {
        string folder = Path.GetDirectoryName(source)!;
        string unfinished = $"{output}.{Guid.NewGuid():n}", rule = unfinished + ".d";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(output)!);
            ClangRun run = ClangProcess.TryRun(clang.Path, [.. arguments, "-o", unfinished, "-MD", "-MT", "object", "-MF", rule], folder, cancellation)
                ?? throw DiagnosticRules.CompilerFailed.Error($"'{clang.Path}' cannot be started.");
            IReadOnlyList<CompilerMessage> messages = ClangMessageParser.Parse(run.Errors);
            if (run.ExitCode != 0) throw Refusal(clang, run, messages, source, unfinished);
            IReadOnlyList<string> inputs = DependencyFile.Parse(File.ReadAllText(rule), folder);
            File.Move(unfinished, output, overwrite: true);
            return ([.. messages.Select(message => CompilerDiagnostics.From(message, source))], inputs);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BpfException(DiagnosticRules.ObjectUnwritable.At($"The object '{output}' cannot be written: {exception.Message}", new DiagnosticLocation { File = output }), exception);
        }
        finally
        {
            Delete(unfinished);
            Delete(rule);
        }
    }

    private static BpfException Refusal(Clang clang, ClangRun run, IReadOnlyList<CompilerMessage> messages, string source, string output)
    {
        if (messages.FirstOrDefault(message => message.Text.Contains(output, StringComparison.Ordinal)) is { } unwritable)
            return DiagnosticRules.ObjectUnwritable.Error($"{clang} cannot write the object: {unwritable.Text.Replace(output, output[..^33], StringComparison.Ordinal)}.");
        if (messages.FirstOrDefault(message => message.Text.Contains("triple", StringComparison.Ordinal) && message.File is null) is { } target)
            return DiagnosticRules.CompilerUnsuitable.Error($"{clang} ({clang.Path}) has no BPF target: {target.Text}.");
        if (messages.Any(message => message.Severity == CompilerSeverity.Error)) 
            return new BpfException([.. messages.Select(message => CompilerDiagnostics.From(message, source))]);
        return DiagnosticRules.CompilerFailed.Error($"{clang} ({clang.Path}) ended with exit code {run.ExitCode} on '{source}': {LastLine(run.Errors)}", new DiagnosticLocation { File = source });
    }

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "it said nothing.";

    // A file that changed while clang ran is written down as it is now, and would be taken for what clang read; the object's time says which it is.
    private static void Save(string command, string output, IReadOnlyList<string> inputs)
    {
        var hashes = new Dictionary<string, string>();
        DateTime written = File.GetLastWriteTimeUtc(output);
        foreach (string input in inputs)
        {
            if (File.GetLastWriteTimeUtc(input) > written || BuildRecord.HashOf(input) is not { } hash) return;
            hashes[input] = hash;
        }

        if (BuildRecord.HashOf(output) is { } result) new BuildRecord { Command = command, Inputs = hashes, Output = result }.Save(output);
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }
}
