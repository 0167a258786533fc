using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Runtime.Helpers;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Interpreter;

/// <summary>Programs that no verifier would accept: whatever they do, the process stays whole.</summary>
public sealed class HostileProgramTests
{
    private static readonly InstructionForm[] Forms = InstructionTable.Forms.ToArray();
    private static readonly int[] Helpers = [.. Enumerable.Range(1, 220).Where(HelperSet.Implements)];
    private static readonly int[] Offsets = [0, 0, 0, -8, -4, -1, -16, -512, 1, 4, 8, 12, 16, 76, 80, short.MinValue, short.MaxValue];
    private static readonly int[] Numbers = [0, 1, -1, 2, 3, 4, 7, 8, 16, 64, 256, 512, 4096, int.MaxValue, int.MinValue, -8, -16, -512];

    [Theory]
    [InlineData(ProgramType.Unspecified)]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.SocketFilter)]
    [InlineData(ProgramType.SchedCls)]
    [InlineData(ProgramType.Tracepoint)]
    public void Random_instructions_end_in_a_result_or_a_diagnostic(ProgramType type)
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 2, InstructionBudget = 3000, Environment = new Runtime.Environment.ExecutionEnvironment { Seed = 1, Clock = 1 } }) { Type = type };
        machine.Add(new MapSpec { Name = "array", Type = MapType.Array, KeySize = 4, ValueSize = 20, MaxEntries = 3 });
        machine.Add(new MapSpec { Name = "hash", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 3 });
        machine.Add(new MapSpec { Name = "lru", Type = MapType.LruPerCpuHash, KeySize = 1, ValueSize = 5, MaxEntries = 2 });
        machine.Add(new MapSpec { Name = "ring", Type = MapType.RingBuf, MaxEntries = 4096 });
        int finished = 0, stopped = 0;
        for (int seed = 0; seed < 6000; seed++)
        {
            var random = new Random(seed);
            var slots = Write(random);
            try
            {
                var request = new Kernel.TestRunRequest { Data = type is ProgramType.Tracepoint or ProgramType.Unspecified ? default : new byte[random.Next(100)] };
                Runs.TestRunner.Run(machine.Engine, machine.Load(slots), request, [], CancellationToken.None);
                finished++;
            }
            catch (BpfException exception)
            {
                Assert.True(exception.Id is "BPF2101" or "BPF2102" or "BPF2106" or "BPF2103", exception.Message);
                stopped++;
            }
        }

        Assert.True(finished > 300 && stopped > 300, $"{finished} finished, {stopped} stopped");
    }

    private static Instruction[] Write(Random random)
    {
        int length = random.Next(3, 40);
        List<Instruction> slots =
        [
            .. Assembler.Assemble("r6 = r1\nr7 = map[array]\nr8 = map[hash]\nr9 = map[ring]\nr2 = r10\nr2 += -16\nr3 = r10\nr3 += -64", ["array", "hash", "lru", "ring"]).Instructions,
        ];
        if (random.Next(2) == 0) slots.AddRange(Assembler.Assemble("r1 = map[hash]\nr3 = r10\nr3 += -32\nr4 = 0\ncall bpf_map_update_elem\nr1 = map[hash]\nr2 = r10\nr2 += -16\ncall bpf_map_lookup_elem\nr5 = r0", ["array", "hash"]).Instructions);
        while (slots.Count < length + 10)
        {
            var form = Forms[random.Next(Forms.Length)];
            if (form.Kind is FormKind.CallKfunc or FormKind.CallRegister or FormKind.AddressSpaceCast || form.Id is FormId.LddwMapFd or FormId.LddwMapValue or FormId.LddwBtfId or FormId.LddwFunction) continue;
            int immediate = form.Kind switch
            {
                FormKind.CallHelper => Helpers[random.Next(Helpers.Length)],
                FormKind.CallFunction => random.Next(-3, 6),
                _ when form.Id is FormId.LddwMapIndex or FormId.LddwMapIndexValue => random.Next(4),
                _ => Numbers[random.Next(Numbers.Length)],
            };
            int offset = form.Kind is FormKind.Branch or FormKind.Jump or FormKind.MayGoto ? random.Next(-4, 8) : Offsets[random.Next(Offsets.Length)];
            slots.Add(new Instruction(
                form.Opcode,
                Math.Clamp(random.Next(11), form.Destination.Minimum, form.Destination.Maximum),
                Math.Clamp(random.Next(11), form.Source.Minimum, form.Source.Maximum),
                (short)Math.Clamp(offset, form.Offset.Minimum, form.Offset.Maximum),
                Math.Clamp(immediate, form.Immediate.Minimum, form.Immediate.Maximum)));
            if (form.Slots == 2) slots.Add(new Instruction(0, 0, 0, 0, Numbers[random.Next(Numbers.Length)]));
        }

        slots.Add(Operands.Exit);
        return [.. slots];
    }
}
