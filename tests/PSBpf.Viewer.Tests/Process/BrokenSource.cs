using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.Viewer.Tests;

/// <summary>Gives frames that hold nothing at all after a few that are right, which no source may do: what the top does when something in it fails.</summary>
public sealed class BrokenSource : IStatisticSource
{
    private int _looks;

    /// <inheritdoc/>
    public StatisticFrame Sample() =>
        new() { Time = DateTimeOffset.Now, Interval = TimeSpan.Zero, Kernel = BpfKernelKind.Managed, Programs = ++_looks > 4 ? null! : [], Maps = 0, Links = 0 };

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
