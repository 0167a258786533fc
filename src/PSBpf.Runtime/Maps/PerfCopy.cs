namespace PSBpf.Runtime.Maps;

/// <summary>Records that were copied out of a buffer that is overwritten, for its reader to take one after the other.</summary>
/// <param name="room">Bytes of the buffer.</param>
internal sealed class PerfCopy(int room)
{
    private byte[] _bytes = [];
    private int _length;
    private int _read;

    /// <summary>Whether all of them were taken.</summary>
    public bool IsEmpty => Volatile.Read(ref _read) >= Volatile.Read(ref _length);

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _read = _length = 0;
        if (_bytes.Length == 0) _bytes = new byte[room];
    }

    /// <summary>Adds a record, header and all.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        record.CopyTo(_bytes.AsSpan(_length));
        _length += record.Length;
    }

    /// <summary>Takes a record.</summary>
    public ReadOnlySpan<byte> Next()
    {
        int start = _read;
        _read += BitConverter.ToInt32(_bytes, start + sizeof(uint)) >>> 16;
        return _bytes.AsSpan(start, _read - start);
    }
}
