using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Loading;

public sealed class RefusalTests : KernelTest
{
    [Theory]
    [InlineData("exit", "R0 !read_ok", 0)]
    [InlineData("r0 = *(u8 *)(r1 +200)\nexit", "invalid bpf_context access off=200 size=1", 0)]
    [InlineData("r0 = 0\nr2 = r10\nr0 = *(u64 *)(r2 +8)\nexit", "invalid read from stack R2 off=8 size=8", 2)]
    [InlineData("r1 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r1 +0)\nexit", "R1 offset is outside of the packet", 1)]
    [InlineData("r0 = 0\ngoto +3\nexit", "jump out of range from insn 1 to 5", 1)]
    [InlineData("r0 = 0\nexit\nr0 = 1\nexit", "unreachable insn 2", 2)]
    [InlineData("call 9999\nexit", "invalid func unknown#9999", 0)]
    public void A_refusal_carries_the_kernels_last_word_and_the_place(string text, string message, int instruction)
    {
        var report = Refuse(ProgramType.Xdp, text);
        Assert.Equal(message, report.Message);
        Assert.Equal(instruction, report.At?.Instruction);
        Assert.Equal("BPF3010", report.RuleId);
        Assert.Equal("kernel-refused", report.RuleName);
        Assert.Equal(BpfKernelKind.Linux, report.Kernel);
        Assert.Contains(message, report.Log, StringComparison.Ordinal);
        Assert.Contains(message, report.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(report.Suggestion);
        Assert.True(report.Duration > TimeSpan.Zero);
    }

    [Fact]
    public void The_place_shows_the_instruction_its_state_and_its_C_line()
    {
        var spec = Spec(ProgramType.Xdp, "r2 = *(u32 *)(r1 +0)\nr0 = 0\nr0 = *(u8 *)(r2 +30)\nexit") with
        {
            Lines =
            [
                new LineSpec(0, new SourceLocation("a.c", 10, 5, "void *data"), 0, 0),
                new LineSpec(2, new SourceLocation("a.c", 12, 9, "return iph->x;"), 0, 0),
            ],
        };
        var report = Load(spec, ProgramLoadOptions.Default).Verification;
        Assert.Equal(new SourceLocation("a.c", 12, 9, "return iph->x;"), report.At?.Source);
        Assert.Equal("r0 = *(u8 *)(r2 +30)", report.At?.Text);
        Assert.Equal("R2 offset is outside of the packet", report.Message);
        Assert.Contains("invalid access to packet, off=30 size=1", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_endless_loop_is_named_as_one()
    {
        var report = Refuse(ProgramType.Xdp, "r0 = 0\nif r1 == 0 goto done\nagain: r0 = 0\nif r1 != 0 goto again\ndone: exit");
        Assert.StartsWith("infinite loop detected at insn ", report.Message, StringComparison.Ordinal);
        Assert.EndsWith($" {report.At?.Instruction}", report.Message, StringComparison.Ordinal);
        Assert.NotEmpty(report.At!.Text);
    }

    [Fact]
    public void A_program_that_is_too_complex_says_so()
    {
        var report = Refuse(ProgramType.Xdp, "r0 = 0\nr1 = 0\nagain: r1 += 1\nif r1 < 3000000 goto again\nexit");
        Assert.Equal("BPF program is too large. Processed 1000001 insn", report.Message);
        Assert.Equal(1_000_001, report.ProcessedInstructions);
    }

    [Fact]
    public void A_program_without_instructions_is_refused_with_the_errno()
    {
        var spec = new ProgramSpec { Name = "none", Type = ProgramType.Xdp, Instructions = [] };
        var report = Load(spec, ProgramLoadOptions.Default).Verification;
        Assert.False(report.Accepted);
        Assert.Contains("E2BIG", report.Message, StringComparison.Ordinal);
        Assert.Contains("0 instruction slots", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_program_type_is_refused_with_the_errno()
    {
        var report = Load(Spec((ProgramType)4711, "r0 = 0\nexit"), ProgramLoadOptions.Default).Verification;
        Assert.False(report.Accepted);
        Assert.Contains("EINVAL", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_is_refused_without_an_exception()
    {
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var code = new Instruction[random.Next(1, 12)];
            for (var i = 0; i < code.Length; i++)
                code[i] = new Instruction((byte)random.Next(256), random.Next(16), random.Next(16), (short)random.Next(-4, 4), random.Next(-3, 3));
            var uses = code.Any(slot => slot.Opcode == 0x18 && slot.Source is 5 or 6);
            if (uses) continue;
            var report = Load(new ProgramSpec { Name = "g", Type = ProgramType.SocketFilter, Instructions = code }, ProgramLoadOptions.Default).Verification;
            if (report.Accepted) continue;
            Assert.NotEqual("", report.Message);
            Assert.Equal("BPF3010", report.RuleId);
        }
    }

    [Fact]
    public void A_map_index_without_a_map_is_an_error_that_names_the_instruction()
    {
        var spec = Spec(ProgramType.Xdp, "r1 = map[m0]\nr0 = 0\nexit", Map(MapType.Array, 4, 4, 1));
        var error = Assert.Throws<BpfException>(() => Kernel.LoadProgram(spec, [], ProgramLoadOptions.Default, Cancellation));
        Assert.Contains("Instruction 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_removed_map_cannot_be_used()
    {
        var map = Map(MapType.Array, 4, 4, 1);
        var spec = Spec(ProgramType.Xdp, "r1 = map[m0]\nr0 = 0\nexit", map);
        map.Dispose();
        var error = Assert.Throws<BpfException>(() => Kernel.LoadProgram(spec, [map], ProgramLoadOptions.Default, Cancellation));
        Assert.Equal("BPF3005", error.Id);
    }

    [Fact]
    public void A_program_that_was_not_judged_is_an_error_and_no_verdict()
    {
        var spec = Spec(ProgramType.Tracing, "r0 = 0\nexit") with { ExpectedAttachType = AttachType.TraceFentry, AttachTarget = "bpf_fentry_test1" };
        try
        {
            var result = Load(spec, ProgramLoadOptions.Default);
            Assert.True(result.Verification.Accepted, result.Verification.Log);
        }
        catch (BpfException error) when (error.Id == "BPF3002")
        {
            Assert.Contains("EPERM", error.Message, StringComparison.Ordinal);
            Assert.Contains("'p'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Tracepoints_with_types_find_their_target()
    {
        var spec = Spec(ProgramType.Tracing, "r0 = 0\nexit") with { ExpectedAttachType = AttachType.TraceRawTp, AttachTarget = "sched_switch" };
        Assert.True(Load(spec, ProgramLoadOptions.Default).Verification.Accepted);
        spec = spec with { ExpectedAttachType = AttachType.TraceIter, AttachTarget = "task" };
        Assert.True(Load(spec, ProgramLoadOptions.Default).Verification.Accepted);

        spec = spec with { ExpectedAttachType = AttachType.TraceRawTp, AttachTarget = "no_such_tracepoint" };
        var error = Assert.Throws<BpfException>(() => Load(spec, ProgramLoadOptions.Default));
        Assert.Equal("BPF3006", error.Id);
        Assert.Contains("no_such_tracepoint", error.Message, StringComparison.Ordinal);
    }
}
