using System.Collections;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace PSBpf.Host.Cmdlets;

/// <summary>
/// One value of a -Property parameter: a name with or without wildcards, a script block, or a hashtable with Expression and,
/// where the cmdlet allows them, Name (or Label), Ascending and Descending. Keys may be shortened.
/// </summary>
/// <param name="Expression">What gives the values.</param>
/// <param name="Name">The name that the hashtable gives, or null.</param>
/// <param name="Descending">The order that the hashtable gives, or null.</param>
internal sealed record PropertyArgument(PSPropertyExpression Expression, string? Name, bool? Descending)
{
    private const string NameKey = "name";
    private const string LabelKey = "label";
    private const string ExpressionKey = "expression";
    private const string AscendingKey = "ascending";
    private const string DescendingKey = "descending";

    /// <summary>The keys of a calculated property.</summary>
    public static readonly string[] Calculated = [NameKey, LabelKey, ExpressionKey];

    /// <summary>The keys of a sort key.</summary>
    public static readonly string[] Ordered = [ExpressionKey, AscendingKey, DescendingKey];

    /// <summary>The only key of a plain property.</summary>
    public static readonly string[] Plain = [ExpressionKey];

    /// <summary>Reads the values of a parameter.</summary>
    /// <param name="cmdlet">The cmdlet, which a wrong value ends.</param>
    /// <param name="values">The values.</param>
    /// <param name="keys">The keys that hashtables may have here.</param>
    /// <returns>The properties.</returns>
    public static IReadOnlyList<PropertyArgument> Read(PSCmdlet cmdlet, object?[]? values, string[] keys)
    {
        try
        {
            return [.. (values ?? []).Select(value => Read(value, keys))];
        }
        catch (PSArgumentException exception)
        {
            cmdlet.ThrowTerminatingError(new ErrorRecord(exception, "DictionaryKeyIllegalValue", ErrorCategory.InvalidArgument, values));
            throw;
        }
    }

    private static PropertyArgument Read(object? value, string[] keys)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain is IDictionary dictionary
            ? ReadDictionary(dictionary, keys)
            : new PropertyArgument(ReadExpression(plain), Name: null, Descending: null);
    }

    private static PropertyArgument ReadDictionary(IDictionary dictionary, string[] keys)
    {
        PSPropertyExpression? expression = null;
        string? name = null;
        bool? descending = null;
        foreach (DictionaryEntry entry in dictionary)
        {
            object? value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            switch (FullKey(entry.Key, keys))
            {
                case ExpressionKey:
                    expression = ReadExpression(value);
                    break;
                case NameKey or LabelKey:
                    name = LanguagePrimitives.ConvertTo<string>(value);
                    break;
                case AscendingKey:
                    descending = !LanguagePrimitives.IsTrue(value);
                    break;
                default:
                    descending = LanguagePrimitives.IsTrue(value);
                    break;
            }
        }

        return new PropertyArgument(
            expression ?? throw new PSArgumentException("A hashtable for a property needs the key 'expression'."),
            name,
            descending);
    }

    private static string FullKey(object key, string[] keys)
    {
        string given = key as string ?? string.Empty;
        string? full = given.Length == 0
            ? null
            : Array.Find(keys, candidate => candidate.StartsWith(given, StringComparison.OrdinalIgnoreCase));
        return full ?? throw new PSArgumentException(
            $"The key '{key}' has no meaning in a hashtable for a property; the keys are {string.Join(", ", keys)}.");
    }

    private static PSPropertyExpression ReadExpression(object? value) => value switch
    {
        ScriptBlock script => new PSPropertyExpression(script),
        null => throw new PSArgumentException("A property must have a name."),
        _ when LanguagePrimitives.ConvertTo<string>(value) is { Length: > 0 } name => new PSPropertyExpression(name),
        _ => throw new PSArgumentException("A property must have a name."),
    };
}
