using System.Management.Automation.Runspaces;

namespace PSBpf.Pester.Runner;

/// <summary>The session that specs meet: the one of psbpf, with the subset's commands added.</summary>
internal static class SpecSessionState
{
    public static InitialSessionState Create()
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        InitialSessionState state = InitialSessionState.CreateDefault2();
        SpecCmdlets.AddTo(state);
        return state;
    }
}
