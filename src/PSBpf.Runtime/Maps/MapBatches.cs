namespace PSBpf.Runtime.Maps;

/// <summary>Commands on many entries.</summary>
[Flags]
internal enum MapBatches
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>BPF_MAP_LOOKUP_BATCH.</summary>
    Lookup = 1,

    /// <summary>BPF_MAP_UPDATE_BATCH.</summary>
    Update = 2,

    /// <summary>BPF_MAP_DELETE_BATCH.</summary>
    Delete = 4,

    /// <summary>BPF_MAP_LOOKUP_AND_DELETE_BATCH.</summary>
    Take = 8,
}
