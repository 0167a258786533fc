using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Tests;

public sealed class ExplanationTests
{
    [Fact]
    public void A_packet_refusal_says_what_was_proven_and_where_the_pointer_came_from()
    {
        var report = Verify("""
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r4 = r2
            r4 += 14
            r0 = 2
            if r4 > r3 goto out
            r5 = *(u32 *)(r2 +30)
            out:
            exit
            """);
        Assert.Equal("BPF1207", report.RuleId);
        Assert.Equal("packet-bounds", report.RuleName);
        Assert.Equal(6, report.At!.Instruction);
        Assert.Equal("4 bytes are accessed at data+30, but only 14 bytes are known to lie in the packet here.", report.Reason);
        Assert.Contains("data + 34 > data_end", report.Suggestion, StringComparison.Ordinal);
        Assert.Equal([(0, "r2 = data, 0 bytes proven after it"), (5, "data: 14 bytes proven")], report.CausalPath.Select(point => (point.Instruction, point.Note)));
    }

    [Fact]
    public void A_bound_that_is_too_wide_is_shown_with_the_branch_that_set_it()
    {
        var report = Verify("""
            r6 = *(u32 *)(r1 +12)
            if r6 > 100 goto out
            r1 = map[table][0] +0
            r1 += r6
            r0 = *(u8 *)(r1 +0)
            out:
            r0 = 0
            exit
            """);
        Assert.Equal("map-value-bounds", report.RuleName);
        Assert.Contains(report.CausalPath, point => point.Instruction == 1 && point.Note == "r6 = a number from 0 to 100");
        Assert.Contains("offset 100 of a value of 'table', which has 64 bytes", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_path_through_a_loop_is_the_one_that_failed()
    {
        var report = Verify("""
            r6 = 0
            again:
            r1 = map[table][0] +0
            r1 += r6
            r0 = *(u8 *)(r1 +0)
            r6 += 1
            if r6 != 65 goto again
            r0 = 0
            exit
            """);
        Assert.Equal("map-value-bounds", report.RuleName);
        Assert.Contains(report.CausalPath, point => point.Note == "r6 = 64");
    }

    [Fact]
    public void A_log_ends_with_the_kernels_words_and_the_figures()
    {
        var report = Verify("r0 = r5\nexit", logLevel: 1);
        string[] lines = report.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("0: R1=ctx() R10=fp0", lines[0]);
        Assert.Equal("0: (bf) r0 = r5", lines[1]);
        Assert.Equal("R5 !read_ok", lines[^3]);
        Assert.StartsWith("processed 1 insns", lines[^1], StringComparison.Ordinal);
    }

    private static BpfVerification Verify(string text, int logLevel = 0)
    {
        var table = new MapSpec { Name = "table", Type = MapType.Array, KeySize = 4, ValueSize = 64, MaxEntries = 1 };
        var program = new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = Assembler.Assemble(text, ["table"]).Instructions, Maps = [table] };
        return ProgramVerifier.Verify(program, program.Maps, new VerifierOptions { LogLevel = logLevel }, TestContext.Current.CancellationToken).Verification;
    }
}
