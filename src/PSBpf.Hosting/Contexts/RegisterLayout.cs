using System.Buffers.Binary;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>struct pt_regs of an architecture: eight bytes for each register, and where a function finds its arguments.</summary>
internal sealed class RegisterLayout
{
    private readonly string[] _names;
    private readonly string[] _arguments;
    private readonly string[] _callArguments;
    private readonly string _result;
    private readonly string _stack;

    private RegisterLayout(string names, string arguments, string callArguments, string result, string stack)
    {
        _names = names.Split(' ');
        _arguments = arguments.Split(' ');
        _callArguments = callArguments.Split(' ');
        _result = result;
        _stack = stack;
    }

    /// <summary>x86-64, which objects are taken to be for.</summary>
    public static RegisterLayout X64 { get; } = new(
        "r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss", "di si dx cx r8 r9", "di si dx r10 r8 r9", "ax", "sp");

    /// <summary>arm64: struct user_pt_regs.</summary>
    public static RegisterLayout Arm64 { get; } = new(
        "x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 x29 x30 sp pc pstate",
        "x0 x1 x2 x3 x4 x5 x6 x7", "x0 x1 x2 x3 x4 x5", "x0", "sp");

    /// <summary>Bytes of it.</summary>
    public int Size => _names.Length * sizeof(ulong);

    /// <summary>Lays registers out.</summary>
    /// <param name="fields">Registers by their names in the kernel or in assembly; <c>args</c>, a list; <c>ret</c>, the result.</param>
    /// <param name="memory">Where what is pointed to is placed.</param>
    /// <param name="isCall">Whether arguments are those of a system call, which has a register of its own for the fourth.</param>
    /// <exception cref="BpfException">BPF2104.</exception>
    public byte[] Build(IReadOnlyDictionary<string, object?> fields, PointedMemory memory, bool isCall)
    {
        var bytes = new byte[Size];
        foreach (var (name, value) in fields)
        {
            if (name.Equals("args", StringComparison.OrdinalIgnoreCase)) WriteArguments(bytes, ContextNumber.List(value), memory, isCall);
            else Write(bytes, name.Equals("ret", StringComparison.OrdinalIgnoreCase) ? _result : Find(name), ContextNumber.Read(name, memory.Place(value), sizeof(ulong)));
        }

        return bytes;
    }

    private void WriteArguments(byte[] bytes, IReadOnlyList<object?> values, PointedMemory memory, bool isCall)
    {
        string[] registers = isCall ? _callArguments : _arguments;
        for (int index = 0; index < Math.Min(values.Count, registers.Length); index++)
            Write(bytes, registers[index], ContextNumber.Read($"args[{index}]", memory.Place(values[index]), sizeof(ulong)));
        if (values.Count > registers.Length)
            throw DiagnosticRules.RunInput.Error($"{values.Count} arguments do not fit into {registers.Length} registers ({string.Join(", ", registers)}).", action: $"Set {_stack} and put the others into the environment's memory.");
    }

    private string Find(string name)
    {
        // rdi is di, and eflags flags.
        string? register = _names.FirstOrDefault(each => name.Equals(each, StringComparison.OrdinalIgnoreCase))
            ?? _names.FirstOrDefault(each => name.Equals("r" + each, StringComparison.OrdinalIgnoreCase) || name.Equals("e" + each, StringComparison.OrdinalIgnoreCase));
        return register ?? throw DiagnosticRules.RunInput.Error($"A struct pt_regs has no register '{name}'; it has {string.Join(", ", _names)}.", action: "Name a register, or pass args and ret.");
    }

    private void Write(byte[] bytes, string register, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Array.IndexOf(_names, register) * sizeof(ulong)), value);
}
