using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>
/// Which session the cmdlets of a runspace work in: the process's own, or the one of the innermost Use-BpfSession that
/// is running in that runspace.
/// </summary>
internal static class SessionScope
{
    private static readonly ConditionalWeakTable<Runspace, Stack<BpfSession>> Entered = [];

    /// <summary>The session of the runspace that the calling thread runs.</summary>
    public static BpfSession Current =>
        Runspace.DefaultRunspace is { } runspace && Entered.TryGetValue(runspace, out var sessions) && sessions.Count > 0
            ? sessions.Peek()
            : BpfSession.Default;

    /// <summary>Makes a session the current one of a runspace.</summary>
    public static void Enter(Runspace runspace, BpfSession session) => Entered.GetOrCreateValue(runspace).Push(session);

    /// <summary>Takes it back, together with any that was entered after it.</summary>
    public static void Leave(Runspace runspace, BpfSession session)
    {
        if (!Entered.TryGetValue(runspace, out var sessions) || !sessions.Contains(session)) return;
        while (!ReferenceEquals(sessions.Pop(), session))
        {
        }
    }
}
