using System.Buffers.Binary;
using PSBpf.Benchmarks.Building;
using PSBpf.Benchmarks.Workloads;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Contenders;

/// <summary>A workload in a kernel behind <see cref="IBpfKernel"/>, with maps of its own.</summary>
internal sealed class KernelProgram : IPreparedProgram
{
    private readonly Dictionary<string, IKernelMap> _maps = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _held = [];
    private readonly Workload _workload;
    private readonly bool _interpret;
    private readonly IRingBufferReader? _ring;

    private KernelProgram(IBpfKernel kernel, BuiltWorkload built, bool interpret, SamplePlan plan)
    {
        _workload = built.Workload;
        _interpret = interpret;
        Plan = plan;
        try
        {
            Program = Load(kernel, built.Main);
            foreach (var (slot, spec) in built.Links) Put(_maps.Values.Single(map => map.Spec.Type == MapType.ProgArray), slot, Load(kernel, spec).Id);
            FillMapsOfMaps(kernel, built.Blueprint);
            if (built.Setup is { } setup) Load(kernel, setup).TestRun(Request(1));
            _ring = _maps.Values.FirstOrDefault(map => map.Spec.Type == MapType.RingBuf)?.OpenRingBuffer();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The program, loaded.</summary>
    public IKernelProgram Program { get; }

    public SamplePlan Plan { get; }

    /// <summary>Loads a workload.</summary>
    /// <exception cref="SkippedException">The kernel refuses it or lacks something, and what.</exception>
    public static KernelProgram Load(IBpfKernel kernel, BuiltWorkload built, bool interpret, SamplePlan plan)
    {
        try
        {
            return new KernelProgram(kernel, built, interpret, plan);
        }
        catch (BpfException exception)
        {
            throw new SkippedException(exception.Message);
        }
    }

    public Outcome RunOnce()
    {
        var result = Program.TestRun(Request(1));
        Drain();
        return new Outcome(result.ReturnValue, result.Data);
    }

    public double Measure(int runs)
    {
        double time = Program.TestRun(Request(runs)).DurationNanoseconds;
        Drain();
        return time;
    }

    public void Dispose()
    {
        _ring?.Dispose();
        foreach (var held in _held.AsEnumerable().Reverse()) held.Dispose();
    }

    /// <summary>The input, that many times.</summary>
    public TestRunRequest Request(int runs) => new() { Data = _workload.Packet, Repeat = runs, Interpret = _interpret };

    private void Drain() => _ring?.Consume(static _ => true);

    // Programs name the outer map only: those inside come from the object.
    private void FillMapsOfMaps(IBpfKernel kernel, ObjectSpec blueprint)
    {
        foreach (var outer in _maps.Values.Where(map => map.Spec.Inner is not null).ToArray())
        {
            foreach (var (index, name) in blueprint.Maps.Single(map => map.Name == outer.Spec.Name).InitialMaps)
            {
                var inner = kernel.CreateMap(blueprint.Maps.Single(map => map.Name == name));
                _held.Add(inner);
                Put(outer, (uint)index, inner.Id);
            }
        }
    }

    private static void Put(IKernelMap map, uint slot, int program)
    {
        Span<byte> key = stackalloc byte[4], value = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(key, slot);
        BinaryPrimitives.WriteInt32LittleEndian(value, program);
        var error = map.Update(key, value, MapUpdateFlags.Any);
        if (error != Errno.None) throw new SkippedException($"what has id {program} does not go into slot {slot} of '{map.Spec.Name}': {error}");
    }

    private IKernelProgram Load(IBpfKernel kernel, ProgramSpec spec)
    {
        foreach (var map in spec.Maps)
        {
            if (_maps.ContainsKey(map.Name)) continue;
            _maps[map.Name] = kernel.CreateMap(map);
            _held.Add(_maps[map.Name]);
        }

        var result = kernel.LoadProgram(spec, [.. spec.Maps.Select(map => _maps[map.Name])], ProgramLoadOptions.Default);
        if (result.Program is null)
        {
            var verdict = result.Verification;
            throw new SkippedException(verdict.Accepted
                ? $"lacks {string.Join(", ", verdict.Unsupported)}"
                : $"REFUSED by the {verdict.Kernel} verifier: {verdict.Message} {verdict.Reason} at {verdict.At}");
        }

        _held.Add(result.Program);
        return result.Program;
    }
}
