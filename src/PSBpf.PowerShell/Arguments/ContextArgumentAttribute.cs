using System.Buffers.Binary;
using System.Collections;
using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>A program's context as the user says it: bytes in its UAPI layout, hexadecimal text, or fields by name.</summary>
public sealed class ContextInput
{
    private readonly byte[]? _bytes;
    private readonly IReadOnlyDictionary<string, object?>? _fields;

    internal ContextInput(byte[] bytes) => _bytes = bytes;

    internal ContextInput(IReadOnlyDictionary<string, object?> fields) => _fields = fields;

    /// <summary>The bytes for a program type. Fields that are not given are zero, but xdp_md's data_end is the packet's length.</summary>
    internal byte[] Read(ProgramType type, int packetLength)
    {
        if (_bytes is not null) return _bytes;
        var info = ProgramTypeTable.Get(type);
        if (info.Context is not { Fields.Count: > 0 } layout)
            throw DiagnosticRules.RunInput.Error($"The context of {info.Name} programs has no named fields.", action: "Pass -Context as bytes.");
        var bytes = new byte[layout.Size];
        // BPF_PROG_TEST_RUN wants it said of xdp_md, and leaves no other context a say about the packet.
        if (type == ProgramType.Xdp) WriteNumber(bytes, layout.Fields.First(field => field.Kind == ContextFieldKind.PacketEnd), packetLength);
        foreach (var (name, value) in _fields!)
        {
            var field = layout.Fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw DiagnosticRules.RunInput.Error(
                    $"A struct {layout.Name} has no field '{name}'; it has {string.Join(", ", layout.Fields.Select(field => field.Name))}.", action: "Correct the field's name.");
            if (!LanguagePrimitives.TryConvertTo<long>(value, out var number) || field.Size > 8 || !Fits(number, field.Size))
                throw DiagnosticRules.RunInput.Error($"Field '{name}' of struct {layout.Name} takes {field.Size} bytes; '{value}' does not fit.", action: "Pass a number in the field's range.");
            WriteNumber(bytes, field, number);
        }

        return bytes;
    }

    private static bool Fits(long number, int size) => size == 8 || (number >= -(1L << (size * 8 - 1)) && number < 1L << (size * 8));

    private static void WriteNumber(byte[] bytes, ContextField field, long number)
    {
        Span<byte> all = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(all, number);
        all[..Math.Min(field.Size, 8)].CopyTo(bytes.AsSpan(field.Offset));
    }
}

/// <summary>Makes a <see cref="ContextInput"/> of bytes, hexadecimal text or a hashtable.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class ContextArgumentAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value switch
            {
                ContextInput => value,
                byte[] bytes => new ContextInput(bytes),
                string text => new ContextInput(PacketText.Parse(text)),
                IDictionary fields => new ContextInput((IReadOnlyDictionary<string, object?>)Values.FromPowerShell(fields)!),
                IEnumerable items => new ContextInput(LanguagePrimitives.ConvertTo<byte[]>(items)),
                _ => throw new ArgumentTransformationMetadataException($"'{value}' is no context: pass bytes, hexadecimal text, or a hashtable of its fields."),
            };
        }
        catch (Exception exception) when (exception is BpfException or PSInvalidCastException)
        {
            throw new ArgumentTransformationMetadataException(exception.Message, exception);
        }
    }
}
