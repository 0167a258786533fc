using System.Buffers.Binary;
using System.Text;
using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>How to read an object file.</summary>
public sealed record ObjectReadOptions
{
    /// <summary>BPF_PROG_TYPE_* of all programs, whatever their sections' names say; null to go by those names.</summary>
    public ProgramType? Type { get; init; }

    /// <summary>The kernel whose types, options and symbols the programs see; null for the machine's.</summary>
    public TargetKernel? Target { get; init; }

    /// <summary>
    /// Leave the instructions that CO-RE would adapt to a kernel as the compiler wrote them: to look at an object without any kernel, as
    /// bpf_object__open does. Such programs are not fit to be loaded.
    /// </summary>
    public bool LeaveCoRe { get; init; }

    /// <summary>Names of variables that get their values afterwards, so that a kernel's options need not have any.</summary>
    public IReadOnlyCollection<string> Given { get; init; } = [];
}

/// <summary>
/// Reads BPF object files as clang writes them: ELF, BTF and relocations become an <see cref="ObjectSpec"/>.
/// The same bytes for the same kernel always give the same blueprint, and bad bytes always give a <see cref="BpfException"/>.
/// </summary>
public static class ObjectReader
{
    /// <summary>Largest file that is read. The largest real objects have a few megabytes.</summary>
    public const int MaxFileSize = 64 << 20;

    /// <summary>Reads an object file.</summary>
    /// <exception cref="BpfException">BPF0301 when it cannot be read, another id when it is no good object.</exception>
    public static ObjectSpec Read(string path, ObjectReadOptions? options = null)
    {
        var location = new DiagnosticLocation { File = path };
        try
        {
            return Read(ReadFile(path, location), path, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string message = error switch
            {
                FileNotFoundException or DirectoryNotFoundException => $"There is no file '{path}'.",
                ArgumentException => $"'{path}' is not the path of a file.",
                _ => $"The file '{path}' cannot be read: {error.Message}",
            };
            throw new BpfException(DiagnosticRules.ObjectUnreadable.At(message, location), error);
        }
    }

    /// <summary>Reads an object from memory.</summary>
    /// <param name="data">The file's bytes, which must not change afterwards.</param>
    /// <param name="path">Where they are from, for messages.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="BpfException">It is no good object.</exception>
    public static ObjectSpec Read(ReadOnlyMemory<byte> data, string? path = null, ObjectReadOptions? options = null)
    {
        options ??= new ObjectReadOptions();
        TargetKernel target = options.Target ?? TargetKernel.Machine;
        ElfFile elf = ElfFile.Read(data, path);
        BtfTypeSet? original = elf.Find(".BTF") is { } types ? BtfTypeSet.Read(types.Data, elf.At(types.Name)) : null;
        var externs = new ExternTable(elf, original, target);
        var configuration = ConfigurationMap.Read(elf, original, externs, target, options.Given);
        BtfTypeSet? btf = original is null ? null : BtfFixup.Apply(elf, elf.Find(".BTF")!, original, configuration);
        BtfExtension extension = ReadExtension(elf, btf);

        List<BpfDiagnostic> warnings = [];
        string license = ReadLicense(elf);
        var maps = new MapTable(elf, btf, configuration, warnings);
        CoreResolver? core = extension.CoreRelocations.Count > 0 && !options.LeaveCoRe ? new CoreResolver(btf!, target.Types) : null;
        var code = new CodeTable(elf, btf, extension, core);
        var programs = new ProgramReader(elf, btf, maps, code, externs, options);
        var loaded = NameMembers(programs.Read(license), maps);
        CheckInitialPrograms(elf, maps, loaded);
        return new ObjectSpec
        {
            Path = path,
            License = license,
            Version = ReadVersion(elf),
            Btf = btf,
            Maps = maps.All,
            Programs = loaded,
            Warnings = warnings,
        };
    }

    // What a struct_ops program stands in for says the table that it is in, and not its section.
    private static IReadOnlyList<ProgramSpec> NameMembers(IReadOnlyList<ProgramSpec> programs, MapTable maps)
    {
        var members = new Dictionary<string, string>();
        foreach (MapSpec map in maps.All)
        {
            if (map is not { Type: MapType.StructOps, ValueType: BtfStruct table }) continue;
            foreach (InitialProgram slot in map.InitialPrograms) members.TryAdd(slot.Program, $"{CoreNames.Essential(table.Name)}/{table.Members[slot.Index].Name}");
        }

        if (members.Count == 0) return programs;
        return [.. programs.Select(program => program.Type == ProgramType.StructOps && members.TryGetValue(program.Name, out string? member) ? program with { AttachTarget = member } : program)];
    }

    private static void CheckInitialPrograms(ElfFile elf, MapTable maps, IReadOnlyList<ProgramSpec> programs)
    {
        foreach (MapSpec map in maps.All)
            foreach (InitialProgram slot in map.InitialPrograms)
                if (programs.All(program => program.Name != slot.Program))
                    throw DiagnosticRules.ObjectRelocation.Error($"Map '{map.Name}' has '{slot.Program}' among its values, which is a subprogram.", elf.At(".maps"), "Give it a section of its own: SEC(\"…\").");
    }

    private static byte[] ReadFile(string path, DiagnosticLocation location)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        long length = stream.CanSeek ? stream.Length : 0;
        if (length > MaxFileSize) throw TooLarge(location);
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        // It may have become shorter meanwhile; devices and pipes have no length, and are read until there is no more, or too much.
        return length > 0 ? read == bytes.Length ? bytes : bytes[..read] : ReadToEnd(stream, location);
    }

    private static byte[] ReadToEnd(FileStream stream, DiagnosticLocation location)
    {
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxFileSize) throw TooLarge(location);
        }

        return bytes.ToArray();
    }

    private static BpfException TooLarge(DiagnosticLocation location) =>
        DiagnosticRules.ObjectTooLarge.Error($"The file has more than {MaxFileSize >> 20} MiB.", location, "Pass a BPF object file.");

    private static BtfExtension ReadExtension(ElfFile elf, BtfTypeSet? btf) =>
        btf is not null && elf.Find(".BTF.ext") is { } section ? new BtfExtensionReader(section.Data, btf, elf.At(section.Name)).Read() : new BtfExtension();

    private static string ReadLicense(ElfFile elf)
    {
        if (elf.Find("license") is not { } section) return "";
        ReadOnlySpan<byte> bytes = section.Data.Span;
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static uint ReadVersion(ElfFile elf)
    {
        if (elf.Find("version") is not { } section) return 0;
        return section.Data.Length == 4
            ? BinaryPrimitives.ReadUInt32LittleEndian(section.Data.Span)
            : throw DiagnosticRules.ElfMalformed.Error($"Section 'version' has {section.Data.Length} bytes instead of 4.", elf.At("version"));
    }
}
