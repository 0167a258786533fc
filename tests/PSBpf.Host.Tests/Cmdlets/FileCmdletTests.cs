using System.Management.Automation;

namespace PSBpf.Host.Tests.Cmdlets;

public sealed class FileCmdletTests : IDisposable
{
    private readonly HostedRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("'a','b' | Set-Content f; Get-Content f", "a|b")]
    [InlineData("Set-Content f 'a'; Add-Content f 'b','c'; Get-Content f", "a|b|c")]
    [InlineData("Set-Content f 'x'; Set-Content f 'y'; Get-Content f", "y")]
    [InlineData("1..9 | Set-Content f; Get-Content f -TotalCount 2; Get-Content f -Tail 2; (Get-Content f -Head 1) + (Get-Content f -Last 1)", "1|2|8|9|19")]
    [InlineData("'a','b' | Set-Content f; (Get-Content f -Raw).Replace(\"`r\", '')", "a\nb\n")]
    [InlineData("'a','b' | Set-Content f -NoNewline; Get-Content f", "ab")]
    [InlineData("[byte[]](1,2,255) | Set-Content f -AsByteStream; Get-Content f -AsByteStream; (Get-Content f -AsByteStream -Raw).Length", "1|2|255|3")]
    [InlineData("'é' | Set-Content f -Encoding utf8BOM -NoNewline; Get-Content f -AsByteStream", "239|187|191|195|169")]
    [InlineData("'é' | Set-Content f -NoNewline; Get-Content f -AsByteStream", "195|169")]
    [InlineData("'é' | Set-Content f -Encoding unicode -NoNewline; Get-Content f", "é")]
    [InlineData("'é' | Set-Content f -Encoding latin1 -NoNewline; Get-Content f -Encoding latin1", "é")]
    [InlineData("'a','b','c' | Set-Content f; Get-Content f -ReadCount 2 | ForEach-Object Count", "2|1")]
    [InlineData("'a','b','c' | Set-Content f; (Get-Content f -ReadCount 0 | Measure-Object).Count", "1")]
    [InlineData("'1' | Set-Content a.txt; '2' | Set-Content b.txt; Get-Content *.txt", "1|2")]
    [InlineData("'1' | Set-Content 'a[1].txt'; Get-Content -LiteralPath 'a[1].txt'", null)]
    [InlineData("'v' | Set-Content f -PassThru", "v")]
    [InlineData("$x = 5; Get-Content variable:x", "5")]
    [InlineData("Get-Content env:PSBPF_TEST_VARIABLE -ErrorAction Ignore; Set-Content env:PSBPF_TEST_VARIABLE here; Get-Content env:PSBPF_TEST_VARIABLE; Remove-Item env:PSBPF_TEST_VARIABLE", "here")]
    [InlineData("'x' > f; 'y' >> f; Get-Content f", "x|y")]
    [InlineData("Get-Item nope 2> f; (Get-Content f -Raw) -match '^Get-Item: Cannot find path'", "True")]
    [InlineData("[pscustomobject]@{a=1;b=2} > f; (Get-Content f).Trim() -join '/'", "/a b/- -/1 2/")]
    [InlineData("'x' | Out-File f -Encoding ascii -NoNewline; 'y' | Out-File f -Append; Get-Content f", "xy")]
    [InlineData("('x' * 300) > f; (Get-Content f).Length", "300")]
    [InlineData("[pscustomobject]@{a='x' * 30} | Out-File f -Width 20; (Get-Content f | Measure-Object Length -Maximum).Maximum", "20")]
    [InlineData("1,2 | Tee-Object f; Get-Content f", "1|2|1|2")]
    [InlineData("1,2 | Tee-Object -Variable v | Out-Null; $v.Count", "2")]
    public void Content_goes_into_items_and_comes_back(string script, string? expected) =>
        Assert.Equal(expected ?? "1", _session.TextWithoutErrors(script.Replace("Set-Content 'a[1].txt'", "Set-Content -LiteralPath 'a[1].txt'", StringComparison.Ordinal)));

    [Theory]
    [InlineData("Get-Content missing", "PathNotFound")]
    [InlineData("Get-Content -LiteralPath missing", "PathNotFound")]
    [InlineData("Get-Content .", "UnauthorizedAccessException")]
    [InlineData("Set-Location missing", "PathNotFound")]
    [InlineData("Get-Item missing", "PathNotFound")]
    [InlineData("Get-ChildItem missing", "PathNotFound")]
    [InlineData("Remove-Item missing", "PathNotFound")]
    [InlineData("Resolve-Path missing", "PathNotFound")]
    [InlineData("New-Item f | Out-Null; New-Item f", "NewItemIOError")]
    [InlineData("Split-Path a -Qualifier", "ParsePathFormatError")]
    public void What_cannot_be_done_is_an_error_that_does_not_end_the_script(string script, string id)
    {
        Assert.EndsWith("after", _session.Text(script + "; 'after'"), StringComparison.Ordinal);
        Assert.StartsWith(id, Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Out-File", "Set-Content f 1; 'x' | Out-File f -NoClobber", "NoClobber")]
    [InlineData("Get-Content", "Get-Content f -TotalCount 1 -Tail 1", "TailAndHeadCannotCoexist")]
    [InlineData("Encoding", "'x' | Set-Content f -Encoding nonsense", "ParameterArgumentTransformationError")]
    public void What_is_wrong_with_a_call_ends_it(string what, string script, string id)
    {
        var exception = Assert.ThrowsAny<RuntimeException>(() => _session.Objects("$ErrorActionPreference = 'Stop'; " + script));
        Assert.True(exception.ErrorRecord.FullyQualifiedErrorId.StartsWith(id, StringComparison.Ordinal), $"{what}: {exception.ErrorRecord.FullyQualifiedErrorId}");
    }

    [Theory]
    [InlineData("(Get-ChildItem).Name", "sub|a.txt|b.log")]
    [InlineData("Get-ChildItem -Name", "sub|a.txt|b.log")]
    [InlineData("(Get-ChildItem -Filter *.txt).Name", "a.txt")]
    [InlineData("(Get-ChildItem *.log).Name", "b.log")]
    [InlineData("(Get-ChildItem -File).Name", "a.txt|b.log")]
    [InlineData("(Get-ChildItem -Directory).Name", "sub")]
    [InlineData("(Get-ChildItem -Recurse -File).Name", "a.txt|b.log|c.txt|d.txt")]
    [InlineData("(Get-ChildItem -Recurse -Include *.txt).Name", "a.txt|c.txt|d.txt")]
    [InlineData("(Get-ChildItem -Exclude *.txt).Name", "sub|b.log")]
    [InlineData("(Get-ChildItem -Depth 1 -File).Name", "a.txt|b.log|c.txt")]
    [InlineData("(Get-ChildItem -Force -File -Name)[0]", ".hidden")]
    [InlineData("(Get-ChildItem -Hidden).Name", ".hidden")]
    [InlineData("(Get-ChildItem sub).Name", "deep|c.txt")]
    [InlineData("(Get-ChildItem -LiteralPath sub).Name", "deep|c.txt")]
    [InlineData("('sub' | Get-ChildItem).Name", "deep|c.txt")]
    [InlineData("(Get-Item a.txt).GetType().Name", "FileInfo")]
    [InlineData("(Get-Item *.*).Name", "a.txt|b.log")]
    [InlineData("(Get-ChildItem function:prompt).Name", "prompt")]
    public void Items_are_listed(string script, string expected)
    {
        if (expected.Contains(".hidden", StringComparison.Ordinal) && OperatingSystem.IsWindows())
            Assert.Skip("a leading dot hides a file on Unix only");
        Fill();
        Assert.Equal(expected, _session.TextWithoutErrors(script));
    }

    [Theory]
    [InlineData("Test-Path a.txt, missing, sub", "True|False|True")]
    [InlineData("Test-Path a.txt -PathType Leaf; Test-Path a.txt -PathType Container; Test-Path sub -PathType Container", "True|False|True")]
    [InlineData("Test-Path *.txt; Test-Path -LiteralPath '*.txt'", "True|False")]
    [InlineData("Test-Path nodrive:/x; Test-Path ''; Test-Path env:PATH; Test-Path a -IsValid", "False|False|True|True")]
    [InlineData("Copy-Item a.txt z.txt; Get-Content z.txt", "A")]
    [InlineData("Copy-Item sub copy -Recurse; (Get-ChildItem copy -Recurse -File).Name", "c.txt|d.txt")]
    [InlineData("(Copy-Item a.txt z.txt -PassThru).Name", "z.txt")]
    [InlineData("Remove-Item a.txt; Test-Path a.txt", "False")]
    [InlineData("Remove-Item sub -Recurse; Test-Path sub", "False")]
    [InlineData("Remove-Item *.txt; Remove-Item *.nothing; (Get-ChildItem -File).Name", "b.log")]
    [InlineData("Remove-Item a.txt -WhatIf; Test-Path a.txt", "True")]
    [InlineData("Copy-Item a.txt w.txt -WhatIf; New-Item v.txt -WhatIf; Set-Content a.txt changed -WhatIf; Out-File a.txt -InputObject x -WhatIf; Test-Path w.txt; Test-Path v.txt; Get-Content a.txt", "False|False|A")]
    [InlineData("(New-Item n/m -ItemType Directory).Name; Test-Path n/m -PathType Container", "m|True")]
    [InlineData("New-Item n.txt -Value hello | Out-Null; Get-Content n.txt", "hello")]
    [InlineData("New-Item -Path sub -Name k.txt -ItemType File -Force | Out-Null; Test-Path sub/k.txt", "True")]
    [InlineData("(Resolve-Path a.txt).Path -eq (Join-Path $pwd a.txt)", "True")]
    [InlineData("(Resolve-Path sub/c.txt -Relative).Replace('\\', '/')", "./sub/c.txt")]
    [InlineData("(Resolve-Path *.txt).ProviderPath | Split-Path -Leaf", "a.txt")]
    [InlineData("Convert-Path a.txt | Split-Path -Leaf", "a.txt")]
    [InlineData("Set-Location sub; (Get-Location).Path | Split-Path -Leaf", "sub")]
    [InlineData("Push-Location sub; (pwd).Path | Split-Path -Leaf; Pop-Location; Test-Path a.txt", "sub|True")]
    [InlineData("(Set-Location sub -PassThru).Path | Split-Path -Leaf", "sub")]
    [InlineData("cd sub; cd ..; Test-Path a.txt", "True")]
    public void Items_are_made_found_and_removed(string script, string expected)
    {
        Fill();
        Assert.Equal(expected, _session.TextWithoutErrors(script));
    }

    [Theory]
    [InlineData("Join-Path a b", "a/b")]
    [InlineData("Join-Path a/ /b c d", "a/b/c/d")]
    [InlineData("'x','y' | Join-Path -ChildPath z", "x/z|y/z")]
    [InlineData("Join-Path a ''", "a/")]
    [InlineData("Split-Path /a/b/c.txt", "/a/b")]
    [InlineData("Split-Path c.txt", "")]
    [InlineData("Split-Path /a/b/c.txt -Leaf", "c.txt")]
    [InlineData("Split-Path /a/b/c.tar.gz -LeafBase", "c.tar")]
    [InlineData("Split-Path /a/b/c.tar.gz -Extension", ".gz")]
    [InlineData("Split-Path env:PATH -Qualifier; Split-Path env:PATH -NoQualifier", "env:|PATH")]
    [InlineData("Split-Path /a -IsAbsolute; Split-Path a -IsAbsolute; Split-Path env:x -IsAbsolute", "True|False|True")]
    [InlineData("Split-Path -LiteralPath /a/b", "/a")]
    public void Paths_are_joined_and_split(string script, string expected) =>
        Assert.Equal(expected, _session.TextWithoutErrors(script).Replace('\\', '/'));

    [Theory]
    [InlineData("'one','two','three' | Set-Content f; Select-String t f | ForEach-Object { \"$($_.LineNumber):$($_.Line)\" }", "2:two|3:three")]
    [InlineData("'one','TWO' | Select-String two", "TWO")]
    [InlineData("'one','TWO' | Select-String two -CaseSensitive", "")]
    [InlineData("'a.b','axb' | Select-String a.b -SimpleMatch", "a.b")]
    [InlineData("'a','b' | Select-String a -NotMatch", "b")]
    [InlineData("'a','b' | Select-String a -Quiet; 'b' | Select-String a -Quiet", "True|False")]
    [InlineData("'aXbX' | Select-String X -AllMatches | ForEach-Object { $_.Matches.Count }", "2")]
    [InlineData("'aXbX' | Select-String '(.)X' | ForEach-Object { $_.Matches[0].Groups[1].Value }", "a")]
    [InlineData("('abc' | Select-String b -Raw).GetType().Name", "String")]
    [InlineData("1..9 | Select-String 5 -Context 1 | ForEach-Object { \"$($_.Context.PreContext)<$($_.Line)>$($_.Context.PostContext)\" }", "4<5>6")]
    [InlineData("1..9 | Select-String '[89]' -Context 2,1 | ForEach-Object { \"$($_.Context.PreContext)<$($_.Line)>$($_.Context.PostContext)\" }", "6 7<8>9|7 8<9>")]
    [InlineData("'x','x' | Set-Content f; (Select-String x f -List | Measure-Object).Count; (Get-Item f | Select-String x).Count", "1|2")]
    public void Select_String_finds_lines(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    private void Fill()
    {
        Directory.CreateDirectory(Path.Combine(_session.Folder, "sub", "deep"));
        File.WriteAllText(Path.Combine(_session.Folder, "a.txt"), "A");
        File.WriteAllText(Path.Combine(_session.Folder, "b.log"), "B");
        File.WriteAllText(Path.Combine(_session.Folder, ".hidden"), "H");
        File.WriteAllText(Path.Combine(_session.Folder, "sub", "c.txt"), "C");
        File.WriteAllText(Path.Combine(_session.Folder, "sub", "deep", "d.txt"), "D");
    }
}
