namespace PSBpf.Host.Tests.Process;

public sealed class TerminalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("psbpf-terminal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_person_can_edit_complete_recall_and_interrupt()
    {
        using Terminal terminal = Open("-NoModule");
        string screen = terminal.WaitFor("PS ");
        Assert.Equal("psbpf", screen.Split(' ')[0]);
        Assert.Contains("Get-Help about_PSBpf", screen.Split('\n')[0], StringComparison.Ordinal);

        // Editing: what is typed wrong is put right before it runs.
        terminal.Type("'edit-ok' + 'X'");
        terminal.Press("Left", "BSpace", "Y", "Home", "'", "Delete", "End", "Enter");
        terminal.WaitFor("edit-okY\n");

        // Completion, forwards and as a list.
        terminal.Type("Get-Loc");
        terminal.Press("Tab");
        terminal.WaitFor("Get-Location");
        terminal.Press("Enter");
        terminal.WaitFor("Path\n----");
        terminal.Type("Write-Pro");
        terminal.Press("C-Space");
        terminal.WaitFor("Write-Progress");
        terminal.Press("C-u");

        // A command of several lines.
        terminal.Type("function twice($x) {");
        terminal.Press("Enter");
        terminal.WaitFor("\n>>");
        terminal.Type("$x * 2 }");
        terminal.Press("Enter");
        terminal.Type("'<' + (twice 21) + '>'");
        terminal.Press("Enter");
        terminal.WaitFor("<42>");

        // Ctrl+C drops a line, and stops a command without leaving the prompt.
        terminal.Type("'never run'");
        terminal.Press("C-c");
        terminal.Type("'start' + 'ed'; Start-Sleep 60; 'ne' + 'ver'");
        terminal.Press("Enter");
        terminal.WaitFor("\nstarted");
        terminal.Press("C-c");
        terminal.Type("'still ' + 'here'");
        terminal.Press("Enter");
        Assert.DoesNotContain("\nnever", terminal.WaitFor("still here"), StringComparison.Ordinal);

        // History.
        terminal.Press("Up", "Enter");
        terminal.WaitFor(shown => shown.Split('\n').Count(static line => line == "still here") == 2, "still here, twice");

        // Errors leave the prompt, $? tells of them, and exit gives its code.
        terminal.Type("Get-Item /nope; 'status ' + $?");
        terminal.Press("Enter");
        terminal.WaitFor("Get-Item: Cannot find path '/nope'");
        terminal.WaitFor("status False");
        terminal.Type("exit 5");
        terminal.Press("Enter");
        terminal.WaitFor("left with 5");
    }

    [Fact]
    public void The_next_prompt_recalls_what_the_last_one_ran()
    {
        using (Terminal terminal = Open("-NoModule -NoLogo"))
        {
            terminal.WaitFor("PS ");
            terminal.Type("'remember ' + 'me'");
            terminal.Press("Enter");
            terminal.WaitFor("remember me");
            terminal.Press("C-d");
            terminal.WaitFor("left with 0");
        }

        using Terminal again = Open("-NoModule -NoLogo");
        again.WaitFor("PS ");
        again.Press("Up");
        again.WaitFor("'remember ' + 'me'");
    }

    [Fact]
    public void Pasted_lines_all_arrive()
    {
        using Terminal terminal = Open("-NoModule -NoLogo");
        terminal.WaitFor("PS ");
        terminal.Type("$a = 1\r$b = 2\r'sum ' + ($a + $b)\r");
        terminal.WaitFor("sum 3");
    }

    [Fact]
    public void Ctrl_C_ends_a_script_with_130_after_its_cleanup()
    {
        string script = Path.Combine(_folder, "slow.ps1");
        File.WriteAllText(script, "'begin'; try { Start-Sleep 60 } finally { Write-Host 'cleaned up' }; 'never'");
        using Terminal terminal = Open($"-NoModule {script}");
        terminal.WaitFor("begin");
        terminal.Press("C-c");
        string screen = terminal.WaitFor("left with 130");
        Assert.Contains("cleaned up", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("never", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_suspended_confirmation_gives_a_nested_prompt_that_works()
    {
        string file = Path.Combine(_folder, "kept");
        File.WriteAllText(file, "");
        using Terminal terminal = Open("-NoModule -NoLogo");
        terminal.WaitFor("PS ");
        terminal.Type($"Remove-Item {file} -Confirm");
        terminal.Press("Enter");
        terminal.WaitFor("[S] Suspend");
        terminal.Type("s");
        terminal.Press("Enter");
        terminal.WaitFor(">>\n");
        terminal.Type("'level ' + $NestedPromptLevel");
        terminal.Press("Enter");
        terminal.WaitFor("level 1");
        terminal.Type("exit");
        terminal.Press("Enter");
        terminal.WaitFor(shown => shown.Split("[S] Suspend").Length == 3, "the question again");
        terminal.Type("n");
        terminal.Press("Enter");
        terminal.Type("'level ' + $NestedPromptLevel");
        terminal.Press("Enter");
        terminal.WaitFor("level 0");
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void Colours_appear_on_a_terminal_unless_NO_COLOR_is_set()
    {
        using Terminal coloured = Open("-NoModule -c \"Write-Error red\"");
        coloured.WaitFor("left with");
        Assert.Contains("\e[31m", coloured.Screen(colours: true), StringComparison.Ordinal);

        using Terminal plain = Open("-NoModule -c \"Write-Error red; Write-Host x -ForegroundColor Red; [pscustomobject]@{a=1}\"", "NO_COLOR=1 ");
        plain.WaitFor("left with");
        Assert.DoesNotContain('\e', plain.Screen(colours: true));
    }

    private Terminal Open(string arguments, string variables = "") => Terminal.Open(
        $"cd {_folder}; {variables}PSBPF_HISTORY={_folder}/history.txt {HostProcess.Path} {arguments}; echo left with $?; sleep 60");
}
