namespace PSBpf.Compile;

/// <summary>The command line: everything that decides what the object is, without the names of the files it goes to.</summary>
internal static class ClangCommand
{
    /// <summary>The arguments, in an order that never changes for the same options.</summary>
    /// <param name="source">The source's name in the folder that clang runs in.</param>
    /// <param name="options">How to compile it.</param>
    /// <param name="headers">The folder of PSBpf's headers; null when there is none.</param>
    public static IReadOnlyList<string> Arguments(string source, CompileOptions options, string? headers)
    {
        List<string> arguments =
        [
            "-target", "bpf", $"-mcpu={options.Cpu.ToString().ToLowerInvariant()}", "-g", $"-{options.Optimization}",
            // The same source gives the same object wherever it lies.
            "-fdebug-compilation-dir=.",
            "-fno-color-diagnostics", "-fno-caret-diagnostics", "-fdiagnostics-absolute-paths", "-fno-crash-diagnostics",
            $"-D{options.Architecture.Macro()}",
        ];
        foreach (string macro in options.Define) arguments.Add($"-D{macro}");
        foreach (string folder in options.Include) arguments.AddRange(["-I", folder]);
        arguments.AddRange(options.SystemHeaders ? SystemFirst(options, headers) : OwnFirst(options, headers));
        arguments.AddRange(options.Arguments);
        arguments.AddRange(["-c", source]);
        return arguments;
    }

    // clang's own stddef.h and stdarg.h stay; /usr/include serves for files that PSBpf has not.
    private static IEnumerable<string> OwnFirst(CompileOptions options, string? headers)
    {
        if (headers is null) return SystemFirst(options, headers);
        return ["-nostdlibinc", "-isystem", headers, .. SystemFolders(options).Where(Directory.Exists).SelectMany(folder => new[] { "-idirafter", folder })];
    }

    // linux/types.h includes <asm/types.h>, which Debian keeps under the machine's own include folder.
    private static IEnumerable<string> SystemFirst(CompileOptions options, string? headers) =>
        SystemFolders(options).Skip(1).Append(headers).Where(Directory.Exists).SelectMany(folder => new[] { "-idirafter", folder! });

    private static IEnumerable<string> SystemFolders(CompileOptions options)
    {
        if (!OperatingSystem.IsLinux()) yield break;
        yield return "/usr/include";
        if (options.Architecture.Multiarch() is { } multiarch) yield return $"/usr/include/{multiarch}";
    }
}
