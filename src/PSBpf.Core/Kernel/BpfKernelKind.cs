namespace PSBpf.Kernel;

/// <summary>Which kernel holds a program or map.</summary>
public enum BpfKernelKind
{
    /// <summary>The engine in this process.</summary>
    Managed,

    /// <summary>The machine's own Linux kernel, through bpf(2).</summary>
    Linux,
}
