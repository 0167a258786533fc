using PSBpf.Isa;
using PSBpf.Linux.Loading;

namespace PSBpf.Linux.Tests.Loading;

public sealed class VerifierLogTests
{
    [Fact]
    public void A_trace_gives_message_place_and_statistics()
    {
        var log = VerifierLog.Parse("""
            0: R1=ctx() R10=fp0
            ; void *data = (void *)(long)ctx->data; @ a.bpf.c:12
            0: (61) r2 = *(u32 *)(r1 +0)          ; R1=ctx() R2_w=pkt(r=0)
            from 3 to 7: R0=0 R1=ctx() R10=fp0
            7: (71) r0 = *(u8 *)(r2 +30)
            invalid access to packet, off=30 size=1, R2(id=0,off=30,r=0)
            R2 offset is outside of the packet
            verification time 23 usec
            stack depth 16+0+8
            processed 3 insns (limit 1000000) max_states_per_insn 0 total_states 4 peak_states 5 mark_read 1

            """);
        Assert.Equal("R2 offset is outside of the packet", log.Message);
        Assert.Equal(["invalid access to packet, off=30 size=1, R2(id=0,off=30,r=0)", "R2 offset is outside of the packet"], log.Explanation);
        Assert.Equal(7, log.Instruction);
        Assert.Equal("r0 = *(u8 *)(r2 +30)", log.InstructionText);
        Assert.Equal(3, log.ProcessedInstructions);
        Assert.Equal(5, log.PeakStates);
        Assert.Equal([16, 0, 8], log.StackDepths);
    }

    [Theory]
    [InlineData("4: (55) if r1 != 0x0 goto pc-2 3: R0=0 R1=ctx() R10=fp0", 4, "if r1 != 0x0 goto pc-2", "")]
    [InlineData("4: (05) goto pc-2", 4, "goto pc-2", "")]
    [InlineData("17: (a5) if r1 < 0x2dc6c0 goto pc-2    ; R1=0x7a11e", 17, "if r1 < 0x2dc6c0 goto pc-2", "R1=0x7a11e")]
    [InlineData("1: (85) call bpf_get_prandom_u32#7        ; R0_w=scalar()", 1, "call bpf_get_prandom_u32#7", "R0_w=scalar()")]
    [InlineData("2: (18) r1 = 0xffff88810a3c9400       ; R1_w=map_ptr(map=m,ks=4,vs=8)", 2, "r1 = 0xffff88810a3c9400", "R1_w=map_ptr(map=m,ks=4,vs=8)")]
    [InlineData("3: (95) exit", 3, "exit", "")]
    public void Instruction_lines_are_taken_apart(string line, int index, string text, string state)
    {
        var log = VerifierLog.Parse(line);
        Assert.Equal(index, log.Instruction);
        Assert.Equal(text, log.InstructionText);
        Assert.Equal(state, log.State);
        Assert.Equal("", log.Message);
    }

    [Theory]
    [InlineData("infinite loop detected at insn 3\ncur state: R0=0 R1=ctx()\nold state: R0=0", "infinite loop detected at insn 3", 3)]
    [InlineData("back-edge from insn 4 to 2\n", "back-edge from insn 4 to 2", 4)]
    [InlineData("BPF program is too large. Processed 1000001 insn\n", "BPF program is too large. Processed 1000001 insn", null)]
    [InlineData("Unreleased reference id=2 alloc_insn=1\nBPF_EXIT instruction in main prog would lead to reference leak", "BPF_EXIT instruction in main prog would lead to reference leak", null)]
    [InlineData("R1 type=ctx expected=fp", "R1 type=ctx expected=fp", null)]
    [InlineData("R0 !read_ok", "R0 !read_ok", null)]
    [InlineData("", "", null)]
    [InlineData("\n\n", "", null)]
    public void The_message_is_the_last_line_that_objects(string text, string message, int? instruction)
    {
        var log = VerifierLog.Parse(text);
        Assert.Equal(message, log.Message);
        Assert.Equal(instruction, log.Instruction);
    }

    [Fact]
    public void Any_text_is_taken()
    {
        var random = new Random(7);
        string[] pieces = ["processed ", "stack depth ", " insns", "99999999999999999999", "1: (b7) ", "insn ", "\n", "R0=", "; ", "+", "-", "goto pc", " "];
        for (var round = 0; round < 5000; round++)
        {
            var log = VerifierLog.Parse(string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => pieces[random.Next(pieces.Length)])));
            Assert.DoesNotContain('\n', log.Message);
            Assert.True(log.Instruction is null or >= 0);
        }
    }

    [Fact]
    public void The_deepest_chain_counts_each_frame_once()
    {
        var code = Assembler.Assemble("""
            call a
            call b
            exit
            a: call b
            exit
            b: r0 = 0
            exit
            """).Instructions;
        Assert.Equal(7, StackUse.Deepest(code, [1, 2, 4]));
        Assert.Equal(1 + 100, StackUse.Deepest(code, [1, 0, 100]));
        Assert.Equal(16, StackUse.Deepest(code, [16]));
        Assert.Equal(0, StackUse.Deepest(code, []));
        Assert.Equal(6, StackUse.Deepest(code, [1, 5]));
    }
}
