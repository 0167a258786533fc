namespace PSBpf.Runtime.Jit;

/// <summary>Whether programs are compiled, with the meaning of net.core.bpf_jit_enable.</summary>
public enum JitMode
{
    /// <summary>Every run is interpreted.</summary>
    Off,

    /// <summary>Programs are compiled.</summary>
    On,

    /// <summary>Programs are compiled, and the IL and machine code are kept to be looked at.</summary>
    Debug,
}

/// <summary>When a program is compiled.</summary>
public enum JitTiming
{
    /// <summary>On another thread, once a program runs often enough; until then it is interpreted.</summary>
    Background,

    /// <summary>When it is loaded.</summary>
    Eager,
}

/// <summary>How a managed kernel compiles programs.</summary>
public sealed record JitOptions
{
    /// <summary>The defaults: compiled in the background, trusting the verifier.</summary>
    public static JitOptions Default { get; } = new();

    /// <summary>Whether programs are compiled.</summary>
    public JitMode Mode { get; init; } = JitMode.On;

    /// <summary>When.</summary>
    public JitTiming Timing { get; init; } = JitTiming.Background;

    /// <summary>Whether compiled code checks every memory access and counts its loops, as the interpreter does, although the verifier proved it safe.</summary>
    public bool Checked { get; init; }

    /// <summary>Runs after which a program is compiled in the background.</summary>
    public int BackgroundAfterRuns { get; init; } = 2;

    /// <summary>
    /// Cuts programs into pieces of this many instructions at most; 0 for as large as the machine's compiler optimises.
    /// Small ones cost speed: they are for finding faults in how pieces are put together.
    /// </summary>
    public int LargestPiece { get; init; }
}
