namespace PSBpf.Kernel;

/// <summary>The input of one BPF_PROG_TEST_RUN.</summary>
public sealed record TestRunRequest
{
    /// <summary>Packet bytes, for program types that see packets.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The context in its UAPI layout; empty for the type's default.</summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>How often to run; every run but the last starts from the same input.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Use the checked interpreter even where compiled code exists. The Linux kernel ignores it.</summary>
    public bool Interpret { get; init; }
}

/// <summary>The outcome of one BPF_PROG_TEST_RUN.</summary>
public sealed record TestRunResult
{
    /// <summary>R0 of the last run, as the kernel reports it: 32 bits.</summary>
    public required uint ReturnValue { get; init; }

    /// <summary>Packet bytes after the last run.</summary>
    public byte[] Data { get; init; } = [];

    /// <summary>The context after the last run, in its UAPI layout; empty when the type has none to give back.</summary>
    public byte[] Context { get; init; } = [];

    /// <summary>Mean nanoseconds of one run, without set-up.</summary>
    public double DurationNanoseconds { get; init; }

    /// <summary>What trace_printk wrote, line by line, where the kernel hands it out.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>The signals that the program sent; the managed engine keeps their numbers and sends none, the Linux kernel tells none.</summary>
    public IReadOnlyList<int> Signals { get; init; } = [];
}
