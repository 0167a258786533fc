namespace PSBpf.Kernel;

/// <summary>Where a walk in batches is: opaque bytes between two calls of <see cref="IKernelMap.LookupBatch"/>.</summary>
public sealed class MapBatchPosition
{
    /// <summary>Makes one that stands at the start.</summary>
    /// <param name="keySize">Bytes of the map's keys.</param>
    public MapBatchPosition(int keySize) => Bytes = new byte[Math.Max(keySize, sizeof(uint))];

    /// <summary>Whether a batch was looked up already.</summary>
    public bool HasBegun { get; set; }

    /// <summary>What the kernel keeps there (in_batch and out_batch of BPF_MAP_LOOKUP_BATCH).</summary>
    public byte[] Bytes { get; }
}
