using PSBpf.Btf;

namespace PSBpf.Objects;

/// <summary>A global variable of an object.</summary>
/// <param name="Name">Its C name; for a static one inside a function with the function's name before it, as clang writes it.</param>
/// <param name="Map">The map whose single value it is a part of.</param>
/// <param name="Offset">Where it starts in that value.</param>
/// <param name="Declaration">Its BTF_KIND_VAR.</param>
public sealed record VariableSpec(string Name, MapSpec Map, int Offset, BtfReference Declaration)
{
    /// <summary>The type information that it belongs to.</summary>
    public BtfTypeSet Btf => Map.Btf!;

    /// <summary>Its type, qualifiers included.</summary>
    public BtfType Type => Btf[Declaration.TargetId];

    /// <summary>Bytes that it takes.</summary>
    public int Size => Btf.SizeOf(Type);

    /// <summary>Its value in the object file.</summary>
    public object? InitialValue =>
        BtfValue.Read(Btf, Type, Map.InitialValue is { } bytes ? bytes.AsSpan(Offset, Size) : new byte[Size]);

    /// <summary>The C declaration and where it lies, e.g. <c>const volatile __u32 sample_rate in .rodata</c>.</summary>
    public override string ToString() => $"{Btf.Declare(Type, Name)} in {Map.Name}";
}
