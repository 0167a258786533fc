namespace PSBpf.Elf;

/// <summary>Numbers of the ELF header (gABI 4.1, chapter 4) and of the BPF machine.</summary>
internal static class ElfConstants
{
    public const int HeaderSize = 64;
    public const int SectionHeaderSize = 64;
    public const int SymbolSize = 24;
    public const int RelocationSize = 16;

    public const byte Class64 = 2;
    public const byte LittleEndian = 1;
    public const byte BigEndian = 2;
    public const ushort TypeRelocatable = 1;
    public const ushort MachineBpf = 247;

    /// <summary>Section indices from here up are not indices (SHN_LORESERVE).</summary>
    public const ushort ReservedSections = 0xff00;
}

/// <summary>SHT_*: what a section holds.</summary>
internal enum ElfSectionType : uint
{
    Null = 0,
    ProgramBits = 1,
    SymbolTable = 2,
    StringTable = 3,
    RelocationsWithAddend = 4,
    NoBits = 8,
    Relocations = 9,
}

/// <summary>SHF_*, those that matter here.</summary>
[Flags]
internal enum ElfSectionFlags : ulong
{
    None = 0,
    Write = 1,
    Allocate = 2,
    Executable = 4,
    Compressed = 0x800,
}

/// <summary>STT_*: what a symbol stands for.</summary>
internal enum ElfSymbolType : byte
{
    None = 0,
    Object = 1,
    Function = 2,
    Section = 3,
    File = 4,
}

/// <summary>STB_*.</summary>
internal enum ElfSymbolBinding : byte
{
    Local = 0,
    Global = 1,
    Weak = 2,
}

/// <summary>STV_*.</summary>
internal enum ElfSymbolVisibility : byte
{
    Default = 0,
    Internal = 1,
    Hidden = 2,
    Protected = 3,
}

/// <summary>R_BPF_*, as LLVM's documentation of the BPF target numbers them.</summary>
internal enum ElfRelocationType : uint
{
    /// <summary>R_BPF_NONE.</summary>
    None = 0,

    /// <summary>R_BPF_64_64: the 64-bit immediate of an lddw.</summary>
    LoadImmediate64 = 1,

    /// <summary>R_BPF_64_ABS64: eight bytes of data.</summary>
    Absolute64 = 2,

    /// <summary>R_BPF_64_ABS32: four bytes of data.</summary>
    Absolute32 = 3,

    /// <summary>R_BPF_64_NODYLD32: four bytes of .BTF or .BTF.ext.</summary>
    NoDynamicLinking32 = 4,

    /// <summary>R_BPF_64_32: the immediate of a call.</summary>
    Call32 = 10,
}
