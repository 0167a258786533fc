using System.Management.Automation;
using CsCheck;

namespace PSBpf.Host.Tests.Cmdlets;

public sealed class ObjectCmdletTests : IDisposable
{
    private const string People = "$people = @([pscustomobject]@{n='Bo';a=3}, [pscustomobject]@{n='Al';a=1}, [pscustomobject]@{n='cy';a=3}); $people | ";

    private readonly HostedRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("1..5 | Select-Object -First 2", "1|2")]
    [InlineData("1..5 | Select-Object -Last 2", "4|5")]
    [InlineData("1..5 | Select-Object -First 1 -Last 1", "1|5")]
    [InlineData("1..5 | Select-Object -First 3 -Last 3", "1|2|3|4|5")]
    [InlineData("1..5 | Select-Object -Skip 3", "4|5")]
    [InlineData("1..5 | Select-Object -Skip 1 -First 2", "2|3")]
    [InlineData("1..5 | Select-Object -Skip 1 -Last 2", "3|4")]
    [InlineData("1..5 | Select-Object -SkipLast 2", "1|2|3")]
    [InlineData("1..5 | Select-Object -Index 3,0", "1|4")]
    [InlineData("1..5 | Select-Object -SkipIndex 0,4", "2|3|4")]
    [InlineData("1..5 | Select-Object -First 0", "")]
    [InlineData("'a','A','b','a' | Select-Object -Unique", "a|A|b")]
    [InlineData("'a','A','b' | Select-Object -Unique -CaseInsensitive", "a|b")]
    [InlineData(People + "Select-Object a -Unique", "@{a=3}|@{a=1}")]
    [InlineData(People + "Select-Object -First 1 n, @{n='twice';e={$_.a*2}}", "@{n=Bo; twice=6}")]
    [InlineData(People + "Select-Object -First 1 @{Label='x';Expression='n'}", "@{x=Bo}")]
    [InlineData(People + "Select-Object -First 1 {$_.a + 1}", "@{$_.a + 1=4}")]
    [InlineData(People + "Select-Object -First 1 n, missing", "@{n=Bo; missing=}")]
    [InlineData(People + "Select-Object -First 1 *", "@{n=Bo; a=3}")]
    [InlineData(People + "Select-Object -First 1 -ExcludeProperty n", "@{a=3}")]
    [InlineData(People + "Select-Object -First 1 -Property * -ExcludeProperty a*", "@{n=Bo}")]
    [InlineData(People + "Select-Object -ExpandProperty n", "Bo|Al|cy")]
    [InlineData("[pscustomobject]@{l=1,2,3} | Select-Object -ExpandProperty l", "1|2|3")]
    [InlineData("@{k='v'} | Select-Object k", "@{k=v}")]
    [InlineData("([pscustomobject]@{x=1;s='t'} | Select-Object -ExpandProperty s -Property x).x", "1")]
    [InlineData("([pscustomobject]@{x=1} | Select-Object x).PSTypeNames[0]", "Selected.System.Management.Automation.PSCustomObject")]
    [InlineData("('abc' | Select-Object Length).PSTypeNames[0]", "Selected.System.String")]
    public void Select_Object_takes_objects_and_properties(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    [Fact]
    public void Select_Object_First_stops_the_commands_before_it_and_lets_those_after_it_finish()
    {
        string text = _session.TextWithoutErrors(
            "$script:n = 0; 1..1000 | ForEach-Object { $script:n++; $_ } | Select-Object -First 3 | Measure-Object -Sum | ForEach-Object Sum; $script:n");
        Assert.Equal("6|3", text);
    }

    [Fact]
    public void Select_Object_First_with_Wait_lets_the_commands_before_it_run_on() =>
        Assert.Equal("1|10", _session.TextWithoutErrors("$script:n = 0; 1..10 | ForEach-Object { $script:n++; $_ } | Select-Object -First 1 -Wait; $script:n"));

    [Theory]
    [InlineData("[pscustomobject]@{x=1} | Select-Object -ExpandProperty y", "ExpandPropertyNotFound,PSBpf.Host.Cmdlets.SelectObject")]
    [InlineData("[pscustomobject]@{x=1} | Select-Object x, x", "AlreadyExistingUserSpecifiedPropertyNoExpand,PSBpf.Host.Cmdlets.SelectObject")]
    public void Select_Object_reports_properties_that_cannot_be_had(string script, string id)
    {
        _session.Objects(script);
        Assert.Equal(id, Assert.Single(_session.Errors).FullyQualifiedErrorId);
    }

    [Fact]
    public void Select_Object_agrees_with_taking_parts_of_a_list() =>
        Gen.Select(Gen.Int.Array[0, 12], Gen.Int[0, 6], Gen.Int[0, 6]).Sample(
            (items, first, skip) =>
            {
                object?[] input = [.. items.Cast<object>()];
                Assert.Equal(items.Skip(skip).Take(first), Ints($"$input | Select-Object -Skip {skip} -First {first}", input));
                Assert.Equal(items.TakeLast(first), Ints($"$input | Select-Object -Last {first}", input));
                Assert.Equal(items.SkipLast(skip), Ints($"$input | Select-Object -SkipLast {skip}", input));
                Assert.Equal(items.Distinct(), Ints("$input | Select-Object -Unique", input));
            },
            iter: 100,
            threads: 1);

    [Theory]
    [InlineData("3,1,2 | Sort-Object", "1|2|3")]
    [InlineData("3,1,2 | Sort-Object -Descending", "3|2|1")]
    [InlineData("'b','A','a','B' | Sort-Object -Unique", "A|b")]
    [InlineData("('b','A','a','B' | Sort-Object -Unique -CaseSensitive).Count", "4")]
    [InlineData("'10','9','100' | Sort-Object", "10|100|9")]
    [InlineData("'10','9','100' | Sort-Object { [int]$_ }", "9|10|100")]
    [InlineData("10,9.5,'1' | Sort-Object", "1|9.5|10")]
    [InlineData("5,3,9,1 | Sort-Object -Top 2", "1|3")]
    [InlineData("5,3,9,1 | Sort-Object -Bottom 2", "5|9")]
    [InlineData(People + "Sort-Object a | ForEach-Object n", "Al|Bo|cy")]
    [InlineData(People + "Sort-Object a, n -Descending | ForEach-Object n", "cy|Bo|Al")]
    [InlineData(People + "Sort-Object @{e='a';Descending=$true}, @{e='n'} | ForEach-Object n", "Bo|cy|Al")]
    [InlineData("$null, 2, 1 | Sort-Object", "1|2")]
    [InlineData("[pscustomobject]@{v=1}, [pscustomobject]@{w=1} | Sort-Object v | ForEach-Object v", "1")]
    public void Sort_Object_orders(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script).Trim('|').Replace("null|", ""));

    [Fact]
    public void Sort_Object_keeps_the_order_of_equal_objects() =>
        Gen.Int[0, 5].Array[0, 30].Sample(
            keys =>
            {
                object?[] input = [.. keys.Select(static (key, index) => new PSObject(new { Key = key, Index = index }))];
                IEnumerable<int> expected = keys.Select(static (key, index) => (key, index)).OrderBy(static pair => pair.key).Select(static pair => pair.index);
                Assert.Equal(expected, Ints("$input | Sort-Object Key | ForEach-Object Index", input));
            },
            iter: 50,
            threads: 1);

    [Theory]
    [InlineData("'b','a','b' | Group-Object | ForEach-Object { \"$($_.Count) $($_.Name)\" }", "1 a|2 b")]
    [InlineData("'b','A','a' | Group-Object | ForEach-Object { \"$($_.Count) $($_.Name)\" }", "2 A|1 b")]
    [InlineData("'A','a' | Group-Object -CaseSensitive | Measure-Object | ForEach-Object Count", "2")]
    [InlineData("'b',1,'b' | Group-Object | ForEach-Object { \"$($_.Count) $($_.Name)\" }", "2 b|1 1")]
    [InlineData(People + "Group-Object a | ForEach-Object { \"$($_.Name): $($_.Group.n)\" }", "1: Al|3: Bo cy")]
    [InlineData(People + "Group-Object a, n | ForEach-Object Name", "1, Al|3, Bo|3, cy")]
    [InlineData("1..4 | Group-Object { $_ % 2 } | ForEach-Object { \"$($_.Name)=$($_.Group)\" }", "0=2 4|1=1 3")]
    [InlineData(People + "Group-Object a -AsHashTable | ForEach-Object { \"$($_[3].n)\" }", "Bo cy")]
    [InlineData(People + "Group-Object a -AsHashTable -AsString | ForEach-Object { \"$($_['3'].n)\" }", "Bo cy")]
    [InlineData(People + "Group-Object a -NoElement | ForEach-Object { \"$($_.Count) $($_.Group.Count)\" }", "1 0|2 0")]
    [InlineData("'x' | Group-Object | ForEach-Object { $_.Values[0] }", "x")]
    [InlineData("@(1,2),@(1,2) | ForEach-Object { [pscustomobject]@{l=$_ } } | Group-Object { 'k' } | ForEach-Object Count", "2")]
    public void Group_Object_puts_equal_values_together(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    [Theory]
    [InlineData("1,2,3 | Measure-Object | ForEach-Object { \"$($_.Count) $($_.Sum)\" }", "3 ")]
    [InlineData("1,2,6 | Measure-Object -Sum -Average -Maximum -Minimum | ForEach-Object { \"$($_.Sum) $($_.Average) $($_.Maximum) $($_.Minimum)\" }", "9 3 6 1")]
    [InlineData("2,4,4,4,5,5,7,9 | Measure-Object -StandardDeviation | ForEach-Object { $_.StandardDeviation.ToString('F4') }", "2.1381")]
    [InlineData("'b','a','c' | Measure-Object -Maximum -Minimum | ForEach-Object { \"$($_.Maximum)$($_.Minimum)\" }", "ca")]
    [InlineData(People + "Measure-Object a -Sum | ForEach-Object { \"$($_.Property) $($_.Sum)\" }", "a 7")]
    [InlineData(People + "Measure-Object { $_.a * 2 } -Sum | ForEach-Object Sum", "14")]
    [InlineData("@() | Measure-Object | ForEach-Object Count", "0")]
    [InlineData("'one two', 'three' | Measure-Object -Line -Word -Character | ForEach-Object { \"$($_.Lines) $($_.Words) $($_.Characters)\" }", "2 3 12")]
    [InlineData("\"a b`nc`n\" | Measure-Object -Line | ForEach-Object Lines", "2")]
    [InlineData("'a b' | Measure-Object -Character -IgnoreWhiteSpace | ForEach-Object Characters", "2")]
    [InlineData("(1,2,3 | Measure-Object -Maximum).Maximum.GetType().Name", "Double")]
    public void Measure_Object_counts_and_sums(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    [Fact]
    public void Measure_Object_says_what_is_no_number()
    {
        Assert.Equal("3", _session.Text("1,'x',2 | Measure-Object -Sum | ForEach-Object Sum"));
        Assert.StartsWith("NonNumericInputObject", Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Compare-Object 1,2,3 2,3,4 | ForEach-Object { \"$($_.InputObject)$($_.SideIndicator)\" }", "4=>|1<=")]
    [InlineData("Compare-Object 1,2 2,1 ", "")]
    [InlineData("Compare-Object 1,2 2,3 -IncludeEqual | ForEach-Object { \"$($_.InputObject)$($_.SideIndicator)\" }", "2==|3=>|1<=")]
    [InlineData("Compare-Object 1,2 2,3 -ExcludeDifferent | ForEach-Object { \"$($_.InputObject)$($_.SideIndicator)\" }", "2==")]
    [InlineData("Compare-Object 'a' 'A'", "")]
    [InlineData("(Compare-Object 'a' 'A' -CaseSensitive).Count", "2")]
    [InlineData("Compare-Object ([pscustomobject]@{a=1;b=2}) ([pscustomobject]@{a=1;b=3}) -Property a", "")]
    [InlineData("Compare-Object ([pscustomobject]@{a=1;b=2}) ([pscustomobject]@{a=1;b=3}) -Property a, b", "@{a=1; b=3; SideIndicator==>}|@{a=1; b=2; SideIndicator=<=}")]
    [InlineData("(Compare-Object 1 2 -PassThru) -join ','", "2,1")]
    public void Compare_Object_tells_the_sides_apart(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    [Theory]
    [InlineData("(New-Object System.Text.StringBuilder 'abc').Length", "3")]
    [InlineData("(New-Object -TypeName Version -ArgumentList 1,2,3).ToString()", "1.2.3")]
    [InlineData("(New-Object 'System.Collections.Generic.List[int]').Count", "0")]
    [InlineData("New-Object PSObject -Property @{a=1}", "@{a=1}")]
    [InlineData("(New-Object System.Text.StringBuilder -Property @{Capacity=77}).Capacity", "77")]
    [InlineData("(New-Object DateTime 2020, 1, '2').Day", "2")]
    [InlineData("(New-Object byte[] 3).Length", "3")]
    public void New_Object_makes_objects(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    [Theory]
    [InlineData("New-Object No.Such.Type", "TypeNotFound")]
    [InlineData("New-Object System.Text.StringBuilder 1,2,3,4,5", "CannotFindAppropriateCtor")]
    [InlineData("New-Object Version 'x'", "ConstructorInvokedThrowException")]
    [InlineData("New-Object System.Text.StringBuilder -Property @{nope=1}", "InvalidOperationException")]
    public void New_Object_says_why_not(string script, string id)
    {
        var exception = Assert.ThrowsAny<RuntimeException>(() => _session.Objects("$ErrorActionPreference='Stop'; " + script));
        Assert.StartsWith(id, exception.ErrorRecord.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$o = [pscustomobject]@{}; $o | Add-Member -NotePropertyName x -NotePropertyValue 5; $o.x", "5")]
    [InlineData("$o = [pscustomobject]@{}; $o | Add-Member x 5; $o.x", "5")]
    [InlineData("$o = [pscustomobject]@{}; $o | Add-Member NoteProperty x 5; $o.x", "5")]
    [InlineData("$o = [pscustomobject]@{a=2} | Add-Member ScriptProperty twice { $this.a * 2 } -PassThru; $o.twice", "4")]
    [InlineData("$o = [pscustomobject]@{a=2} | Add-Member ScriptMethod add { param($n) $this.a + $n } -PassThru; $o.add(3)", "5")]
    [InlineData("$o = [pscustomobject]@{a=2} | Add-Member AliasProperty b a -PassThru; $o.b", "2")]
    [InlineData("$o = [pscustomobject]@{a=2} | Add-Member @{c=3;d=4} -PassThru; $o.c + $o.d", "7")]
    [InlineData("$o = [pscustomobject]@{a=2} | Add-Member a 9 -Force -PassThru; $o.a", "9")]
    [InlineData("([pscustomobject]@{a=2} | Add-Member -TypeName My.Type -PassThru).PSTypeNames[0]", "My.Type")]
    public void Add_Member_puts_members_onto_objects(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    [Fact]
    public void Add_Member_refuses_a_name_that_is_taken()
    {
        _session.Objects("[pscustomobject]@{a=1} | Add-Member a 2");
        Assert.StartsWith("MemberAlreadyExists", Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'x' | Get-Member Length | ForEach-Object { \"$($_.TypeName) $($_.MemberType) $($_.Definition)\" }", "System.String Property int Length {get;}")]
    [InlineData("([pscustomobject]@{q=1} | Get-Member -MemberType NoteProperty).Name", "q")]
    [InlineData("('x','y',1 | Get-Member -Name GetType).TypeName -join ','", "System.String,System.Int32")]
    [InlineData("([math] | Get-Member -Static -Name PI).Name", "PI")]
    [InlineData("(1 | Get-Member -Name get_*) -eq $null", "True")]
    public void Get_Member_lists_members(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    private IEnumerable<int> Ints(string script, object?[] input) =>
        _session.Objects(script, input).Select(static value => LanguagePrimitives.ConvertTo<int>(value));
}
