using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-Variable: gives variables.</summary>
[Cmdlet(VerbsCommon.Get, "Variable")]
internal sealed class GetVariable : PSCmdlet
{
    /// <summary>Gets or sets the names; * and ? stand for characters. All variables when nothing is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Gets or sets a value indicating whether only the values are given.</summary>
    [Parameter]
    public SwitchParameter ValueOnly { get; set; }

    /// <summary>Gets or sets the scope.</summary>
    [Parameter]
    [ValidateSet("Global", "Local", "Script")]
    public string? Scope { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            IEnumerable<PSVariable> variables = WildcardPattern.ContainsWildcardCharacters(name) ? Matching(name) : Named(name);
            foreach (PSVariable variable in variables)
                WriteObject(ValueOnly ? variable.Value : variable);
        }
    }

    private IEnumerable<PSVariable> Matching(string pattern) =>
        InvokeProvider.ChildItem.Get("variable:", recurse: false)
            .Select(static item => item.BaseObject)
            .OfType<PSVariable>()
            .Where(variable => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(variable.Name))
            .Where(variable => Scope is null || SessionState.PSVariable.Get($"{Scope}:{variable.Name}") is not null)
            .OrderBy(static variable => variable.Name, StringComparer.OrdinalIgnoreCase);

    private PSVariable[] Named(string name)
    {
        if (SessionState.PSVariable.Get(Scope is null ? name : $"{Scope}:{name}") is { } variable)
            return [variable];
        WriteError(new ErrorRecord(
            new ItemNotFoundException($"Cannot find a variable with the name '{name}'."), "VariableNotFound", ErrorCategory.ObjectNotFound, name));
        return [];
    }
}
