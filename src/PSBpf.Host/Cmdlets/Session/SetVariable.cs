using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Set-Variable: gives variables a value; those that do not exist are made.</summary>
[Cmdlet(VerbsCommon.Set, "Variable", SupportsShouldProcess = true)]
internal sealed class SetVariable : PSCmdlet
{
    private readonly List<object?> _values = [];

    /// <summary>Gets or sets the names.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    /// <summary>Gets or sets the value; several values that come through the pipeline become an array.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    /// <summary>Gets or sets the scope.</summary>
    [Parameter]
    [ValidateSet("Global", "Local", "Script")]
    public string? Scope { get; set; }

    /// <summary>Gets or sets what is special about the variable.</summary>
    [Parameter]
    public ScopedItemOptions? Option { get; set; }

    /// <summary>Gets or sets what the variable is for.</summary>
    [Parameter]
    public string? Description { get; set; }

    /// <summary>Gets or sets a value indicating whether a read-only variable is set too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gets or sets a value indicating whether the variables are given.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _values.Add(Value);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        object? value = _values.Count > 1 ? _values.ToArray() : _values.FirstOrDefault();
        foreach (string name in Name)
        {
            if (!ShouldProcess($"Name: {name} Value: {value}", "Set variable"))
                continue;
            try
            {
                Set(Scope is null ? name : $"{Scope}:{name}", value);
            }
            catch (SessionStateUnauthorizedAccessException exception)
            {
                WriteError(new ErrorRecord(exception.ErrorRecord, exception));
            }
        }
    }

    private void Set(string name, object? value)
    {
        // Only the provider can write what is read-only.
        if (Force && SessionState.PSVariable.Get(name) is { Options: var options } && (options & ScopedItemOptions.ReadOnly) != 0)
            InvokeProvider.Item.Set([$"variable:{name}"], value, force: true, literalPath: true);
        else
            SessionState.PSVariable.Set(name, value);
        if (SessionState.PSVariable.Get(name) is not { } variable)
            return;
        if (Description is not null)
            variable.Description = Description;
        if (Option is { } option)
            variable.Options = option;
        if (PassThru)
            WriteObject(variable);
    }
}
