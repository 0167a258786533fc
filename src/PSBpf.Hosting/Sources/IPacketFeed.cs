namespace PSBpf.Hosting;

/// <summary>A packet to be sent.</summary>
/// <param name="Data">Its bytes; they stay valid until as many packets were taken as <see cref="IPacketFeed.Ahead"/> says.</param>
/// <param name="Offset">Nanoseconds from the first packet, at its own pace; never less than the one before.</param>
internal readonly record struct FeedPacket(ReadOnlyMemory<byte> Data, long Offset);

/// <summary>Gives a source its packets one by one. Used by one thread; its figures are read by any.</summary>
internal interface IPacketFeed : IDisposable
{
    /// <summary>Packets whose bytes are good at the same time: a batch, and the one that is looked at before its time.</summary>
    const int Ahead = 257;

    /// <summary>Where its packets come from.</summary>
    SourceKind Kind { get; }

    /// <summary>What to call the source if nobody does.</summary>
    string DefaultName { get; }

    /// <summary>How often it has come to its end.</summary>
    long Loops { get; }

    /// <summary>How much of it was taken, from 0 to 1; null when it has no end.</summary>
    double? Progress { get; }

    /// <summary>Takes the next packet.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="Diagnostics.BpfException">What is wrong where the packets come from.</exception>
    bool TryTake(out FeedPacket packet);
}
