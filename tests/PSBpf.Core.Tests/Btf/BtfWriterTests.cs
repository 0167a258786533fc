using CsCheck;
using PSBpf.Btf;

namespace PSBpf.Core.Tests.Btf;

/// <summary>What is written is read back as it was.</summary>
public sealed class BtfWriterTests
{
    [Fact]
    public void Random_types_come_back() =>
        Gen.Int.Sample(seed => AssertComesBack(RandomTypes.Make(seed).Types), iter: 2000);

    [Fact]
    public void Every_kind_comes_back()
    {
        BtfType[] types =
        [
            new BtfInt(1, "int", 4, BtfIntEncoding.Signed, 0, 32), new BtfFloat(2, "double", 8), new BtfReference(3, "", BtfKind.Pointer, 0),
            new BtfReference(4, "number", BtfKind.Typedef, 1), new BtfReference(5, "", BtfKind.Const, 4), new BtfReference(6, "", BtfKind.Volatile, 1),
            new BtfReference(7, "", BtfKind.Restrict, 3), new BtfReference(8, "user", BtfKind.TypeTag, 1), new BtfArray(9, 1, 1, 7),
            new BtfStruct(10, "s", false, 8, [new BtfMember("a", 1, 0, 3), new BtfMember("b", 1, 32, 0)]), new BtfStruct(11, "u", true, 4, [new BtfMember("a", 1, 0, 0)]),
            new BtfEnumType(12, "e", false, 4, true, [new BtfEnumMember("minus", -1)]), new BtfEnumType(13, "w", true, 8, false, [new BtfEnumMember("large", -1)]),
            new BtfForward(14, "f", true), new BtfFunctionPrototype(15, 1, [new BtfParameter("a", 1), new BtfParameter("", 0)]),
            new BtfReference(16, "main", BtfKind.Function, 15, BtfLinkage.Global), new BtfReference(17, "v", BtfKind.Variable, 1, BtfLinkage.Extern),
            new BtfDataSection(18, ".bss", 4, [new BtfSectionVariable(17, 0, 4)]), new BtfReference(19, "tag", BtfKind.DeclarationTag, 10, ComponentIndex: 1),
        ];
        Assert.Equal(Enum.GetValues<BtfKind>().Except([BtfKind.Void]), types.Select(type => type.Kind).Distinct().Order());
        BtfTypeSet set = BtfTypeSet.Create(types);
        AssertSame(types, [.. set.Types.Skip(1)]);
        AssertComesBack(set);
    }

    [Fact]
    public void The_kernels_types_come_back()
    {
        if (!File.Exists("/sys/kernel/btf/vmlinux")) Assert.Skip("this machine's kernel has no BTF");
        AssertComesBack(BtfTypeSet.Read(File.ReadAllBytes("/sys/kernel/btf/vmlinux")));
    }

    [Fact]
    public void Ids_count_up_from_one() =>
        Assert.Throws<ArgumentException>(() => BtfTypeSet.Create([new BtfFloat(2, "double", 8)]));

    private static void AssertComesBack(BtfTypeSet types)
    {
        byte[] bytes = BtfWriter.Write(types.Types.Skip(1));
        BtfTypeSet read = BtfTypeSet.Read(bytes);
        AssertSame([.. types.Types], [.. read.Types]);
        Assert.Equal(bytes, BtfWriter.Write(read.Types.Skip(1)));
    }

    private static void AssertSame(BtfType[] expected, BtfType[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int index = 0; index < expected.Length; index++) Assert.Equal(Parts(expected[index]), Parts(actual[index]));
    }

    // Records compare lists by identity.
    private static string Parts(BtfType type) => type switch
    {
        BtfStruct structure => string.Join('|', structure.Members.Select(part => part.ToString()).Prepend($"{structure.Name} {structure.Size} {structure.IsUnion}")),
        BtfEnumType enumeration => string.Join('|', enumeration.Members.Select(part => part.ToString()).Prepend($"{enumeration.Name} {enumeration.Size} {enumeration.IsSigned} {enumeration.Is64}")),
        BtfFunctionPrototype prototype => string.Join('|', prototype.Parameters.Select(part => part.ToString()).Prepend($"{prototype.ReturnId}")),
        BtfDataSection section => string.Join('|', section.Variables.Select(part => part.ToString()).Prepend($"{section.Name} {section.Size}")),
        _ => type.ToString(),
    };
}
