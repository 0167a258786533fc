using System.Globalization;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Tracing;

/// <summary>Gives addresses names: what a run's registers point to.</summary>
internal readonly unsafe struct PlaceFinder(RunState run)
{
    /// <summary>The place of an address.</summary>
    public Place Find(ulong address)
    {
        var frame = run.Frame;
        if (InStack(address) is { } stack) return stack;
        // One past the end has a place too: that is what data_end is.
        if (frame->PacketLength > 0 && address - frame->PacketBase <= frame->PacketLength)
            return new Place(MemoryArea.Packet, "packet", (long)(address - (ulong)run.Data));
        if (run.Program.Type.Context is not null && ContextOffset(address) is { } offset) return InContext(offset);
        if (run.SampleAround(address) is { Ring: not null } sample)
            return new Place(MemoryArea.Sample, $"{sample.Ring.Spec.Name} sample", (long)(address - sample.Address)) { Map = sample.Ring.Spec.Name };
        if (run.Engine.Regions.Current.Find(address) is { } region && region.ValueAround(address, 1) is not 0 and var value) return InMap(region, value, address);
        return run.Engine.Maps.Find(address) is { } map
            ? new Place(MemoryArea.Map, $"map {map.Spec.Name}", 0) { Map = map.Spec.Name }
            : default;
    }

    /// <summary>A place of the context, by its offset in the UAPI struct.</summary>
    public Place InContext(long offset)
    {
        var field = run.Program.View.Layout?.FieldAt((int)offset);
        string name = field is null ? "ctx" : field.Offset == offset ? $"ctx.{field.Name}" : $"ctx.{field.Name}+{offset - field.Offset}";
        return new Place(MemoryArea.Context, name, offset) { IsNamed = field is not null, HasBytes = field is null or { Kind: Uapi.ContextFieldKind.Scalar } };
    }

    /// <summary>A register's value in words: the place that it points to, else the number.</summary>
    public string Describe(ulong value) => Find(value) is { Area: not MemoryArea.Unknown } place
        ? place is { Area: MemoryArea.Context, Offset: 0 } ? "ctx" : place.ToString()
        : Number(value);

    /// <summary>Small numbers in decimal, negative ones too; the others in hexadecimal.</summary>
    public static string Number(ulong value) => (long)value switch
    {
        >= -0x1_0000 and <= 0x1_0000 => ((long)value).ToString(CultureInfo.InvariantCulture),
        _ => $"0x{value:x}",
    };

    /// <summary>Copies memory that the run owns; empty when it does not.</summary>
    public byte[] Copy(ulong address, int size) =>
        run.Owns(address, (uint)size, write: false) ? new ReadOnlySpan<byte>((byte*)address, size).ToArray() : [];

    private Place? InStack(ulong address)
    {
        var frame = run.Frame;
        ulong first = frame->StackBase - (ulong)(frame->Depth * RunFrame.StackStride);
        for (int depth = frame->Depth; depth >= 0; depth--)
        {
            ulong top = first + (ulong)(depth * RunFrame.StackStride) + RunFrame.StackSize;
            if (top - address > RunFrame.StackSize) continue;
            return new Place(MemoryArea.Stack, depth == frame->Depth ? "fp" : $"frame {depth} fp", (long)(address - top));
        }

        return null;
    }

    private long? ContextOffset(ulong address)
    {
        ulong offset = address - (ulong)run.Context;
        var view = run.Program.View;
        return offset < (view.IsPlain ? run.Frame->RecordLength : (ulong)view.WindowSize) || offset == 0 ? (long)offset : null;
    }

    private Place InMap(MemoryRegion region, ulong value, ulong address)
    {
        var map = run.Program.Maps.FirstOrDefault(candidate => candidate.Holds(region));
        string name = map?.Spec.Name ?? "";
        return new Place(MemoryArea.MapValue, name.Length == 0 ? "map value" : $"{name} value", (long)(address - value)) { Map = name };
    }
}

/// <summary>A place that an address is in.</summary>
/// <param name="Area">Which kind; <see cref="MemoryArea.Unknown"/> for an address that is none of the run's.</param>
/// <param name="Name">What to call it.</param>
/// <param name="Offset">From its start.</param>
internal readonly record struct Place(MemoryArea Area, string Name, long Offset)
{
    /// <summary>The map that it belongs to.</summary>
    public string Map { get; init; } = "";

    /// <summary>Whether the name says the offset already.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Whether its bytes are what the program sees.</summary>
    public bool HasBytes { get; init; } = true;

    /// <summary><c>packet+14</c>.</summary>
    public override string ToString() =>
        IsNamed || Area == MemoryArea.Map || (Offset == 0 && Area is MemoryArea.Stack or MemoryArea.MapValue or MemoryArea.Sample)
            ? Name
            : string.Create(CultureInfo.InvariantCulture, $"{Name}{Offset:+0;-0;+0}");
}
