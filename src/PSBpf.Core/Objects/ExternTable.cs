using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Targets;

namespace PSBpf.Objects;

/// <summary>
/// What an object takes from the kernel by name: the variables and functions that its BTF lists as extern in .kconfig and .ksyms.
/// Each is looked up when an instruction refers to it.
/// </summary>
internal sealed class ExternTable
{
    private const string ConfigurationSection = ".kconfig";
    private const string SymbolSection = ".ksyms";

    private readonly ElfFile _elf;
    private readonly TargetKernel _target;
    private readonly BtfTypeSet? _types;
    private readonly Dictionary<string, BtfReference> _symbols = [];
    private readonly Dictionary<string, ElfSymbol> _undefined = [];
    private readonly Dictionary<string, ExternSpec> _resolved = [];
    private readonly Lazy<KernelSymbols?> _addresses;

    public ExternTable(ElfFile elf, BtfTypeSet? types, TargetKernel target)
    {
        _elf = elf;
        _target = target;
        _types = types;
        foreach (ElfSymbol symbol in elf.Symbols)
            if (symbol is { IsUndefined: true, Name.Length: > 0 }) _undefined.TryAdd(symbol.Name, symbol);
        if (_undefined.Count > 0)
        {
            foreach (BtfReference symbol in Listed(SymbolSection)) _symbols.TryAdd(symbol.Name, symbol);
            Options = [.. Listed(ConfigurationSection).Where(option => _undefined.ContainsKey(option.Name))];
        }

        _addresses = new(() => target.FindSymbols(_symbols.Values.Where(IsAddress).Select(symbol => symbol.Name).ToHashSet()));
    }

    /// <summary>The options that .kconfig lists.</summary>
    public IReadOnlyList<BtfReference> Options { get; } = [];

    /// <summary>Whether the object can do without something.</summary>
    public bool IsWeak(string name) => _undefined.TryGetValue(name, out ElfSymbol symbol) && symbol.Binding == ElfSymbolBinding.Weak;

    /// <summary>What a symbol stands for in the kernel; null when the object's BTF does not list it in .ksyms.</summary>
    /// <exception cref="BpfException">BPF0324: the kernel does not have it, and the object cannot do without it.</exception>
    public ExternSpec? Find(ElfSymbol symbol)
    {
        if (_resolved.TryGetValue(symbol.Name, out ExternSpec? known)) return known;
        if (!_symbols.TryGetValue(symbol.Name, out BtfReference? declaration)) return null;
        ExternSpec found = Resolve(symbol, declaration);
        if (found.Value is null && !found.IsWeak && IsKnown(found.Kind))
            throw DiagnosticRules.ExternMissing.Error(
                $"The object uses the kernel's {Word(found.Kind)} '{found.Name}', which {_target.Types?.Name ?? "the kernel"} does not have.", _elf.At(SymbolSection));
        _resolved.Add(symbol.Name, found);
        return found;
    }

    /// <summary>Whether a variable is declared without a type: only its address is wanted.</summary>
    public bool IsAddress(BtfReference declaration) => declaration.Kind == BtfKind.Variable && _types!.Resolve(declaration) is BtfVoid;

    private IEnumerable<BtfReference> Listed(string section) =>
        _types?.Find(BtfKind.DataSection, section) is BtfDataSection list
            ? list.Variables.Select(variable => _types[variable.TypeId]).OfType<BtfReference>().Where(reference => reference.Linkage == BtfLinkage.Extern)
            : [];

    private ExternSpec Resolve(ElfSymbol symbol, BtfReference declaration)
    {
        bool isWeak = symbol.Binding == ElfSymbolBinding.Weak;
        string name = CoreNames.Essential(symbol.Name).ToString();
        if (IsAddress(declaration)) return new ExternSpec(symbol.Name, ExternKind.Address, isWeak, _addresses.Value?.Find(symbol.Name));
        ExternKind kind = declaration.Kind == BtfKind.Function ? ExternKind.Function : ExternKind.Variable;
        if (_target.Types is not { } types) return new ExternSpec(name, kind, isWeak, null);
        BtfType? found = types.Types.Find(declaration.Kind, name);
        bool isInModule = false;
        if (found is null)
        {
            found = types.Modules.Select(module => module.Find(declaration.Kind, name)).FirstOrDefault(type => type is not null);
            isInModule = found is not null;
        }

        return new ExternSpec(name, kind, isWeak, found is null ? null : (ulong)found.Id, isInModule);
    }

    // Where there is no kernel to ask, the engine that loads the program says what it does not have.
    private bool IsKnown(ExternKind kind) => kind == ExternKind.Address ? _addresses.Value is not null : _target.Types is not null;

    private static string Word(ExternKind kind) => kind switch
    {
        ExternKind.Function => "function",
        ExternKind.Variable => "variable",
        _ => "symbol",
    };
}
