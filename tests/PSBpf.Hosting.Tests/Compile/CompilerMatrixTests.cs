using System.Collections;
using System.Text;
using PSBpf.Compile;

namespace PSBpf.Hosting.Tests.Compile;

/// <summary>
/// The samples load and do the same, whichever clang compiled them, however it optimised and for whichever instruction set: what
/// the committed objects do. By default a selection in which each two of compiler, optimisation and instruction set meet; with
/// PSBPF_FULL_MATRIX=1 (scripts/compiler-matrix.sh) all that each compiler supports.
/// </summary>
public sealed class CompilerMatrixTests
{
    private static readonly OptimizationLevel[] Levels = [OptimizationLevel.O1, OptimizationLevel.O2, OptimizationLevel.Os];

    private static readonly BpfCpu[] OldCpus = [BpfCpu.V1, BpfCpu.V2, BpfCpu.V3];

    /// <summary>It divides signed numbers, which no older instruction set can.</summary>
    private static readonly string[] OnlyV4 = ["tcp_options"];

    private static readonly BpfOptions Fixed = BpfOptions.Default with { Clock = 1_000_000, ClockStep = 1000, Seed = 1, Cpu = 0 };

    public static TheoryData<string> Samples() => new(
        Directory.EnumerateFiles(Hosting.Tests.Samples.Path("."), "*.bpf.c").Select(path => Path.GetFileName(path)[..^".bpf.c".Length]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_does_the_same_however_it_is_compiled(string sample)
    {
        var choices = Choices().Where(choice => choice.Cpu == BpfCpu.V4 || !OnlyV4.Contains(sample)).ToArray();
        if (choices.Length == 0) Assert.Skip("there is no clang that compiles it");
        string expected = Behaviour(Hosting.Tests.Samples.Path($"{sample}.bpf.o"));
        Assert.True(expected.Length > 100 || sample == "broken_bounds", expected);
        var folder = Directory.CreateTempSubdirectory("psbpf-matrix-");
        try
        {
            foreach (var (clang, level, cpu) in choices)
            {
                var built = BpfObjectFile.Build(Hosting.Tests.Samples.Path($"{sample}.bpf.c"), new CompileOptions
                {
                    Clang = clang.Path,
                    Optimization = level,
                    Cpu = cpu,
                    HeaderFolder = Path.Combine(Hosting.Tests.Samples.Root, "module", "include"),
                    OutputPath = Path.Combine(folder.FullName, "sample.o"),
                    Arguments = ["-Wall", "-Werror"],
                    Force = true,
                }, TestContext.Current.CancellationToken);
                string actual = Behaviour(built.Path);
                Assert.True(expected == actual, $"{sample} by {clang} -{level} -mcpu={cpu}: {Difference(expected, actual)}");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        TestContext.Current.SendDiagnosticMessage($"{sample}: {choices.Length} ways");
    }

    private static IEnumerable<(Clang Clang, OptimizationLevel Level, BpfCpu Cpu)> Choices()
    {
        var clangs = Clang.All().DistinctBy(clang => clang.Version).ToArray();
        bool isFull = Environment.GetEnvironmentVariable("PSBPF_FULL_MATRIX") == "1";
        for (int compiler = 0; compiler < clangs.Length; compiler++)
        {
            for (int level = 0; level < Levels.Length; level++)
            {
                foreach (BpfCpu cpu in Enum.GetValues<BpfCpu>())
                {
                    bool isChosen = isFull || cpu == BpfCpu.V4 || OldCpus[(compiler + level) % OldCpus.Length] == cpu;
                    if (isChosen && clangs[compiler].NewestCpu >= cpu) yield return (clangs[compiler], Levels[level], cpu);
                }
            }
        }
    }

    // What the programs answered to every packet of the capture, and what their maps hold afterwards.
    private static string Behaviour(string path)
    {
        using var session = new BpfSession();
        session.SetOptions(Fixed);
        var text = new StringBuilder();
        var result = session.TryImport(path, null, TestContext.Current.CancellationToken);
        foreach (var refusal in result.Refusals.OrderBy(refusal => refusal.Verification.Name, StringComparer.Ordinal))
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{refusal.Verification.Name} refused: {refusal.Verification.RuleId}\n");
        foreach (var program in result.Programs.OrderBy(program => program.Name, StringComparer.Ordinal))
        {
            using var capture = PSBpf.Hosting.Packets.Capture.Open(Hosting.Tests.Samples.Path("mixed.pcap"));
            foreach (byte[] packet in capture.Packets())
            {
                var run = program.Run(packet, null, TestContext.Current.CancellationToken);
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{program.Name} {run.Verdict} {Convert.ToHexString(run.Data)} {string.Join(' ', run.Output)}\n");
            }
        }

        foreach (var map in session.Maps.OrderBy(map => map.Name, StringComparer.Ordinal))
        {
            if (map.HasEvents) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{map.Name}: {map.Events!.Value.Produced} events\n");
            else if (map.Name.StartsWith('.')) continue;
            else foreach (string entry in map.Entries().Select(entry => $"{map.Name} {Hex(entry.KeyBytes)} {Hex(entry.ValueBytes)}\n").Order(StringComparer.Ordinal)) text.Append(entry);
        }

        // Where a variable lies in its section is the compiler's choice; what a macro of the headers calls its own is theirs.
        foreach (var program in result.Programs.Take(1))
            foreach (string name in program.Variables.Keys.Cast<string>().Where(key => !key.Contains("___", StringComparison.Ordinal)).Order(StringComparer.Ordinal)) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{name} = {Text(program.Variables[name])}\n");
        return text.ToString();
    }

    private static string Hex(object? bytes) => bytes is byte[] data ? Convert.ToHexString(data) : bytes is IEnumerable parts ? string.Join('.', parts.Cast<object?>().Select(Hex)) : $"{bytes}";

    private static string Text(object? value) => value is string text ? text : value is IEnumerable items ? string.Join(',', items.Cast<object?>().Select(Text)) : $"{value}";

    private static string Difference(string expected, string actual)
    {
        string[] left = expected.Split('\n'), right = actual.Split('\n');
        int at = Enumerable.Range(0, Math.Min(left.Length, right.Length)).FirstOrDefault(index => left[index] != right[index], Math.Min(left.Length, right.Length) - 1);
        return $"line {at}: expected {left[at]}, got {right[at]}";
    }
}
