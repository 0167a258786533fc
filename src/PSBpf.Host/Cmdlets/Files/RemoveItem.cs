using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Remove-Item: removes items.</summary>
[Cmdlet(VerbsCommon.Remove, "Item", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
internal sealed class RemoveItem : PathCmdlet
{
    /// <summary>Gets or sets a value indicating whether what is in a folder is removed without a question.</summary>
    [Parameter]
    [Alias("r")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Gets or sets a value indicating whether hidden and read-only items are removed too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    /// <remarks>-WhatIf and -Confirm are the provider's to ask, as it knows what kind of item it is.</remarks>
    protected override void ProcessRecord() => ForEachPath(path =>
    {
        // A pattern that fits nothing removes nothing; a name of nothing is an error.
        bool pattern = !IsLiteral && WildcardPattern.ContainsWildcardCharacters(path);
        foreach (PathInfo item in SessionState.Path.GetResolvedPSPathFromPSPath(IsLiteral ? WildcardPattern.Escape(path) : path))
        {
            if (pattern && !Force && item.Provider.Name == "FileSystem" && (File.GetAttributes(item.ProviderPath) & FileAttributes.Hidden) != 0)
                continue;
            if (!Recurse && InvokeProvider.ChildItem.HasChild(item.Path, force: true, literalPath: true) && !Confirm(item.Path))
                continue;
            InvokeProvider.Item.Remove([item.Path], recurse: true, Force, literalPath: true);
        }
    });

    private bool Confirm(string path) => ShouldContinue(
        $"The item at {path} has children and the Recurse parameter was not specified. If you continue, all children will be removed with the item. Are you sure you want to continue?",
        "Confirm");
}
