using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Objects;

namespace PSBpf.Hosting;

/// <summary>All types of a kernel, an object or a program.</summary>
public sealed class BpfTypes
{
    private static readonly Lock Reading = new();
    private static WeakReference<BpfTypes>? _kernel;

    private readonly BtfTypeSet _types;

    private BpfTypes(BtfTypeSet types, string origin)
    {
        _types = types;
        Origin = origin;
    }

    /// <summary>Where they are from: a file, or a program.</summary>
    public string Origin { get; }

    /// <summary>How many there are.</summary>
    public int Count => _types.Types.Count;

    /// <summary>Those of the machine's kernel, read once and kept while somebody uses them.</summary>
    /// <exception cref="BpfException">BPF0221 when this machine has none.</exception>
    public static BpfTypes Kernel
    {
        get
        {
            lock (Reading)
            {
                if (_kernel is not null && _kernel.TryGetTarget(out BpfTypes? types)) return types;
                types = new(BtfFile.Read(), BtfFile.KernelPath);
                _kernel = new(types);
                return types;
            }
        }
    }

    /// <summary>Those of a file: raw BTF, an object, or a source (.c), which is compiled first.</summary>
    /// <exception cref="BpfException">BPF0221 when the file cannot be read or has none.</exception>
    public static BpfTypes Read(string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        string file = Compile.ObjectCompiler.IsSource(path) ? Compile.ObjectCompiler.CompileToCache(path, null, cancellation).Path : path;
        return new(BtfFile.Read(file), path);
    }

    /// <summary>Those of a loaded program's object.</summary>
    /// <exception cref="BpfException">BPF0203 when it was compiled without them.</exception>
    public static BpfTypes Of(BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return program.Spec.Btf is { } types ? new(types, program.Name) : throw DiagnosticRules.BtfMissing.Error($"Program '{program.Name}' has no type information.");
    }

    /// <summary>Types by name and kind, in the order of their ids.</summary>
    /// <param name="name">A name with <c>*</c> and <c>?</c>; null for all, also those without a name.</param>
    /// <param name="kinds">Kinds; empty for all.</param>
    public IEnumerable<BpfType> Find(string? name, IReadOnlyCollection<BtfKind> kinds)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        return Matching(name).Where(type => kinds.Count == 0 || kinds.Contains(type.Kind)).Select(type => new BpfType(_types, type));
    }

    /// <summary>The type with an id; null when there is none.</summary>
    public BpfType? Find(int id) => id >= 0 && id < Count ? new BpfType(_types, _types[id]) : null;

    /// <summary>Names that start with a text, each once, in order.</summary>
    public IEnumerable<string> Names(string start) =>
        _types.Types.Where(type => type.Id > 0 && type.Name.Length > 0 && type.Name.StartsWith(start, StringComparison.OrdinalIgnoreCase) && type.Kind != BtfKind.DeclarationTag)
            .Select(type => type.Name).Distinct().Order(StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes them as a C header that gives every struct this layout.</summary>
    /// <param name="names">Names with wildcards of the types to write, with all that these need; empty for every type.</param>
    /// <param name="guard">The macro that keeps the header from being read twice.</param>
    /// <param name="preserveAccessIndex">Whether accesses are relocated for the kernel at hand.</param>
    /// <exception cref="BpfException">BPF4001 when no type has such a name.</exception>
    public string ToHeader(IReadOnlyList<string> names, string guard, bool preserveAccessIndex = true)
    {
        ArgumentNullException.ThrowIfNull(names);
        List<BtfType>? roots = names.Count == 0 ? null : [];
        foreach (string name in names)
        {
            int before = roots!.Count;
            roots.AddRange(Matching(name).Where(type => type is BtfStruct or BtfEnumType or BtfForward or BtfReference { ReferenceKind: BtfKind.Typedef }));
            if (roots.Count == before) throw DiagnosticRules.NameNotFound.Error($"No struct, union, enumeration or typedef in {Origin} is called '{name}'.", action: "Get-BpfType lists what there is.");
        }

        return _types.ToHeader(new BtfHeaderOptions { Guard = guard, Origin = $"The types of {Origin}, written by Export-BpfHeader.", Roots = roots, PreserveAccessIndex = preserveAccessIndex });
    }

    private IEnumerable<BtfType> Matching(string? name) =>
        _types.Types.Skip(1).Where(type => name is null or "*" || (type.Name.Length > 0 && NamePattern.Matches(name, type.Name)));
}
