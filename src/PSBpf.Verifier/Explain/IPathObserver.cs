using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Explain;

/// <summary>Watches paths being walked: for logs and explanations.</summary>
internal interface IPathObserver
{
    /// <summary>Before an instruction takes effect.</summary>
    void Before(int pc, PathState state);

    /// <summary>A call wrote bytes of a frame's stack.</summary>
    /// <param name="frame">The frame's index.</param>
    /// <param name="from">The lowest offset, negative.</param>
    /// <param name="end">The offset after the highest.</param>
    void Wrote(int frame, int from, int end)
    {
    }

    /// <summary>The other way of a branch that was put off is taken up.</summary>
    void Begin(int from, int to, PathState state)
    {
    }

    /// <summary>The path ends before an instruction: what was explored from there covers it.</summary>
    void Covered(int pc)
    {
    }
}
