using System.Management.Automation;
using System.Text.Json.Nodes;
using CsCheck;

namespace PSBpf.Host.Tests.Cmdlets;

public sealed class DataCmdletTests : IDisposable
{
    private readonly HostedRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("[ordered]@{a=1;b='x'} | ConvertTo-Json -Compress", """{"a":1,"b":"x"}""")]
    [InlineData("$d = [Collections.Generic.Dictionary[string,long]]::new(); $d.Add('a', 1); $d | ConvertTo-Json -Compress", """{"a":1}""")]
    [InlineData("1,2 | ConvertTo-Json -Compress", "[1,2]")]
    [InlineData("1 | ConvertTo-Json -AsArray -Compress", "[1]")]
    [InlineData("ConvertTo-Json @() -Compress", "[]")]
    [InlineData("ConvertTo-Json @{} -Compress", "{}")]
    [InlineData("$null | ConvertTo-Json", "null")]
    [InlineData("$true,1.5,1.0,[decimal]2 | ConvertTo-Json -Compress", "[true,1.5,1.0,2.0]")]
    [InlineData("[double]::NaN | ConvertTo-Json", "\"NaN\"")]
    [InlineData("[DayOfWeek]::Friday | ConvertTo-Json", "5")]
    [InlineData("[DayOfWeek]::Friday | ConvertTo-Json -EnumsAsStrings", "\"Friday\"")]
    [InlineData("\"q`\"b\\t`té`u{1}\" | ConvertTo-Json", "\"q\\\"b\\\\t\\té\\u0001\"")]
    [InlineData("[guid]::Empty | ConvertTo-Json", "\"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("[datetime]::new(2020,1,2,3,4,5,[DateTimeKind]::Utc) | ConvertTo-Json", "\"2020-01-02T03:04:05Z\"")]
    [InlineData("[bigint]::Pow(2,70) | ConvertTo-Json", "1180591620717411303424")]
    [InlineData(",[byte[]](1,2) | ConvertTo-Json -Compress", "[1,2]")]
    [InlineData("@{a=@{b=@{c=@{d=1}}}} | ConvertTo-Json -Compress -Depth 3", """{"a":{"b":{"c":{"d":1}}}}""")]
    [InlineData("[pscustomobject]@{p=[System.Collections.Generic.List[int]](1,2)} | ConvertTo-Json -Compress", """{"p":[1,2]}""")]
    [InlineData("[version]'1.2' | Select-Object Major, Minor | ConvertTo-Json -Compress", """{"Major":1,"Minor":2}""")]
    [InlineData("[System.Drawing.Point]::new(1,2) | ConvertTo-Json -Compress", """{"IsEmpty":false,"X":1,"Y":2}""")]
    [InlineData("('x' | Add-Member n 1 -PassThru) | ConvertTo-Json -Compress", "\"x\"")]
    [InlineData("[ordered]@{a=1;b=@(1,@{});c=@()} | ConvertTo-Json", "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    {}\n  ],\n  \"c\": []\n}")]
    public void ConvertTo_Json_writes_what_pwsh_writes(string script, string expected) =>
        Assert.Equal(expected, _session.TextWithoutErrors(script).ReplaceLineEndings("\n"));

    [Fact]
    public void ConvertTo_Json_writes_text_below_its_depth_and_warns_of_it()
    {
        Assert.Equal("""{"a":{"b":{"c":"System.Collections.Hashtable"}}}""", _session.Text("@{a=@{b=@{c=@{d=1}}}} | ConvertTo-Json -Compress"));
        Assert.Equal("WARNING: Resulting JSON is truncated as serialization has exceeded the set depth of 2.\n", _session.Written);
    }

    [Theory]
    [InlineData("'{\"a\":1,\"b\":[1,\"x\",null,true]}' | ConvertFrom-Json | ForEach-Object { \"$($_.a) $($_.b.Count) $($_.b[1])\" }", "1 4 x")]
    [InlineData("'[1,2]' | ConvertFrom-Json | Measure-Object | ForEach-Object Count", "2")]
    [InlineData("'[1,2]' | ConvertFrom-Json -NoEnumerate | Measure-Object | ForEach-Object Count", "1")]
    [InlineData("('1' | ConvertFrom-Json).GetType().Name", "Int64")]
    [InlineData("('1.5' | ConvertFrom-Json).GetType().Name", "Double")]
    [InlineData("('99999999999999999999' | ConvertFrom-Json).GetType().Name", "BigInteger")]
    [InlineData("('\"2020-01-02T03:04:05Z\"' | ConvertFrom-Json).GetType().Name", "DateTime")]
    [InlineData("'{\"a\":{\"B\":1,\"b\":2}}' | ConvertFrom-Json -AsHashtable | ForEach-Object { $_.a['b'] }", "2")]
    [InlineData("'{', '\"a\":1', '}' | ConvertFrom-Json | ForEach-Object a", "1")]
    [InlineData("'{\"a\":1, // note' , '}' | ConvertFrom-Json | ForEach-Object a", "1")]
    public void ConvertFrom_Json_makes_objects(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    [Theory]
    [InlineData("'{' | ConvertFrom-Json")]
    [InlineData("'{\"a\":1,\"A\":2}' | ConvertFrom-Json")]
    [InlineData("'{\"\":1}' | ConvertFrom-Json")]
    public void ConvertFrom_Json_refuses_what_makes_no_objects(string script)
    {
        var exception = Assert.ThrowsAny<RuntimeException>(() => _session.Objects("$ErrorActionPreference='Stop'; " + script));
        Assert.StartsWith("Conversion from JSON failed with error: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_JSON_survives_being_read_and_written() =>
        Json(4).Sample(
            node =>
            {
                string text = node?.ToJsonString() ?? "null";
                string back = _session.Text("$input | ConvertFrom-Json -AsHashtable -NoEnumerate | ConvertTo-Json -Depth 20 -Compress", text);
                Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse(back)), $"{text} became {back}");
            },
            iter: 200,
            threads: 1);

    [Theory]
    [InlineData("[pscustomobject]@{a=1;b='x,\"y\"'} | ConvertTo-Csv", "\"a\",\"b\"|\"1\",\"x,\"\"y\"\"\"")]
    [InlineData("[pscustomobject]@{a=1;b='x,y';c='z'} | ConvertTo-Csv -UseQuotes AsNeeded", "a,b,c|1,\"x,y\",z")]
    [InlineData("[pscustomobject]@{a=1;b='x'} | ConvertTo-Csv -QuoteFields b -Delimiter ';' -NoHeader", "1;\"x\"")]
    [InlineData("[pscustomobject]@{a=1;b=$null} | ConvertTo-Csv -UseQuotes Never -IncludeTypeInformation", "#TYPE System.Management.Automation.PSCustomObject|a,b|1,")]
    [InlineData("[pscustomobject]@{a=1}, [pscustomobject]@{b=2} | ConvertTo-Csv", "\"a\"|\"1\"|")]
    [InlineData("[ordered]@{a=1;b=2} | ConvertTo-Csv -UseQuotes Never", "a,b|1,2")]
    [InlineData("'a,b', '1,\"x, \"\"y\"\"\"' | ConvertFrom-Csv | ForEach-Object { \"$($_.a) $($_.b)\" }", "1 x, \"y\"")]
    [InlineData("'1;2' | ConvertFrom-Csv -Delimiter ';' -Header p, q, r | ForEach-Object { \"$($_.p) $($_.q) $($null -eq $_.r)\" }", "1 2 True")]
    [InlineData("\"a,b`n1,`\"two`nlines`\"\" | ConvertFrom-Csv | ForEach-Object { $_.b.Length }", "9")]
    [InlineData("'#TYPE My.Type', 'a', '1' | ConvertFrom-Csv | ForEach-Object { $_.PSTypeNames[0] }", "CSV:My.Type")]
    public void Csv_is_written_and_read_as_pwsh_does(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    [Fact]
    public void Any_text_survives_a_CSV_file() =>
        Gen.String[Gen.Char["abc ,;\"\n\r\té€"], 1, 8].Array[1, 4].List[1, 5].Sample(
            rows =>
            {
                int width = rows.Min(static row => row.Length);
                object?[] input = [.. rows.Select(row =>
                {
                    var value = new PSObject();
                    for (int column = 0; column < width; column++)
                        value.Properties.Add(new PSNoteProperty($"c{column}", row[column]));
                    return value;
                })];
                IReadOnlyList<PSObject?> back = _session.Objects("$input | Export-Csv t.csv; Import-Csv t.csv", input);
                Assert.Equal(
                    rows.Select(row => string.Join('|', row.Take(width))),
                    back.Select(static value => string.Join('|', value!.Properties.Select(static property => property.Value))));
            },
            iter: 100,
            threads: 1);

    [Fact]
    public void Export_Csv_appends_below_the_columns_that_are_there()
    {
        Assert.Equal("1-2|3-4", _session.TextWithoutErrors("""
            [pscustomobject]@{a=1;b=2} | Export-Csv x.csv
            [pscustomobject]@{b=4;a=3;c=5} | Export-Csv x.csv -Append
            Import-Csv x.csv | ForEach-Object { "$($_.a)-$($_.b)" }
            """));
        var exception = Assert.ThrowsAny<RuntimeException>(() => _session.Objects("$ErrorActionPreference = 'Stop'; [pscustomobject]@{a=3} | Export-Csv x.csv -Append"));
        Assert.StartsWith("CannotAppendCsvWithMismatchedPropertyNames", exception.ErrorRecord.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.ThrowsAny<RuntimeException>(() => _session.Objects("$ErrorActionPreference = 'Stop'; [pscustomobject]@{a=3} | Export-Csv x.csv -NoClobber"));
    }

    // Names differ by index, texts do not look like times, and numbers are those that both sides write alike.
    private static Gen<JsonNode?> Json(int depth)
    {
        Gen<JsonNode?> leaf = Gen.OneOf(
            Gen.String[Gen.Char["ab\"\\\n\té€😀"[..8]], 0, 6].Select(static text => (JsonNode?)JsonValue.Create(text)),
            Gen.Long.Select(static number => (JsonNode?)JsonValue.Create(number)),
            Gen.Double[-1e6, 1e6].Select(static number => (JsonNode?)JsonValue.Create(number)),
            Gen.Bool.Select(static flag => (JsonNode?)JsonValue.Create(flag)),
            Gen.Const((JsonNode?)null));
        if (depth == 0)
            return leaf;
        Gen<JsonNode?[]> children = Json(depth - 1).Array[0, 4];
        return Gen.OneOf(
            leaf,
            children.Select(static items => (JsonNode?)new JsonArray(items)),
            children.Select(static items => (JsonNode?)new JsonObject(items.Select(static (item, index) => KeyValuePair.Create($"k{index}", item)))));
    }
}
