namespace PSBpf.Btf;

/// <summary>How types are written as a C header.</summary>
public sealed record BtfHeaderOptions
{
    /// <summary>The macro that keeps the header from being read twice; programs and PSBpf's own headers ask for __VMLINUX_H__ to know that the kernel's types are there.</summary>
    public string Guard { get; init; } = "__VMLINUX_H__";

    /// <summary>What the first line says about where the types are from; null for nothing.</summary>
    public string? Origin { get; init; }

    /// <summary>The types to write, with all that they need; null for every type.</summary>
    public IReadOnlyCollection<BtfType>? Roots { get; init; }

    /// <summary>Whether accesses to the types are relocated for the kernel at hand (CO-RE).</summary>
    public bool PreserveAccessIndex { get; init; } = true;

    /// <summary>Whether tags (btf_type_tag, btf_decl_tag) are written, for compilers that have them; BPF_NO_BTF_TAGS switches them off in the header.</summary>
    public bool Tags { get; init; } = true;

    /// <summary>Whether the functions that programs may call (kfuncs) are declared after the types.</summary>
    public bool Functions { get; init; } = true;
}
