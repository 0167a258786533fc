using System.Reflection;
using System.Text.RegularExpressions;
using PSBpf.Architecture.Tests.Repository;
using PSBpf.Diagnostics;

namespace PSBpf.Architecture.Tests;

/// <summary>The table of everything that can go wrong.</summary>
public sealed class DiagnosticRuleTests
{
    /// <summary>Which thousands and hundreds belong to which part of the table.</summary>
    private static readonly Dictionary<string, (int First, int Last)> Areas = new()
    {
        ["Isa"] = (0, 99), ["Elf"] = (100, 199), ["Btf"] = (200, 299), ["Objects"] = (300, 399), ["Capture"] = (400, 499), ["Compile"] = (500, 599),
        ["Verifier"] = (1000, 1999), ["Runtime"] = (2000, 2299), ["Linux"] = (3000, 3099), ["Session"] = (4000, 4099), ["Scripting"] = (4100, 4199),
    };

    private static readonly (string Field, DiagnosticRule Rule)[] Rules =
    [
        .. typeof(DiagnosticRules).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(DiagnosticRule))
            .Select(field => (field.Name, (DiagnosticRule)field.GetValue(null)!)),
    ];

    [Fact]
    public void No_two_rules_share_an_id_or_a_name()
    {
        Assert.NotEmpty(Rules);
        Assert.Equal(Rules.Length, Rules.Select(row => row.Rule.Id).Distinct().Count());
        Assert.Equal(Rules.Length, Rules.Select(row => row.Rule.Name).Distinct().Count());
        Assert.Equal(Rules.Length, DiagnosticRules.All.Count);
    }

    [Fact]
    public void Every_rule_is_in_its_areas_range()
    {
        int found = 0;
        foreach (string path in Checkout.Files("src/PSBpf.Core/Diagnostics", ".cs"))
        {
            var ids = Regex.Matches(File.ReadAllText(Checkout.PathOf(path)), "\"(BPF[^\"]*)\", \"");
            if (ids.Count == 0) continue;
            var (first, last) = Areas[Path.GetFileName(path).Split('.')[1]];
            foreach (Match id in ids)
            {
                Assert.Matches("^BPF[0-9]{4}$", id.Groups[1].Value);
                Assert.InRange(int.Parse(id.Groups[1].Value[3..]), first, last);
                found++;
            }
        }

        Assert.Equal(Rules.Length, found);
    }

    [Fact]
    public void Every_rule_says_what_to_do()
    {
        foreach (var (field, rule) in Rules)
        {
            Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", rule.Name);
            Assert.True(rule.Action.Length > 10 && char.IsUpper(rule.Action[0]) && rule.Action[^1] is '.' or ';', $"{field}: {rule.Action}");
        }
    }

    [Fact]
    public void Every_rule_is_used()
    {
        string sources = string.Concat(Checkout.Files("src", ".cs").Select(path => File.ReadAllText(Checkout.PathOf(path))));
        var words = Regex.Matches(sources, @"\w+").Select(match => match.Value).GroupBy(word => word).ToDictionary(group => group.Key, group => group.Count());
        // Once is its own row.
        Assert.Empty(Rules.Where(row => words[row.Field] < 2).Select(row => $"{row.Rule.Id} {row.Field}"));
    }
}
