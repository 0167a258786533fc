using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>How the contents of a map stand in a file.</summary>
public enum MapFileFormat
{
    /// <summary>JSON, keys and values typed by BTF; the bytes stand beside them, for maps that know no types.</summary>
    Json,

    /// <summary>The bytes, one entry after the other, behind a short header.</summary>
    Binary,
}

/// <summary>An entry in a file.</summary>
/// <param name="Key">The key: bytes, or what BTF types.</param>
/// <param name="Value">The value.</param>
/// <param name="KeyBytes">The key's bytes; null when the file does not have them.</param>
/// <param name="ValueBytes">The value's bytes; null when the file does not have them.</param>
public sealed record MapFileEntry(object Key, object? Value, byte[]? KeyBytes, byte[]? ValueBytes);

/// <summary>
/// The contents of a map in a file: what kind of map it was, and its entries. Of a binary file the header is 32 bytes, little-endian:
/// "BPFM", version (u32), type, key size, bytes of a value as users see it, max_entries, and the number of entries (u64).
/// </summary>
public sealed class MapFile
{
    private const uint Version = 1;
    private const int HeaderSize = 32;

    private static readonly byte[] Magic = "BPFM"u8.ToArray();

    /// <summary>The map's name; empty in binary files.</summary>
    public string Name { get; private init; } = "";

    /// <summary>Its type.</summary>
    public MapType Type { get; private init; }

    /// <summary>Key size in bytes.</summary>
    public int KeySize { get; private init; }

    /// <summary>Value size in bytes, of all CPUs together for per-CPU maps.</summary>
    public int ValueSize { get; private init; }

    /// <summary>Value size in bytes of one CPU.</summary>
    /// <param name="cpus">How many CPUs the kernel counts with.</param>
    public int ValueSizeOfOne(int cpus) => IsPerCpu ? ValueSize / cpus : ValueSize;

    /// <summary>Whether an entry has one value for each CPU.</summary>
    public bool IsPerCpu => Type is MapType.PerCpuArray or MapType.PerCpuHash or MapType.LruPerCpuHash;

    /// <summary>Largest number of entries.</summary>
    public long MaxEntries { get; private init; }

    /// <summary>Keys and values.</summary>
    public IReadOnlyList<MapFileEntry> Entries { get; private init; } = [];

    /// <summary>Reads a file of either format.</summary>
    /// <exception cref="BpfException">BPF4030 when there is no such file or it is none of a map.</exception>
    public static MapFile Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BpfException(DiagnosticRules.MapFile.At($"{path}: {exception.Message}"), exception);
        }

        return bytes.AsSpan().StartsWith(Magic) ? ReadBinary(path, bytes) : ReadJson(path, bytes);
    }

    /// <summary>Writes the entries of a map.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="BpfException">BPF4006 for maps without keys and, in binary, for maps that hold programs or maps; BPF4030.</exception>
    public static long Write(BpfMap map, string path, MapFileFormat format)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (format == MapFileFormat.Binary && (map.HoldsPrograms || map.HoldsMaps))
            throw DiagnosticRules.WrongKind.Error($"Map '{map.Name}' holds {(map.HoldsMaps ? "maps" : "programs")}, whose numbers mean nothing elsewhere.", action: "Export it as JSON, which names them.");
        var entries = map.Entries().ToArray();
        try
        {
            if (format == MapFileFormat.Json) WriteJson(map, path, entries);
            else WriteBinary(map, path, entries);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BpfException(DiagnosticRules.MapFile.At($"{path}: {exception.Message}"), exception);
        }

        return entries.Length;
    }

    private static void WriteBinary(BpfMap map, string path, BpfMapEntry[] entries)
    {
        using var file = File.Create(path);
        var header = new byte[HeaderSize];
        Magic.CopyTo(header, 0);
        int at = Magic.Length;
        foreach (uint number in (uint[])[Version, (uint)map.Type, (uint)map.KeySize, (uint)map.UserValueSize, (uint)map.MaxEntries])
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(at), number);
            at += sizeof(uint);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(at), (ulong)entries.Length);
        file.Write(header);
        foreach (var entry in entries)
        {
            file.Write(entry.KeyBytes);
            file.Write(entry.ValueBytes);
        }
    }

    private static MapFile ReadBinary(string path, byte[] bytes)
    {
        if (bytes.Length < HeaderSize || Word(1) != Version) throw Malformed(path, "its header is of another version, or cut");
        int keySize = (int)Word(3), valueSize = (int)Word(4);
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(24));
        if (keySize <= 0 || valueSize <= 0 || (long)keySize + valueSize > bytes.Length || count != (ulong)(bytes.Length - HeaderSize) / (ulong)(keySize + valueSize) || (bytes.Length - HeaderSize) % (keySize + valueSize) != 0)
            throw Malformed(path, $"it says {count} entries of {keySize} and {valueSize} bytes, and has {bytes.Length - HeaderSize} bytes of them");
        var entries = new List<MapFileEntry>((int)count);
        for (int at = HeaderSize; at < bytes.Length; at += keySize + valueSize)
        {
            byte[] key = bytes.AsSpan(at, keySize).ToArray(), value = bytes.AsSpan(at + keySize, valueSize).ToArray();
            entries.Add(new MapFileEntry(key, value, key, value));
        }


        return new MapFile { Type = (MapType)Word(2), KeySize = keySize, ValueSize = valueSize, MaxEntries = Word(5), Entries = entries };

        uint Word(int index) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(index * sizeof(uint)));
    }

    private static void WriteJson(BpfMap map, string path, BpfMapEntry[] entries)
    {
        using var file = File.Create(path);
        using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("map", map.Name);
        writer.WriteString("type", map.Type.ToString());
        writer.WriteNumber("keySize", map.KeySize);
        writer.WriteNumber("valueSize", map.UserValueSize);
        writer.WriteNumber("maxEntries", map.MaxEntries);
        writer.WriteStartArray("entries");
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("key");
            MapJson.Write(writer, map.GivesBack(entry.Key, entry.KeyBytes, isKey: true) ? entry.Key : entry.KeyBytes);
            writer.WritePropertyName("value");
            MapJson.Write(writer, map.GivesBack(entry.Value, entry.ValueBytes, isKey: false) ? entry.Value : entry.ValueBytes);
            writer.WriteString("keyBytes", Convert.ToHexStringLower(entry.KeyBytes));
            if (!map.HoldsPrograms && !map.HoldsMaps) writer.WriteString("valueBytes", Convert.ToHexStringLower(entry.ValueBytes));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static MapFile ReadJson(string path, byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetString(bytes).TrimStart('\ufeff'));
            var root = document.RootElement;
            return new MapFile
            {
                Name = root.TryGetProperty("map", out var name) ? name.GetString() ?? "" : "",
                Type = Enum.Parse<MapType>(root.GetProperty("type").GetString() ?? "", ignoreCase: true),
                KeySize = root.GetProperty("keySize").GetInt32(),
                ValueSize = root.GetProperty("valueSize").GetInt32(),
                MaxEntries = root.GetProperty("maxEntries").GetInt64(),
                Entries = [.. root.GetProperty("entries").EnumerateArray().Select(ReadEntry)],
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new BpfException(DiagnosticRules.MapFile.At($"{path} is no file of a map: {exception.Message}"), exception);
        }
    }

    private static MapFileEntry ReadEntry(JsonElement entry)
    {
        return new MapFileEntry(MapJson.Read(entry.GetProperty("key"))!, MapJson.Read(entry.GetProperty("value")), Bytes("keyBytes"), Bytes("valueBytes"));

        byte[]? Bytes(string name) => entry.TryGetProperty(name, out var text) && text.GetString() is { } hex ? Convert.FromHexString(hex) : null;
    }

    private static BpfException Malformed(string path, string why) => DiagnosticRules.MapFile.Error($"{path} is no file of a map: {why}.");
}
