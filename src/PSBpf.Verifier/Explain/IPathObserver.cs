using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Explain;

/// <summary>Watches a path being walked: for logs and explanations.</summary>
internal interface IPathObserver
{
    /// <summary>Before an instruction takes effect.</summary>
    void Before(int pc, PathState state);
}
