using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

public sealed partial class BpfMap
{
    /// <summary>The entry of a key, or null when there is none.</summary>
    /// <param name="key">A value of the key's type, or its bytes.</param>
    public BpfMapEntry? Get(object key)
    {
        var keyBytes = KeyBytes(key);
        return Lookup(keyBytes);
    }

    /// <summary>
    /// Sets the value of a key. Members of a structure that are left out become zero; of the map for global variables
    /// those that are left out stay as they are.
    /// </summary>
    /// <param name="key">A value of the key's type, or its bytes.</param>
    /// <param name="value">
    /// A value of the value's type, or its bytes; for per-CPU maps one for all CPUs, or an array with one for each; for program
    /// arrays a program, its name or its id, and for maps of maps a map, its name or its id.
    /// </param>
    /// <param name="flags">Whether to create, replace, or both.</param>
    /// <exception cref="BpfException">BPF0202 when key or value do not fit their types, BPF2003 when the map refuses, BPF4001 when there is no such program.</exception>
    public void Set(object key, object? value, MapUpdateFlags flags = MapUpdateFlags.Any)
    {
        var keyBytes = KeyBytes(key);
        var valueBytes = new byte[KernelMap.UserValueSize];
        if (Spec.IsGlobalData) Check(Ask(map => map.Lookup(keyBytes, valueBytes)), "look up", keyBytes);
        if (!Spec.IsGlobalData || !_codec.Value.TryWriteVariables(value, valueBytes, out var written))
        {
            WriteValue(value, valueBytes);
        }
        else if (flags is MapUpdateFlags.Any or MapUpdateFlags.Exist)
        {
            // Only what is set, since programs write the other variables meanwhile.
            foreach (var (offset, length) in written) Check(Ask(map => map.WritePart(keyBytes, offset, valueBytes.AsSpan(offset, length))), "update", keyBytes);
            return;
        }

        Check(Ask(map => map.Update(keyBytes, valueBytes, flags)), "update", keyBytes);
    }

    /// <summary>Removes the entry of a key.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="BpfException">BPF2003, when the map does not delete: arrays cannot.</exception>
    public bool Remove(object key)
    {
        var keyBytes = KeyBytes(key);
        var error = Ask(map => map.Delete(keyBytes));
        if (error == Errno.ENOENT) return false;
        Check(error, "delete", keyBytes);
        return true;
    }

    /// <summary>Every entry, in the map's own order. Entries that come or go meanwhile may be seen or not, none is seen twice.</summary>
    public IEnumerable<BpfMapEntry> Entries()
    {
        RequireKeys();
        foreach (var key in Keys())
            if (Lookup(key) is { } entry) yield return entry;
    }

    // All keys first, the entries after: a caller may change the map between two entries. When a key goes away under the
    // walk, BPF_MAP_GET_NEXT_KEY starts over: keys that were seen are skipped, and a walk that others keep throwing
    // back comes to an end.
    private List<byte[]> Keys()
    {
        const int MostRestarts = 1000;
        var keys = new List<byte[]>();
        var seen = new HashSet<byte[]>(ByteArrayComparer.Instance);
        var key = Array.Empty<byte>();
        for (int restarts = 0, repeats = 0; restarts < MostRestarts;)
        {
            var next = new byte[KeySize];
            var (previous, into) = (key, next);
            var error = Ask(map => map.NextKey(previous, into));
            if (error == Errno.ENOENT) break;
            Check(error, "walk", key);
            key = next;
            if (seen.Add(next))
            {
                keys.Add(next);
                repeats = 0;
            }
            else if (repeats++ == 0)
            {
                restarts++;
            }
        }

        return keys;
    }

    private BpfMapEntry? Lookup(byte[] key)
    {
        var value = new byte[KernelMap.UserValueSize];
        var error = Ask(map => map.Lookup(key, value));
        if (error == Errno.ENOENT) return null;
        Check(error, "look up", key);
        return new BpfMapEntry(this) { Key = _codec.Key.Read(key), Value = ReadValue(value), KeyBytes = key, ValueBytes = value };
    }

    private object ReadValue(byte[] value)
    {
        if (HoldsPrograms) return ReadProgram(value);
        if (HoldsMaps) return ReadMap(value);
        if (!_codec.IsPerCpu) return _codec.Value.Read(value);
        var values = new object[_codec.Cpus];
        for (var cpu = 0; cpu < values.Length; cpu++) values[cpu] = _codec.Value.Read(value.AsSpan(cpu * _codec.Stride, ValueSize));
        return values;
    }

    private void WriteValue(object? value, byte[] into)
    {
        if (HoldsPrograms)
        {
            WriteProgram(value, into);
            return;
        }

        if (HoldsMaps)
        {
            WriteMap(value, into);
            return;
        }

        if (!_codec.IsPerCpu)
        {
            _codec.Value.Write(value, into);
            return;
        }

        if (value is byte[] all && all.Length == into.Length)
        {
            all.CopyTo(into, 0);
            return;
        }

        var each = value is object?[] values && values.Length == _codec.Cpus ? values : null;
        for (var cpu = 0; cpu < _codec.Cpus; cpu++)
            _codec.Value.Write(each is null ? value : each[cpu], into.AsSpan(cpu * _codec.Stride, ValueSize));
    }

    private byte[] KeyBytes(object key)
    {
        RequireKeys();
        var bytes = new byte[KeySize];
        _codec.Key.Write(key, bytes);
        return bytes;
    }

    private void RequireKeys()
    {
        if (!HasKeys)
            throw DiagnosticRules.WrongKind.Error($"Map '{Name}' is a {Type} and has no keys.", action: Type switch
            {
                MapType.Queue or MapType.Stack => "Leave -Key out: Get-BpfMapEntry gives the next value, Set-BpfMapEntry puts one in, Remove-BpfMapEntry takes one out.",
                MapType.BloomFilter => "Set-BpfMapEntry without -Key puts a value in, Get-BpfMapEntry with the value as -Key asks whether it may be there.",
                MapType.UserRingBuf => "Set-BpfMapEntry without -Key puts a record in; a program takes it out.",
                MapType.RingBuf => "Read it with Watch-BpfRingBuffer.",
                MapType.PerfEventArray => "Read it with Watch-BpfPerfBuffer.",
                _ => null,
            });
    }

    // A map that goes away under the call answers as a removed one does.
    private Errno Ask(Func<IKernelMap, Errno> operation)
    {
        try
        {
            return operation(KernelMap);
        }
        catch (ObjectDisposedException)
        {
            return Errno.EBADF;
        }
    }

    private void Check(Errno error, string operation, byte[] key)
    {
        if (error == Errno.None) return;
        if (error == Errno.EBADF && (_removed || !HoldsSockets)) throw Gone();
        throw DiagnosticRules.MapOperation.Error(
            $"Map '{Name}' ({Type}) answers {error} to '{operation}'{(key.Length > 0 ? $" of key {_codec.Key.Read(key)}" : "")}: {Meaning(error)}.");
    }

    private string Meaning(Errno error) => error switch
    {
        Errno.EBADF or Errno.EOPNOTSUPP or Errno.EINVAL when HoldsSockets && Kernel == BpfKernelKind.Managed =>
            "a value is the cookie of a socket that Set-BpfEnvironment -Socket named, of a kind and in a state that this type of map takes",
        Errno.ENOSPC when HoldsSockets => "a cookie needs values of 8 bytes, and they have 4",
        Errno.ENOENT => "there is no such entry",
        Errno.EEXIST => "the entry is there already",
        Errno.E2BIG when Type == MapType.UserRingBuf => $"a record has at most {MaxEntries} bytes, with 8 of header",
        Errno.E2BIG => $"it is full, or the index is past its {MaxEntries} entries",
        Errno.ENOSPC when Type == MapType.UserRingBuf => $"it is full: a program has to take records out of its {MaxEntries} bytes first",
        Errno.ENOSPC => $"it is full: it takes {MaxEntries} entries",
        Errno.EINVAL when HoldsMaps => "the map differs in type, sizes, flags or entries from those that this one holds, or the flags do not fit",
        Errno.EINVAL when Type is MapType.Devmap or MapType.DevmapHash => "there is no such interface, or the flags do not fit",
        Errno.EINVAL when HoldsPrograms => "the program is of another type than those that this array serves, or the flags do not fit",
        Errno.EINVAL => "this type of map does not do that",
        Errno.EPERM when IsForeign => "it belongs to somebody else, and is open to be read only",
        Errno.EPERM => "it is frozen or read-only",
        Errno.ENOMEM => "there is no memory for another entry",
        Errno.EBUSY => "the entry is in use",
        _ => "see bpf(2)",
    };
}
