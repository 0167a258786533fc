using PSBpf.Isa;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Tests.Interpreter;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Contexts;

public sealed unsafe class ContextBindingTests
{
    [Theory]
    [InlineData("r2 = *(u32 *)(r1 +0)", 0, FormId.Ldxdw, 0)]
    [InlineData("r2 = *(u32 *)(r1 +4)", 0, FormId.Ldxdw, 8)]
    [InlineData("r6 = r1\nr2 = *(u32 *)(r6 +4)", 1, FormId.Ldxdw, 8)]
    [InlineData("r2 = *(u32 *)(r1 +12)", 0, FormId.Ldxw, 24 + 12)]
    [InlineData("if r2 == 0 goto +1\nr3 = 1\nr2 = *(u32 *)(r1 +16)", 2, FormId.Ldxw, 24 + 16)]
    [InlineData("r6 = r1\ncall bpf_ktime_get_ns\nr2 = *(u32 *)(r6 +0)", 2, FormId.Ldxdw, 0)]
    public void An_access_of_the_context_becomes_one_of_the_record(string text, int index, FormId form, int offset)
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        var program = machine.Load(text + "\nr0 = 0\nexit");
        Assert.Equal(form, program.Code[index].Form);
        Assert.Equal(offset, program.Code[index].Offset - ContextView.RecordDistance);
    }

    [Theory]
    [InlineData("if r2 == 0 goto +1\nr1 = r10\nr2 = *(u32 *)(r1 -4)", 2, -4)]
    [InlineData("r2 = *(u32 *)(r10 -4)", 0, -4)]
    [InlineData("r1 += 4\nr2 = *(u32 *)(r1 +0)", 1, 0)]
    [InlineData("call bpf_ktime_get_ns\nr2 = *(u32 *)(r1 +0)", 1, 0)]
    public void An_access_that_may_be_another_stays_as_it_is(string text, int index, int offset)
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        var program = machine.Load(text + "\nr0 = 0\nexit");
        Assert.Equal(FormId.Ldxw, program.Code[index].Form);
        Assert.Equal(offset, program.Code[index].Offset);
    }

    [Theory]
    [InlineData("r2 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r2 +1)\nexit")]
    [InlineData("*(u64 *)(r10 -8) = r1\nr1 = 0\nr3 = *(u64 *)(r10 -8)\nr2 = *(u32 *)(r3 +0)\nr0 = *(u8 *)(r2 +1)\nexit")]
    [InlineData("r1 += 4\nr2 = *(u32 *)(r1 -4)\nr0 = *(u8 *)(r2 +1)\nexit")]
    [InlineData("r2 = r1\ncall f\nexit\nf: r3 = r2\nr4 = *(u32 *)(r3 +0)\nr0 = *(u8 *)(r4 +1)\nexit")]
    [InlineData("*(u64 *)(r10 -8) = r1\nr1 = r10\nr1 += -8\ncall f\nexit\nf: r3 = *(u64 *)(r1 +0)\nr4 = *(u32 *)(r3 +0)\nr0 = *(u8 *)(r4 +1)\nexit")]
    public void The_packet_is_found_however_the_context_travels(string text)
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        Assert.Equal(0xabu, machine.TestRun(text, [1, 0xab, 3]).ReturnValue);
    }

    [Theory]
    [InlineData("r6 = r1\nr6 = *(u32 *)(r6 +8)\nr0 = 0\nexit")]
    [InlineData("r2 = *(u8 *)(r1 +8)\nr3 = *(u16 *)(r1 +10)\nr0 = r2\nexit")]
    public void Parts_of_a_field_can_be_read(string text)
    {
        using var machine = new TestMachine { Type = ProgramType.SocketFilter };
        var context = new byte[192];
        context[8] = 77;
        uint value = machine.TestRun(text, new byte[40], context).ReturnValue;
        Assert.Equal(text.Contains("u8", StringComparison.Ordinal) ? 77u : 0, value);
    }

    [Fact]
    public void The_context_flows_through_calls_into_functions_that_always_get_it()
    {
        var decoded = new DecodedInstruction[9];
        Assert.Null(InstructionDecoder.Decode(Assembler.Assemble("""
            r6 = r1
            call f
            r1 = r6
            r2 = 0
            call f
            exit
            f:
            r7 = r1
            r8 = r2
            exit
            """).Instructions, decoded));
        ushort[] holders = ContextFlow.Analyze(decoded);
        Assert.Equal(1 << 1, holders[0]);
        Assert.Equal(1 << 1 | 1 << 6, holders[1]);
        Assert.Equal(1 << 6, holders[2]);
        Assert.Equal(1 << 1, holders[6]);
        Assert.Equal(1 << 1 | 1 << 7, holders[7]);
    }
}
