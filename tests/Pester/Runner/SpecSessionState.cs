using System.Management.Automation.Runspaces;
using PSBpf.Host;

namespace PSBpf.Pester.Runner;

/// <summary>The session that specs meet: the one of psbpf, with the subset's commands added.</summary>
internal static class SpecSessionState
{
    public static InitialSessionState Create()
    {
        InitialSessionState state = HostSessionState.Create();
        SpecCmdlets.AddTo(state);
        return state;
    }
}
