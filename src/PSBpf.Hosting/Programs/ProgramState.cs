namespace PSBpf.Hosting;

/// <summary>How far a program has come.</summary>
public enum ProgramState
{
    /// <summary>In the session, not judged.</summary>
    Loaded,

    /// <summary>Accepted by its kernel's verifier.</summary>
    Verified,

    /// <summary>Translated to machine code.</summary>
    Compiled,

    /// <summary>Attached to at least one hook.</summary>
    Attached,

    /// <summary>Removed from the session; operations on it fail.</summary>
    Removed,
}
