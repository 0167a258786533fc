using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>Maps without keys: queues, stacks, Bloom filters; and what is done with a map as a whole.</summary>
public sealed partial class BpfMap
{
    /// <summary>Whether it holds values without keys: a queue, a stack, a Bloom filter.</summary>
    public bool HasValuesOnly => Type is MapType.Queue or MapType.Stack or MapType.BloomFilter;

    /// <summary>Puts a value into a map without keys; a record of any length into a user ring buffer.</summary>
    /// <param name="value">A value of the value's type, or its bytes.</param>
    /// <param name="flags">Exist: a full queue or stack gives up its oldest value.</param>
    /// <exception cref="BpfException">BPF2003 when the map refuses, BPF4006 when it has keys.</exception>
    public void Push(object? value, MapUpdateFlags flags = MapUpdateFlags.Any)
    {
        if (Type == MapType.UserRingBuf)
        {
            WriteRecord(value);
            return;
        }

        RequireValuesOnly();
        var bytes = new byte[ValueSize];
        _codec.Value.Write(value, bytes);
        Check(Ask(map => map.Update([], bytes, flags)), "push", []);
    }

    /// <summary>The value of a queue or stack that comes next; null when it is empty.</summary>
    /// <exception cref="BpfException">BPF2003, BPF4006.</exception>
    public BpfMapEntry? Peek() => Next(takes: false);

    /// <summary>The same, taken out.</summary>
    /// <exception cref="BpfException">BPF2003, BPF4006.</exception>
    public BpfMapEntry? Take() => Next(takes: true);

    /// <summary>Whether a Bloom filter may hold a value; when it says no, the value was never pushed.</summary>
    /// <exception cref="BpfException">BPF2003, BPF4006.</exception>
    public bool MayContain(object? value)
    {
        if (Type != MapType.BloomFilter) throw DiagnosticRules.WrongKind.Error($"Map '{Name}' is a {Type}, no Bloom filter.");
        var bytes = new byte[ValueSize];
        _codec.Value.Write(value, bytes);
        var error = Ask(map => map.Lookup([], bytes));
        if (error != Errno.ENOENT) Check(error, "peek", []);
        return error == Errno.None;
    }

    /// <summary>Removes every entry; the values of arrays, which have no entries to remove, become zero.</summary>
    /// <returns>How many entries were removed or zeroed.</returns>
    /// <exception cref="BpfException">BPF2003 when the map refuses, BPF4006 for maps that cannot be emptied.</exception>
    public long Clear()
    {
        long count = 0;
        if (Type is MapType.Queue or MapType.Stack)
        {
            while (Take() is not null) count++;
            return count;
        }

        RequireKeys();
        bool zeroes = Type is MapType.Array or MapType.PerCpuArray;
        var zero = new byte[KernelMap.UserValueSize];
        foreach (var key in Keys())
        {
            var error = zeroes ? Ask(map => map.Update(key, zero, MapUpdateFlags.Any)) : Ask(map => map.Delete(key));
            if (error == Errno.ENOENT) continue;
            Check(error, zeroes ? "update" : "delete", key);
            count++;
        }

        return count;
    }

    /// <summary>Takes it out of the session.</summary>
    /// <param name="force">Also when programs of the session use it.</param>
    /// <exception cref="BpfException">BPF4004 when programs use it.</exception>
    public void Remove(bool force = false) => Session.Remove(this, force);

    private BpfMapEntry? Next(bool takes)
    {
        RequireValuesOnly();
        var value = new byte[ValueSize];
        var error = Ask(map => takes ? map.LookupAndDelete([], value) : map.Lookup([], value));
        if (error == Errno.ENOENT) return null;
        Check(error, takes ? "pop" : "peek", []);
        return new BpfMapEntry(this) { Key = "", Value = _codec.Value.Read(value), KeyBytes = [], ValueBytes = value };
    }

    private void RequireValuesOnly()
    {
        if (!HasValuesOnly) throw DiagnosticRules.WrongKind.Error($"Map '{Name}' is a {Type}, whose values have keys.", action: "Pass -Key.");
    }
}
