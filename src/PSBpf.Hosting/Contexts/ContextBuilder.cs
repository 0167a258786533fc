using System.Buffers.Binary;
using System.Net;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>
/// Lays a context out from values by name. Where it is a structure of the UAPI, the table of contexts says how; registers have a
/// layout of their own; arguments are eight bytes each; everything else is described by types: the structure that the program's function takes
/// or the tracepoint's record, as the kernel has it that the program is for.
/// </summary>
internal sealed class ContextBuilder(ProgramSpec program, string hook, string target)
{
    private const int Word = sizeof(ulong);

    private readonly PointedMemory _memory = new();
    private readonly string _hook = hook.Length > 0 ? hook : program.Section.TrimStart('?').Split('/')[0];
    private readonly string _target = target.Length > 0 ? target : program.AttachTarget;

    /// <summary>Lays values out.</summary>
    /// <param name="fields">The values.</param>
    /// <param name="packetLength">Bytes of the packet, which xdp_md's data_end is unless it is said.</param>
    /// <exception cref="BpfException">BPF2104, BPF0202.</exception>
    public PreparedContext Build(IReadOnlyDictionary<string, object?> fields, int packetLength)
    {
        byte[] bytes = program.Type switch
        {
            ProgramType.Kprobe => BuildRegisters(fields),
            ProgramType.RawTracepoint or ProgramType.RawTracepointWritable or ProgramType.Tracing or ProgramType.Lsm when HasArguments(fields) => BuildArguments(fields),
            _ when ProgramTypeTable.Get(program.Type).RulesFor(program.ExpectedAttachType)?.Context is { Fields.Count: > 0 } layout => BuildFields(layout, fields, packetLength),
            _ => BuildRecord(fields),
        };
        return new PreparedContext(bytes, _memory.Images);
    }

    private static bool HasArguments(IReadOnlyDictionary<string, object?> fields) => fields.Keys.All(name => name.Equals("args", StringComparison.OrdinalIgnoreCase));

    private byte[] BuildRegisters(IReadOnlyDictionary<string, object?> fields)
    {
        var layout = RegisterLayout.X64;
        if (fields.FirstOrDefault(field => field.Key.Equals("arch", StringComparison.OrdinalIgnoreCase)) is { Key: { } key, Value: var architecture })
        {
            layout = $"{architecture}" switch
            {
                "x86-64" or "x86_64" or "x64" => layout,
                "arm64" or "aarch64" => RegisterLayout.Arm64,
                _ => throw DiagnosticRules.RunInput.Error($"The registers of '{architecture}' are not known.", action: "arch is x64 or arm64."),
            };
            fields = fields.Where(field => field.Key != key).ToDictionary(field => field.Key, field => field.Value);
        }

        if (_hook != "ksyscall") return layout.Build(fields, _memory, isCall: false);
        if (!HasCallWrapper()) return layout.Build(fields, _memory, isCall: true);
        // What enters a system call gets a pointer to the registers that the process had: the kernel has such a wrapper for each.
        ulong registers = _memory.Add(layout.Build(fields, _memory, isCall: true), kernel: true);
        return layout.Build(new Dictionary<string, object?> { ["args"] = registers }, _memory, isCall: false);
    }

    // What the object was told of its kernel; objects that do not ask take it for granted.
    private bool HasCallWrapper()
    {
        foreach (var map in program.Maps)
        {
            if (map is not { IsGlobalData: true, Btf: { } types, ValueType: BtfDataSection { Name: ".kconfig" } section, InitialValue: { } bytes }) continue;
            if (BtfValue.Read(types, section, bytes) is BtfRecord values && values.TryGetValue("LINUX_HAS_SYSCALL_WRAPPER", out object? wrapped)) return wrapped is true;
        }

        return true;
    }

    private byte[] BuildArguments(IReadOnlyDictionary<string, object?> fields)
    {
        var values = ContextNumber.List(fields.Values.FirstOrDefault());
        int size = ProgramTypeTable.Get(program.Type).Context?.Size ?? values.Count * Word;
        if (values.Count * Word > size) throw DiagnosticRules.RunInput.Error($"{values.Count} arguments do not fit: there are at most {size / Word}.", action: "Pass fewer.");
        var bytes = new byte[size];
        for (int index = 0; index < values.Count; index++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(index * Word), ContextNumber.Read($"args[{index}]", _memory.Place(values[index]), Word));
        return bytes;
    }

    private byte[] BuildFields(ContextLayout layout, IReadOnlyDictionary<string, object?> fields, int packetLength)
    {
        var bytes = new byte[layout.Size];
        // BPF_PROG_TEST_RUN wants it said of xdp_md, and leaves no other context a say about the packet.
        if (program.Type == ProgramType.Xdp) Write(bytes, layout.Fields.First(field => field.Kind == ContextFieldKind.PacketEnd), [packetLength]);
        foreach (var (name, value) in fields)
        {
            var field = layout.Fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw DiagnosticRules.RunInput.Error(
                    $"A struct {layout.Name} has no field '{name}'; it has {string.Join(", ", layout.Fields.Select(field => field.Name))}.", action: "Correct the field's name.");
            if (AddressBytes(value) is { } address && address.Length == field.Size) address.CopyTo(bytes.AsSpan(field.Offset));
            else Write(bytes, field, ContextNumber.List(value));
        }

        return bytes;
    }

    // Addresses stand in network order wherever the kernel shows them; people write them as text.
    private static byte[]? AddressBytes(object? value) => value switch
    {
        IPAddress address => address.GetAddressBytes(),
        string text when text.AsSpan().IndexOfAny('.', ':') >= 0 && IPAddress.TryParse(text, out var address) => address.GetAddressBytes(),
        _ => null,
    };

    private static void Write(byte[] bytes, ContextField field, IReadOnlyList<object?> values)
    {
        Span<byte> all = stackalloc byte[Word];
        if (values.Count * field.ElementSize > field.Size)
            throw DiagnosticRules.RunInput.Error($"Field '{field.Name}' has {field.Size / field.ElementSize} elements; {values.Count} do not fit.", action: "Pass fewer.");
        for (int index = 0; index < values.Count; index++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(all, ContextNumber.Read(field.Name, values[index], field.ElementSize));
            all[..field.ElementSize].CopyTo(bytes.AsSpan(field.Offset + index * field.ElementSize));
        }
    }

    private byte[] BuildRecord(IReadOnlyDictionary<string, object?> fields)
    {
        if (FindRecord() is not var (types, record))
            throw DiagnosticRules.RunInput.Error($"The context of program '{program.Name}' has no fields that are known.", action: "Pass -Context as bytes, or give the program's function a structure as its parameter.");
        var given = new Dictionary<string, object?>(fields.Count);
        foreach (var (name, value) in fields)
        {
            // Where a pointer or an unsigned long stands for one, what it points to may be said.
            bool points = types.TryFindMember(record, name, out var member, out _) && Points(types, types[member.TypeId]);
            given[name] = value switch
            {
                string or byte[] when points => _memory.Place(value),
                object?[] items when member is not null && types.Resolve(types[member.TypeId]) is BtfArray array => Elements(types, array, items),
                _ => value,
            };
        }

        var bytes = new byte[types.SizeOf(record)];
        BtfValue.Write(types, record, given, bytes);
        return bytes;
    }

    // As many as there are: what is left out is zero.
    private object?[] Elements(BtfTypeSet types, BtfArray array, object?[] items)
    {
        bool points = Points(types, types[array.ElementId]);
        var elements = new object?[Math.Max(items.Length, (int)array.Length)];
        for (int index = 0; index < elements.Length; index++)
            elements[index] = index >= items.Length ? 0 : points ? _memory.Place(items[index]) : items[index];
        return elements;
    }

    private static bool Points(BtfTypeSet types, BtfType type) =>
        types.Resolve(type) is BtfReference { ReferenceKind: BtfKind.Pointer } or BtfInt { Size: Word };

    private (BtfTypeSet Types, BtfType Record)? FindRecord()
    {
        var own = ParameterOfFunction();
        var kernel = (program.Target ?? TargetKernel.Machine).Types;
        if (kernel is not null)
        {
            string name = _target[(_target.LastIndexOfAny(['/', ':']) + 1)..];
            string[] candidates = [own?.Name ?? "", $"trace_event_raw_{name}", name.StartsWith("sys_exit_", StringComparison.Ordinal) ? "trace_event_raw_sys_exit" : name.StartsWith("sys_enter_", StringComparison.Ordinal) ? "trace_event_raw_sys_enter" : ""];
            foreach (string candidate in candidates)
                if (candidate.Length > 0 && kernel.Types.Find(BtfKind.Struct, candidate) is { } found) return (kernel.Types, found);
        }

        return own is null ? null : (program.Btf!, own);
    }

    private BtfStruct? ParameterOfFunction()
    {
        if (program.Btf is not { } types || program.Functions is not [{ TypeId: > 0 } entry, ..]) return null;
        return types[entry.TypeId] is BtfReference function && types[function.TargetId] is BtfFunctionPrototype { Parameters: [var first, ..] }
            && types.Resolve(types[first.TypeId]) is BtfReference { ReferenceKind: BtfKind.Pointer } pointer && types.Resolve(types[pointer.TargetId]) is BtfStruct structure
            ? structure : null;
    }
}
