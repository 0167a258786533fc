using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests.Fuzzing;

/// <summary>Programs of the samples that work on packets, with one to four instructions changed. The same seed gives the same program.</summary>
internal sealed class MutatedPrograms
{
    private static readonly int[] Numbers = [0, 1, 2, 3, 4, 8, 13, 14, 15, 16, 31, 32, 63, 64, 255, 256, 4096, 0xffff, int.MaxValue, -1, -8, int.MinValue];

    private readonly List<ProgramSpec> _programs = [];

    public MutatedPrograms()
    {
        var maps = new List<MapSpec>();
        int objects = 0;
        foreach (string path in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Samples"), "*.o").Order(StringComparer.Ordinal))
        {
            objects++;
            var read = ObjectReader.Read(path);
            foreach (var program in read.Programs.Where(program => program.Type is ProgramType.Xdp or ProgramType.SchedCls or ProgramType.SocketFilter))
            {
                var own = program.Maps.Select(map => OfObject(maps, objects, map)).ToList();
                _programs.Add(program with { Maps = own });
            }
        }

        Maps = maps;
    }

    /// <summary>The maps of all of them.</summary>
    public IReadOnlyList<MapSpec> Maps { get; }

    /// <summary>Makes the program of a seed.</summary>
    public ProgramSpec Make(int seed)
    {
        var random = new Random(seed);
        var program = _programs[random.Next(_programs.Count)];
        var instructions = (Instruction[])program.Instructions.Clone();
        for (int changes = random.Next(1, 5); changes > 0; changes--) Change(instructions, random);
        return program with { Instructions = instructions };
    }

    private static void Change(Instruction[] instructions, Random random)
    {
        int index = random.Next(instructions.Length);
        var old = instructions[index];
        instructions[index] = random.Next(8) switch
        {
            0 => new Instruction(old.Opcode, random.Next(11), old.Source, old.Offset, old.Immediate),
            1 => new Instruction(old.Opcode, old.Destination, random.Next(11), old.Offset, old.Immediate),
            2 => new Instruction(old.Opcode, old.Destination, old.Source, (short)(old.Offset + random.Next(-9, 10)), old.Immediate),
            3 => old.WithImmediate(Numbers[random.Next(Numbers.Length)]),
            4 => old.WithImmediate(old.Immediate + random.Next(-2, 3)),

            // Another operation, condition or size of the same class, or the other kind of operand.
            5 => new Instruction((byte)((old.Opcode & 0x0f) | random.Next(16) << 4), old.Destination, old.Source, old.Offset, old.Immediate),
            6 => new Instruction((byte)(old.Opcode ^ (1 << random.Next(5))), old.Destination, old.Source, old.Offset, old.Immediate),

            // What another one does, here.
            _ => instructions[random.Next(instructions.Length)],
        };
    }

    // Maps of several objects have the same names, of which 15 letters count; what is in a map of programs is another test's.
    private static MapSpec OfObject(List<MapSpec> maps, int number, MapSpec map)
    {
        string name = $"{number}_{map.Name}";
        name = name[..Math.Min(15, name.Length)];
        if (maps.Find(other => other.Name == name) is { } known) return known;
        maps.Add(map with { Name = name, InitialPrograms = [] });
        return maps[^1];
    }
}
