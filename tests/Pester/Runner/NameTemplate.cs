using System.Management.Automation;
using System.Text.RegularExpressions;

namespace PSBpf.Pester.Runner;

/// <summary>Fills in &lt;name&gt;, &lt;_&gt; and &lt;a.b&gt; in the names of blocks and tests.</summary>
/// <remarks>As in Pester 5, what stands between the brackets is the variable expression without its dollar sign; a backtick before the bracket keeps the text.</remarks>
internal static partial class NameTemplate
{
    [GeneratedRegex("(?<!`)<([^>^`]+)>")]
    private static partial Regex Placeholder();

    /// <param name="cmdlet">The cmdlet in whose scope the variables are looked up.</param>
    /// <param name="name">The name as written.</param>
    /// <param name="keepUnknown">Leaves a placeholder alone whose variable has no value yet, instead of putting nothing there.</param>
    public static string Expand(PSCmdlet cmdlet, string name, bool keepUnknown)
    {
        if (!name.Contains('<', StringComparison.Ordinal))
            return name;
        string expanded = Placeholder().Replace(name, match => Evaluate(cmdlet, match.Groups[1].Value) switch
        {
            null or "" when keepUnknown => match.Value,
            null => "",
            string value => value,
        });
        return expanded.Replace("`<", "<", StringComparison.Ordinal).Replace("`>", ">", StringComparison.Ordinal);
    }

    private static string? Evaluate(PSCmdlet cmdlet, string expression)
    {
        try
        {
            ScriptBlock text = ScriptBlock.Create($"\"$(${expression})\"");
            return cmdlet.InvokeCommand.InvokeScript(useLocalScope: true, text, input: null).FirstOrDefault()?.ToString();
        }
        catch (RuntimeException)
        {
            return null;
        }
    }
}
