using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>Contents that come from files and go to them.</summary>
public sealed partial class BpfMap
{
    /// <summary>Writes its entries to a file.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="BpfException">BPF4006, BPF4030.</exception>
    public long Export(string path, MapFileFormat format = MapFileFormat.Json) => MapFile.Write(this, path, format);

    /// <summary>Puts the entries of a file into it, in the place of those with the same keys.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="BpfException">BPF4030 when sizes differ; those of <see cref="Set"/>.</exception>
    public long Import(MapFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.KeySize != KeySize || file.ValueSize != UserValueSize || file.IsPerCpu != IsPerCpu)
            throw DiagnosticRules.MapFile.Error(
                $"The file has {file.KeySize}-byte keys and {file.ValueSize}-byte values{(file.IsPerCpu ? " of all CPUs" : "")}, map '{Name}' {KeySize}-byte keys and {UserValueSize}-byte values{(IsPerCpu ? " of all CPUs" : "")}.",
                action: "Import into a map of the same sizes, or leave -Map out to make one.");
        foreach (var entry in file.Entries)
        {
            // Who edits the file edits what has a name; the bytes are for maps that know no names.
            object key = KeyType.Length == 0 && entry.KeyBytes is { } keyBytes ? keyBytes : entry.Key;
            object? value = _codec.Value.TypeName.Length == 0 && entry.ValueBytes is { } valueBytes ? valueBytes : entry.Value;
            Set(key, value);
        }

        return file.Entries.Count;
    }

    /// <summary>Bytes of a value as users see it: those of all CPUs for per-CPU maps.</summary>
    internal int UserValueSize => KernelMap.UserValueSize;

    /// <summary>Whether writing what was read gives the same bytes again; of a string with something behind its end it does not.</summary>
    internal bool GivesBack(object? value, byte[] bytes, bool isKey)
    {
        if (!isKey && (HoldsPrograms || HoldsMaps)) return true;
        var again = new byte[bytes.Length];
        try
        {
            if (isKey) _codec.Key.Write(value, again);
            else WriteValue(value, again);
        }
        catch (BpfException)
        {
            return false;
        }

        return again.AsSpan().SequenceEqual(bytes);
    }
}
