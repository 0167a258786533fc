using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)] // Some tests count the process's file descriptors.

namespace PSBpf.Linux.Tests;

/// <summary>A test that needs the machine's kernel; skipped with the reason where bpf(2) cannot be used.</summary>
public abstract class KernelTest : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    protected KernelTest()
    {
        var kernel = LinuxKernel.TryOpen(out var reason);
        Assert.SkipWhen(kernel is null, reason?.ToString() ?? "");
        Kernel = Own(kernel!);
    }

    protected IBpfKernel Kernel { get; }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
        GC.SuppressFinalize(this);
    }

    protected T Own<T>(T thing)
        where T : IDisposable
    {
        _owned.Add(thing);
        return thing;
    }

    protected IKernelMap Map(MapType type, uint key, uint value, uint entries, MapFlags flags = MapFlags.None) => Own(Kernel.CreateMap(
        new MapSpec { Name = "m", Type = type, KeySize = key, ValueSize = value, MaxEntries = entries, Flags = flags }));

    /// <summary>A program in the kernel's notation; its maps are named m0, m1 … or as the blueprints name them.</summary>
    protected static ProgramSpec Spec(ProgramType type, string text, params IReadOnlyList<IKernelMap> maps) => new()
    {
        Name = "p",
        Type = type,
        Instructions = Assembler.Assemble(text, maps.Select((_, index) => $"m{index}")).Instructions,
        Maps = [.. maps.Select(map => map.Spec)],
    };

    protected ProgramLoadResult Load(ProgramType type, string text, params IReadOnlyList<IKernelMap> maps) =>
        Load(Spec(type, text, maps), ProgramLoadOptions.Default, maps);

    protected ProgramLoadResult Load(ProgramSpec spec, ProgramLoadOptions options, params IReadOnlyList<IKernelMap> maps)
    {
        var result = Kernel.LoadProgram(spec, maps, options, Cancellation);
        if (result.Program is { } program) Own(program);
        return result;
    }

    protected IKernelProgram Accept(ProgramType type, string text, params IReadOnlyList<IKernelMap> maps)
    {
        var result = Load(type, text, maps);
        Assert.True(result.Verification.Accepted, result.Verification.Log);
        return result.Program!;
    }

    protected BpfVerification Refuse(ProgramType type, string text, params IReadOnlyList<IKernelMap> maps)
    {
        var result = Load(type, text, maps);
        Assert.False(result.Verification.Accepted);
        Assert.Null(result.Program);
        return result.Verification;
    }

    protected static byte[] Bytes(int value) => BitConverter.GetBytes(value);

    protected static byte[] Bytes(long value) => BitConverter.GetBytes(value);

    protected static byte[] Packet(int length) => [.. Enumerable.Range(0, length).Select(index => (byte)index)];

    protected static string SamplePath(string name)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PSBpf.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "scripts", "samples", name);
    }
}
