using System.Management.Automation;
using System.Reflection;
using PSBpf.Host.Cmdlets;

namespace PSBpf.Host.Tests;

public sealed class HostSessionStateTests : IDisposable
{
    private static readonly string Root = typeof(HostSessionStateTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static data => data.Key == "RepositoryRoot").Value!;

    private readonly HostedRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void The_README_lists_exactly_the_cmdlets_and_parameters_that_exist()
    {
        IEnumerable<string> documented = File.ReadLines(Path.Combine(Root, "src", "PSBpf.Host", "README.md"))
            .SkipWhile(static line => line != "| cmdlet | parameters |").Skip(2)
            .TakeWhile(static line => line.StartsWith('|'));
        Assert.Equal(HostCmdlets.All.Select(static cmdlet => Row(cmdlet.Name, cmdlet.Type)).Order(StringComparer.Ordinal), documented);
    }

    [Fact]
    public void Every_alias_leads_to_a_command()
    {
        string dangling = _session.TextWithoutErrors(
            "Get-Command -CommandType Alias | Where-Object { -not (Get-Command $_.Definition -ErrorAction Ignore) } | ForEach-Object Name");
        Assert.Equal("", dangling);
    }

    [Theory]
    [InlineData("cd")]
    [InlineData("dir")]
    [InlineData("gc")]
    [InlineData("select")]
    [InlineData("group")]
    [InlineData("measure")]
    [InlineData("ft")]
    [InlineData("fl")]
    [InlineData("where")]
    [InlineData("foreach")]
    [InlineData("%")]
    [InlineData("?")]
    [InlineData("echo")]
    [InlineData("pwd")]
    [InlineData("del")]
    [InlineData("copy")]
    [InlineData("sls")]
    [InlineData("iex")]
    public void The_usual_aliases_are_there(string alias) =>
        Assert.Equal(alias, _session.TextWithoutErrors($"(Get-Command -CommandType Alias -Name '{WildcardPattern.Escape(alias)}').Name"));

    [Theory]
    [InlineData("Get-Date -UFormat %s", "NamedParameterNotFound")]
    [InlineData("1 | Sort-Object -Culture en-US", "NamedParameterNotFound")]
    [InlineData("Get-Clipboard", "CommandNotFoundException")]
    public void What_the_set_does_not_have_is_an_error(string script, string id)
    {
        _session.Objects(script);
        Assert.StartsWith(id, Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cmdlet_stands_in_the_file_of_its_name()
    {
        HashSet<string> files = [.. Directory.EnumerateFiles(Path.Combine(Root, "src", "PSBpf.Host", "Cmdlets"), "*.cs", SearchOption.AllDirectories)
            .Select(static file => Path.GetFileNameWithoutExtension(file))];
        Assert.Equal([], HostCmdlets.All.Select(static cmdlet => cmdlet.Name.Replace("-", "", StringComparison.Ordinal)).Where(name => !files.Contains(name)));
    }

    [Fact]
    public void The_host_references_no_assembly_of_the_engine() =>
        Assert.Equal([], typeof(ConsoleHost).Assembly.GetReferencedAssemblies().Where(static name => name.Name!.StartsWith("PSBpf", StringComparison.Ordinal)));

    [Fact]
    public void What_is_taken_from_inside_the_engine_is_there()
    {
        // Format-Table needs the formatter with a shape, Select-Object -First the exception that stops what comes before it.
        using var state = PowerShell.Create(HostSessionState.Create());
        state.AddScript("1..3 | Select-Object -First 1; [pscustomobject]@{a=1} | Format-Table | Out-Null; [pscustomobject]@{a=1} | Format-List | Out-Null");
        Assert.Equal(1, Assert.Single(state.Invoke()).BaseObject);
        Assert.Empty(state.Streams.Error);
    }

    private static string Row(string name, Type type)
    {
        IEnumerable<string> parameters = type.GetProperties()
            .Where(static property => property.IsDefined(typeof(ParameterAttribute), inherit: true))
            .Select(static property => "-" + property.Name)
            .Order(StringComparer.Ordinal);
        if (type.GetCustomAttribute<CmdletAttribute>()!.SupportsShouldProcess)
            parameters = parameters.Append("-Confirm").Append("-WhatIf");
        string list = string.Join(' ', parameters);
        return $"| `{name}` | {(list.Length == 0 ? "–" : list)} |";
    }
}
