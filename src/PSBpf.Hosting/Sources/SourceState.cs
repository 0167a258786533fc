namespace PSBpf.Hosting;

/// <summary>What a source is doing.</summary>
public enum SourceState
{
    /// <summary>It sends packets, or waits until the next is due.</summary>
    Running,

    /// <summary>It sent all that it had to.</summary>
    Finished,

    /// <summary>Somebody stopped it, or its session ended.</summary>
    Stopped,

    /// <summary>Something went wrong; its error says what.</summary>
    Failed,
}
