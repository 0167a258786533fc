using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>User ring buffers: records from users, which programs take out.</summary>
public sealed partial class BpfMap
{
    private readonly Lock _writerGate = new();
    private IUserRingBufferWriter? _writer;

    // A struct by its type where the object tells it, as with events; else bytes.
    private void WriteRecord(object? value)
    {
        byte[] record;
        var type = EventType.Find(this);
        if (value is not byte[] && type.Type is { } declared && (Spec.ValueType == declared ? Spec.Btf : ObjectTypes) is { } types)
        {
            record = new byte[types.SizeOf(declared)];
            new ValueCodec(types, declared, record.Length, $"a record of map '{Name}'").Write(value, record);
        }
        else
        {
            record = LayerValues.ToBytes(value)
                ?? throw DiagnosticRules.WrongKind.Error($"'{value}' is no record of map '{Name}'.", action: "Pass bytes, or load an object that declares the type of the map's records.");
        }

        Check(Ask(_ => Writer().Write(record)), "write", []);
    }

    private IUserRingBufferWriter Writer()
    {
        lock (_writerGate) return _writer ??= KernelMap.OpenUserRingBuffer();
    }

    private void CloseWriter()
    {
        lock (_writerGate) _writer?.Dispose();
    }
}
