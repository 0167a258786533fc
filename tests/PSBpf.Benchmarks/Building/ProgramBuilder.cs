using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using PSBpf.Objects;

namespace PSBpf.Benchmarks.Building;

/// <summary>Compiles C for BPF and for this machine with clang; what was made is kept and used again while sources stay the same.</summary>
internal sealed class ProgramBuilder
{
    // The instruction set of clang 14, which every kernel of these years takes.
    private static readonly string[] ForBpf = ["-target", "bpf", "-mcpu=v3", "-g", "-O2", "-fno-strict-aliasing", "-Wall", "-Werror", "-c"];
    private static readonly string[] ForMachine = ["-O2", "-shared", "-fno-strict-aliasing", "-w", "-x", "c"];
    private static readonly string[] Candidates = ["clang-19", "clang-18", "clang-17", "clang-16", "clang-15", "clang-14", "clang"];

    private readonly Lazy<string?> _compiler = new(FindCompiler);
    private readonly string _cache = typeof(ProgramBuilder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "ProgramCache").Value!;

    public ProgramBuilder() => Directory.CreateDirectory(_cache);

    /// <summary>The folder of the C files and their headers.</summary>
    public static string SourceFolder { get; } = Path.Combine(AppContext.BaseDirectory, "Programs");

    /// <summary>The compiler's first line about itself; null without one.</summary>
    public string? CompilerVersion => _compiler.Value is { } compiler ? Run(compiler, ["--version"]).Output.Split('\n')[0].Trim() : null;

    /// <summary>Compiles a file for BPF and reads the object.</summary>
    /// <exception cref="SkippedException">There is no clang.</exception>
    public ObjectSpec ReadObject(string source) => ObjectReader.Read(Compile(source, ".bpf.o", ForBpf));

    /// <summary>Compiles a file into a shared library for this machine.</summary>
    public NativeBuild TryBuildNative(string source)
    {
        try
        {
            string[] position = OperatingSystem.IsWindows() ? [] : ["-fPIC"];
            return new NativeBuild(Compile(source, OperatingSystem.IsWindows() ? ".dll" : ".so", [.. ForMachine, .. position]), null);
        }
        catch (SkippedException skipped)
        {
            return new NativeBuild(null, skipped.Message);
        }
    }

    /// <summary>Writes generated source into the cache.</summary>
    /// <returns>Its path.</returns>
    public string Keep(string name, string text)
    {
        string path = Path.Combine(_cache, name);
        if (!File.Exists(path) || File.ReadAllText(path) != text) File.WriteAllText(path, text);
        return path;
    }

    private string Compile(string source, string ending, string[] options)
    {
        string compiler = _compiler.Value ?? throw new SkippedException("no clang was found (CLANG names one)");
        string target = Path.Combine(_cache, $"{Path.GetFileName(source).Split('.')[0]}-{Fingerprint(compiler, source, options)}{ending}");
        if (File.Exists(target)) return target;
        string half = $"{target}.{Environment.ProcessId}";
        var (code, output) = Run(compiler, [.. options, "-I", SourceFolder, source, "-o", half]);
        if (code != 0) throw new InvalidOperationException($"{compiler} refused {source}:\n{output}");
        File.Move(half, target, overwrite: true);
        return target;
    }

    private static string Fingerprint(string compiler, string source, string[] options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', [compiler, .. options])));
        foreach (string header in Directory.EnumerateFiles(SourceFolder, "*.h").Order(StringComparer.Ordinal)) hash.AppendData(File.ReadAllBytes(header));
        hash.AppendData(File.ReadAllBytes(source));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private static string? FindCompiler()
    {
        string[] names = Environment.GetEnvironmentVariable("CLANG") is { Length: > 0 } named ? [named] : Candidates;
        return names.FirstOrDefault(name =>
        {
            try
            {
                return Run(name, ["--version"]).Code == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        });
    }

    private static (int Code, string Output) Run(string command, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
