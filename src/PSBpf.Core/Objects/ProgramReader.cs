using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>Finds an object's programs: the global functions of every section of instructions but .text, which holds subprograms.</summary>
internal sealed class ProgramReader(ElfFile elf, BtfTypeSet? btf, MapTable maps, CodeTable code, ExternTable externs, ObjectReadOptions options)
{
    private const string SubprogramSection = ".text";
    private const char NoAutoLoad = '?';

    public IReadOnlyList<ProgramSpec> Read(string license)
    {
        List<ProgramSpec> programs = [];
        foreach (ElfSection section in elf.Sections)
        {
            if (!section.IsCode || section.Name == SubprogramSection) continue;
            AddPrograms(section, license, programs);
        }

        if (programs.Count == 0 && options.Type is not null && elf.Find(SubprogramSection) is { IsCode: true } text)
            AddPrograms(text, license, programs);
        if (programs.Count > 0) return programs;
        throw DiagnosticRules.ObjectEmpty.Error(
            elf.Find(SubprogramSection) is { IsCode: true }
                ? "The object holds no program: all its functions are in '.text', where subprograms are."
                : "The object holds no program.",
            elf.At());
    }

    private void AddPrograms(ElfSection section, string license, List<ProgramSpec> programs)
    {
        bool autoLoad = !section.Name.StartsWith(NoAutoLoad);
        string name = autoLoad ? section.Name : section.Name[1..];
        SectionName? row = SectionNames.Match(name);
        // A type that the user names counts for more than the section, but the rest of a section's row only fits its own type.
        ProgramType? type = options.Type ?? row?.Type;
        if (row?.Type != type) row = null;
        foreach (CodeFunction function in code[section].Functions)
        {
            if (!function.IsGlobal) continue;
            LinkedCode linked = new ProgramLinker(elf, maps, code, externs, function).Link();
            programs.Add(new ProgramSpec
            {
                Name = function.Name,
                Section = name,
                Type = type ?? throw UnknownSection(function, name),
                ExpectedAttachType = row?.Attach ?? 0,
                AttachTarget = row?.TargetOf(name) ?? "",
                Flags = row?.Flags ?? 0,
                AutoLoad = autoLoad,
                License = license,
                Instructions = linked.Instructions,
                Maps = linked.Maps,
                Functions = linked.Functions,
                Lines = linked.Lines,
                Externs = linked.Externs,
                Poisoned = linked.Poisoned,
                Btf = btf,
                Target = options.Target,
                Path = elf.Path,
            });
        }
    }

    private BpfException UnknownSection(CodeFunction function, string name) =>
        DiagnosticRules.ObjectSection.Error(
            $"Program '{function.Name}' is in section '{name}', which names no program type.",
            elf.At(name) with { Program = function.Name },
            SectionNames.Suggest(name) is { } row ? $"Write SEC(\"{row.Form}\"), as libbpf 1.0 wants it, or pass -Type." : null);
}
