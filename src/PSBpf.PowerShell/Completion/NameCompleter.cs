using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Completes arguments from a list of names, each with a line that says what it is.</summary>
internal abstract class NameCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = wordToComplete.Trim('\'', '"');
        var pattern = WildcardPattern.Get(word + "*", WildcardOptions.IgnoreCase);
        return Candidates(SessionScope.Current)
            .Where(candidate => pattern.IsMatch(candidate.Name))
            .OrderBy(candidate => candidate.Name, StringComparer.OrdinalIgnoreCase)
            .Select(candidate => new CompletionResult(Quote(candidate.Name), candidate.Name, CompletionResultType.ParameterValue, candidate.Tip));
    }

    protected abstract IEnumerable<(string Name, string Tip)> Candidates(BpfSession session);

    // A name that several things have completes to ids: the name alone would be an error.
    protected static IEnumerable<(string Name, string Tip)> Unique<T>(IReadOnlyList<T> items, Func<T, string> name, Func<T, int> id, Func<T, string> tip) =>
        items.GroupBy(name).SelectMany(group => group.Count() == 1
            ? [(group.Key, tip(group.First()))]
            : group.Select(item => (id(item).ToString(System.Globalization.CultureInfo.InvariantCulture), $"{group.Key}: {tip(item)}")));

    private static string Quote(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '-' or '/') ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";
}
