using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Completes paths of pins.</summary>
internal sealed class PinCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session)
    {
        try
        {
            return session.GetPins(session.Options.Kernel).Select(pin => (pin.Path, $"{pin.Kind.ToString().ToLowerInvariant()} {pin.Name}"));
        }
        catch (BpfException)
        {
            // Where no file system is mounted there is nothing to complete.
            return [];
        }
    }
}
