using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;
using PSBpf.Runtime.Tests.Interpreter;
using PSBpf.Uapi;
using PSBpf.Verifier;

namespace PSBpf.Runtime.Tests.Jit;

/// <summary>
/// Compiled code that checks, where it meets what it did not expect: the interpreter goes on, and the result or the fault is what the
/// interpreter alone comes to. Facts are made wrong by giving a program those of another one of the same shape.
/// </summary>
public sealed class LeavingTests
{
    private static readonly MapSpec Array = new() { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 3 };
    private static readonly MapSpec PerCpu = Array with { Type = MapType.PerCpuArray };

    private const string Packet = "r2 = *(u32 *)(r1 +76)\nr3 = *(u32 *)(r1 +80)\nr0 = 0\nr4 = r2\nr4 += {0}\nif r4 > r3 goto out\n"
        + "r5 = *(u8 *)(r2 +0)\nr0 += r5\nr5 = *(u64 *)(r2 +{1})\nr0 += r5\n*(u16 *)(r2 +8) = r5\nr5 = *(u16 *)(r2 +10)\nr0 += r5\nout:\nexit";

    private const string Lookup = "*(u32 *)(r10 -4) = {2}\nr1 = map[m]\nr2 = r10\nr2 += {0}\ncall bpf_map_lookup_elem\nif r0 == 0 goto out\nr0 += {1}\n"
        + "r1 = 7\n*(u64 *)(r0 +0) = r1\nr0 = *(u64 *)(r0 +0)\nexit\nout:\nr0 = 99\nexit";

    private const string Given = "r6 = 5\nr1 = r10\nr1 += {0}\ncall given\nr0 += r6\nexit\n"
        + "given:\nr2 = 11\n*(u64 *)(r1 +0) = r2\n*(u64 *)(r1 +8) = r2\nr0 = *(u64 *)(r1 +8)\nexit";

    public static TheoryData<string, string, string> Wrong => new()
    {
        // What was verified, what runs, and why that is another thing.
        { Format(Packet, 40, 32), Format(Packet, 0, 32), "the packet ends in the middle of the window" },
        { Format(Packet, 40, 32), Format(Packet, -4000, 32), "the packet's end is not looked at" },
        { Format(Packet, 40, 8), Format(Packet, 0, 5), "other offsets than were verified, all in the packet" },
        { Format(Lookup, -4, 0, 1), Format(Lookup, 4, 0, 1), "the key is above the frame" },
        { Format(Lookup, -4, 0, 1), Format(Lookup, -4, 400, 1), "the value is behind the map's" },
        { Format(Lookup, -4, 0, 1), Format(Lookup, -4, 1 << 30, 1), "the value is far behind the map's" },
        { Format(Lookup, -4, 0, 1), Format(Lookup, -4, 0, 3), "there is no such element, as the program expects" },
        { Format(Lookup, -4, 0, 1), Format(Lookup, -4, 0, 1).Replace("r1 = map[m]", "r1 = 4660 ll", StringComparison.Ordinal), "r1 is no map" },
        { Format(Given, -16), Format(Given, 0), "the caller's frame ends where the pointer points" },
        { Format(Given, -16), Format(Given, -8), "the caller's frame ends within the window" },
        { Format(Given, -16), Format(Given, -512), "another place in the caller's frame" },
        { Format(Given, -16), Format(Given, -520), "the pointer points below the caller's frame" },
        { "r2 = r10\nr2 += -8\nr3 = 4\n*(u64 *)(r2 +0) = r3\nr0 = *(u64 *)(r2 +0)\nexit", "r2 = r10\nr2 += -4\nr3 = 4\n*(u64 *)(r2 +0) = r3\nr0 = *(u64 *)(r2 +0)\nexit", "half of it is above the frame" },
        { "r0 = *(u32 *)(r1 +0)\nexit", "r0 = *(u32 *)(r10 +0)\nexit", "r10 is not the context" },
        { "r1 += 0\nr0 = *(u32 *)(r1 +0)\nexit", "r1 += 1\nr0 = *(u32 *)(r1 +0)\nexit", "it is not the context's beginning" },
        { "r2 = r10\nr2 += -8\nr3 = 4\n*(u64 *)(r2 +0) = r3\nlock *(u64 *)(r2 +0) += r3\nr0 = 0\nexit", "r2 = r10\nr2 += -9\nr3 = 4\n*(u64 *)(r2 +0) = r3\nlock *(u64 *)(r2 +0) += r3\nr0 = 0\nexit", "it is not aligned" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_differs_from_the_facts_comes_to_what_the_interpreter_comes_to(string verified, string runs, string why)
    {
        Assert.NotEmpty(why);
        foreach (var spec in (MapSpec[])[Array, PerCpu])
        {
            foreach (int pieces in (int[])[0, 1, 3])
            {
                string expected = Outcome(verified, runs, spec, pieces, interpret: true);
                Assert.Equal(expected, Outcome(verified, runs, spec, pieces, interpret: false));
            }
        }
    }

    [Fact]
    public void Facts_that_are_believed_make_no_unchecked_code()
    {
        using var machine = new TestMachine { Type = ProgramType.SchedCls };
        var program = Believing(machine, "r0 = 1\nexit", "r0 = 2\nexit", []);
        Assert.True(program.Compile(new JitOptions())!.IsChecked);
        Assert.Throws<InvalidOperationException>(() => program.CompileUnchecked(new JitOptions()));
    }

    // More rounds than code that checks makes before it leaves (2^26 instructions).
    [Theory]
    [InlineData("r0 = 0\nr6 = 40000000\nagain:\nr0 += r6\nr6 -= 1\nif r6 != 0 goto again\nexit", 800_000_020_000_000)]
    [InlineData("r6 = 3\nr7 = 4\ncall sum\nr0 += r6\nr0 *= r7\nexit\nsum:\nr0 = 0\nr6 = 40000000\nagain:\nr0 += r6\nr6 -= 1\nif r6 != 0 goto again\nexit", 3_200_000_080_000_012)]
    [InlineData("r6 = 3\nr7 = 0\nonce:\ncall sum\nr7 += r0\nr6 -= 1\nif r6 != 0 goto once\nr0 = r7\nexit\nsum:\nr0 = 0\nr1 = 30000000\nagain:\nr0 += r1\nr1 -= 1\nif r1 != 0 goto again\nexit", 1_350_000_045_000_000)]
    public void A_loop_that_outlasts_its_fuel_goes_on_in_the_interpreter(string text, ulong expected)
    {
        using var machine = new TestMachine();
        foreach (int pieces in (int[])[0, 1])
        {
            var program = machine.Load(text);
            Assert.NotNull(program.Compile(new JitOptions { Checked = true, LargestPiece = pieces }));
            Assert.Equal(expected, machine.RunCompiled(program));
        }
    }

    [Fact]
    public void The_budget_of_instructions_holds_wherever_they_run()
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 1, InstructionBudget = 100_000_000 });
        var program = machine.Load("r6 = 1000000\nonce:\ncall sum\nr6 -= 1\nif r6 != 0 goto once\nr0 = 1\nexit\nsum:\nr1 = 1000000\nagain:\nr1 -= 1\nif r1 != 0 goto again\nexit");
        Assert.NotNull(program.Compile(new JitOptions { Checked = true }));
        var fault = Assert.Throws<BpfException>(() => machine.RunCompiled(program));
        Assert.Equal(DiagnosticRules.RunBudget.Id, fault.Diagnostic.Id);
    }

    private static string Outcome(string verified, string runs, MapSpec spec, int pieces, bool interpret)
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 1 }) { Type = ProgramType.SchedCls };
        var map = machine.Add(spec);
        var program = Believing(machine, verified, runs, [map]);
        if (!interpret) Assert.NotNull(program.Compile(new JitOptions { Checked = true, LargestPiece = pieces }));
        byte[] packet = [.. Enumerable.Range(1, 20).Select(value => (byte)value)];
        try
        {
            var result = TestRunner.Run(machine.Engine, program, new TestRunRequest { Data = packet, Interpret = interpret }, [], TestContext.Current.CancellationToken);
            return $"{result.ReturnValue:x} {Convert.ToHexString(result.Data)}";
        }
        catch (BpfException fault)
        {
            // Addresses differ from machine to machine.
            return $"{fault.Diagnostic.Id} at {fault.Diagnostic.Location.Instruction}";
        }
    }

    private static ExecutableProgram Believing(TestMachine machine, string verified, string runs, IReadOnlyList<RuntimeMap> maps)
    {
        string[] names = [.. maps.Select(map => map.Spec.Name)];
        var spec = new ProgramSpec
        {
            Name = "verified", Section = "tc", Type = machine.Type, Instructions = Assembler.Assemble(verified, names).Instructions, Maps = [.. maps.Select(map => map.Spec)],
        };
        var judged = ProgramVerifier.Verify(spec, spec.Maps, VerifierOptions.Default, TestContext.Current.CancellationToken);
        Assert.True(judged.Program is not null, judged.Verification.Message);
        return ExecutableProgram.From(new UncheckedProgram("believing", Assembler.Assemble(runs, names).Instructions, maps, machine.Type, Believed: judged.Program.Facts));
    }

    private static string Format(string text, params object[] values) => string.Format(System.Globalization.CultureInfo.InvariantCulture, text, values);
}
