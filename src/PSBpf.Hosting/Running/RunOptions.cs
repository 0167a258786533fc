namespace PSBpf.Hosting;

/// <summary>How to run a program.</summary>
public sealed record RunOptions
{
    /// <summary>Once, on the type's default context.</summary>
    public static RunOptions Default { get; } = new();

    /// <summary>How often; every run starts from the same input.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Use the checked interpreter even where compiled code exists.</summary>
    public bool Interpret { get; init; }

    /// <summary>The context in its UAPI layout; empty for the type's default.</summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>The context as values by name, in place of <see cref="Context"/>; null for none.</summary>
    public BpfContext? Input { get; init; }
}
