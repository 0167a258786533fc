using System.Text;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>Random programs of scalars: all registers have to come out the same.</summary>
public sealed class ArithmeticTests
{
    private const int Registers = 10;

    private static readonly ulong[] Edges =
        [0, 1, 2, 31, 32, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
         0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_8000_0000, ulong.MaxValue - 1, ulong.MaxValue];

    private static readonly InstructionForm[] Forms =
        [.. InstructionTable.Forms.ToArray().Where(form => form.Kind is FormKind.Alu or FormKind.Move or FormKind.MoveSigned or FormKind.Negate
            or FormKind.ToLittleEndian or FormKind.ToBigEndian or FormKind.ByteSwap or FormKind.Branch)];

    [Fact]
    public void Random_scalar_programs_leave_the_same_registers()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = Registers * 8, MaxEntries = 1 });
        for (int seed = 0; seed < 250; seed++)
        {
            string text = Write(new Random(seed));
            using var program = kernels.Load(ProgramType.Xdp, text, map);
            program.Same(new byte[64]);
            Assert.True(MapPair.Contents(map.Linux).SequenceEqual(MapPair.Contents(map.Managed)),
                $"seed {seed}\n{text}\nLinux   {MapPair.Contents(map.Linux)["00000000"]}\nmanaged {MapPair.Contents(map.Managed)["00000000"]}");
        }
    }

    private static string Write(Random random)
    {
        var text = new StringBuilder();
        for (int register = 0; register < Registers; register++)
            text.AppendLine(Invariant($"r{register} = 0x{Value(random):x} ll"));

        // Branches lead forward only; every instruction has a label of its own.
        const int length = 60;
        for (int index = 0; index < length; index++)
        {
            var form = Forms[random.Next(Forms.Length)];
            bool shifts = form.Alu is AluOperation.Lsh or AluOperation.Rsh or AluOperation.Arsh;
            bool divides = form.Alu is AluOperation.Div or AluOperation.Mod or AluOperation.Sdiv or AluOperation.Smod;
            int immediate = form.UsesSource || form.Immediate.Minimum == form.Immediate.Maximum ? form.Immediate.Minimum
                : shifts ? random.Next(form.Width)
                : (int)Value(random);
            if (divides && !form.UsesSource && immediate == 0) immediate = -1;
            int distance = form.Kind == FormKind.Branch ? random.Next(1, 4) : form.Offset.Minimum;
            var slot = new Instruction(
                form.Opcode, random.Next(Registers), form.UsesSource ? random.Next(Registers) : form.Source.Minimum, (short)distance, immediate);
            string line = Disassembler.Format([slot], 0);
            if (form.Kind == FormKind.Branch) line = Invariant($"{line[..line.LastIndexOf("goto ", StringComparison.Ordinal)]}goto L{Math.Min(index + distance + 1, length)}");
            text.AppendLine(Invariant($"L{index}: {line}"));
        }

        text.AppendLine(Invariant($"L{length}: *(u64 *)(r10 -8) = r0"));
        for (int register = 1; register < Registers; register++) text.AppendLine(Invariant($"*(u64 *)(r10 -{8 + register * 8}) = r{register}"));
        text.AppendLine("""
            *(u32 *)(r10 -256) = 0
            r2 = r10
            r2 += -256
            r1 = map[m]
            call bpf_map_lookup_elem
            if r0 == 0 goto out
            """);
        for (int register = 0; register < Registers; register++)
            text.AppendLine(Invariant($"r1 = *(u64 *)(r10 -{8 + register * 8})\n*(u64 *)(r0 +{register * 8}) = r1"));
        return text.Append("out: r0 = 2\nexit").ToString();
    }

    private static ulong Value(Random random) => random.Next(3) == 0 ? (ulong)random.NextInt64(long.MinValue, long.MaxValue) : Edges[random.Next(Edges.Length)];

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
