using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>
/// What makes a program the same one at the next look. A program of the session and one of others may have one id and one name: their kernel's
/// ids differ. The name is there because an id may be given again.
/// </summary>
internal readonly record struct ProgramKey(int KernelId, bool IsForeign, int Id, string Program)
{
    /// <summary>The key of a program's figures.</summary>
    public static ProgramKey Of(BpfStatistic program) => new(program.KernelId, program.IsForeign, program.Id, program.Program);

    /// <summary>Whether figures are those of a program of the session.</summary>
    public static bool Same(BpfStatistic figures, BpfProgram program) =>
        !figures.IsForeign && figures.Kernel == program.Kernel && figures.KernelId == program.KernelId && figures.Id == program.Id;
}
