using System.Globalization;
using System.Text;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>Random programs of loads, stores, atomics and calls of functions over stack and map value.</summary>
public sealed class MemoryTests
{
    private const int Bytes = 64;

    private static readonly InstructionForm[] Forms =
        [.. InstructionTable.Forms.ToArray().Where(form => form.Kind is FormKind.Load or FormKind.LoadSigned or FormKind.Store or FormKind.StoreImmediate
            or FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange)];

    [Fact]
    public void Random_accesses_leave_the_same_stack_and_map_value()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 2 * Bytes + 64, MaxEntries = 1 });
        for (int seed = 0; seed < 200; seed++)
        {
            map.Same("clear", each => each.Update(new byte[4], new byte[2 * Bytes + 64], MapUpdateFlags.Any));
            string text = Write(new Random(seed));
            using var program = kernels.Load(ProgramType.Xdp, text, map);
            program.Same(new byte[64]);
            Assert.True(MapPair.Contents(map.Linux).SequenceEqual(MapPair.Contents(map.Managed)),
                $"seed {seed}\n{text}\nLinux   {MapPair.Contents(map.Linux)["00000000"]}\nmanaged {MapPair.Contents(map.Managed)["00000000"]}");
        }
    }

    // r9 holds the map's value, r0 to r5 numbers; the stack's last 64 bytes are copied to the value at the end.
    private static string Write(Random random)
    {
        var text = new StringBuilder("r9 = map[m][0] +0\n");
        for (int at = 0; at < Bytes; at += 8) Line(text, $"r1 = 0x{random.NextInt64(long.MinValue, long.MaxValue):x} ll\n*(u64 *)(r10 -{Bytes - at}) = r1");

        // Each function is called once at least: the verifier refuses code that nothing reaches.
        text.AppendLine("call f0\ncall f1");
        for (int register = 0; register < 6; register++) Line(text, $"r{register} = 0x{random.NextInt64(long.MinValue, long.MaxValue):x} ll");
        for (int step = 0; step < 40; step++)
        {
            if (random.Next(10) == 0)
            {
                Line(text, $"r{random.Next(1, 6)} = {random.Next()}\ncall f{random.Next(2)}");
                for (int register = 1; register < 6; register++) Line(text, $"r{register} = {random.Next()}");
                continue;
            }

            var form = Forms[random.Next(Forms.Length)];
            bool stack = random.Next(2) == 0;
            int width = form.Width / 8;

            // Atomics are aligned, and the verifier wants aligned accesses of the stack; the map's value may be accessed anywhere.
            int at = stack || form.Kind is FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange
                ? random.Next(Bytes / width) * width : random.Next(Bytes - width + 1);
            int memory = stack ? 10 : 9, register2 = random.Next(6), offset = stack ? at - Bytes : at;
            bool loads = form.Kind is FormKind.Load or FormKind.LoadSigned;
            var slot = new Instruction(
                form.Opcode, loads ? register2 : memory, loads ? memory : form.UsesSource ? register2 : 0, (short)offset,
                form.Immediate.Minimum == form.Immediate.Maximum ? form.Immediate.Minimum : random.Next(int.MinValue, int.MaxValue));
            Line(text, $"{Disassembler.Format([slot], 0)}");
        }

        for (int register = 0; register < 6; register++) Line(text, $"*(u64 *)(r9 +{2 * Bytes + register * 8}) = r{register}");
        for (int at = 0; at < Bytes; at += 8) Line(text, $"r1 = *(u64 *)(r10 -{Bytes - at})\n*(u64 *)(r9 +{Bytes + at}) = r1");
        return text.Append("""
            r0 = 2
            exit
            f0:
            *(u64 *)(r10 -8) = 17
            r0 = *(u32 *)(r10 -8)
            exit
            f1:
            r6 = 5
            r7 = 6
            r0 = r6
            r0 += r7
            exit
            """).ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
