using System.Collections.Concurrent;
using PSBpf.Kernel;
using PSBpf.Objects;

namespace PSBpf.Hosting.Tests.Fakes;

/// <summary>
/// A kernel that keeps maps in memory, refuses the programs that it is told to refuse, and counts what is alive, so
/// that a test sees what a session leaves behind.
/// </summary>
internal sealed class FakeKernel : IBpfKernel
{
    private int _lastId;

    public BpfKernelKind Kind { get; init; }

    public int PossibleCpus { get; init; } = 3;

    public ConcurrentDictionary<int, string> Alive { get; } = new();

    public Func<ProgramSpec, bool> Refuses { get; set; } = _ => false;

    public Func<ProgramSpec, bool> Runs { get; set; } = _ => true;

    public Func<TestRunRequest, uint> Result { get; set; } = _ => 2;

    public Func<ProgramSpec, TestRunRequest, double> Duration { get; set; } = (_, _) => 7;

    /// <summary>The maps that were made and not disposed.</summary>
    public ConcurrentDictionary<int, FakeMap> Maps { get; } = new();

    public bool IsDisposed { get; private set; }

    public IKernelMap CreateMap(MapSpec spec)
    {
        var map = Track(new FakeMap(this, NextId(), spec), $"map {spec.Name}");
        Maps[map.Id] = map;
        return map;
    }

    public ProgramLoadResult LoadProgram(
        ProgramSpec spec, IReadOnlyList<IKernelMap> maps, ProgramLoadOptions options, CancellationToken cancellation = default)
    {
        Assert.Equal(spec.Maps.Count, maps.Count);
        Assert.Equal(spec.Maps.Select(map => map.Name), maps.Select(map => map.Spec.Name));
        var accepted = !Refuses(spec);
        var runs = Runs(spec);
        var report = new BpfVerification
        {
            Path = spec.Path,
            Section = spec.Section,
            Name = spec.Name,
            Accepted = accepted,
            Runnable = runs,
            Unsupported = runs ? [] : ["bpf_moon_phase"],
            RuleId = accepted ? "" : "BPF1207",
            RuleName = accepted ? "" : "packet-bounds",
            Reason = accepted ? "" : "4 bytes are read where 0 are known to be.",
            Kernel = Kind,
        };
        var program = accepted && runs && !options.VerifyOnly ? Track(new FakeProgram(this, NextId(), spec, report), $"program {spec.Name}") : null;
        return new(report, program);
    }

    /// <summary>What it says of its programs.</summary>
    public List<ProgramStatus> ProgramStatuses { get; } = [];

    /// <summary>How many want statistics.</summary>
    public int Watchers { get; private set; }

    public IPinStore Pins => throw new NotSupportedException("It has no BPF file system.");

    public IReadOnlyList<ProgramStatus> GetPrograms() => [.. ProgramStatuses];

    public IReadOnlyList<MapStatus> GetMaps() =>
        [.. Maps.Values.OrderBy(map => map.Id).Select(map => new MapStatus { Id = map.Id, Name = map.Spec.Name, Type = map.Spec.Type })];

    public IReadOnlyList<LinkStatus> GetLinks() => [];

    public IKernelMap OpenMap(int id) => Maps[id];

    public IDisposable EnableStatistics()
    {
        Watchers++;
        return new Watcher(this);
    }

    public void Dispose() => IsDisposed = true;

    public void Forget(int id)
    {
        Assert.True(Alive.TryRemove(id, out _), "disposed twice");
        Maps.TryRemove(id, out _);
    }

    private int NextId() => Interlocked.Increment(ref _lastId);

    private T Track<T>(T item, string name)
        where T : class
    {
        var id = item is FakeMap map ? map.Id : ((FakeProgram)(object)item).Id;
        Alive[id] = name;
        return item;
    }

    private sealed class Watcher(FakeKernel kernel) : IDisposable
    {
        public void Dispose() => kernel.Watchers--;
    }
}
