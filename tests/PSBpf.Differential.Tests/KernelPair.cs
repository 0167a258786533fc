using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Linux;
using PSBpf.Objects;
using PSBpf.Runtime;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Differential.Tests;

/// <summary>The managed engine and the machine's kernel side by side; a test is skipped where bpf(2) cannot be used.</summary>
internal sealed class KernelPair : IDisposable
{
    private KernelPair(IBpfKernel linux, JitOptions jit)
    {
        Linux = linux;
        Managed = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = linux.PossibleCpus, Jit = jit });
    }

    public ManagedKernel Managed { get; }

    public IBpfKernel Linux { get; }

    public static KernelPair OpenOrSkip(JitOptions? jit = null)
    {
        var linux = LinuxKernel.TryOpen(out var reason);
        if (linux is null) Assert.Skip(reason!.ToString());
        return new KernelPair(linux, jit ?? new JitOptions { Timing = JitTiming.Eager });
    }

    public MapPair CreateMap(MapSpec spec) => new(Managed.CreateMap(spec), Linux.CreateMap(spec));

    public ProgramPair Load(ProgramSpec spec, params IReadOnlyList<MapPair> maps)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var managed = Managed.LoadProgram(spec, [.. maps.Select(map => map.Managed)], ProgramLoadOptions.Default, cancellation);
        Assert.True(managed.Program is not null, $"managed: {managed.Verification.Message} {managed.Verification.Reason} {string.Join(", ", managed.Verification.Unsupported)} at {managed.Verification.At}");
        var linux = Linux.LoadProgram(spec, [.. maps.Select(map => map.Linux)], ProgramLoadOptions.Default, cancellation);
        Assert.True(linux.Program is not null, linux.Verification.Log);
        return new ProgramPair(managed.Program, linux.Program);
    }

    /// <summary>Loads a program whose subprograms are functions that return an int.</summary>
    public ProgramPair LoadWithFunctions(ProgramType type, string text, params IReadOnlyList<MapPair> maps)
    {
        var assembled = Assembler.Assemble(text, maps.Select(map => map.Managed.Spec.Name));
        var called = assembled.Labels.Where(label => text.Contains($"call {label.Key}", StringComparison.Ordinal) || text.Contains($"func {label.Key}", StringComparison.Ordinal)).OrderBy(label => label.Value);
        var (types, functions) = FunctionTypes.Describe([("main", 0, "int"), .. called.Select(label => (label.Key, label.Value, "int"))]);
        return Load(new ProgramSpec
        {
            Name = "p", Type = type, Instructions = assembled.Instructions, Maps = [.. maps.Select(map => map.Managed.Spec)], Btf = types, Functions = functions,
        }, maps);
    }

    /// <summary>Loads a program that calls functions of the kernel, as <c>call name()</c>.</summary>
    public ProgramPair LoadWithKernelFunctions(ProgramType type, string text, params IReadOnlyList<MapPair> maps)
    {
        var code = text.Split('\n').Select(line => line.Trim()).ToList();
        var called = KernelFunctions.Name(code);
        var instructions = Assembler.Assemble(string.Join('\n', code), maps.Select(map => map.Managed.Spec.Name)).Instructions;
        return Load(new ProgramSpec
        {
            Name = "p", Type = type, Instructions = instructions, Maps = [.. maps.Select(map => map.Managed.Spec)], Externs = KernelFunctions.Uses(called, instructions),
        }, maps);
    }

    public ProgramPair Load(ProgramType type, string text, params IReadOnlyList<MapPair> maps)
    {
        var assembled = Assembler.Assemble(text, maps.Select(map => map.Managed.Spec.Name));
        return Load(new ProgramSpec { Name = "p", Type = type, Instructions = assembled.Instructions, Maps = [.. maps.Select(map => map.Managed.Spec)] }, maps);
    }

    public void Dispose()
    {
        Managed.Dispose();
        Linux.Dispose();
    }
}

/// <summary>The same map in both kernels.</summary>
internal sealed record MapPair(IKernelMap Managed, IKernelMap Linux) : IDisposable
{
    /// <summary>An operation in both, which has to answer alike.</summary>
    public Errno Same(string what, Func<IKernelMap, Errno> operation)
    {
        var linux = operation(Linux);
        var managed = operation(Managed);
        Assert.True(linux == managed, $"{what} on {Managed.Spec.Type}: Linux answers {linux}, the engine {managed}");
        return managed;
    }

    /// <summary>Puts a program into a program array, in both, which have to answer alike.</summary>
    public Errno Store(uint index, ProgramPair program, MapUpdateFlags flags = MapUpdateFlags.Any) => Same($"storing at {index} with {flags}", map =>
        map.Update(BitConverter.GetBytes(index), BitConverter.GetBytes((map == Linux ? program.Linux : program.Managed).Id), flags));

    /// <summary>Every entry as hexadecimal text, sorted: the order of a hash is nobody's business.</summary>
    public static SortedDictionary<string, string> Contents(IKernelMap map)
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var key = new byte[map.Spec.KeySize];
        var value = new byte[map.UserValueSize];
        ReadOnlySpan<byte> after = [];
        while (map.NextKey(after, key) == Errno.None)
        {
            Assert.Equal(Errno.None, map.Lookup(key, value));
            entries[Convert.ToHexString(key)] = Convert.ToHexString(value);
            after = key.ToArray();
        }

        return entries;
    }

    /// <summary>The samples of a ring buffer, which are taken out.</summary>
    public static List<string> Samples(IKernelMap map)
    {
        var samples = new List<string>();
        using var reader = map.OpenRingBuffer();
        reader.Consume(sample =>
        {
            samples.Add(Convert.ToHexString(sample));
            return true;
        });
        return samples;
    }

    public void Dispose()
    {
        Managed.Dispose();
        Linux.Dispose();
    }
}

/// <summary>The same program in both kernels.</summary>
internal sealed record ProgramPair(IKernelProgram Managed, IKernelProgram Linux) : IDisposable
{
    /// <summary>Runs it in both, which have to agree on everything.</summary>
    /// <returns>What the engine gave; null when both refuse the input.</returns>
    public TestRunResult? Same(byte[] packet, byte[]? context = null, string what = "")
    {
        var request = new TestRunRequest { Data = packet, Context = context ?? [] };
        var (linux, refusal) = Try(Linux, request);
        var (managed, ours) = Try(Managed, request);
        Assert.True(linux is null == managed is null, $"{what} Linux: {refusal?.Message ?? "runs"}; the engine: {ours?.Message ?? "runs"}");
        if (linux is null || managed is null) return null;
        Assert.True(linux.ReturnValue == managed.ReturnValue, $"{what} Linux returns 0x{linux.ReturnValue:x}, the engine 0x{managed.ReturnValue:x}");
        Assert.Equal(Convert.ToHexString(linux.Data), Convert.ToHexString(managed.Data));
        if (context is not null && linux.Context.Length > 0) Assert.Equal(Convert.ToHexString(linux.Context), Convert.ToHexString(managed.Context));
        return managed;
    }

    public void Dispose()
    {
        Managed.Dispose();
        Linux.Dispose();
    }

    private static (TestRunResult? Result, BpfException? Refusal) Try(IKernelProgram program, TestRunRequest request)
    {
        try
        {
            return (program.TestRun(request, TestContext.Current.CancellationToken), null);
        }
        catch (BpfException exception)
        {
            return (null, exception);
        }
    }
}
