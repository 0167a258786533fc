namespace PSBpf.Uapi;

/// <summary>What the bytes of a dynptr are.</summary>
public enum DynptrKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Memory of the program: a map's value.</summary>
    Local,

    /// <summary>A record of a ring buffer, which has to be given back.</summary>
    RingBuffer,

    /// <summary>A packet, with what lies outside of its linear part.</summary>
    Packet,

    /// <summary>An XDP frame, with its fragments.</summary>
    Frame,

    /// <summary>A record that user space put into a ring buffer, there while it is looked at.</summary>
    UserRecord,

    /// <summary>One of a function's callers, of any bytes.</summary>
    Parameter,
}
