using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace PSBpf.Host.Cmdlets;

/// <summary>Makes the objects of Select-Object from its -Property, -ExcludeProperty and -ExpandProperty.</summary>
internal sealed class PropertySelection
{
    private readonly PSCmdlet _cmdlet;
    private readonly IReadOnlyList<PropertyArgument> _properties;
    private readonly WildcardPattern[] _excluded;
    private readonly PSPropertyExpression? _expanded;

    /// <summary>Initializes a new instance of the <see cref="PropertySelection"/> class.</summary>
    /// <param name="cmdlet">The cmdlet, which writes the errors.</param>
    /// <param name="properties">The properties to have.</param>
    /// <param name="excluded">The properties not to have.</param>
    /// <param name="expanded">The property whose value stands for the object.</param>
    public PropertySelection(PSCmdlet cmdlet, object[]? properties, string[]? excluded, string? expanded)
    {
        _cmdlet = cmdlet;
        if (properties is null && excluded is not null && expanded is null)
            properties = ["*"]; // leaving some out means having the others
        _properties = PropertyArgument.Read(cmdlet, properties, PropertyArgument.Calculated);
        _excluded = [.. (excluded ?? []).Select(static name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];
        _expanded = string.IsNullOrEmpty(expanded) ? null : new PSPropertyExpression(expanded);
    }

    /// <summary>Makes the objects for one object.</summary>
    /// <param name="value">The object.</param>
    /// <returns>The objects: one, unless a property with several values is expanded.</returns>
    public IEnumerable<object?> Apply(PSObject value)
    {
        if (_expanded is not null)
            return Expand(value, _expanded);
        return _properties.Count == 0 ? [value] : [Select(value)];
    }

    private PSObject Select(PSObject value)
    {
        var selected = new PSObject();
        AddProperties(value, selected);
        selected.TypeNames.Insert(0, "Selected." + (value.BaseObject is PSCustomObject
            ? typeof(PSCustomObject).FullName
            : value.BaseObject.GetType().FullName));
        return selected;
    }

    private void AddProperties(PSObject source, PSObject target)
    {
        foreach (PropertyArgument argument in _properties)
        {
            List<PSPropertyExpression> resolved = argument.Expression.Script is null
                ? argument.Expression.ResolveNames(source)
                : [argument.Expression];
            if (resolved.Count == 0 && !argument.Expression.HasWildCardCharacters)
                Add(target, argument.Name ?? argument.Expression.ToString(), null);

            foreach (PSPropertyExpression expression in resolved)
            {
                string name = argument.Name ?? expression.ToString().Trim();
                if (_excluded.Any(pattern => pattern.IsMatch(name)))
                    continue;
                foreach (PSPropertyExpressionResult result in expression.GetValues(source))
                    Add(target, name, result.Exception is null ? result.Result : null, fromWildcard: argument.Expression.HasWildCardCharacters);
            }
        }
    }

    private IEnumerable<object?> Expand(PSObject source, PSPropertyExpression expression)
    {
        List<PSPropertyExpressionResult> results = expression.GetValues(source);
        if (results.Count == 0)
        {
            Fail(new PSArgumentException($"Property \"{expression}\" cannot be found."), "ExpandPropertyNotFound", source);
            return [];
        }

        if (results.Count > 1)
        {
            Fail(new PSArgumentException($"Several properties match \"{expression}\"; only one can be expanded."), "MutlipleExpandProperties", source);
            return [];
        }

        if (results[0].Exception is { } exception)
        {
            Fail(exception, "PropertyEvaluationExpand", source);
            return [];
        }

        object? value = results[0].Result;
        IEnumerable<object?> elements = LanguagePrimitives.GetEnumerable(value)?.Cast<object?>() ?? [value];
        return _properties.Count == 0 ? elements : elements.Select(element => WithProperties(source, element));
    }

    // With -ExpandProperty, the other properties are put onto the values.
    private PSObject? WithProperties(PSObject source, object? element)
    {
        if (element is null)
            return null;
        PSObject target = PSObject.AsPSObject(element);
        AddProperties(source, target);
        return target;
    }

    private void Add(PSObject target, string name, object? value, bool fromWildcard = false)
    {
        if (target.Properties[name] is null)
        {
            target.Properties.Add(new PSNoteProperty(name, value));
        }
        else if (!fromWildcard)
        {
            Fail(
                new PSArgumentException($"The property cannot be processed because the property \"{name}\" already exists."),
                "AlreadyExistingUserSpecifiedPropertyNoExpand",
                target);
        }
    }

    private void Fail(Exception exception, string id, object target) =>
        _cmdlet.WriteError(new ErrorRecord(exception, id, ErrorCategory.InvalidArgument, target));
}
