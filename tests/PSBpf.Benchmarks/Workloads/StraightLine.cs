using System.Globalization;
using System.Text;
using PSBpf.Benchmarks.Building;
using PSBpf.Isa;
using PSBpf.Objects;

namespace PSBpf.Benchmarks.Workloads;

/// <summary>
/// A program of a given length without loops: arithmetic on eight registers that are loaded from the packet, and where
/// asked a forward branch every fourth step. The same steps are written as BPF instructions and as C.
/// </summary>
/// <param name="length">Instructions, entry and exit included.</param>
/// <param name="branches">Whether it branches.</param>
internal sealed class StraightLine(int length, bool branches) : IWorkloadSource
{
    private const int First = 2, Last = 9, StepsPerBranch = 4;

    // r1 is the packet, r0 a scratch register; "and" and "or" are left out: many of them leave only zeros and ones.
    private static readonly (byte Code, string Text)[] Operations =
    [
        (Opcodes.Add, "+"), (Opcodes.Sub, "-"), (Opcodes.Xor, "^"),
    ];

    public BuiltWorkload Build(Workload workload, ProgramBuilder builder)
    {
        var (instructions, text) = Generate(workload.Name);
        var spec = new ProgramSpec { Name = "bench", Section = "tc", Type = workload.Type, Instructions = instructions };
        var blueprint = new ObjectSpec { License = "GPL", Programs = [spec], Maps = [] };
        return new BuiltWorkload(workload, blueprint, builder.TryBuildNative(builder.Keep(workload.Name + ".bpf.c", text)));
    }

    /// <summary>Writes the program.</summary>
    /// <param name="name">Decides the order of operations.</param>
    public (Instruction[] Instructions, string Text) Generate(string name)
    {
        var code = new List<Instruction>(length);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"// {length} instructions in a row.\n#include \"bench.h\"\n\nTC_PROGRAM(bench)\n{{\n\tINPUT(ctx, 128)\n");

        // r2 = data, r3 = data_end; the check that 128 bytes are there.
        code.Add(new(Opcodes.Ldx | Opcodes.Mem | Opcodes.W, 2, 1, 76, 0));
        code.Add(new(Opcodes.Ldx | Opcodes.Mem | Opcodes.W, 3, 1, 80, 0));
        code.Add(new(Opcodes.Alu64 | Opcodes.Mov | Opcodes.X, 1, 2, 0, 0));
        code.Add(new(Opcodes.Alu64 | Opcodes.Add | Opcodes.K, 2, 0, 0, 128));
        code.Add(new(Opcodes.Jmp | Opcodes.Jle | Opcodes.X, 2, 3, 2, 0));
        code.Add(new(Opcodes.Alu64 | Opcodes.Mov | Opcodes.K, 0, 0, 0, -1));
        code.Add(new(Opcodes.Jmp | Opcodes.Exit, 0, 0, 0, 0));
        for (int register = First; register <= Last; register++)
        {
            int offset = register * 8;
            code.Add(new(Opcodes.Ldx | Opcodes.Mem | Opcodes.Dw, register, 1, (short)offset, 0));
            text.Append(CultureInfo.InvariantCulture, $"\tu64 r{register} = LOAD64(data + {offset});\n");
        }

        var random = new Random(name.Length * 31 + length);
        int end = length - (Last - First + 1) - 5;
        int sinceBranch = 0;
        while (code.Count < end)
        {
            if (branches && ++sinceBranch % StepsPerBranch == 0 && code.Count + 8 < end)
            {
                int branch = code.Count;
                int left = random.Next(First, Last + 1), right = random.Next(First, Last + 1);
                if (left == right) right = First + (left - First + 1) % (Last - First + 1);
                code.Add(default);
                text.Append(CultureInfo.InvariantCulture, $"\tif (r{left} <= r{right}) {{\n");
                Step();
                Step();
                text.Append("\t}\n");
                code[branch] = new(Opcodes.Jmp | Opcodes.Jgt | Opcodes.X, left, right, (short)(code.Count - branch - 1), 0);
                continue;
            }

            Step();
        }

        // What was computed, folded to 32 bits.
        code.Add(new(Opcodes.Alu64 | Opcodes.Mov | Opcodes.K, 0, 0, 0, 0));
        text.Append("\tu64 r0 = 0;\n");
        for (int register = First; register <= Last; register++)
        {
            code.Add(new(Opcodes.Alu64 | Opcodes.Xor | Opcodes.X, 0, register, 0, 0));
            text.Append(CultureInfo.InvariantCulture, $"\tr0 ^= r{register};\n");
        }

        code.Add(new(Opcodes.Alu64 | Opcodes.Mov | Opcodes.X, 1, 0, 0, 0));
        code.Add(new(Opcodes.Alu64 | Opcodes.Rsh | Opcodes.K, 1, 0, 0, 32));
        code.Add(new(Opcodes.Alu64 | Opcodes.Xor | Opcodes.X, 0, 1, 0, 0));
        code.Add(new(Opcodes.Jmp | Opcodes.Exit, 0, 0, 0, 0));
        text.Append("\treturn (int)(r0 ^ (r0 >> 32));\n}\n");
        return ([.. code], text.ToString());

        // Every value that is made goes into the result, and none is overwritten: a compiler finds nothing to leave out.
        void Step()
        {
            int to = random.Next(First, Last + 1), from = random.Next(First, Last + 1);
            if (from == to) from = First + (to - First + 1) % (Last - First + 1);
            var (operation, symbol) = Operations[random.Next(Operations.Length)];
            switch (code.Count + 3 <= end ? random.Next(8) : 5)
            {
                case 0:
                    int constant = random.Next(1, int.MaxValue);
                    code.Add(new((byte)(Opcodes.Alu64 | operation | Opcodes.K), to, 0, 0, constant));
                    text.Append(CultureInfo.InvariantCulture, $"\tr{to} = r{to} {symbol} {constant};\n");
                    break;
                case 1:
                    int factor = random.Next() | 1;
                    code.Add(new(Opcodes.Alu64 | Opcodes.Mul | Opcodes.K, to, 0, 0, factor));
                    text.Append(CultureInfo.InvariantCulture, $"\tr{to} *= {factor};\n");
                    break;
                case 2:
                    int offset = random.Next(0, 120);
                    code.Add(new(Opcodes.Ldx | Opcodes.Mem | Opcodes.Dw, 0, 1, (short)offset, 0));
                    code.Add(new((byte)(Opcodes.Alu64 | operation | Opcodes.X), to, 0, 0, 0));
                    text.Append(CultureInfo.InvariantCulture, $"\tr{to} = r{to} {symbol} LOAD64(data + {offset});\n");
                    break;
                case 3:
                    int shift = random.Next(1, 32);
                    code.Add(new(Opcodes.Alu64 | Opcodes.Mov | Opcodes.X, 0, from, 0, 0));
                    code.Add(new(Opcodes.Alu64 | Opcodes.Rsh | Opcodes.K, 0, 0, 0, shift));
                    code.Add(new((byte)(Opcodes.Alu64 | operation | Opcodes.X), to, 0, 0, 0));
                    text.Append(CultureInfo.InvariantCulture, $"\tr{to} = r{to} {symbol} (r{from} >> {shift});\n");
                    break;
                case 4:
                    code.Add(new(Opcodes.Alu | Opcodes.Mov | Opcodes.X, 0, from, 0, 0));
                    code.Add(new((byte)(Opcodes.Alu | operation | Opcodes.X), 0, to, 0, 0));
                    code.Add(new(Opcodes.Alu64 | Opcodes.Add | Opcodes.X, to, 0, 0, 0));
                    text.Append(CultureInfo.InvariantCulture, $"\tr{to} += (u32)((u32)r{from} {symbol} (u32)r{to});\n");
                    break;
                default:
                    code.Add(new((byte)(Opcodes.Alu64 | operation | Opcodes.X), to, from, 0, 0));
                    text.Append(CultureInfo.InvariantCulture, $"\tr{to} = r{to} {symbol} r{from};\n");
                    break;
            }
        }
    }
}
