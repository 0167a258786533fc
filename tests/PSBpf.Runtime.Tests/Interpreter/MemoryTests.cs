using PSBpf.Isa;

namespace PSBpf.Runtime.Tests.Interpreter;

/// <summary>Loads, stores and atomics against RFC 9669, section 5.</summary>
public sealed class MemoryTests
{
    private const ulong Old = 0x8182_8384_8586_8788, Other = 0xf1f2_f3f4_7576_7778;

    public static TheoryData<FormId> Loads() => Of(FormKind.Load, FormKind.LoadSigned, FormKind.LoadAcquire);

    public static TheoryData<FormId> Stores() => Of(FormKind.Store, FormKind.StoreImmediate, FormKind.StoreRelease);

    public static TheoryData<FormId> Atomics() => Of(FormKind.Atomic, FormKind.AtomicExchange, FormKind.AtomicCompareExchange);

    [Theory]
    [MemberData(nameof(Loads))]
    public void A_load_reads_its_width_and_extends_it(FormId id)
    {
        using var machine = new TestMachine();
        var form = InstructionTable.Get(id);

        // The byte at an offset holds 0x81 plus the offset: every place tells where it was read.
        var text = string.Join('\n', Enumerable.Range(0, 32).Select(at => $"*(u8 *)(r10 -{32 - at}) = {0x81 + at}"));
        int step = form.Kind == FormKind.LoadAcquire ? form.Width / 8 : 1;
        for (int at = 0; at + form.Width / 8 <= 32; at += step)
        {
            Instruction[] program = [.. Assembler.Assemble(text).Instructions, new Instruction(form.Opcode, 0, 10, (short)(at - 32), form.Immediate.Minimum), Operands.Exit];
            ulong expected = 0;
            for (int index = 0; index < form.Width / 8; index++) expected |= (ulong)(0x81 + at + index) << (8 * index);
            if (form.Kind == FormKind.LoadSigned) expected |= ulong.MaxValue << form.Width;
            Assert.Equal(expected, machine.Run(machine.Load(program)));
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_store_writes_its_width_and_nothing_beside_it(FormId id)
    {
        using var machine = new TestMachine();
        var form = InstructionTable.Get(id);
        int step = form.Kind == FormKind.StoreRelease ? form.Width / 8 : 1;
        for (int at = 0; at + form.Width / 8 <= 24; at += step)
        {
            const int immediate = -0x0102_0304;
            ulong value = form.Kind == FormKind.StoreImmediate ? unchecked((ulong)(long)immediate) : Other;
            var slot = new Instruction(form.Opcode, 10, form.UsesSource ? 3 : 0, (short)(at - 24), form.Kind == FormKind.StoreImmediate ? immediate : form.Immediate.Minimum);
            for (int word = 0; word < 3; word++)
            {
                Instruction[] program =
                [
                    .. Operands.Load(3, Other),
                    .. Assembler.Assemble("*(u64 *)(r10 -24) = 0\n*(u64 *)(r10 -16) = 0\n*(u64 *)(r10 -8) = 0").Instructions,
                    slot,
                    new Instruction(Opcodes.Mem | Opcodes.Dw | Opcodes.Ldx, 0, 10, (short)(word * 8 - 24), 0),
                    Operands.Exit,
                ];
                var memory = new byte[24];
                BitConverter.GetBytes(value).AsSpan(0, form.Width / 8).CopyTo(memory.AsSpan(at));
                Assert.Equal(BitConverter.ToUInt64(memory, word * 8), machine.Run(machine.Load(program)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Atomics))]
    public void An_atomic_operation_changes_memory_and_registers_as_specified(FormId id)
    {
        using var machine = new TestMachine();
        var form = InstructionTable.Get(id);
        bool narrow = form.Width == 32;
        foreach (ulong operand in Operands.Edges)
        {
            // For compare-and-exchange r0 is right in half of the cases, and right in its lower half only in others.
            foreach (ulong expected in (ulong[])[Old, Old ^ 1, Old ^ 1ul << 40])
            {
                ulong memory = narrow ? Old & 0xffff_ffff : Old, value = narrow ? (uint)operand : operand;
                ulong result = form.Kind switch
                {
                    FormKind.AtomicExchange => value,
                    FormKind.AtomicCompareExchange => (narrow ? (uint)expected : expected) == memory ? value : memory,
                    _ => form.Alu switch
                    {
                        AluOperation.Add => memory + value,
                        AluOperation.Or => memory | value,
                        AluOperation.And => memory & value,
                        _ => memory ^ value,
                    },
                };
                ulong expectedMemory = narrow ? Old & 0xffff_ffff_0000_0000 | (uint)result : result;
                ulong expectedSource = form.Fetches && form.Kind != FormKind.AtomicCompareExchange ? memory : operand;
                ulong expectedR0 = form.Kind == FormKind.AtomicCompareExchange ? memory : expected;
                ulong[] wanted = [expectedMemory, expectedSource, expectedR0];
                for (int which = 0; which < 3; which++)
                {
                    Instruction[] program =
                    [
                        .. Operands.Load(1, Old), new Instruction(Opcodes.Mem | Opcodes.Dw | Opcodes.Stx, 10, 1, -16, 0),
                        .. Operands.Load(0, expected), .. Operands.Load(3, operand),
                        new Instruction(form.Opcode, 10, 3, -16, form.Immediate.Minimum),
                        which switch
                        {
                            0 => new Instruction(Opcodes.Mem | Opcodes.Dw | Opcodes.Ldx, 0, 10, -16, 0),
                            1 => Operands.Move(0, 3),
                            _ => Operands.Move(0, 0),
                        },
                        Operands.Exit,
                    ];
                    Assert.Equal(wanted[which], machine.Run(machine.Load(program)));
                }
            }
        }
    }

    [Fact]
    public void A_64_bit_immediate_takes_two_slots_and_skips_the_second()
    {
        using var machine = new TestMachine();
        Assert.Equal(0x1122_3344_5566_7788ul, machine.Run("r0 = 0x1122334455667788 ll\nexit"));
    }

    private static TheoryData<FormId> Of(params FormKind[] kinds) => new(InstructionTable.Forms.ToArray().Where(form => kinds.Contains(form.Kind)).Select(form => form.Id));
}
