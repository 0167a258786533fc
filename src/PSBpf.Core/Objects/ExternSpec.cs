namespace PSBpf.Objects;

/// <summary>What an object takes from a kernel by name.</summary>
public enum ExternKind
{
    /// <summary>An option of the kernel's configuration, or its version (__kconfig).</summary>
    Configuration,

    /// <summary>The address of a symbol, without a type (__ksym of type void).</summary>
    Address,

    /// <summary>A variable of the kernel (__ksym).</summary>
    Variable,

    /// <summary>A function of the kernel (kfunc).</summary>
    Function,
}

/// <summary>Something that an object takes from a kernel by name.</summary>
/// <param name="Name">Its name there, flavours aside.</param>
/// <param name="Kind">What it is.</param>
/// <param name="IsWeak">Whether the object can do without it.</param>
/// <param name="Value">The address, or the id in the kernel's BTF; null when the kernel does not have it.</param>
/// <param name="IsInModule">Whether a module has it: the id then counts on from the kernel's.</param>
public sealed record ExternSpec(string Name, ExternKind Kind, bool IsWeak, ulong? Value, bool IsInModule = false);

/// <summary>An instruction that refers to something of the kernel.</summary>
/// <param name="Instruction">Its slot.</param>
/// <param name="Extern">What it refers to.</param>
public sealed record ExternUse(int Instruction, ExternSpec Extern);

/// <summary>An instruction that must not run, since the kernel lacks what it asks for.</summary>
/// <param name="Instruction">Its slot.</param>
/// <param name="Message">What the kernel lacks: type, field and kernel.</param>
public sealed record PoisonedInstruction(int Instruction, string Message);
