using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSBpf.Pester.Runner.Cmdlets;

/// <summary>The items of -ForEach, and the rules about them that are stricter than Pester's.</summary>
internal static class ForEachData
{
    /// <summary>The items; a single value, a hashtable for one, is one item.</summary>
    /// <exception cref="ArgumentException">There is none: a spec that silently tests nothing is a mistake.</exception>
    public static IReadOnlyList<object?> Items(object? data, string name)
    {
        object? value = data is PSObject wrapped ? wrapped.BaseObject : data;
        // The engine's own rule for what is enumerated: collections, but neither strings nor dictionaries.
        List<object?> items = value is null ? [] : LanguagePrimitives.GetEnumerable(value) is { } many ? [.. many] : [data];
        return items.Count > 0
            ? items
            : throw new ArgumentException($"-ForEach of '{name}' has no items, so that nothing would be tested.");
    }

    /// <summary>Pester hands the data to a param() block too; this subset does not, and says so instead of testing with nulls.</summary>
    public static void RefuseParameters(ScriptBlock body, string name)
    {
        if (((ScriptBlockAst)body.Ast).ParamBlock is not null)
            throw new ArgumentException($"'{name}' has a param() block, which this Pester-compatible subset does not fill; use the variables of -ForEach.");
    }
}
