using PSBpf.Kernel;
using PSBpf.Linux;

namespace PSBpf.Verifier.Tests.Support;

/// <summary>The machine's kernel as the judge; where it cannot be asked, the test skips and says why.</summary>
internal static class Oracle
{
    public static IBpfKernel OpenOrSkip()
    {
        if (LinuxKernel.Probe() is { } unavailable) Assert.Skip(unavailable.Message);
        return LinuxKernel.Open();
    }
}
