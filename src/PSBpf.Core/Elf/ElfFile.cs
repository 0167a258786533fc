using PSBpf.Diagnostics;

namespace PSBpf.Elf;

/// <summary>
/// A relocatable little-endian ELF64 file for the BPF machine, every offset, size and index of which has been checked.
/// Its memory is proportional to the file's size.
/// </summary>
internal sealed class ElfFile
{
    private readonly Dictionary<int, ElfSection> _relocations;
    private readonly Dictionary<string, ElfSection> _byName = [];

    internal ElfFile(string? path, ElfSection[] sections, ElfSymbol[] symbols, Dictionary<int, ElfSection> relocations)
    {
        Path = path;
        Sections = sections;
        Symbols = symbols;
        _relocations = relocations;
        foreach (ElfSection section in sections) _byName.TryAdd(section.Name, section);
    }

    /// <summary>The file's path; null when it came from memory.</summary>
    public string? Path { get; }

    /// <summary>Every section; the first is the null section.</summary>
    public IReadOnlyList<ElfSection> Sections { get; }

    /// <summary>Every symbol; the first is the null symbol.</summary>
    public IReadOnlyList<ElfSymbol> Symbols { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BpfException">It is no such file, or it contradicts itself.</exception>
    public static ElfFile Read(ReadOnlyMemory<byte> data, string? path) => new ElfReader(data, path).Read();

    /// <summary>The first section with a name.</summary>
    public ElfSection? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The section that a symbol lies in; null for undefined, absolute and common ones.</summary>
    public ElfSection? SectionOf(in ElfSymbol symbol) =>
        symbol.SectionIndex is > 0 and < ElfConstants.ReservedSections ? Sections[symbol.SectionIndex] : null;

    /// <summary>What a symbol is to be called in a message.</summary>
    public string Describe(in ElfSymbol symbol) =>
        symbol.Name.Length > 0 ? $"'{symbol.Name}'"
        : SectionOf(symbol) is { } section ? $"section '{section.Name}'"
        : "an unnamed symbol";

    /// <summary>The relocations that change a section, in file order.</summary>
    public IReadOnlyList<ElfRelocation> RelocationsOf(ElfSection target) =>
        _relocations.TryGetValue(target.Index, out ElfSection? section) ? ElfReader.ReadRelocations(section, target, Symbols.Count, Path) : [];

    /// <summary>A place in this file.</summary>
    public DiagnosticLocation At(string? section = null, ulong? offset = null) =>
        new() { File = Path, Section = section, Offset = (long?)offset };
}
