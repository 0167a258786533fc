using PSBpf.Compile;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Targets;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    /// <summary>Imports an object that holds one program, or the one that <see cref="ImportOptions.Name"/> says.</summary>
    /// <param name="path">The object file, as clang wrote it; or a source (.c), which is compiled into the cache folder first.</param>
    /// <param name="options">How; null for into the managed engine, as it is.</param>
    /// <param name="cancellation">Stops the verifier; nothing stays loaded.</param>
    /// <exception cref="BpfException">What is wrong with the object; BPF4003 when its program is refused; BPF4002 when it holds several.</exception>
    public BpfProgram Import(string path, ImportOptions? options = null, CancellationToken cancellation = default)
    {
        var spec = Select(Read(path, options, cancellation), options ?? ImportOptions.Default);
        if (spec.Programs.Count > 1)
            throw DiagnosticRules.NameAmbiguous.Error(
                $"The object holds {spec.Programs.Count} programs: {string.Join(", ", spec.Programs.Select(program => program.Name))}.",
                new DiagnosticLocation { File = path }, "Choose one with ImportOptions.Name, or take them all with ImportAll.");
        return Accepted(TryImport(spec, options, cancellation))[0];
    }

    /// <summary>Imports all programs of an object, or all that <see cref="ImportOptions.Name"/> matches.</summary>
    /// <inheritdoc cref="Import"/>
    public IReadOnlyList<BpfProgram> ImportAll(string path, ImportOptions? options = null, CancellationToken cancellation = default) =>
        Accepted(TryImport(Read(path, options, cancellation), options, cancellation));

    /// <summary>Imports an object file; refused programs are a result, not an exception.</summary>
    /// <inheritdoc cref="Import"/>
    public ImportResult TryImport(string path, ImportOptions? options = null, CancellationToken cancellation = default) =>
        TryImport(Read(path, options, cancellation), options, cancellation);

    /// <summary>
    /// Imports an object as one thing, as libbpf does: when one of its programs is refused, or cannot run, or cannot be
    /// attached, nothing of it stays loaded.
    /// </summary>
    /// <param name="spec">The object.</param>
    /// <param name="options">How; null for into the managed engine, as it is.</param>
    /// <param name="cancellation">Stops the verifier; nothing stays loaded.</param>
    public ImportResult TryImport(ObjectSpec spec, ImportOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        options ??= ImportOptions.Default;
        var kernel = Kernel(options.Kernel);
        spec = Prepare(spec, options);
        var loading = new ObjectLoading(kernel, spec, options, id => FindOwn(options.Kernel, id));
        try
        {
            var refusals = Guard(() => loading.Load(cancellation));
            if (refusals.Count > 0) return new([], refusals, [.. spec.Warnings, .. loading.Warnings]);
            var programs = Register(loading, spec, options);
            if (options.Attach is { } hook) AttachAll(programs, hook);
            return new(programs, [], [.. spec.Warnings, .. loading.Warnings]);
        }
        finally
        {
            loading.Dispose();
        }
    }

    /// <summary>The blueprints of an object's programs, all or those that <see cref="ImportOptions.Name"/> matches; nothing is loaded.</summary>
    /// <param name="path">The object file, as clang wrote it; or a source (.c), which is compiled into the cache folder first.</param>
    /// <param name="options">Which; null for all.</param>
    /// <param name="cancellation">Ends the compiler, when the file is a source.</param>
    /// <exception cref="BpfException">What is wrong with the object.</exception>
    public static IReadOnlyList<ProgramSpec> ReadPrograms(string path, ImportOptions? options = null, CancellationToken cancellation = default) =>
        Select(Read(path, options, cancellation), options ?? ImportOptions.Default).Programs;

    /// <summary>Asks a kernel's verifier about the programs of an object file and keeps nothing.</summary>
    /// <inheritdoc cref="Import"/>
    public IReadOnlyList<BpfVerification> Verify(string path, ImportOptions? options = null, CancellationToken cancellation = default) =>
        Verify(Read(path, options, cancellation), options, cancellation);

    /// <summary>Asks a kernel's verifier about the programs of an object and keeps nothing.</summary>
    /// <inheritdoc cref="TryImport(ObjectSpec, ImportOptions?, CancellationToken)"/>
    public IReadOnlyList<BpfVerification> Verify(ObjectSpec spec, ImportOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        options ??= ImportOptions.Default;
        using var loading = new ObjectLoading(Kernel(options.Kernel), Prepare(spec, options), options);
        return Guard(() => loading.Verify(cancellation));
    }

    /// <summary>Asks a kernel's verifier about a loaded program again.</summary>
    /// <param name="program">The program.</param>
    /// <param name="options">Whose verifier, which need not be the kernel that holds the program, and what it is to tell.</param>
    /// <param name="cancellation">Stops the verifier.</param>
    public BpfVerification Verify(BpfProgram program, ImportOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(program);
        var origin = program.Origin.Spec;
        var spec = origin with { Programs = [program.Spec], Maps = [.. program.Spec.Maps] };
        return Verify(spec, options, cancellation)[0];
    }

    private static IReadOnlyList<BpfProgram> Accepted(ImportResult result) => result.Refusals.Count switch
    {
        0 => result.Programs,
        1 => throw new BpfException(result.Refusals[0].Diagnostic),
        _ => throw new BpfException(result.Refusals[0].Diagnostic with
        {
            Message = string.Join(Environment.NewLine, result.Refusals.Select(refusal => refusal.Diagnostic.Message)),
        }),
    };

    // A source is compiled first; what is said about the object afterwards is said about the source.
    private static ObjectSpec Read(string path, ImportOptions? options, CancellationToken cancellation)
    {
        options ??= ImportOptions.Default;
        var target = TargetKernel.Machine;
        if (options.KernelVersion is { } version) target = target.WithVersion(version);
        if (options.Btf is { } types) target = target.WithTypes(types);
        if (options.Configuration is { } configuration) target = target.WithConfiguration(KernelConfiguration.Read(configuration));
        var reading = new ObjectReadOptions { Type = options.Type, Target = target, Given = [.. options.Variables.Keys] };
        if (!ObjectCompiler.IsSource(path)) return ObjectReader.Read(path, reading);
        var compiled = ObjectCompiler.CompileToCache(path, options.Compile, cancellation);
        var spec = ObjectReader.Read(File.ReadAllBytes(compiled.Path), path, reading);
        return spec with { Warnings = [.. compiled.Warnings, .. spec.Warnings] };
    }

    private static ObjectSpec Prepare(ObjectSpec spec, ImportOptions options) =>
        Select(spec.WithVariables(options.Variables).WithMaps(options.MapChanges).WithPins(options.PinPath ?? IPinStore.Root), options);

    private static ObjectSpec Select(ObjectSpec spec, ImportOptions options)
    {
        if (options.Name.Count == 0) return spec;
        foreach (var pattern in options.Name)
        {
            if (!spec.Programs.Any(program => NamePattern.Matches(pattern, program.Name)))
                throw DiagnosticRules.ObjectProgram.Error(
                    $"The object has no program '{pattern}'; it has {string.Join(", ", spec.Programs.Select(program => program.Name))}.",
                    new DiagnosticLocation { File = spec.Path });
        }

        var programs = spec.Programs.Where(program => options.Name.Any(pattern => NamePattern.Matches(pattern, program.Name))).ToArray();
        // As with libbpf's autoload switched off, maps that only the others use are not made.
        var used = programs.SelectMany(program => program.Maps).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var map in spec.Maps.Where(used.Contains).ToArray())
            used.UnionWith(spec.Maps.Where(inner => map.InitialMaps.Any(slot => slot.Map == inner.Name)));
        return spec with { Programs = programs, Maps = [.. spec.Maps.Where(used.Contains)] };
    }

    private List<BpfProgram> Register(ObjectLoading loading, ObjectSpec spec, ImportOptions options)
    {
        var programs = Enter(loading, spec, options);
        foreach (var map in programs.SelectMany(program => program.GetMaps()).Distinct()) map.PrepareEvents();
        return programs;
    }

    private List<BpfProgram> Enter(ObjectLoading loading, ObjectSpec spec, ImportOptions options)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            var origin = new LoadedObject(spec);
            var maps = new Dictionary<MapSpec, BpfMap>(ReferenceEqualityComparer.Instance);
            foreach (var (declared, live) in loading.Maps)
            {
                if (!loading.Shared.TryGetValue(declared, out var map))
                {
                    map = new BpfMap(this, ++_lastMap, options.Kernel, loading.Kernel.PossibleCpus, live, spec) { Pin = declared.PinPath };
                    _maps.Add(map.Id, map);
                }

                maps.Add(declared, map);
                map.Holders.Add(origin);
                origin.Maps.Add(map);
            }

            foreach (var live in loading.Programs)
            {
                var program = new BpfProgram(this, ++_lastProgram, options.Kernel, live, origin, [.. live.Spec.Maps.Select(map => maps[map])]);
                _programs.Add(program.Id, program);
                origin.Programs.Add(program);
            }

            loading.Keep();
            return [.. origin.Programs];
        }
    }
}
