namespace PSBpf.Hosting;

/// <summary>Where a source's packets come from.</summary>
public enum SourceKind
{
    /// <summary>A capture file.</summary>
    Capture,

    /// <summary>Packets that are made up.</summary>
    Generator,
}
