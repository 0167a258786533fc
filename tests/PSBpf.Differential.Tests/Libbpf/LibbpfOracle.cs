using System.Diagnostics;
using System.Globalization;

namespace PSBpf.Differential.Tests.Libbpf;

/// <summary>A map as libbpf asks the kernel for it.</summary>
internal sealed record OracleMap(string Name, int Type, uint KeySize, uint ValueSize, uint MaxEntries, uint Flags, ulong Extra, string Inner);

/// <summary>A program as libbpf hands it to the kernel, with descriptors of maps replaced by 0 and named apart.</summary>
internal sealed record OracleProgram(string Name, string Section, byte[] Instructions, IReadOnlyDictionary<int, string> Maps);

/// <summary>What libbpf makes of one object.</summary>
internal sealed class OracleObject(string path)
{
    public string Path { get; } = path;

    /// <summary>Why libbpf does not open or load it; null when it does.</summary>
    public string? Error { get; set; }

    public List<OracleMap> Maps { get; } = [];

    public Dictionary<string, byte[]> Data { get; } = [];

    public List<OracleProgram> Programs { get; } = [];
}

/// <summary>Runs what_libbpf_loads.c, compiled when it is first needed, and reads what it says.</summary>
internal static class LibbpfOracle
{
    private static readonly Lazy<(string? Program, string Reason)> Compiled = new(Compile);

    /// <summary>What libbpf makes of objects; the test is skipped where there is no libbpf, no compiler or no privilege.</summary>
    public static IReadOnlyList<OracleObject> AskOrSkip(params IEnumerable<string> arguments)
    {
        List<OracleObject> objects = [];
        foreach (string line in RunOrSkip(arguments))
        {
            string[] fields = line.Split(' ');
            switch (fields[0])
            {
                case "object":
                    objects.Add(new OracleObject(line["object ".Length..]));
                    break;
                case "map":
                    objects[^1].Maps.Add(new OracleMap(fields[1], (int)Number(fields[2]), Number(fields[3]), Number(fields[4]), Number(fields[5]), Number(fields[6]),
                        ulong.Parse(fields[7], CultureInfo.InvariantCulture), fields[8]));
                    break;
                case "data":
                    objects[^1].Data[fields[1]] = Bytes(fields[2]);
                    break;
                case "program":
                    objects[^1].Programs.Add(new OracleProgram(fields[1], fields[2], Bytes(fields[3]), Maps(fields[4])));
                    break;
                case "error":
                    objects[^1].Error = line;
                    break;
                default:
                    Assert.Fail($"not understood: {line}");
                    break;
            }
        }

        return objects;
    }

    /// <summary>The lines that the program prints.</summary>
    public static IReadOnlyList<string> RunOrSkip(params IEnumerable<string> arguments)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Assert.Skip("libbpf needs Linux and root to ask what the kernel can do");
        if (Compiled.Value.Program is null) Assert.Skip(Compiled.Value.Reason);
        var (code, output, error) = Run(Compiled.Value.Program, arguments);
        Assert.True(code is 0 or 1, $"exit code {code}: {error}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static (string? Program, string Reason) Compile()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Libbpf", "what_libbpf_loads.c");
        string program = Path.Combine(AppContext.BaseDirectory, "Libbpf", "what_libbpf_loads");
        try
        {
            var (code, _, error) = Run("cc", ["-O2", "-Wno-deprecated-declarations", "-rdynamic", "-o", program, source, "-lbpf", "-lelf", "-lz"]);
            return code == 0 ? (program, "") : (null, $"cc with libbpf-dev cannot compile what_libbpf_loads.c: {error.Split('\n')[0]}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "there is no C compiler (cc)");
        }
    }

    private static (int Code, string Output, string Error) Run(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    private static byte[] Bytes(string text) => text == "-" ? [] : Convert.FromHexString(text);

    private static Dictionary<int, string> Maps(string text) => text == "-" ? [] : text.Split(',')
        .Select(pair => pair.Split('=')).ToDictionary(pair => int.Parse(pair[0], CultureInfo.InvariantCulture), pair => pair[1]);
}
