namespace PSBpf.Verifier;

/// <summary>How to verify.</summary>
public sealed record VerifierOptions
{
    /// <summary>The kernel's own limits, no log.</summary>
    public static VerifierOptions Default { get; } = new();

    /// <summary>Largest number of instructions processed over all paths.</summary>
    public int InstructionBudget { get; init; } = 1_000_000;

    /// <summary>Count what each line of source takes.</summary>
    public bool Heatmap { get; init; }

    /// <summary>
    /// Let states cover each other only where all numbers agree, and not those alone that a check depended on: slower, and for tests, since then what is known of
    /// each register holds of every run.
    /// </summary>
    public bool AllNumbersPrecise { get; init; }

    /// <summary>Look for what could be better in a program that is accepted.</summary>
    public bool Advise { get; init; }

    /// <summary>The processors of the kernel that it is for, which bound bpf_get_smp_processor_id(); 0 when that is not known.</summary>
    public int Processors { get; init; }

    /// <summary>As in bpf(2): 0 no log, 1 the path that is refused, 2 every path, with the registers and stack slots that each instruction touched; 4 the figures at the end, which come with the others too.</summary>
    public int LogLevel { get; init; }

    /// <summary>Where the log goes as it is written; null to return it in the report.</summary>
    public TextWriter? LogWriter { get; init; }
}
