using System.Collections.Concurrent;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Contexts;

/// <summary>
/// How a program's context, as the UAPI struct has it, maps to the internal record. The program's context pointer
/// addresses a window as large as the struct; the record lies so far behind it that no 16-bit offset reaches it. Accesses of
/// the window become accesses of the record. The record begins with three 64-bit pointers, then come the struct's other fields at their offsets.
/// A context that is plain memory has no window: the record is the memory.
/// <code>
///  r1 → | window: the UAPI struct's addresses | … 64 KiB … | data | data_end | data_meta | fields … |
///                                                          ^ record
/// </code>
/// </summary>
internal sealed class ContextView
{
    /// <summary>Bytes from a window to its record.</summary>
    public const int RecordDistance = 0x1_0000;

    /// <summary>Where pointers lie in the record.</summary>
    public const int DataOffset = 0, DataEndOffset = 8, DataMetaOffset = 16, FieldsOffset = 24;

    private static readonly ConcurrentDictionary<ContextLayout, ContextView> Views = new(ReferenceEqualityComparer.Instance);

    private static readonly ContextView None = new(null);

    // Fields of struct __sk_buff that the kernel keeps in 16 bits: a write loses the others.
    private static readonly string[] Shorts = ["tc_index", "tc_classid", QueueMapping];
    private const string QueueMapping = "queue_mapping";

    private ContextView(ContextLayout? layout)
    {
        Layout = layout;
        IsPlain = layout is null || layout.IsPlain;
        if (layout is null) return;
        WindowSize = IsPlain ? 0 : layout.Size;
        RecordSize = IsPlain ? layout.Size : FieldsOffset + layout.Size;
    }

    /// <summary>The UAPI layout; null for programs that have none.</summary>
    public ContextLayout? Layout { get; }

    /// <summary>Whether the program sees the memory as it is.</summary>
    public bool IsPlain { get; }

    /// <summary>Bytes of the window; a multiple of 8.</summary>
    public int WindowSize { get; }

    /// <summary>Bytes of the record; for plain memory the most there can be.</summary>
    public int RecordSize { get; }

    /// <summary>The view of a layout.</summary>
    public static ContextView Of(ContextLayout? layout) => layout is null ? None : Views.GetOrAdd(layout, static key => new ContextView(key));

    /// <summary>Whether the kernel lets a write pass without effect: queue numbers from 0xffff (NO_QUEUE_MAPPING) on.</summary>
    public bool Ignores(int offset, ulong value) => (uint)value >= ushort.MaxValue && Layout?.FieldAt(offset)?.Name == QueueMapping;

    /// <summary>Whether runs fill a field.</summary>
    public static bool Has(ContextField field) => field.Kind <= ContextFieldKind.PacketMeta || IsSocket(field);

    /// <summary>Translates an access of the UAPI struct.</summary>
    /// <param name="offset">Its offset there.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="write">Whether it writes.</param>
    /// <param name="recordOffset">Its offset in the record.</param>
    /// <param name="recordSize">Its bytes there: 8 for a pointer, 2 for what the kernel cuts to that.</param>
    /// <returns>False when the program may not do this.</returns>
    public bool TryMap(int offset, int size, bool write, out int recordOffset, out int recordSize)
    {
        recordOffset = recordSize = 0;
        if (Layout?.FieldAt(offset) is not { } field || !field.Allows(offset, size, write)) return false;
        if (field.Kind == ContextFieldKind.Scalar)
        {
            recordOffset = FieldsOffset + offset;
            recordSize = write && Shorts.Contains(field.Name) ? 2 : size;
            return true;
        }

        if (!Has(field)) return false;
        if (IsSocket(field))
        {
            recordOffset = FieldsOffset + offset;
            recordSize = 8;
            return true;
        }

        recordOffset = field.Kind switch
        {
            ContextFieldKind.PacketData => DataOffset,
            ContextFieldKind.PacketEnd => DataEndOffset,
            _ => DataMetaOffset,
        };
        recordSize = 8;
        return true;
    }

    private static bool IsSocket(ContextField field) => field.Kind is ContextFieldKind.Socket or ContextFieldKind.SocketOrNull or ContextFieldKind.SocketCommonOrNull;
}
