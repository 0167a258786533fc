using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>An import in progress: holds what the kernel has made so far, and gives it back unless told to keep it.</summary>
/// <param name="kernel">The kernel.</param>
/// <param name="spec">The object.</param>
/// <param name="options">How to import it.</param>
/// <param name="findOwn">Gives the session's own map with an id in the kernel; null for what stays apart: it then shares and pins nothing.</param>
internal sealed class ObjectLoading(IBpfKernel kernel, ObjectSpec spec, ImportOptions options, Func<int, BpfMap?>? findOwn = null) : IDisposable
{
    private readonly List<IKernelMap> _own = [];
    private readonly HashSet<IKernelMap> _pinnedBefore = [];
    private readonly List<string> _pinned = [];
    private bool _keep;

    public IBpfKernel Kernel { get; } = kernel;

    /// <summary>Live maps by their blueprints, which programs name by reference.</summary>
    public Dictionary<MapSpec, IKernelMap> Maps { get; } = new(ReferenceEqualityComparer.Instance);

    public List<IKernelProgram> Programs { get; } = [];

    /// <summary>What the kernel said about programs although it took them, each once.</summary>
    public List<BpfDiagnostic> Warnings { get; } = [];

    /// <summary>Maps of the session that stand in for the object's: those that were given, and those that it has under the name that one is pinned by.</summary>
    public Dictionary<MapSpec, BpfMap> Shared { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Makes the maps and loads every program, also after a refusal, so that each refusal is told at once.</summary>
    public IReadOnlyList<ImportRefusal> Load(CancellationToken cancellation)
    {
        CreateMaps(verifyOnly: false);
        var refusals = new List<ImportRefusal>();
        foreach (var program in spec.Programs)
        {
            var result = Load(program, verifyOnly: false, cancellation);
            foreach (var warning in result.Verification.Warnings)
                if (Warnings.All(other => other.Message != warning.Message)) Warnings.Add(warning);
            if (result.Program is { } live) Programs.Add(live);
            else refusals.Add(ImportRefusal.From(result.Verification));
        }

        if (refusals.Count > 0) return refusals;
        FillProgramArrays();
        PinMaps();
        return refusals;
    }

    public IReadOnlyList<BpfVerification> Verify(CancellationToken cancellation)
    {
        CreateMaps(verifyOnly: true);
        var reports = new List<BpfVerification>();
        foreach (var program in spec.Programs)
        {
            var result = Load(program, verifyOnly: true, cancellation);
            result.Program?.Dispose();
            reports.Add(KernelProfile.Apply(result.Verification, spec, program, options.KernelVersion));
        }

        return reports;
    }

    public void Keep() => _keep = true;

    public void Dispose()
    {
        if (_keep) return;
        foreach (var path in _pinned) Kernel.Pins.Unpin(path);
        foreach (var program in Programs) program.Dispose();
        foreach (var map in _own) map.Dispose();
    }

    private ProgramLoadResult Load(ProgramSpec program, bool verifyOnly, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var maps = program.Maps.Select(map => Maps[map]).ToArray();
        var result = Kernel.LoadProgram(program, maps, new ProgramLoadOptions { LogLevel = options.LogLevel, LogWriter = options.LogWriter, Heatmap = options.Heatmap, Advise = options.Advise, VerifyOnly = verifyOnly }, cancellation);
        return result.Program is null ? result with { Verification = LoadExplanation.Explain(program, result.Verification) } : result;
    }

    private void CreateMaps(bool verifyOnly)
    {
        foreach (var (name, replacement) in options.Maps)
        {
            var declared = spec.Maps.FirstOrDefault(map => map.Name == name)
                ?? throw DiagnosticRules.NameNotFound.Error(
                    $"The object has no map '{name}'; it has {string.Join(", ", spec.Maps.Select(map => map.Name))}.",
                    new DiagnosticLocation { File = spec.Path }, "Name one of the object's maps.");
            CheckReplacement(declared, replacement);
            Maps.Add(declared, replacement.KernelMap);
            Shared.Add(declared, replacement);
        }

        foreach (var map in spec.Maps)
        {
            if (Maps.ContainsKey(map)) continue;
            if (findOwn is not null && map.PinPath is { } path && TryOpenPin(map, path)) continue;
            var live = Create(map, verifyOnly);
            _own.Add(live);
            Maps.Add(map, live);
        }

        if (!verifyOnly) FillMapsOfMaps();
    }

    private bool TryOpenPin(MapSpec declared, string path)
    {
        var live = Kernel.Pins.OpenMap(path, actual =>
        {
            MapAgreement.Check(
                Sized(declared), actual, $"the one that is pinned at '{path}'", spec.Path,
                $"Remove the pin (Remove-BpfPin {path}), import with another -PinPath, or change the declaration: -Map @{{ {declared.Name} = @{{ … }} }}.");
            // What the object says of its types is more than the kernel kept.
            return declared with { KeySize = actual.KeySize, ValueSize = actual.ValueSize, MaxEntries = actual.MaxEntries, Flags = actual.Flags };
        });
        if (live is null) return false;
        if (findOwn!(live.Id) is { } own)
        {
            live.Dispose();
            Maps.Add(declared, own.KernelMap);
            Shared.Add(declared, own);
            return true;
        }

        _own.Add(live);
        _pinnedBefore.Add(live);
        Maps.Add(declared, live);
        return true;
    }

    // When everything is there: what is refused leaves no names behind.
    private void PinMaps()
    {
        foreach (var (declared, live) in Maps)
        {
            if (findOwn is null || declared.PinPath is not { } path || Shared.ContainsKey(declared) || _pinnedBefore.Contains(live)) continue;
            Kernel.Pins.Pin(live, path);
            _pinned.Add(path);
        }
    }

    private MapSpec Sized(MapSpec declared) => declared.WithDefaultSize(Kernel.PossibleCpus, Environment.SystemPageSize);

    private void FillMapsOfMaps()
    {
        foreach (var (declared, live) in Maps)
        {
            // A map of the session that stands in for the object's keeps what it has, and one that was pinned too.
            if (!_own.Contains(live) || _pinnedBefore.Contains(live)) continue;
            foreach (var (index, name) in declared.InitialMaps)
            {
                var inner = Maps.First(map => map.Key.Name == name).Value;
                var error = live.Update(BitConverter.GetBytes(index), BitConverter.GetBytes(inner.Id), MapUpdateFlags.Any);
                if (error != Errno.None)
                    throw DiagnosticRules.MapOperation.Error(
                        $"Map '{declared.Name}' answers {error} to map '{name}' at {index}.", new DiagnosticLocation { File = spec.Path },
                        error == Errno.E2BIG ? "Raise its max_entries." : "Give the maps in it the type and sizes that its 'values' declare.");
            }
        }
    }

    // As libbpf does once all programs are there.
    private void FillProgramArrays()
    {
        foreach (var (declared, live) in Maps.Where(map => map.Key.Type == MapType.ProgArray))
        {
            foreach (var (index, name) in declared.InitialPrograms)
            {
                var program = Programs.FirstOrDefault(candidate => candidate.Spec.Name == name);
                // One that others filled may be good as it is.
                if (program is null && (Shared.ContainsKey(declared) || _pinnedBefore.Contains(live))) continue;
                if (program is null)
                    throw DiagnosticRules.ObjectProgram.Error(
                        $"Program array '{declared.Name}' starts with program '{name}' at {index}, which is not imported.",
                        new DiagnosticLocation { File = spec.Path }, $"Import '{name}' too.");
                var error = live.Update(BitConverter.GetBytes(index), BitConverter.GetBytes(program.Id), MapUpdateFlags.Any);
                if (error != Errno.None)
                    throw DiagnosticRules.MapOperation.Error(
                        $"Program array '{declared.Name}' answers {error} to program '{name}' at {index}.", new DiagnosticLocation { File = spec.Path, Program = name },
                        error == Errno.E2BIG ? "Raise its max_entries." : "Put programs of one type into an array.");
            }
        }
    }

    private IKernelMap Create(MapSpec map, bool verifyOnly)
    {
        try
        {
            return Kernel.CreateMap(map);
        }
        catch (BpfException exception) when (verifyOnly && Kernel.Kind == BpfKernelKind.Managed && exception.Diagnostic.Rule == DiagnosticRules.MapTypeUnsupported)
        {
            // Whether the program is safe and whether it can run here are two questions.
            return new DeclaredMap(map);
        }
    }

    // What BPF programs take for granted about a map, as libbpf compares it before it reuses one.
    private void CheckReplacement(MapSpec declared, BpfMap replacement)
    {
        if (replacement.Kernel != Kernel.Kind)
            throw DiagnosticRules.WrongKind.Error($"Map '{replacement.Name}' (id {replacement.Id}) is in the {replacement.Kernel} kernel, the import goes to the {Kernel.Kind} kernel.");
        MapAgreement.Check(Sized(declared), replacement.Spec, $"map '{replacement.Name}' (id {replacement.Id}) of the session", spec.Path);
    }
}
