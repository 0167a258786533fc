namespace PSBpf.Viewer;

/// <summary>Kinds of sources of events.</summary>
internal enum EventSourceKind
{
    Printed,
    RingBuffer,
    PerfBuffer,
}
