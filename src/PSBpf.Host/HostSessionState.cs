using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;
using PSBpf.Host.Cmdlets;

namespace PSBpf.Host;

/// <summary>The session that a script in psbpf meets: the engine's own commands and the host's closed set.</summary>
/// <remarks>
/// System.Management.Automation alone has no Utility and Management cmdlets. The host adds those that README.md beside this
/// file lists, here only: the PSBpf module adds none of them, so in a real PowerShell nothing is shadowed.
/// </remarks>
public static class HostSessionState
{
    private const int OpenAttempts = 3;

    /// <summary>Makes the initial state for a runspace.</summary>
    /// <returns>A new state, which the caller may add to.</returns>
    public static InitialSessionState Create()
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        InitialSessionState state = InitialSessionState.CreateDefault2();
        foreach ((string name, Type type) in HostCmdlets.All)
            state.Commands.Add(new SessionStateCmdletEntry(name, type, helpFileName: null));
        RemoveDanglingAliases(state);
        AddViews(state);
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned; // pwsh's default there; other systems have none
        return state;
    }

    /// <summary>Opens a runspace with the host's session state.</summary>
    /// <param name="host">Where it writes to.</param>
    /// <param name="adapt">Adds to the state; it may be called more than once, with a new state each time.</param>
    /// <param name="threads">How its pipelines get their threads. A thread that is kept lives until the runspace is disposed.</param>
    /// <returns>The open runspace.</returns>
    /// <remarks>
    /// On a busy machine the engine has been seen, about once in some thousand times, to open a runspace that has no drives
    /// and so no location: it swallows what fails while it looks for them. Such a runspace is good for nothing.
    /// </remarks>
    public static Runspace OpenRunspace(
        ConsoleHost host, Action<InitialSessionState>? adapt = null, PSThreadOptions threads = PSThreadOptions.Default)
    {
        for (int attempt = 1; ; attempt++)
        {
            InitialSessionState state = Create();
            adapt?.Invoke(state);
            Runspace runspace = RunspaceFactory.CreateRunspace(host, state);
            runspace.ThreadOptions = threads;
            runspace.Open();
            if (attempt == OpenAttempts || HasLocation(runspace))
                return runspace;
            runspace.Dispose();
        }
    }

    private static bool HasLocation(Runspace runspace)
    {
        try
        {
            return runspace.SessionStateProxy.Path.CurrentLocation is not null;
        }
        catch (PSInvalidOperationException)
        {
            return false;
        }
    }

    // The engine brings aliases for all of PowerShell's cmdlets; those whose cmdlet is in neither set would only mislead.
    private static void RemoveDanglingAliases(InitialSessionState state)
    {
        HashSet<string> commands = new(StringComparer.OrdinalIgnoreCase);
        foreach (SessionStateCommandEntry entry in state.Commands)
        {
            if (entry is not SessionStateAliasEntry)
                commands.Add(entry.Name);
        }

        foreach (SessionStateAliasEntry alias in state.Commands.OfType<SessionStateAliasEntry>().ToList())
        {
            if (!commands.Contains(alias.Definition))
                state.Commands.Remove(alias.Name, typeof(SessionStateAliasEntry));
        }
    }

    // The first view that fits a type is taken, so these stand before those of the engine.
    private static void AddViews(InitialSessionState state)
    {
        List<SessionStateFormatEntry> formats = [.. state.Formats];
        state.Formats.Clear();
        state.Formats.Add(View(typeof(ErrorRecord), "[PSBpf.Host.ErrorView]::Render($_, $Host, $ErrorView)"));
        state.Formats.Add(View(typeof(MatchInfo), "$_.ToString($PWD.ProviderPath)"));
        state.Formats.Add(formats);
    }

    // A view that shows objects of a type, in whatever they stand among, by the text that a script gives.
    private static SessionStateFormatEntry View(Type type, string script)
    {
        CustomControl control = CustomControl.Create(outOfBand: true)
            .StartEntry()
            .AddScriptBlockExpressionBinding(script)
            .EndEntry()
            .EndControl();
        return new SessionStateFormatEntry(new ExtendedTypeDefinition(
            type.FullName,
            [new FormatViewDefinition($"psbpf.{type.Name}", control)]));
    }
}
