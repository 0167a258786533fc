using System.Text.RegularExpressions;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Verifier.Tests.Random;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Verifier.Tests.Agreement;

/// <summary>Compares what is known of every register and stack slot after every instruction with what the kernel's log says of it.</summary>
public sealed partial class LogAgreementTests
{
    // More by hand: PSBPF_LOG_PROGRAMS=100000 PSBPF_RANDOM_SEED=1000000
    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : otherwise;

    [Fact]
    public void After_every_instruction_of_random_programs_the_kernel_knows_the_same() => Check(seed => new ProgramGenerator(seed).Make().Program, ProgramGenerator.Maps);

    [Fact]
    public void After_every_calculation_the_kernel_knows_the_same() => Check(seed => new NumberGenerator(seed).Make(), []);

    private static void Check(Func<int, ProgramSpec> make, IReadOnlyList<MapSpec> blueprints)
    {
        using var kernel = Oracle.OpenOrSkip();
        var maps = blueprints.Select(kernel.CreateMap).ToList();
        int count = Setting("PSBPF_LOG_PROGRAMS", 200), first = Setting("PSBPF_RANDOM_SEED", 1), compared = 0;
        var differences = new List<string>();
        for (int seed = first; seed < first + count; seed++)
        {
            var program = make(seed);
            var mine = ProgramVerifier.Verify(program, program.Maps, new VerifierOptions { LogLevel = 2, Processors = kernel.PossibleCpus }, TestContext.Current.CancellationToken).Verification;
            var theirs = kernel.LoadProgram(program, maps, new ProgramLoadOptions { VerifyOnly = true, LogLevel = 2 }, TestContext.Current.CancellationToken).Verification;
            if (Compare(mine.Log, theirs.Log, ref compared) is { } difference) differences.Add($"seed {seed}\n{difference}");
        }

        foreach (var map in maps) map.Dispose();
        TestContext.Current.TestOutputHelper!.WriteLine($"{count} programs, {compared} instructions compared");
        if (Environment.GetEnvironmentVariable("PSBPF_DIFFERENCES") is { } file) File.WriteAllLines(file, differences);
        Assert.True(compared > count * 5, $"only {compared} instructions of {count} programs could be compared");
        // On a way that no number takes, what is known contradicts itself, and what is made of that is nothing to agree on.
        Assert.True(differences.Count * 200 <= count, $"{differences.Count} differ\n{string.Join('\n', differences.Take(10))}");
    }

    // Path by path: where one ends may differ, since states are compared at other places, but not where one begins.
    private static string? Compare(string mine, string theirs, ref int compared)
    {
        string[] ownPaths = mine.Split("\nfrom "), paths = theirs.Split("\nfrom ");
        for (int path = 0; path < Math.Min(ownPaths.Length, paths.Length); path++)
        {
            if (path > 0 && Place(ownPaths[path]) != Place(paths[path])) return null;
            List<string> own = Steps(ownPaths[path]), linux = Steps(paths[path]);
            for (int index = 0; index < Math.Min(own.Count, linux.Count); index++)
            {
                if (Instruction(own[index]) != Instruction(linux[index])) return null;

                // Where one ends, nothing is said of what the last instruction did.
                if (own[index].EndsWith(';') || linux[index].EndsWith(';')) continue;
                compared++;
                if (own[index] != linux[index]) return $"  own   {own[index]}\n  Linux {linux[index]}";
            }

            // In a loop, the next path may begin in another round.
            if (own.Count != linux.Count) return null;
        }

        return null;
    }

    private static string Place(string path) => path[..path.IndexOf(':', StringComparison.Ordinal)];

    private static string Instruction(string step) => step[..step.IndexOf(';', StringComparison.Ordinal)].TrimEnd();

    // One line for each instruction, with what it changed; ids and marks, which are not knowledge, left out.
    private static List<string> Steps(string log)
    {
        var steps = new List<string>();
        bool awaits = false;
        foreach (string line in log.Split('\n'))
        {
            // Exits and new paths are followed by whole states.
            if (line.StartsWith("from ", StringComparison.Ordinal) || line.Contains("(95) exit", StringComparison.Ordinal)) awaits = false;
            else if (InstructionLine().IsMatch(line)) awaits = true;
            if (InstructionLine().Match(line) is { Success: true } instruction)
            {
                steps.Add($"{instruction.Groups["pc"].Value} {instruction.Groups["op"].Value} ;{Plain(instruction.Groups["state"].Value)}");
            }
            else if (steps.Count > 0 && StateLine().Match(line) is { Success: true } state && awaits && steps[^1].EndsWith(';'))
            {
                // The kernel writes the changes on a line of their own when it had something else to say in between.
                steps[^1] += Plain(state.Groups["state"].Value);
            }
        }

        return steps;
    }

    private static string Plain(string state)
    {
        string text = Ids().Replace(state, "$1");
        return text.Replace("=P", "=", StringComparison.Ordinal).Replace("?P", "?", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(?<pc>\d+): \((?<op>[0-9a-f]{2})\) (?:.*?\s;(?<state>.*))?.*$", RegexOptions.CultureInvariant)]
    private static partial Regex InstructionLine();

    [GeneratedRegex(@"^\d+:(?<state> (frame|R\d).*)$", RegexOptions.CultureInvariant)]
    private static partial Regex StateLine();

    [GeneratedRegex(@"(\(|,)(?:id=\d+(?:[+-]\d+)?,?)?(?:ref_obj_id=\d+,?)?|(?<= refs=)[\d,]+", RegexOptions.CultureInvariant)]
    private static partial Regex Ids();
}
