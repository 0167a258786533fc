using PSBpf.Core.Tests.Elf;

namespace PSBpf.Host.Tests.Process;

/// <summary>The plug-in protocol of bpf_conformance, through the program as the suite starts it.</summary>
public sealed class ConformanceTests
{
    // mov %r0, 42; exit
    private const string Answer = "b7 00 00 00 2a 00 00 00 95 00 00 00 00 00 00 00";

    // ldxdw %r0, [%r1]; exit
    private const string LoadWord = "79 10 00 00 00 00 00 00 95 00 00 00 00 00 00 00";

    private const string Exit = "95 00 00 00 00 00 00 00";

    private const string EightBytes = "88 77 66 55 44 33 22 11";

    [Theory]
    [InlineData(Answer, null, "2a")]
    [InlineData(Answer, "", "2a")]
    [InlineData(Answer, "aa bb cc", "2a")]
    [InlineData(LoadWord, EightBytes, "1122334455667788")]
    [InlineData("b7000000ffffffff\n95 00000000000000\n", null, "ffffffffffffffff")]
    [InlineData("bf 10 00 00 00 00 00 00 " + Exit, null, "0")] // r1 without memory
    [InlineData("bf 20 00 00 00 00 00 00 " + Exit, null, "0")] // r2 without memory
    [InlineData("bf 20 00 00 00 00 00 00 " + Exit, "01 02 03", "3")] // r2 is the length
    [InlineData("b7 01 00 00 05 00 00 00 85 00 00 00 05 00 00 00 " + Exit, null, "5")] // helper 5 gives back r1
    [InlineData("b7 01 00 00 00 00 00 00 85 00 00 00 05 00 00 00 b7 00 00 00 09 00 00 00 " + Exit, null, "0")] // and ends the program when it is 0
    [InlineData("b7 01 00 00 90 00 00 00 85 00 00 00 03 00 00 00 " + Exit, null, "c")] // helper 3: the square root
    [InlineData("b7 01 00 00 90 00 00 00 b7 02 00 00 03 00 00 00 8d 02 00 00 00 00 00 00 " + Exit, null, "c")] // through r2 (callx)
    public void R0_is_printed_in_hexadecimal(string program, string? memory, string result) =>
        Assert.Equal(new HostResult(0, result + "\n", ""), Run(program, memory is null ? [] : [memory]));

    [Theory]
    [InlineData(LoadWord, null, "reads 8 bytes at 0x0")]
    [InlineData(LoadWord, "00 00", "reads 8 bytes at memory offset 0, where the memory has 2 bytes")]
    [InlineData("ff 00 00 00 00 00 00 00", null, "unknown opcode ff")]
    [InlineData("b7 00 00", null, "no whole number of 8-byte instruction slots")]
    [InlineData("", null, "at least one instruction")]
    [InlineData("b7 0g", null, "two hexadecimal digits are a byte")]
    [InlineData("b7 00 00 00 2a 00 00 00", null, "reached without 'exit'")]
    [InlineData("05 00 05 00 00 00 00 00 " + Exit, null, "jump to 6, where no instruction begins")]
    [InlineData("85 00 00 00 63 00 00 00 " + Exit, null, "helper 99")]
    [InlineData("b7 02 00 00 63 00 00 00 8d 02 00 00 00 00 00 00 " + Exit, null, "calls through r2, which holds 0x63")]
    [InlineData("7a 10 00 00 00 00 00 00 " + Exit, EightBytes, "BPF_ST uses reserved fields")]
    [InlineData("05 00 ff ff 00 00 00 00 " + Exit, null, "was stopped")]
    public void What_is_no_program_or_faults_ends_with_a_message(string program, string? memory, string message)
    {
        var result = Run(program, memory is null ? [] : [memory]);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("psbpf conformance: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_may_stand_before_and_behind_the_memory()
    {
        foreach (string[] line in (string[][])[["--interpret", EightBytes], [EightBytes, "--interpret"], [EightBytes, "--jit"], ["--jit-pieces", EightBytes]])
            Assert.Equal(new HostResult(0, "1122334455667788\n", ""), Run(LoadWord, line));
    }

    [Fact]
    public void Compiled_code_checks_its_accesses_too()
    {
        var result = Run(LoadWord, ["00 00", "--jit"]);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("reads 8 bytes at memory offset 0, where the memory has 2 bytes", result.Error, StringComparison.Ordinal);
        Assert.Equal(new HostResult(0, "0\n", ""), Run("b7 01 00 00 00 00 00 00 85 00 00 00 05 00 00 00 b7 00 00 00 09 00 00 00 " + Exit, ["--jit"]));
    }

    [Theory]
    [InlineData("there is no option '--fast'", "--fast")]
    [InlineData("one argument too many", "00", "11")]
    [InlineData("the memory cannot be read at character 4", "00 1")]
    public void A_wrong_command_line_is_refused(string message, params string[] arguments)
    {
        var result = Run(Answer, arguments);
        Assert.Equal((64, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_runs_with_its_subprograms()
    {
        // main: r1 = 20, call twice, exit; twice: r0 = r1, r0 += r0, exit. The call has a relocation, as clang writes it.
        var builder = new ElfBuilder();
        int text = builder.AddCode(".text", 0x14_0000_01b7, 0xffff_ffff_0000_1085, 0x95, 0x10bf, 0x0f, 0x95);
        builder.AddSymbol("main", ElfBuilder.Function, text, 0, 24);
        int twice = builder.AddSymbol("twice", ElfBuilder.Function, text, 24, 24);
        builder.Relocate(text, 8, 10, twice);
        string bytes = Convert.ToHexString(builder.Build());
        Assert.Equal(new HostResult(0, "28\n", ""), Run(bytes, ["--elf"]));
        Assert.Equal(new HostResult(0, "28\n", ""), Run(bytes, ["", "--elf"]));
        Assert.Equal(1, Run(bytes[..200], ["--elf"]).ExitCode);
    }

    [Fact]
    public void The_usage_is_printed()
    {
        Assert.Contains("--interpret", Run("", ["--help"]).Output, StringComparison.Ordinal);
        Assert.Contains("psbpf conformance", HostProcess.Run(["-Help"], null).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_module_it_says_how_to_build_it()
    {
        var result = HostProcess.Run(["conformance"], Answer, ("PSBPF_MODULE", AppContext.BaseDirectory));
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("dotnet build src/PSBpf.PowerShell", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void PowerShell_is_not_loaded()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("reads /proc");
        var start = new System.Diagnostics.ProcessStartInfo(HostProcess.Path, ["conformance"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment.Remove("PSBPF_MODULE");
        using var process = System.Diagnostics.Process.Start(start)!;
        try
        {
            // It has all that it needs when it waits for the program: its libraries are mapped then.
            SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{process.Id}/maps").Contains("PSBpf.Hosting.dll", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
            process.StandardInput.Write(Answer);
            process.StandardInput.Flush();
            string maps = File.ReadAllText($"/proc/{process.Id}/maps");
            Assert.Contains("PSBpf.Hosting.dll", maps, StringComparison.Ordinal);
            Assert.DoesNotContain("System.Management.Automation", maps, StringComparison.Ordinal);
        }
        finally
        {
            process.StandardInput.Close();
        }

        Assert.Equal("2a\n", process.StandardOutput.ReadToEnd().ReplaceLineEndings("\n"));
        process.WaitForExit();
    }

    private static HostResult Run(string program, string[] arguments) => HostProcess.Run(["conformance", .. arguments], program);
}
