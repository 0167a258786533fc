namespace PSBpf.Verifier.Proofs.StandIns;

/// <summary>How wide words are at the moment on this thread: 64 and 32 bits, or a few, so that all of them can be tried.</summary>
internal static class Widths
{
    [ThreadStatic]
    private static int t_narrowerBy;

    [ThreadStatic]
    private static int t_halfNarrowerBy;

    public static int Word => 64 - t_narrowerBy;

    public static int Half => 32 - t_halfNarrowerBy;

    /// <summary>Makes words so wide.</summary>
    public static void Set(int word, int half)
    {
        t_narrowerBy = 64 - word;
        t_halfNarrowerBy = 32 - half;
    }
}
