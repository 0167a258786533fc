using System.Globalization;
using CsCheck;
using PSBpf.Linux;

namespace PSBpf.Differential.Tests.Fuzzing;

/// <summary>
/// Random programs in all engines and the kernel. PSBPF_FUZZ_PROGRAMS says how many, PSBPF_FUZZ_SEED which;
/// scripts/fuzz.sh runs many in child processes. Each program is on disk before it runs, since a fault in compiled code ends the process.
/// </summary>
public sealed class FuzzTests
{
    private const int Programs = 10_000, Lanes = 2, LongestReduction = 2000;

    [Fact]
    public void Random_programs_are_judged_and_run_as_Linux_does()
    {
        using var probe = LinuxKernel.TryOpen(out var reason);
        if (probe is null) Assert.Skip(reason!.ToString());
        int programs = Setting("PSBPF_FUZZ_PROGRAMS", Programs), seed = Setting("PSBPF_FUZZ_SEED", 1);
        var counts = new int[Enum.GetValues<FuzzVerdict>().Length];
        string? failure = null;
        var threads = Enumerable.Range(0, Lanes).Select(lane => new Thread(() =>
        {
            try
            {
                Run(lane, programs / Lanes, (uint)seed * 1000 + (uint)lane, counts, ref failure);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, $"lane {lane}: {exception}", null);
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.True(failure is null, failure);

        int all = counts.Sum(), here = counts[(int)FuzzVerdict.Same], linux = here + counts[(int)FuzzVerdict.RefusedHere];
        TestContext.Current.TestOutputHelper!.WriteLine($"{all} programs: Linux accepts {linux} ({100.0 * linux / all:f1} %), the managed verifier {here}; {here} did the same everywhere");
        Assert.True(linux >= all / 2, $"only {linux} of {all} programs are accepted by Linux");
        Assert.True(here >= linux * 9 / 10, $"of {linux} programs that Linux accepts only {here} are accepted here");
    }

    private static void Run(int lane, int programs, uint seed, int[] counts, ref string? failure)
    {
        using var linux = LinuxKernel.Open();
        using var engines = new FuzzEngines(linux);
        string directory = Environment.GetEnvironmentVariable("PSBPF_FUZZ_DIRECTORY") ?? Path.GetTempPath();
        string file = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"psbpf-fuzz-{Environment.ProcessId}-{lane}.txt"));
        var random = new PCG((uint)lane + 1, seed);
        for (int number = 0; number < programs && Volatile.Read(ref failure) is null; number++)
        {
            var program = RandomPrograms.Programs.Generate(random, null, out _);
            File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"# {program.Type}, number {number}, seed {seed}\n{program.Text}"));
            var verdict = engines.Check(program, number, out string difference);
            Interlocked.Increment(ref counts[(int)verdict]);
            if (verdict != FuzzVerdict.Wrong) continue;
            var smallest = Reduce(engines, program, number, ref difference);
            Interlocked.CompareExchange(ref failure, $"seed {seed}, number {number}, {smallest.Type}: {difference}\n{smallest.Text}", null);
        }

        File.Delete(file);
    }

    // Takes away piece after piece as long as it stays wrong.
    private static RandomProgram Reduce(FuzzEngines engines, RandomProgram program, int number, ref string difference)
    {
        for (int tries = 0; tries < LongestReduction;)
        {
            RandomProgram? smaller = null;
            foreach (var candidate in program.Smaller())
            {
                if (++tries > LongestReduction) break;
                if (engines.Check(candidate, number, out string other) != FuzzVerdict.Wrong) continue;
                (smaller, difference) = (candidate, other);
                break;
            }

            if (smaller is null) break;
            program = smaller;
        }

        return program;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
