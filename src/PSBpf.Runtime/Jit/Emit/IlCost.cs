namespace PSBpf.Runtime.Jit.Emit;

/// <summary>
/// What the machine's compiler counts in a method before it decides whether to optimise it. One more than its limits,
/// and everything in the method runs several times slower.
/// </summary>
/// <param name="LocalReferences">Uses of locals and arguments.</param>
/// <param name="Instructions">IL instructions.</param>
/// <param name="Bytes">Bytes of IL.</param>
/// <param name="Blocks">Basic blocks.</param>
internal readonly record struct IlCost(int LocalReferences, int Instructions, int Bytes, int Blocks)
{
    /// <summary>The limits of RyuJIT (DEFAULT_MIN_OPTS_*): from there on it does not optimise.</summary>
    public static IlCost Limit { get; } = new(8000, 20_000, 60_000, 2000);

    /// <summary>What a method of ours may have, so that what is counted differently does not matter.</summary>
    public static IlCost Budget { get; } = new(6000, 15_000, 45_000, 1500);

    public static IlCost operator +(IlCost one, IlCost other) =>
        new(one.LocalReferences + other.LocalReferences, one.Instructions + other.Instructions, one.Bytes + other.Bytes, one.Blocks + other.Blocks);

    public static IlCost operator -(IlCost one, IlCost other) =>
        new(one.LocalReferences - other.LocalReferences, one.Instructions - other.Instructions, one.Bytes - other.Bytes, one.Blocks - other.Blocks);

    /// <summary>Whether it stays within a budget in every respect.</summary>
    public bool Fits(IlCost budget) =>
        LocalReferences <= budget.LocalReferences && Instructions <= budget.Instructions && Bytes <= budget.Bytes && Blocks <= budget.Blocks;
}
