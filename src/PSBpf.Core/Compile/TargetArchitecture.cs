using System.Runtime.InteropServices;

namespace PSBpf.Compile;

/// <summary>The machine whose registers and kernel types a program reads: what __TARGET_ARCH_… says to bpf_tracing.h.</summary>
public enum TargetArchitecture
{
#pragma warning disable CS1591 // The names are the documentation: __TARGET_ARCH_ and the name in lower case.
    X86,
    Arm64,
    Arm,
    Riscv,
    S390,
    PowerPC,
    LoongArch,
    Mips,
#pragma warning restore CS1591
}

/// <summary>What follows from a target architecture.</summary>
internal static class TargetArchitectures
{
    /// <summary>The machine this process runs on.</summary>
    public static TargetArchitecture Current => RuntimeInformation.OSArchitecture switch
    {
        Architecture.Arm64 => TargetArchitecture.Arm64,
        Architecture.Arm or Architecture.Armv6 => TargetArchitecture.Arm,
        Architecture.S390x => TargetArchitecture.S390,
        Architecture.Ppc64le => TargetArchitecture.PowerPC,
        Architecture.LoongArch64 => TargetArchitecture.LoongArch,
        Architecture.RiscV64 => TargetArchitecture.Riscv,
        _ => TargetArchitecture.X86,
    };

    /// <summary>The macro that says it to headers.</summary>
    public static string Macro(this TargetArchitecture architecture) =>
        "__TARGET_ARCH_" + architecture.ToString().ToLowerInvariant();

    /// <summary>Debian's name for its folder of headers below /usr/include; null where there is none.</summary>
    public static string? Multiarch(this TargetArchitecture architecture) => architecture switch
    {
        TargetArchitecture.X86 => "x86_64-linux-gnu",
        TargetArchitecture.Arm64 => "aarch64-linux-gnu",
        TargetArchitecture.Arm => "arm-linux-gnueabihf",
        TargetArchitecture.Riscv => "riscv64-linux-gnu",
        TargetArchitecture.S390 => "s390x-linux-gnu",
        TargetArchitecture.PowerPC => "powerpc64le-linux-gnu",
        TargetArchitecture.LoongArch => "loongarch64-linux-gnu",
        _ => null,
    };
}
