using System.Collections;
using System.Management.Automation;

namespace PSBpf.Pester.Runner;

/// <summary>Variable scopes as Pester 5 arranges them, made out of the engine's own.</summary>
/// <remarks>
/// A cmdlet has no scope of its own, so a script block that it dot-sources runs in the scope of its caller. A new scope is
/// a small script block that calls a cmdlet, which then dot-sources the real ones. Functions could not do this: each
/// of them is a scope too, and variables that a setup assigned would be gone when it returns.
/// </remarks>
internal static class SpecScope
{
    private static readonly string EnterCommand = SpecCmdlets.CmdletName(typeof(Cmdlets.EnterSpecScopeCommand));

    /// <summary>Runs an action inside a new scope; the action gets the cmdlet that stands in it.</summary>
    public static void Enter(PSCmdlet outer, Action<PSCmdlet> action) =>
        outer.InvokeCommand.InvokeScript(
            useLocalScope: true,
            ScriptBlock.Create($"{EnterCommand} $args[0]"),
            input: null,
            new SpecStep(action));

    /// <summary>Runs a script block in the cmdlet's own scope, as `. { … }` would, and throws its output away.</summary>
    public static void DotSource(PSCmdlet cmdlet, ScriptBlock block) =>
        cmdlet.InvokeCommand.InvokeScript(useLocalScope: false, block, input: null);

    /// <summary>Makes a -ForEach item known in the cmdlet's scope: as $_, and a dictionary's entries as variables too.</summary>
    public static void SetData(PSCmdlet cmdlet, object? data)
    {
        cmdlet.SessionState.PSVariable.Set("_", data);
        if (data is PSObject { BaseObject: IDictionary wrapped })
            data = wrapped;
        if (data is not IDictionary entries)
            return;
        foreach (DictionaryEntry entry in entries)
            cmdlet.SessionState.PSVariable.Set(entry.Key.ToString()!, entry.Value);
    }
}

/// <summary>An action on its way through a script block's arguments.</summary>
internal sealed record SpecStep(Action<PSCmdlet> Action);
