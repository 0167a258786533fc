namespace PSBpf.Host.Tests.Cmdlets;

public sealed class FormatCmdletTests : IDisposable
{
    private const string Objects = "$o = @([pscustomobject]@{a=1;b='x';c=3;d=4;e='long text here'}, [pscustomobject]@{a=2;b='y';c=3;d=4;e='t'}); $o | ";

    private readonly HostedRunspace _session = new(Terminal.TerminalProfile.Plain with { Width = 40 });

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData(Objects + "Format-Table a, b -AutoSize", "\na b\n- -\n1 x\n2 y\n\n")]
    [InlineData(Objects + "Format-Table a, b -AutoSize -HideTableHeaders", "\n1 x\n2 y\n\n")]
    [InlineData(Objects + "Format-Table a, @{n='twice';e={$_.a*2};align='left'} -AutoSize", "\na twice\n- -----\n1 2\n2 4\n\n")]
    [InlineData(Objects + "Format-Table e -Wrap | Out-String -Width 8", "\ne\n-\nlong tex\nt here\nt\n\n\n")]
    [InlineData(Objects + "Format-Table b -AutoSize -GroupBy a", "\n   a: 1\n\nb\n-\nx\n\n   a: 2\n\nb\n-\ny\n\n")]
    [InlineData(Objects + "Format-List a, b", "\na : 1\nb : x\n\na : 2\nb : y\n\n")]
    [InlineData(Objects + "Format-List @{n='q';e={$_.b}}", "\nq : x\n\nq : y\n\n")]
    [InlineData(Objects + "Format-Table", "\na b c d e\n- - - - -\n1 x 3 4 long text here\n2 y 3 4 t\n\n")]
    public void Objects_are_laid_out(string script, string expected) =>
        Assert.Equal(Trimmed(expected), Trimmed(_session.Shown(script)));

    [Fact]
    public void Format_views_of_a_module_decide_between_table_and_list()
    {
        string folder = Path.Combine(_session.Folder, "Things");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "Things.psd1"), "@{ ModuleVersion = '1.0'; FormatsToProcess = 'Things.format.ps1xml' }");
        File.WriteAllText(Path.Combine(folder, "Things.format.ps1xml"), """
            <Configuration><ViewDefinitions>
              <View>
                <Name>list</Name><ViewSelectedBy><TypeName>My.Thing</TypeName></ViewSelectedBy>
                <ListControl><ListEntries><ListEntry><ListItems>
                  <ListItem><Label>ListLabel</Label><ScriptBlock>"list of $($_.x)"</ScriptBlock></ListItem>
                </ListItems></ListEntry></ListEntries></ListControl>
              </View>
              <View>
                <Name>table</Name><ViewSelectedBy><TypeName>My.Thing</TypeName></ViewSelectedBy>
                <TableControl>
                  <TableHeaders><TableColumnHeader><Label>TableLabel</Label></TableColumnHeader></TableHeaders>
                  <TableRowEntries><TableRowEntry><TableColumnItems>
                    <TableColumnItem><ScriptBlock>"row of $($_.x)"</ScriptBlock></TableColumnItem>
                  </TableColumnItems></TableRowEntry></TableRowEntries>
                </TableControl>
              </View>
            </ViewDefinitions></Configuration>
            """);
        const string Thing = "Import-Module ./Things; [pscustomobject]@{PSTypeName='My.Thing';x=5} | ";

        Assert.Contains("ListLabel : list of 5", _session.Shown(Thing + "Write-Output"), StringComparison.Ordinal);
        Assert.Contains("TableLabel\n----------\nrow of 5\n", _session.Shown(Thing + "Format-Table"), StringComparison.Ordinal);
        Assert.Contains("ListLabel : list of 5", _session.Shown(Thing + "Format-List"), StringComparison.Ordinal);
        Assert.Contains("row of 5", _session.Shown(Thing + "Format-Table -View table -HideTableHeaders"), StringComparison.Ordinal);
        Assert.Contains("row of 5", _session.Text(Thing + "Format-Table | Out-String"), StringComparison.Ordinal);
        Assert.Contains("x : 5", _session.Shown(Thing + "Format-List -Property *"), StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_and_members_have_the_views_of_the_real_cmdlets()
    {
        Assert.StartsWith("\nCount Name                      Group\n----- ----", _session.Shown("'a','a' | Group-Object"), StringComparison.Ordinal);
        Assert.Contains("TypeName: System.Int32", _session.Shown("1 | Get-Member -Name CompareTo"), StringComparison.Ordinal);
        Assert.Contains("Sum               : 3", _session.Shown("1,2 | Measure-Object -Sum"), StringComparison.Ordinal);
    }

    [Fact]
    public void Wide_characters_keep_columns_in_line()
    {
        string[] lines = _session.Shown("[pscustomobject]@{n='日本';v=1}, [pscustomobject]@{n='abcd';v=2} | Format-Table -AutoSize").Split('\n');
        Assert.Contains("日本 1", lines[3], StringComparison.Ordinal);
        Assert.Contains("abcd 2", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Format_Hex_shows_offsets_bytes_and_characters()
    {
        using var wide = new HostedRunspace();
        string shown = wide.Shown("[byte[]](0..20) | Format-Hex; 'AZ' | Format-Hex");
        Assert.Contains("0000000000000000 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F ................\n", shown, StringComparison.Ordinal);
        Assert.Contains("0000000000000010 10 11 12 13 14", shown, StringComparison.Ordinal);
        Assert.Contains("41 5A                                           AZ", shown, StringComparison.Ordinal);
        Assert.Equal("02 03", wide.Text("Set-Content f ([byte[]](1,2,3,4)) -AsByteStream; (Format-Hex f -Offset 1 -Count 2).HexBytes"));
    }

    [Fact]
    public void Output_of_one_script_keeps_the_order_of_objects_errors_and_messages()
    {
        string shown = _session.Shown("'one'; Write-Warning two; 'three'");
        Assert.Equal("one\nWARNING: two\nthree\n", shown);
    }

    private static string Trimmed(string text) => string.Join('\n', text.Split('\n').Select(static line => line.TrimEnd()));
}
