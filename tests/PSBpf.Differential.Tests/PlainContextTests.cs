using System.Buffers.Binary;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>Program types without a packet that BPF_PROG_TEST_RUN runs.</summary>
public sealed class PlainContextTests
{
    [Theory]
    [InlineData(2u)]
    [InlineData(10u)]
    [InlineData(1u)]
    public void A_socket_lookup_takes_and_sees_the_same(uint family)
    {
        using var kernels = KernelPair.OpenOrSkip();
        var layout = ProgramTypeTable.Get(ProgramType.SkLookup).RulesFor(AttachType.SkLookup)!.Context;
        // The interface is the hook's to say; Linux's test run does not take one.
        foreach (var field in layout.Fields.Where(field => field.Kind == ContextFieldKind.Scalar && field.Name != "ingress_ifindex"))
        {
            for (int at = field.Offset; at < field.Offset + field.Size; at += 4)
            {
                // Which bit, counted from 1, of the field is the lowest one that is set: verdicts are 0 and 1 only, so one program for each.
                for (int bit = 0; bit < 32; bit += 5)
                {
                    using var program = Load(kernels, ProgramType.SkLookup, AttachType.SkLookup, $"r2 = *(u32 *)(r1 +{at})\nr2 >>= {bit}\nr2 &= 1\nr0 = r2\nexit");
                    for (int set = 0; set < 32; set += 3)
                    {
                        var context = new byte[layout.Size];
                        Write(context, layout, "family", family);
                        Write(context, layout, "protocol", 17);
                        BinaryPrimitives.WriteUInt32LittleEndian(context.AsSpan(at), field.Name == "family" ? family : 1u << set);
                        program.Same([], context, $"{field.Name} at {at}, bit {set} set, bit {bit} read");
                    }
                }
            }
        }
    }

    [Fact]
    public void What_a_system_call_program_writes_comes_back()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var program = Load(kernels, ProgramType.Syscall, default, """
            r2 = *(u64 *)(r1 +8)
            r2 += 5
            *(u64 *)(r1 +16) = r2
            *(u8 *)(r1 +3) = 77
            r0 = r2
            exit
            """, sleeps: true);
        foreach (int size in (int[])[24, 32, 100])
        {
            var context = new byte[size];
            context[8] = 30;
            program.Same([], context, $"{size} bytes");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(11)]
    public void A_raw_tracepoint_gets_its_arguments(int argument)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var program = Load(kernels, ProgramType.RawTracepoint, default, $"r0 = *(u64 *)(r1 +{argument * 8})\nexit");
        for (int count = argument + 1; count <= 12; count++)
        {
            var context = new byte[count * 8];
            for (int index = 0; index < count; index++) BinaryPrimitives.WriteUInt64LittleEndian(context.AsSpan(index * 8), (ulong)(1000 + index));
            program.Same([], context, $"{count} arguments");
        }
    }

    private static void Write(byte[] context, ContextLayout layout, string name, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(context.AsSpan(layout.Fields.First(field => field.Name == name).Offset), value);

    private static ProgramPair Load(KernelPair kernels, ProgramType type, AttachType attach, string text, bool sleeps = false) => kernels.Load(new ProgramSpec
    {
        Name = "p", Type = type, ExpectedAttachType = attach, Instructions = Assembler.Assemble(text).Instructions, Flags = sleeps ? SectionNames.Sleepable : 0,
    });
}
