using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>Shows the top on the terminal; supplied by an adapter.</summary>
public interface ITopViewer
{
    /// <summary>Runs until the user leaves or it is cancelled, and leaves the terminal as it found it, whatever happens.</summary>
    /// <exception cref="BpfException">There is no terminal to show it on.</exception>
    void Show(TopOptions options, CancellationToken cancellation);
}
