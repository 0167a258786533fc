using System.Runtime.InteropServices;

namespace PSBpf.Linux.SystemCalls;

/// <summary>The part of union bpf_attr that BPF_PROG_LOAD reads.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
internal struct ProgramLoadAttributes
{
    [FieldOffset(0)] public uint Type;
    [FieldOffset(4)] public uint InstructionCount;
    [FieldOffset(8)] public ulong Instructions;
    [FieldOffset(16)] public ulong License;
    [FieldOffset(24)] public uint LogLevel;
    [FieldOffset(28)] public uint LogSize;
    [FieldOffset(32)] public ulong LogBuffer;
    [FieldOffset(40)] public uint KernelVersion;
    [FieldOffset(44)] public uint Flags;
    [FieldOffset(48)] public ObjectName Name;
    [FieldOffset(68)] public uint ExpectedAttachType;
    [FieldOffset(72)] public int BtfDescriptor;
    [FieldOffset(76)] public uint FunctionInfoRecordSize;
    [FieldOffset(80)] public ulong FunctionInfo;
    [FieldOffset(88)] public uint FunctionInfoCount;
    [FieldOffset(92)] public uint LineInfoRecordSize;
    [FieldOffset(96)] public ulong LineInfo;
    [FieldOffset(104)] public uint LineInfoCount;
    [FieldOffset(108)] public uint AttachBtfId;
    /// <summary>Written by kernels since 6.4: bytes that the whole log needs, its final zero included.</summary>
    [FieldOffset(140)] public uint LogTrueSize;
}

/// <summary>struct bpf_func_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FunctionInfoRecord
{
    public uint InstructionOffset;
    public uint TypeId;
}

/// <summary>struct bpf_line_info; the last field is line &lt;&lt; 10 | column.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineInfoRecord
{
    public uint InstructionOffset;
    public uint FileNameOffset;
    public uint LineOffset;
    public uint LineAndColumn;
}

/// <summary>The part of union bpf_attr that BPF_PROG_TEST_RUN reads and writes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct TestRunAttributes
{
    [FieldOffset(0)] public int ProgramDescriptor;
    [FieldOffset(4)] public uint ReturnValue;
    [FieldOffset(8)] public uint DataSizeIn;
    [FieldOffset(12)] public uint DataSizeOut;
    [FieldOffset(16)] public ulong DataIn;
    [FieldOffset(24)] public ulong DataOut;
    [FieldOffset(32)] public uint Repeat;
    /// <summary>Mean nanoseconds of one run, a whole number.</summary>
    [FieldOffset(36)] public uint Duration;
    [FieldOffset(40)] public uint ContextSizeIn;
    [FieldOffset(44)] public uint ContextSizeOut;
    [FieldOffset(48)] public ulong ContextIn;
    [FieldOffset(56)] public ulong ContextOut;
}
