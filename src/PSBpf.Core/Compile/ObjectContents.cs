using PSBpf.Diagnostics;
using PSBpf.Elf;

namespace PSBpf.Compile;

/// <summary>What an object declares, by its symbols alone; whether it loads is another question.</summary>
internal static class ObjectContents
{
    /// <summary>The names of programs and maps in a file; none when it is no BPF object.</summary>
    public static (IReadOnlyList<string> Programs, IReadOnlyList<string> Maps) Read(string path)
    {
        ElfFile elf;
        try
        {
            elf = ElfFile.Read(File.ReadAllBytes(path), path);
        }
        catch (BpfException)
        {
            return ([], []);
        }

        var symbols = elf.Symbols.Where(symbol => symbol.Name.Length > 0 && elf.SectionOf(symbol) is not null)
            .OrderBy(symbol => symbol.SectionIndex).ThenBy(symbol => symbol.Value).ToArray();
        return (
            [.. symbols.Where(symbol => symbol.Type == ElfSymbolType.Function && elf.SectionOf(symbol) is { IsCode: true } section && section.Name != ".text").Select(symbol => symbol.Name)],
            [.. symbols.Where(symbol => symbol.Type == ElfSymbolType.Object && elf.SectionOf(symbol)!.Name == ".maps").Select(symbol => symbol.Name)]);
    }
}
