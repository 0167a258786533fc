namespace PSBpf.Runtime.Conformance;

/// <summary>Ends a whole program from inside a helper, through whatever executor calls it.</summary>
internal sealed class ProgramEnd : Exception
{
    public ProgramEnd()
        : base("The program ended itself.")
    {
    }
}
