using System.Runtime.CompilerServices;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Runs;

/// <summary>Which memory the run may touch: the places that the loop's fast checks leave out.</summary>
internal sealed unsafe partial class RunState
{
    // As they were when the run first asked; a later run must not use what this one saw.
    private RegionTable.Snapshot? _regions;

    /// <summary>Loads from an address that the fast checks did not recognise.</summary>
    /// <returns>The value, zero-extended.</returns>
    /// <exception cref="BpfException">BPF2101.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong Load(ulong address, uint size, int index)
    {
        if (Owns(address, size, write: false)) return Read(address, size);
        if (InWindow(address) && Program.View.TryMap((int)(address - (ulong)Context), (int)size, write: false, out int offset, out int width))
            return Read(Frame->RecordBase + (ulong)offset, (uint)width);
        throw Fault(index, $"reads {size} bytes at {Describe(address)}");
    }

    /// <summary>Stores to an address that the fast checks did not recognise.</summary>
    /// <exception cref="BpfException">BPF2101.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Store(ulong address, uint size, ulong value, int index)
    {
        if (Owns(address, size, write: true)) Write(address, size, value);
        else if (InWindow(address) && Program.View.TryMap((int)(address - (ulong)Context), (int)size, write: true, out int offset, out int width))
        {
            if (!Program.View.Ignores((int)(address - (ulong)Context), value)) Write(Frame->RecordBase + (ulong)offset, (uint)width, value);
        }
        else throw Fault(index, $"writes {size} bytes at {Describe(address)}");
    }

    /// <summary>Checks the address of an atomic instruction.</summary>
    /// <exception cref="BpfException">BPF2101.</exception>
    public void CheckAtomic(ulong address, uint size, bool write, int index)
    {
        if (!Owns(address, size, write)) throw Fault(index, $"{(write ? "writes" : "reads")} {size} bytes at {Describe(address)}");
        if ((address & (size - 1)) != 0) throw Fault(index, $"accesses {size} bytes atomically at 0x{address:x}, which is not a multiple of {size}");
    }

    /// <summary>Whether all bytes of a range lie in one thing that the run may read or write.</summary>
    public bool Owns(ulong address, uint size, bool write)
    {
        var frame = Frame;
        if (Contains(frame->ValueBase, write ? frame->ValueWritable : frame->ValueLength, address, size)) return true;
        if (Contains(frame->PacketBase, write ? frame->PacketWritable : frame->PacketLength, address, size)) return true;
        if (Contains(frame->RecordBase, write ? frame->RecordWritable : frame->RecordLength, address, size)) return true;
        for (int depth = 0; depth <= frame->Depth; depth++)
            if (Contains(_stacks + (ulong)(depth * RunFrame.StackStride), RunFrame.StackSize, address, size)) return true;
        return OwnsSample(address, size) || OwnsRecord(address, size) || OwnsValue(address, size, write) || OwnsKey(address, size, write) || (!write && Engine.Sockets.Holds(address, size));
    }

    /// <summary>Copies text up to its zero byte, as probe reads do: what cannot be read gives nothing.</summary>
    /// <returns>Bytes copied.</returns>
    public int ReadText(ulong address, Span<byte> target)
    {
        for (int length = 0; length < target.Length; length++)
        {
            ulong at = address + (ulong)length;
            if (!Owns(at, 1, write: false)) return 0;
            byte character = *(byte*)at;
            if (character == 0) return length;
            target[length] = character;
        }

        return target.Length;
    }

    /// <summary>Copies bytes; zeros when they cannot be read.</summary>
    public void ReadBytes(ulong address, Span<byte> target)
    {
        target.Clear();
        if (Owns(address, (uint)target.Length, write: false)) new ReadOnlySpan<byte>((byte*)address, target.Length).CopyTo(target);
    }

    /// <summary>The fault of an instruction.</summary>
    /// <param name="index">Its slot.</param>
    /// <param name="what">What it does, as the end of a sentence.</param>
    public BpfException Fault(int index, string what)
    {
        _counters.CountError();
        var location = Program.LocationOf(index);
        string line = location.Source is { } source ? $", {source}" : "";
        return DiagnosticRules.MemoryFault.Error($"Program '{Program.Name}': instruction {index} ({Program.TextOf(index)}{line}) {what}.", location);
    }

    /// <summary>The fault of an operation that the loop does not know.</summary>
    public BpfException UnknownOperation(int index) => Program.Code[index].Form == Operation.EndOfProgram
        ? Fault(index, "is reached without 'exit'")
        : Fault(index, "cannot be executed");

    private static bool Contains(ulong start, ulong length, ulong address, uint size)
    {
        ulong offset = address - start;
        return offset < length && size <= length - offset;
    }

    private static ulong Read(ulong address, uint size) => size switch
    {
        1 => *(byte*)address,
        2 => *(ushort*)address,
        4 => *(uint*)address,
        _ => *(ulong*)address,
    };

    private static void Write(ulong address, uint size, ulong value)
    {
        switch (size)
        {
            case 1: *(byte*)address = (byte)value; break;
            case 2: *(ushort*)address = (ushort)value; break;
            case 4: *(uint*)address = (uint)value; break;
            default: *(ulong*)address = value; break;
        }
    }

    private bool InWindow(ulong address) => address - (ulong)Context < (ulong)Program.View.WindowSize;

    // Map values: the snapshot taken at the start of the run, or the present one when a map was made since.
    private bool OwnsValue(ulong address, uint size, bool write)
    {
        var region = (_regions ??= Engine.Regions.Current).Find(address);
        if (region is null)
        {
            var current = Engine.Regions.Current;
            if (current == _regions) return false;
            _regions = current;
            if ((region = current.Find(address)) is null) return false;
        }

        ulong value = region.ValueAround(address, size);
        if (value == 0 || !(write ? region.Writable : region.Readable)) return false;
        Frame->ValueBase = value;
        Frame->ValueLength = region.Readable ? region.ValueSize : 0;
        Frame->ValueWritable = region.Writable ? region.ValueSize : 0;
        return true;
    }

    private string Describe(ulong address)
    {
        long offset = (long)(address - Frame->PacketBase);
        if (Frame->PacketLength > 0 && Math.Abs(offset) <= 1 << 20) return Program.Input.HasPacket
            ? $"packet offset {offset}, where the packet has {Frame->PacketLength} bytes"
            : $"memory offset {offset}, where the memory has {Frame->PacketLength} bytes";
        offset = (long)(address - (Frame->StackBase + RunFrame.StackSize));
        if (Math.Abs(offset) <= 4096) return $"stack offset {offset}, where the frame has {RunFrame.StackSize} bytes";
        if (InWindow(address)) return $"context offset {address - (ulong)Context}, which this program type may not do";
        return $"0x{address:x}, outside of everything that the program owns";
    }
}
