using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Linux.Maps;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;

namespace PSBpf.Linux.Loading;

/// <summary>A program in the form that BPF_PROG_LOAD reads, in memory that does not move; it holds its maps open meanwhile.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class ProgramImage : IDisposable
{
    private const byte LoadDoubleWord = Opcodes.Ld | Opcodes.Imm | Opcodes.Dw;

    private readonly List<BpfHandle> _held = [];
    private readonly Instruction[] _instructions;
    private readonly FunctionInfoRecord[] _functions;
    private readonly LineInfoRecord[] _lines;
    private readonly byte[] _license;
    private readonly GCHandle[] _pins;

    public ProgramImage(ProgramSpec spec, IReadOnlyList<IKernelMap> maps)
    {
        try
        {
            var descriptors = Hold(spec, maps);
            _instructions = (Instruction[])spec.Instructions.Clone();
            Resolve(spec, _instructions, descriptors);
            _functions = [.. spec.Functions.Select(function =>
                new FunctionInfoRecord { InstructionOffset = (uint)function.Instruction, TypeId = (uint)function.TypeId })];
            _lines = [.. spec.Lines.Select(Record)];
            _license = Encoding.UTF8.GetBytes(spec.License + '\0');
            object[] arrays = [_instructions, _functions, _lines, _license];
            _pins = [.. arrays.Select(array => GCHandle.Alloc(array, GCHandleType.Pinned))];
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>Fills in what does not depend on type information.</summary>
    public void Describe(ref ProgramLoadAttributes attributes)
    {
        attributes.Instructions = Address(0);
        attributes.InstructionCount = (uint)_instructions.Length;
        attributes.License = Address(3);
    }

    /// <summary>Fills in function and line information, which refer to a BTF descriptor.</summary>
    public void DescribeTypes(ref ProgramLoadAttributes attributes, int btfDescriptor)
    {
        attributes.BtfDescriptor = btfDescriptor;
        attributes.FunctionInfo = Address(1);
        attributes.FunctionInfoCount = (uint)_functions.Length;
        attributes.FunctionInfoRecordSize = (uint)sizeof(FunctionInfoRecord);
        attributes.LineInfo = Address(2);
        attributes.LineInfoCount = (uint)_lines.Length;
        attributes.LineInfoRecordSize = (uint)sizeof(LineInfoRecord);
    }

    public void Dispose()
    {
        foreach (var pin in _pins) pin.Free();
        Release();
    }

    /// <summary>A line record as the kernel reads it.</summary>
    public static LineInfoRecord Record(LineSpec line) => new()
    {
        InstructionOffset = (uint)line.Instruction,
        FileNameOffset = line.FileNameOffset,
        LineOffset = line.LineOffset,
        LineAndColumn = (uint)line.Source.Line << 10 | (uint)line.Source.Column & 0x3ff,
    };

    private static void Resolve(ProgramSpec spec, Instruction[] instructions, int[] descriptors)
    {
        for (var i = 0; i < instructions.Length; i++)
        {
            var instruction = instructions[i];
            if (instruction.Opcode != LoadDoubleWord) continue;
            if (instruction.Source is Opcodes.PseudoMapIndex or Opcodes.PseudoMapIndexValue)
            {
                var index = instruction.Immediate;
                if (index < 0 || index >= descriptors.Length)
                {
                    throw DiagnosticRules.WrongKind.Error(
                        $"Instruction {i} of program '{spec.Name}' names map number {index}, but the program has {descriptors.Length} maps.",
                        Location(spec, i));
                }

                instructions[i] = instruction
                    .WithSource(instruction.Source == Opcodes.PseudoMapIndex ? Opcodes.PseudoMapFd : Opcodes.PseudoMapValue)
                    .WithImmediate(descriptors[index]);
            }

            // The second slot is data, whatever its first byte looks like.
            i++;
        }
    }

    private static DiagnosticLocation Location(ProgramSpec spec, int instruction) => new()
    {
        File = spec.Path,
        Section = spec.Section,
        Program = spec.Name,
        Instruction = instruction,
        Source = spec.LineAt(instruction)?.Source,
    };

    private int[] Hold(ProgramSpec spec, IReadOnlyList<IKernelMap> maps)
    {
        var descriptors = new int[maps.Count];
        for (var i = 0; i < maps.Count; i++)
        {
            if (maps[i] is not LinuxMap map)
            {
                throw DiagnosticRules.LinuxForeignMap.Error(
                    $"Program '{spec.Name}' is to be loaded into the Linux kernel, but its map '{maps[i].Spec.Name}' is not there.");
            }

            var taken = false;
            try
            {
                map.Handle.DangerousAddRef(ref taken);
            }
            catch (ObjectDisposedException)
            {
                throw DiagnosticRules.LinuxForeignMap.Error($"Map '{map.Spec.Name}', which program '{spec.Name}' uses, has been removed.");
            }

            _held.Add(map.Handle);
            descriptors[i] = (int)map.Handle.DangerousGetHandle();
        }

        return descriptors;
    }

    private ulong Address(int array) => (ulong)_pins[array].AddrOfPinnedObject();

    private void Release()
    {
        foreach (var handle in _held) handle.DangerousRelease();
        _held.Clear();
    }
}
