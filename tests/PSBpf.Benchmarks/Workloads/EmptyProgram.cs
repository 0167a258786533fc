using PSBpf.Benchmarks.Building;
using PSBpf.Isa;
using PSBpf.Objects;

namespace PSBpf.Benchmarks.Workloads;

/// <summary>The shortest program, made without a compiler, since the others' times are corrected by it.</summary>
/// <param name="fileName">The C file of the same, for the native column.</param>
/// <param name="result">What it returns.</param>
internal sealed class EmptyProgram(string fileName, int result) : IWorkloadSource
{
    public BuiltWorkload Build(Workload workload, ProgramBuilder builder)
    {
        var spec = new ProgramSpec
        {
            Name = "bench",
            Type = workload.Type,
            Instructions = [new(Opcodes.Alu64 | Opcodes.Mov | Opcodes.K, 0, 0, 0, result), new(Opcodes.Jmp | Opcodes.Exit, 0, 0, 0, 0)],
        };
        var blueprint = new ObjectSpec { License = "GPL", Programs = [spec], Maps = [] };
        return new BuiltWorkload(workload, blueprint, builder.TryBuildNative(Path.Combine(ProgramBuilder.SourceFolder, fileName + ".bpf.c")));
    }
}
