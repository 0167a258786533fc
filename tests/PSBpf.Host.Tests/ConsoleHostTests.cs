using System.Management.Automation;
using System.Management.Automation.Host;
using PSBpf.Host.Terminal;

namespace PSBpf.Host.Tests;

public sealed class ConsoleHostTests
{
    private static readonly TerminalProfile Asking = TerminalProfile.Plain with { Interactive = true };

    [Fact]
    public void Output_and_errors_go_to_their_own_writers()
    {
        using var session = new HostedRunspace();
        session.Shown("'out'; Write-Error 'err'");
        session.Objects("Write-Warning w");
        Assert.Equal("Write-Error: err\n", session.WrittenErrors);
    }

    [Fact]
    public void An_exit_statement_is_known_to_the_host()
    {
        using var session = new HostedRunspace();
        Assert.Null(session.Host.RequestedExitCode);
        session.Objects("exit 7");
        Assert.Equal(7, session.Host.RequestedExitCode);
    }

    [Fact]
    public void The_width_is_that_of_the_profile()
    {
        using var session = new HostedRunspace(TerminalProfile.Plain with { Width = 33, Height = 7 });
        Assert.Equal("33|7", session.TextWithoutErrors("$Host.UI.RawUI.BufferSize.Width; $Host.UI.RawUI.WindowSize.Height"));
    }

    [Fact]
    public void A_mandatory_parameter_that_is_missing_is_asked_for()
    {
        using var session = new HostedRunspace(Asking, "given\n1\n2\n\n");
        Assert.Equal("given 1 2", session.TextWithoutErrors(
            "function f { param([Parameter(Mandatory)]$Name, [Parameter(Mandatory)][int[]]$Numbers) \"$Name $Numbers\" } f"));
        Assert.Contains("Name: Numbers[0]: Numbers[1]: Numbers[2]: ", session.Written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y\n", "False")]
    [InlineData("\n", "False")]
    [InlineData("n\n", "True")]
    [InlineData("?\nnonsense\nNo\n", "True")]
    public void A_confirmation_is_asked_until_it_is_answered(string input, string stays)
    {
        using var session = new HostedRunspace(Asking, input);
        Assert.Equal(stays, session.TextWithoutErrors("New-Item f | Out-Null; Remove-Item f -Confirm; Test-Path f"));
        Assert.Contains("[Y] Yes  [A] Yes to All  [N] No  [L] No to All", session.Written, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_at_the_end_of_the_input_is_an_error()
    {
        using var session = new HostedRunspace(Asking);
        Assert.ThrowsAny<RuntimeException>(() => session.Objects("$ErrorActionPreference = 'Stop'; New-Item f | Out-Null; Remove-Item f -Confirm"));
    }

    [Fact]
    public void A_credential_is_asked_for()
    {
        using var session = new HostedRunspace(Asking, "me\nsecret\n");
        Assert.Equal("me/secret", session.TextWithoutErrors(
            "$c = $Host.UI.PromptForCredential('', 'who', '', ''); \"$($c.UserName)/$($c.GetNetworkCredential().Password)\""));
    }

    [Fact]
    public void There_is_no_nested_prompt_below_a_script()
    {
        using var session = new HostedRunspace();
        var exception = Assert.ThrowsAny<RuntimeException>(() => session.Objects("$ErrorActionPreference = 'Stop'; $Host.EnterNestedPrompt()"));
        Assert.Contains("nested prompt", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40, 100, "Work [========            ] 40 % Doing: step (0:00:05 left)")]
    [InlineData(-1, 100, "Work Doing: step (0:00:05 left)")]
    [InlineData(100, 20, "Work [============…")]
    public void Progress_is_one_line(int percent, int width, string expected)
    {
        var record = new ProgressRecord(0, "Work", "Doing") { PercentComplete = percent, CurrentOperation = "step", SecondsRemaining = 5 };
        string text = ProgressLine.Text(record, width);
        Assert.True(text.Length <= width);
        Assert.Equal(expected[..Math.Min(expected.Length, 18)], text[..Math.Min(text.Length, 18)]);
        if (width > 50)
            Assert.Equal(expected, text);
    }

    [Fact]
    public void Progress_disappears_before_anything_else_is_written()
    {
        var output = new StringWriter();
        var host = new ConsoleHost(output, output, TerminalProfile.Plain with { OutputSequences = true });
        host.UI.WriteProgress(1, new ProgressRecord(0, "Work", "s"));
        host.UI.WriteLine("text");
        host.UI.WriteProgress(1, new ProgressRecord(0, "Work", "s") { RecordType = ProgressRecordType.Completed });
        Assert.Equal("\r\e[2KWork s\r\e[2Ktext" + Environment.NewLine, output.ToString());
    }

    [Fact]
    public void Choices_show_their_help()
    {
        var output = new StringWriter();
        var host = new ConsoleHost(output, output, Asking, new StringReader("?\nb\n"));
        int answer = host.UI.PromptForChoice("Caption", "Message", [new ChoiceDescription("&Alpha", "first letter"), new ChoiceDescription("&Beta")], -1);
        Assert.Equal(1, answer);
        Assert.Contains("A - first letter\nB - Beta\n", output.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("日本", 4)]
    [InlineData("é", 1)]
    [InlineData("한글", 4)]
    [InlineData("😀", 2)]
    [InlineData("ｆ", 2)]
    public void Characters_take_one_column_or_two(string text, int cells) =>
        Assert.Equal(cells, new ConsoleHost(TextWriter.Null, TextWriter.Null).UI.RawUI.LengthInBufferCells(text));
}
