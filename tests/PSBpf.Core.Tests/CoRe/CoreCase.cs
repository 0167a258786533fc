using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Core.Tests.Btf;
using PSBpf.Core.Tests.Elf;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Targets;

namespace PSBpf.Core.Tests.CoRe;

/// <summary>A program of one relocated instruction, an object's types and a kernel's.</summary>
internal sealed class CoreCase
{
    public const ulong MoveImmediate = 0x00000000_000000b7, Exit = 0x95;

    /// <summary>The object's types.</summary>
    public BtfBuilder Local { get; } = new();

    /// <summary>The kernel's types.</summary>
    public BtfBuilder Kernel { get; } = new();

    /// <summary>Split BTF of a module; it goes on from <see cref="Kernel"/>.</summary>
    public BtfTypeSet? Module { get; set; }

    /// <summary>r0 = the answer to a question about a type.</summary>
    public Instruction[] Ask(int type, string access, int kind, int present = 0) =>
        Run([MoveImmediate | (ulong)(uint)present << 32, Exit], type, access, kind).Instructions;

    /// <summary>Adapts one instruction of a program to the kernel's types.</summary>
    public ProgramSpec Run(ulong[] code, int type, string access, int kind, TargetKernel? kernel = null)
    {
        var extension = new BtfExtensionBuilder(Local);
        extension.CoreRelocation("xdp", 0, type, access, kind);
        byte[] info = extension.Build();
        var builder = new ElfBuilder();
        builder.AddSymbol("main", ElfBuilder.Function, builder.AddCode("xdp", code), 0, (ulong)code.Length * 8);
        builder.Add(".BTF", Local.Build(), flags: 0);
        builder.Add(".BTF.ext", info, flags: 0);
        return ObjectReader.Read(builder.Build(), "core.o", new ObjectReadOptions { Target = kernel ?? Target() }).Programs[0];
    }

    public TargetKernel Target()
    {
        BtfTypeSet types = BtfTypeSet.Open(Kernel.Build());
        return TargetKernel.None.WithTypes(new CoreTarget("Linux 9.9", types, () => Module is null ? [] : [Module]));
    }
}
