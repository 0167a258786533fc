using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>Takes frames. Statistics are kept while at least one is open; disposing stops that.</summary>
public interface IStatisticSource : IDisposable
{
    /// <summary>Takes a frame: what happened since the one before.</summary>
    /// <exception cref="BpfException">The kernel does not tell, or the session is closed.</exception>
    StatisticFrame Sample();
}
