using PSBpf.Uapi;

namespace PSBpf.Kernel;

/// <summary>What sort of thing is pinned.</summary>
public enum PinKind
{
    /// <summary>A map.</summary>
    Map,

    /// <summary>A program.</summary>
    Program,

    /// <summary>A link.</summary>
    Link,
}

/// <summary>Something that a name in a BPF file system keeps alive.</summary>
public sealed record PinStatus
{
    /// <summary>Its name there, an absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>What it is.</summary>
    public PinKind Kind { get; init; }

    /// <summary>Its id in its kernel.</summary>
    public int Id { get; init; }

    /// <summary>The map's or program's name; empty for links. The Linux kernel keeps 15 characters of it.</summary>
    public string Name { get; init; } = "";

    /// <summary>BPF_MAP_TYPE_*; null when it is no map.</summary>
    public MapType? MapType { get; init; }
}
