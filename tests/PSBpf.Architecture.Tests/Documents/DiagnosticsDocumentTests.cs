using PSBpf.Diagnostics;

namespace PSBpf.Architecture.Tests.Documents;

/// <summary>docs/diagnostics.md lists every rule.</summary>
public sealed class DiagnosticsDocumentTests
{
    private static readonly string[] Header = ["| id | name | category | what to do |", "|---|---|---|---|"];

    [Fact]
    public void The_table_of_rules_is_the_rules() =>
        GeneratedTable.AssertIs("docs/diagnostics.md", Header.Concat(
            DiagnosticRules.All.Values.OrderBy(rule => rule.Id, StringComparer.Ordinal)
                .Select(rule => $"| {rule.Id} | {rule.Name} | {rule.Category} | {Cell(rule.Action)} |")));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
