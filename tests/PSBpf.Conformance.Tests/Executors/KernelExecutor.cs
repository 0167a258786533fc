using System.Buffers.Binary;
using PSBpf.Conformance.Tests.Format;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime;
using PSBpf.Uapi;

namespace PSBpf.Conformance.Tests.Executors;

/// <summary>
/// A whole kernel, the machine's or the engine's, with socket filters that its verifier judges. The program becomes a subprogram that gets a pointer into a map's value;
/// what it returns goes there too, since a test run gives back 32 bits only. Its operands come out of the map, so that the
/// verifier cannot know them and fold the instruction away. A program on a packet runs as it is.
/// </summary>
internal sealed class KernelExecutor(IBpfKernel kernel) : IExecutor
{
    // The map's value: r0, then the memory, 16 bytes from the start.
    private const int MemoryOffset = 16;
    private const int SmallestFrame = 64;

    public IPreparedProgram? Prepare(VectorSection section, out string? refusal)
    {
        if (section.Kind == VectorKind.Helpers)
        {
            refusal = "calls what are not the kernel's helpers";
            return null;
        }

        int length = section.Cases[0].Memory.Length;
        IKernelMap? map = null;
        if (section.Kind == VectorKind.Memory)
        {
            map = kernel.CreateMap(new MapSpec
            {
                Name = "io", Type = MapType.Array, KeySize = 4, ValueSize = (uint)(MemoryOffset + length + 7 & ~7), MaxEntries = 1,
            });
        }

        var spec = new ProgramSpec
        {
            Name = "vector",
            Type = ProgramType.SocketFilter,
            Instructions = map is null ? section.Instructions : [.. Caller(length), .. section.Instructions],
            Maps = map is null ? [] : [map.Spec],
        };
        var loaded = kernel.LoadProgram(spec, map is null ? [] : [map], ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
        if (loaded.Program is { } program)
        {
            refusal = null;
            if (program is ManagedProgram managed) Assert.True(managed.IsCompiled, $"{section.Title} is not compiled");
            return new Prepared(program, map, length);
        }

        map?.Dispose();
        refusal = LastLine(loaded.Verification.Log) is { Length: > 0 } line ? line : LastLine(loaded.Verification.Message);
        return null;
    }

    public void Dispose() => kernel.Dispose();

    private static Instruction[] Caller(int length) => Assembler.Assemble(FormattableString.Invariant($"""
        lddw %r6, map[0][0] +0
        mov %r1, {(length == 0 ? "0" : "%r6")}
        add %r1, {(length == 0 ? 0 : MemoryOffset)}
        mov %r2, {length}
        call local vector
        stxdw [%r6], %r0
        mov %r0, 0
        exit
        vector:
        """)).Instructions;

    // Before the numbers that the verifier closes its log with stands the reason.
    private static string LastLine(string log) => log.Split('\n').Select(line => line.Trim())
        .LastOrDefault(line => line.Length > 0 && !line.StartsWith("processed ", StringComparison.Ordinal) && !line.StartsWith("verification time", StringComparison.Ordinal) && !line.StartsWith("stack depth", StringComparison.Ordinal)) ?? "";

    private sealed class Prepared(IKernelProgram program, IKernelMap? map, int length) : IPreparedProgram
    {
        private static readonly byte[] Key = new byte[4];

        public int ResultBits => map is null ? 32 : 64;

        public bool StopsFaults => false;

        public ulong? Run(byte[] memory)
        {
            var cancellation = TestContext.Current.CancellationToken;
            if (map is null) return program.TestRun(new TestRunRequest { Data = Ethernet.Frame(memory) }, cancellation).ReturnValue;
            byte[] value = new byte[map.UserValueSize];
            memory.CopyTo(value, MemoryOffset);
            Assert.Equal(Errno.None, map.Update(Key, value, MapUpdateFlags.Any));
            program.TestRun(new TestRunRequest { Data = new byte[SmallestFrame] }, cancellation);
            Assert.Equal(Errno.None, map.Lookup(Key, value));
            value.AsSpan(MemoryOffset, length).CopyTo(memory);
            return BinaryPrimitives.ReadUInt64LittleEndian(value);
        }

        public void Dispose()
        {
            program.Dispose();
            map?.Dispose();
        }
    }
}
