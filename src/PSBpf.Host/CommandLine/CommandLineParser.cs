namespace PSBpf.Host.CommandLine;

/// <summary>Reads the command line, following <c>pwsh</c> in the options that both have.</summary>
internal static class CommandLineParser
{
    private const string ConformanceWord = "conformance";

    // The shortest form of each option is its first letters up to the length that keeps it apart from the others.
    private static readonly (string Name, int Shortest, Option Option)[] Options =
    [
        ("command", 1, Option.Command),
        ("file", 1, Option.File),
        ("help", 1, Option.Help),
        ("?", 1, Option.Help),
        ("version", 1, Option.Version),
        ("noninteractive", 4, Option.NonInteractive),
        ("nologo", 3, Option.NoLogo),
        ("nomodule", 3, Option.NoModule),
        ("noprofile", 3, Option.NoProfile),
    ];

    private enum Option
    {
        Unknown,
        Command,
        File,
        Help,
        Version,
        NonInteractive,
        NoLogo,
        NoModule,
        NoProfile,
    }

    /// <summary>Reads a command line.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="inputRedirected">Whether standard input is no terminal; then it holds the script when nothing else does.</param>
    /// <returns>The options; with <see cref="HostMode.Invalid"/> when the line is wrong.</returns>
    public static HostOptions Parse(IReadOnlyList<string> arguments, bool inputRedirected)
    {
        var options = new HostOptions { Mode = inputRedirected ? HostMode.StandardInput : HostMode.Prompt };
        for (int index = 0; index < arguments.Count; index++)
        {
            string argument = arguments[index];
            if (index == 0 && argument == ConformanceWord)
                return options with { Mode = HostMode.Conformance, Arguments = [.. arguments.Skip(1)] };
            if (!IsOption(argument))
                return WithFile(options, argument, arguments.Skip(index + 1));

            switch (Find(argument))
            {
                case Option.Help:
                    return options with { Mode = HostMode.Help };
                case Option.Version:
                    return options with { Mode = HostMode.Version };
                case Option.NonInteractive:
                    options = options with { NonInteractive = true };
                    break;
                case Option.NoLogo:
                    options = options with { NoLogo = true };
                    break;
                case Option.NoModule:
                    options = options with { NoModule = true };
                    break;
                case Option.NoProfile:
                    break;
                case Option.Command:
                    return WithCommand(options, arguments.Skip(index + 1).ToList());
                case Option.File:
                    return index + 1 < arguments.Count
                        ? WithFile(options, arguments[index + 1], arguments.Skip(index + 2))
                        : Invalid("-File needs the path of a script after it.");
                default:
                    return Invalid($"there is no option '{argument}'.");
            }
        }

        return options;
    }

    private static bool IsOption(string argument) => argument.Length > 1 && argument[0] == '-';

    private static Option Find(string argument)
    {
        string name = argument.TrimStart('-').ToLowerInvariant();
        foreach ((string full, int shortest, Option option) in Options)
        {
            if (name.Length >= shortest && full.StartsWith(name, StringComparison.Ordinal))
                return option;
        }

        return Option.Unknown;
    }

    private static HostOptions WithCommand(HostOptions options, List<string> words)
    {
        if (words.Count == 0)
            return Invalid("-Command needs the commands after it, or - to read them from standard input.");
        return words is ["-"]
            ? options with { Mode = HostMode.StandardInput }
            : options with { Mode = HostMode.Command, Text = string.Join(' ', words) };
    }

    private static HostOptions WithFile(HostOptions options, string path, IEnumerable<string> arguments)
    {
        if (path == "-")
            return options with { Mode = HostMode.StandardInput };
        if (!path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
            return Invalid($"'{path}' is not the name of a script: it does not end in .ps1. Text to run follows -Command.");
        return File.Exists(path)
            ? options with { Mode = HostMode.File, Text = Path.GetFullPath(path), Arguments = [.. arguments] }
            : Invalid($"there is no script file '{path}'.");
    }

    private static HostOptions Invalid(string message) => new() { Mode = HostMode.Invalid, Text = message };
}
