using System.Management.Automation.Language;
using System.Text;
using System.Text.RegularExpressions;

namespace PSBpf.Host.Execution;

/// <summary>Turns a script's path and the words of a command line into the PowerShell text that calls it.</summary>
internal static partial class ScriptInvocation
{
    /// <summary>Gets the text that calls a script.</summary>
    /// <param name="path">The script's full path.</param>
    /// <param name="arguments">The words; -Name and -Name:value name parameters, the others are their values or positional.</param>
    /// <returns>The text.</returns>
    public static string Text(string path, IReadOnlyList<string> arguments)
    {
        var text = new StringBuilder("$global:LASTEXITCODE = $null; & ").Append(Quote(path));
        foreach (string argument in arguments)
            text.Append(' ').Append(Argument(argument));
        return text.ToString();
    }

    private static string Argument(string argument)
    {
        Match match = Parameter().Match(argument);
        if (!match.Success)
            return Quote(argument);
        if (!match.Groups["value"].Success)
            return match.Value;
        string value = match.Groups["value"].Value;
        bool literal = value.ToLowerInvariant() is "$true" or "$false";
        return match.Groups["name"].Value + ":" + (literal ? value : Quote(value));
    }

    private static string Quote(string value) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";

    [GeneratedRegex(@"^(?<name>-[A-Za-z_][A-Za-z0-9_-]*)(:(?<value>.*))?$", RegexOptions.Singleline)]
    private static partial Regex Parameter();
}
