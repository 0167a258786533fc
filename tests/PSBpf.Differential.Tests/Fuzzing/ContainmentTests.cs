using PSBpf.Isa;
using System.Globalization;
using System.Text.RegularExpressions;
using PSBpf.Kernel;
using PSBpf.Linux;
using PSBpf.Objects;
using PSBpf.Runtime;
using PSBpf.Uapi;
using PSBpf.Verifier;
using PSBpf.Verifier.Tests.Random;

namespace PSBpf.Differential.Tests.Fuzzing;

/// <summary>
/// What the verifier knows of a register after an instruction holds of every run: random programs run in the interpreter, and each number that an
/// instruction gives a register is looked for in the verifier's log, among what it wrote of that register at that instruction on any path.
/// </summary>
public sealed partial class ContainmentTests
{
    // More by hand: PSBPF_CONTAINMENT_PROGRAMS=1000000 PSBPF_CONTAINMENT_SEED=1
    private const int Programs = 20_000, RunsOfEach = 6, MostSteps = 4000;

    [Fact]
    public void Calculations_stay_within_what_is_known() => Check(seed => new NumberGenerator(seed, ProgramType.SocketFilter).Make(), [], 2);

    [Fact]
    public void Programs_with_packets_and_maps_stay_within_what_is_known() => Check(seed => new ProgramGenerator(seed, repeatable: true).Make().Program, ProgramGenerator.Maps, 2);

    // Their mistakes are new: real programs are right, and one change of an instruction makes them wrong in places that no generator thought of.
    [Fact]
    public void Mutated_real_programs_stay_within_what_is_known()
    {
        var mutations = new MutatedPrograms();
        Check(mutations.Make, mutations.Maps, 10);
    }

    private static IEnumerable<string> InstructionsOf(ProgramSpec program)
    {
        var decoded = new DecodedInstruction[program.Instructions.Length];
        _ = InstructionDecoder.Decode(program.Instructions, decoded);
        for (int index = 0; index < decoded.Length; index++)
            if (decoded[index].Form != FormId.None) yield return $"{index,4}: {Disassembler.Format(program.Instructions, index, [.. program.Maps.Select(map => map.Name)])}";
    }

    private static void Check(Func<int, ProgramSpec> make, IReadOnlyList<MapSpec> blueprints, int share)
    {
        using var kernel = new ManagedKernel();
        using IBpfKernel? linux = LinuxKernel.TryOpen(out _);
        var maps = blueprints.Select(kernel.CreateMap).ToList();
        var theirs = linux is null ? [] : blueprints.Select(linux.CreateMap).ToList();
        var alone = new List<string>();
        int count = Setting("PSBPF_CONTAINMENT_PROGRAMS", Programs) / share, first = Setting("PSBPF_CONTAINMENT_SEED", 1), accepted = 0;
        long found = 0;
        var random = new System.Random(first);
        for (int seed = first; seed < first + count; seed++)
        {
            var program = make(seed);
            var judged = ProgramVerifier.Verify(
                program, program.Maps, new VerifierOptions { LogLevel = 2, AllNumbersPrecise = true, InstructionBudget = MostSteps, Processors = kernel.PossibleCpus }, TestContext.Current.CancellationToken).Verification;
            if (!judged.Accepted) continue;
            accepted++;
            if (linux?.LoadProgram(program, [.. Chosen(program, theirs)], new ProgramLoadOptions { VerifyOnly = true }, TestContext.Current.CancellationToken).Verification is { Accepted: false } other)
                alone.Add($"seed {seed}: {program.Section}: the kernel says {other.At?.Instruction}: {other.Message}\n{string.Join('\n', InstructionsOf(program))}");
            var known = Known(judged.Log);
            var load = kernel.LoadProgram(program, [.. Chosen(program, maps)], ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
            if (load.Verification.Unsupported.Count > 0) continue;
            Assert.True(load.Program is not null, $"seed {seed}: {load.Verification.At?.Instruction}: {load.Verification.Message} {string.Join(", ", load.Verification.Unsupported)}");
            using var loaded = (ManagedProgram)load.Program;
            for (int run = 0; run < RunsOfEach; run++)
            {
                byte[] packet = new byte[random.Next(14, 96)];
                random.NextBytes(packet);
                var trace = loaded.Trace(new TestRunRequest { Data = packet }, MostSteps, TestContext.Current.CancellationToken);
                Assert.True(trace.Fault is null, $"seed {seed}: {trace.Fault?.Message}");
                foreach (var step in trace.Steps)
                {
                    foreach (var change in step.Registers)
                    {
                        if (!known.TryGetValue((step.Index, int.Parse(change.Name.AsSpan(1), CultureInfo.InvariantCulture)), out var values)) continue;
                        found++;
                        Assert.True(values.Any(value => value.Contains(change.New)),
                            $"seed {seed}: after {step.Index}: {step.Text} {change.Name} is 0x{change.New:x}; known are {string.Join(" or ", values)}");
                    }
                }
            }
        }

        foreach (var map in maps.Concat(theirs)) map.Dispose();
        TestContext.Current.TestOutputHelper!.WriteLine($"{count} programs, {accepted} accepted, {found} values found within what was known");
        Assert.True(alone.Count == 0, $"{alone.Count} accepted that the kernel refuses\n{string.Join('\n', alone)}");
        Assert.True(accepted * 20 > count, $"only {accepted} of {count} programs are accepted");
        Assert.True(found > accepted * 10, $"only {found} values were looked for");
    }

    // A program's maps, among those that all share.
    private static IEnumerable<IKernelMap> Chosen(ProgramSpec program, IReadOnlyList<IKernelMap> maps) => program.Maps.Select(spec => maps.First(map => ReferenceEquals(map.Spec, spec) || map.Spec.Name == spec.Name));

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    // What the log says of each register after each instruction, on all paths. A path that ends there says nothing of it, so such places are left out whole.
    private static Dictionary<(int, int), HashSet<LoggedValue>> Known(string log)
    {
        var known = new Dictionary<(int, int), HashSet<LoggedValue>>();
        var silent = new HashSet<int>();
        foreach (string line in log.Split('\n'))
        {
            if (Line().Match(line) is not { Success: true } match) continue;
            int pc = int.Parse(match.Groups["pc"].ValueSpan, CultureInfo.InvariantCulture);
            if (!match.Groups["state"].Success) silent.Add(pc);
            foreach (Match register in Register().Matches(match.Groups["state"].Value))
            {
                var key = (pc, int.Parse(register.Groups["number"].ValueSpan, CultureInfo.InvariantCulture));
                if (!known.TryGetValue(key, out var values)) known.Add(key, values = []);
                values.Add(LoggedValue.Parse(register.Groups["value"].Value));
            }
        }

        foreach (var key in known.Keys.Where(key => silent.Contains(key.Item1)).ToList()) known.Remove(key);
        return known;
    }

    [GeneratedRegex(@"^(?<pc>\d+): \([0-9a-f]{2}\) (?:.*?\s;(?<state>.*))?.*$", RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex(@"\bR(?<number>\d+)=(?<value>-?[0-9][0-9a-fx]*|[a-z_]+(?:\[\d\])?(?:-?\d+|\((?:[^()]|\([^()]*\))*\)))", RegexOptions.CultureInvariant)]
    private static partial Regex Register();
}
