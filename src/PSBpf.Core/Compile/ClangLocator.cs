using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using PSBpf.Diagnostics;

namespace PSBpf.Compile;

/// <summary>Finds the compiler: the one that the user names, the one that PSBPF_CLANG names, or the newest on PATH.</summary>
internal static partial class ClangLocator
{
    /// <summary>The environment variable that names a compiler.</summary>
    public const string Variable = "PSBPF_CLANG";

    private const int NewestName = 21;

    private static readonly ConcurrentDictionary<(string Path, DateTime Written), Clang> Known = new();

    /// <summary>The compiler to use.</summary>
    /// <param name="named">The user's word: a path or a name on PATH; null when there is none.</param>
    /// <param name="cpu">What it has to write.</param>
    /// <param name="cancellation">Stops asking compilers for their version.</param>
    /// <exception cref="BpfException">BPF0501 when there is none, BPF0505 when it cannot do it.</exception>
    public static Clang Find(string? named, BpfCpu cpu, CancellationToken cancellation)
    {
        string? variable = Environment.GetEnvironmentVariable(Variable);
        string? wanted = !string.IsNullOrWhiteSpace(named) ? named : string.IsNullOrWhiteSpace(variable) ? null : variable;
        if (wanted is not null)
        {
            string from = string.IsNullOrWhiteSpace(named) ? $" (from ${Variable})" : "";
            string path = PathOf(wanted)
                ?? throw DiagnosticRules.CompilerMissing.Error($"There is no compiler '{wanted}'{from}.", action: "Name a clang that is there: a path, or a name on PATH.");
            Clang chosen = Ask(path, cancellation) ?? throw DiagnosticRules.CompilerUnsuitable.Error($"'{wanted}'{from} is no clang: it does not say a version of clang.");
            return chosen.NewestCpu >= cpu ? chosen : throw TooOld([chosen], cpu);
        }

        // Versions in names are in order; a plain clang has to be asked for its own.
        var found = new List<Clang>();
        foreach (string name in Names())
        {
            if (PathOf(name) is not { } path || Ask(path, cancellation) is not { } candidate || candidate.Version.Major < Clang.Oldest) continue;
            found.Add(candidate);
            if (name != "clang") break;
        }

        if (found.Count == 0) throw Missing();
        return found.Where(candidate => candidate.NewestCpu >= cpu).MaxBy(candidate => candidate.Version) ?? throw TooOld(found, cpu);
    }

    /// <summary>Every supported clang on PATH, newest first.</summary>
    public static IReadOnlyList<Clang> All(CancellationToken cancellation = default) =>
        [.. Names().Select(PathOf).OfType<string>().Select(path => Ask(path, cancellation)).OfType<Clang>()
            .Where(candidate => candidate.Version.Major >= Clang.Oldest).OrderByDescending(candidate => candidate.Version)];

    private static IEnumerable<string> Names()
    {
        yield return "clang";
        for (int version = NewestName; version >= Clang.Oldest; version--) yield return $"clang-{version}";
    }

    private static Clang? Ask(string path, CancellationToken cancellation)
    {
        (string, DateTime) key = (path, File.GetLastWriteTimeUtc(path));
        if (Known.TryGetValue(key, out Clang? known)) return known;
        if (ClangProcess.TryRun(path, ["--version"], null, cancellation) is not { ExitCode: 0 } answer) return null;
        Match match = VersionLine().Match(answer.Output);
        if (!match.Success || !Version.TryParse(match.Groups["version"].Value, out Version? version)) return null;
        return Known[key] = new Clang(path, version, match.Value.Trim());
    }

    private static string? PathOf(string name)
    {
        string[] extensions = OperatingSystem.IsWindows() ? [".exe", ""] : [""];
        if (name.AsSpan().ContainsAny('/', '\\'))
            return extensions.Select(extension => Path.GetFullPath(name + extension)).FirstOrDefault(File.Exists);
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Concat(WellKnownFolders()).SelectMany(folder => extensions.Select(extension => Path.Combine(folder.Trim('"'), name + extension))).FirstOrDefault(File.Exists);
    }

    // LLVM's installer for Windows leaves PATH alone unless asked; Homebrew's llvm, the one with a BPF target, does too.
    private static IEnumerable<string> WellKnownFolders()
    {
        if (OperatingSystem.IsWindows()) return [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "LLVM", "bin")];
        return OperatingSystem.IsMacOS() ? ["/opt/homebrew/opt/llvm/bin", "/usr/local/opt/llvm/bin"] : [];
    }

    private static BpfException Missing()
    {
        string install = OperatingSystem.IsWindows() ? "winget install LLVM.LLVM"
            : OperatingSystem.IsMacOS() ? "brew install llvm"
            : "apt-get install clang (Debian, Ubuntu) or dnf install clang (Fedora)";
        return DiagnosticRules.CompilerMissing.Error(
            $"There is no clang on PATH: looked for clang and clang-{Clang.Oldest} to clang-{NewestName}.",
            action: $"Install it: {install}; or name one with -Clang or ${Variable}.");
    }

    private static BpfException TooOld(List<Clang> found, BpfCpu cpu) => DiagnosticRules.CompilerUnsuitable.Error(
        $"{string.Join(", ", found.Select(one => $"{one} ({one.Path})"))} writes instruction sets up to {found.Max(one => one.NewestCpu).ToString().ToLowerInvariant()}, not {cpu.ToString().ToLowerInvariant()}.",
        action: $"Install clang 18 or newer, or compile with -Cpu {found.Max(one => one.NewestCpu).ToString().ToLowerInvariant()}.");

    // "Debian clang version 14.0.6", "Apple clang version 15.0.0 (clang-1500.3.9.4)", "clang version 20.1.0-rc1".
    [GeneratedRegex(@"^.*\bclang version (?<version>\d+(\.\d+){1,3}).*$", RegexOptions.Multiline)]
    private static partial Regex VersionLine();
}
