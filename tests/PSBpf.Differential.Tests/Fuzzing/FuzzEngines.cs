using System.Diagnostics.CodeAnalysis;
using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Runtime.Jit;

namespace PSBpf.Differential.Tests.Fuzzing;

/// <summary>What a program came to.</summary>
internal enum FuzzVerdict
{
    /// <summary>Both accepted it, and every engine did the same.</summary>
    Same,

    /// <summary>Both refused it.</summary>
    Refused,

    /// <summary>The kernel accepts it, the managed verifier does not: a lack of precision.</summary>
    RefusedHere,

    /// <summary>It is wrong here: accepted what the kernel refuses, or different results.</summary>
    Wrong,
}

/// <summary>The Linux kernel, the interpreter, and compiled code in several shapes, all given the same programs.</summary>
internal sealed class FuzzEngines : IDisposable
{
    private static readonly (string Name, JitOptions Options)[] Shapes =
    [
        ("interpreter", new JitOptions { Mode = JitMode.Off }),
        ("compiled", new JitOptions { Timing = JitTiming.Eager }),
        ("compiled in pieces of 1", new JitOptions { Timing = JitTiming.Eager, LargestPiece = 1 }),
        ("compiled in pieces of 6", new JitOptions { Timing = JitTiming.Eager, LargestPiece = 6 }),
        ("compiled in pieces of 20", new JitOptions { Timing = JitTiming.Eager, LargestPiece = 20 }),
        ("compiled with checks", new JitOptions { Timing = JitTiming.Eager, Checked = true }),
    ];

    private readonly IBpfKernel _linux;
    private readonly ManagedKernel[] _managed;

    public FuzzEngines(IBpfKernel linux)
    {
        _linux = linux;
        _managed = [.. Shapes.Select(shape => new ManagedKernel(new ManagedKernelOptions { PossibleCpus = linux.PossibleCpus, Jit = shape.Options }))];
    }

    /// <summary>Runs a program everywhere.</summary>
    /// <param name="program">The program.</param>
    /// <param name="number">Decides about the packets, and which shapes of compiled code take part besides the whole one.</param>
    /// <param name="difference">What is wrong.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "Outcome disposes what it holds.")]
    public FuzzVerdict Check(RandomProgram program, int number, out string difference)
    {
        difference = "";
        var spec = program.ToSpec();
        using var linux = Outcome.Load(_linux, spec);
        int[] shapes = [0, 1, 2 + number % (Shapes.Length - 2)];
        foreach (int shape in shapes)
        {
            using var managed = Outcome.Load(_managed[shape], spec);
            if (linux.Program is null && managed.Program is null) return FuzzVerdict.Refused;
            if (managed.Program is null) return FuzzVerdict.RefusedHere;
            if (linux.Program is null)
            {
                difference = $"accepted here; Linux: {linux.Message}";
                return FuzzVerdict.Wrong;
            }

            if (shape > 0 && !((ManagedProgram)managed.Program).IsCompiled)
            {
                difference = $"{Shapes[shape].Name}: not compiled";
                return FuzzVerdict.Wrong;
            }

            if (managed.Run(number) is var ours && linux.Run(number) is var theirs && ours == theirs) continue;
            difference = $"{Shapes[shape].Name}:\n{ours}\nLinux:\n{theirs}";
            return FuzzVerdict.Wrong;
        }

        return FuzzVerdict.Same;
    }

    public void Dispose()
    {
        foreach (var kernel in _managed) kernel.Dispose();
    }

    /// <summary>A program in one engine, with maps of its own.</summary>
    private sealed class Outcome : IDisposable
    {
        private readonly List<IKernelMap> _maps = [];
        private string? _ran;

        public IKernelProgram? Program { get; private init; }

        public string Message { get; private init; } = "";

        public static Outcome Load(IBpfKernel kernel, Objects.ProgramSpec spec)
        {
            var maps = spec.Maps.Select(kernel.CreateMap).ToList();
            var loaded = kernel.LoadProgram(spec, maps, ProgramLoadOptions.Default);
            var outcome = new Outcome { Program = loaded.Program, Message = loaded.Verification.Message };
            outcome._maps.AddRange(maps);
            return outcome;
        }

        /// <summary>Everything that can be seen of some runs, as text. Runs once; the maps keep what that left.</summary>
        public string Run(int number) => _ran ??= RunOnce(number);

        private string RunOnce(int number)
        {
            var text = new System.Text.StringBuilder();
            var random = new System.Random(number);
            foreach (int length in (int[])[14, 33, 64])
            {
                byte[] packet = new byte[length];
                random.NextBytes(packet);
                packet[12] = 0x88; // an ethertype that test runs make no demands of
                packet[13] = 0xb5;
                var result = Program!.TestRun(new TestRunRequest { Data = packet });
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"r0 {result.ReturnValue:x8} packet {Convert.ToHexString(result.Data)}\n");
            }

            foreach (var map in _maps)
                foreach (var (key, value) in MapPair.Contents(map)) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{map.Spec.Name}[{key}] = {value}\n");
            return text.ToString();
        }

        public void Dispose()
        {
            Program?.Dispose();
            foreach (var map in _maps) map.Dispose();
        }
    }
}
