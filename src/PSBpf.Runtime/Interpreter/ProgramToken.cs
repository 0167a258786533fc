using System.Runtime.InteropServices;

namespace PSBpf.Runtime.Interpreter;

/// <summary>A number by which compiled code names its program: valid as long as the program is, and it does not keep the program alive.</summary>
internal sealed class ProgramToken
{
    private readonly GCHandle _handle;

    public ProgramToken(ExecutableProgram program) => _handle = GCHandle.Alloc(program, GCHandleType.Weak);

    ~ProgramToken() => _handle.Free();

    /// <summary>The number.</summary>
    public long Value => GCHandle.ToIntPtr(_handle);

    /// <summary>The program of a number, which runs.</summary>
    public static ExecutableProgram ProgramOf(ulong value) => (ExecutableProgram)GCHandle.FromIntPtr((nint)value).Target!;
}
