using System.Globalization;
using System.Text;
using PSBpf.Btf;
using PSBpf.Compile;
using PSBpf.Core.Tests.Compile;
using PSBpf.Elf;

namespace PSBpf.Core.Tests.Btf.Header;

/// <summary>The header of the machine's own kernel compiles, and clang lays out every struct of it as the kernel's BTF says.</summary>
public sealed class VmlinuxHeaderTests
{
    private const string Path = "/sys/kernel/btf/vmlinux";

    private static readonly Lazy<BtfTypeSet> Kernel = new(() => BtfTypeSet.Read(File.ReadAllBytes(Path)));

    [Fact]
    public void It_compiles_with_every_compiler()
    {
        Require();
        using var folder = new TemporaryFolder();
        folder.Write("vmlinux.h", Kernel.Value.ToHeader());
        const string Program = """
            #include "vmlinux.h"
            #include <linux/if_ether.h>
            #include <linux/pkt_cls.h>
            #include <bpf/bpf_helpers.h>
            #include <bpf/bpf_core_read.h>
            #include <bpf/bpf_tracing.h>
            SEC("kprobe/do_nanosleep") int BPF_KPROBE(probe) { struct task_struct *task = (void *)bpf_get_current_task(); return BPF_CORE_READ(task, real_parent, tgid) + PT_REGS_PARM1(ctx); }
            SEC("tc") int packets(struct __sk_buff *skb) { return skb->protocol == ETH_P_IP ? TC_ACT_OK : TC_ACT_SHOT; }
            char _license[] SEC("license") = "GPL";
            """;
        foreach (Clang clang in Clangs.All)
        {
            var options = Clangs.With(clang, folder.Info) with { Include = [folder.Info.FullName], Arguments = ["-Wall", "-Werror", "-Wno-unknown-attributes"] };
            Assert.Equal(["probe", "packets"], Clangs.Compile(folder.Info, Program, options).Programs);
        }
    }

    [Fact]
    public void Sizes_and_offsets_are_those_of_the_kernel()
    {
        Require();
        using var folder = new TemporaryFolder();
        folder.Write("vmlinux.h", Kernel.Value.ToHeader());
        var names = new BtfNames(Kernel.Value);
        var text = new StringBuilder("#include \"vmlinux.h\"\n");
        int structs = 0, members = 0;
        foreach (BtfStruct structure in Kernel.Value.Types.OfType<BtfStruct>().Where(structure => structure.Name.Length > 0))
        {
            string tag = $"{(structure.IsUnion ? "union" : "struct")} {names.Of(structure)}";
            structs++;
            text.Append(CultureInfo.InvariantCulture, $"_Static_assert(sizeof({tag}) == {structure.Size}, \"{tag}\");\n");
            foreach ((string path, int offset) in Members(structure, "", 0))
            {
                members++;
                text.Append(CultureInfo.InvariantCulture, $"_Static_assert(__builtin_offsetof({tag}, {path}) == {offset}, \"{tag}.{path}\");\n");
            }
        }

        Assert.True(structs > 1000 && members > 10_000, $"{structs} structs, {members} members");
        TestContext.Current.SendDiagnosticMessage($"{structs} structs, {members} members");
        var options = Clangs.With(Clangs.All[0], folder.Info) with { Include = [folder.Info.FullName], Arguments = ["-ferror-limit=20", "-Wno-invalid-offsetof", "-g0"] };
        Clangs.Compile(folder.Info, text.ToString(), options);
    }

    [Fact]
    public void Members_and_bitfields_are_at_the_bits_that_the_kernel_says()
    {
        Require();
        using var folder = new TemporaryFolder();
        folder.Write("vmlinux.h", Kernel.Value.ToHeader());
        var names = new BtfNames(Kernel.Value);
        var structs = Kernel.Value.Types.OfType<BtfStruct>().Where(structure => structure.Name.Length > 0).ToArray();
        var text = new StringBuilder("#include \"vmlinux.h\"\n");
        for (int index = 0; index < structs.Length; index++)
            text.Append(CultureInfo.InvariantCulture, $"{(structs[index].IsUnion ? "union" : "struct")} {names.Of(structs[index])} *variable{index};\n");
        CompiledObject compiled = Clangs.Compile(folder.Info, text.ToString(), Clangs.With(Clangs.All[0], folder.Info) with { Include = [folder.Info.FullName] });
        ElfFile elf = ElfFile.Read(File.ReadAllBytes(compiled.Path), compiled.Path);
        BtfTypeSet written = BtfTypeSet.Read(elf.Find(".BTF")!.Data);

        int bitfields = 0;
        foreach (BtfStruct structure in structs)
        {
            var copy = (BtfStruct?)written.Find(structure.Kind, names.Of(structure));
            Assert.True(copy is not null, $"{names.Of(structure)} was not written");
            Assert.True(structure.Size == copy.Size, $"{copy.Name} takes {copy.Size} bytes, not {structure.Size}");
            var expected = Flat(Kernel.Value, structure, 0).ToArray();
            Assert.Equal(expected, Flat(written, copy, 0).Where(member => !member.Name.StartsWith("__psbpf_padding", StringComparison.Ordinal)));
            bitfields += expected.Count(member => member.Bits > 0);
        }

        Assert.True(bitfields > 100, $"only {bitfields} bitfields");
    }

    [Fact]
    public void Constants_have_the_kernels_values()
    {
        Require();
        using var folder = new TemporaryFolder();
        folder.Write("vmlinux.h", Kernel.Value.ToHeader());
        var names = new BtfNames(Kernel.Value);
        var text = new StringBuilder("#include \"vmlinux.h\"\n");
        int count = 0;
        foreach (BtfEnumType enumeration in Kernel.Value.Types.OfType<BtfEnumType>())
        {
            if (enumeration.Name.Length > 0) text.Append(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(enum {names.Of(enumeration)}) == {enumeration.Size}, \"{enumeration.Name}\");\n");
            for (int index = 0; index < enumeration.Members.Count; index++)
            {
                count++;
                string value = enumeration.IsSigned ? $"{enumeration.Members[index].Value}LL" : $"{(ulong)enumeration.Members[index].Value}ULL";
                text.Append(CultureInfo.InvariantCulture, $"_Static_assert({names.Of(enumeration, index)} == {value.Replace("-9223372036854775808LL", "(-9223372036854775807LL - 1)", StringComparison.Ordinal)}, \"{names.Of(enumeration, index)}\");\n");
            }
        }

        Assert.True(count > 5000, $"only {count} constants");
        Clangs.Compile(folder.Info, text.ToString(), Clangs.With(Clangs.All[0], folder.Info) with { Include = [folder.Info.FullName], Arguments = ["-g0", "-Wno-sign-compare"] });
    }

    private static void Require()
    {
        _ = Clangs.All;
        if (!File.Exists(Path)) Assert.Skip("this machine's kernel has no BTF");
    }

    // Also inside types that have no name of their own, which are written where they stand.
    private static IEnumerable<(string Path, int Offset)> Members(BtfStruct structure, string prefix, int start)
    {
        foreach (BtfMember member in structure.Members)
        {
            BtfType type = Unqualified(Kernel.Value, member.TypeId);
            if (member.BitfieldSize > 0) continue;
            if (member.Name.Length > 0) yield return (prefix + member.Name, start + member.BitOffset / 8);
            string inner = member.Name.Length > 0 ? prefix + member.Name + "." : prefix;
            if (type is BtfArray { Length: > 0 } array && Unqualified(Kernel.Value, array.ElementId) is BtfStruct { Name: "" } element)
                foreach (var nested in Members(element, $"{prefix}{member.Name}[0].", start + member.BitOffset / 8)) yield return nested;
            else if (type is BtfStruct { Name: "" } anonymous)
                foreach (var nested in Members(anonymous, inner, start + member.BitOffset / 8)) yield return nested;
        }
    }

    private static IEnumerable<(string Name, int Offset, int Bits)> Flat(BtfTypeSet types, BtfStruct structure, int start)
    {
        foreach (BtfMember member in structure.Members)
        {
            if (member.Name.Length > 0) yield return (member.Name, start + member.BitOffset, member.BitfieldSize);
            if (Unqualified(types, member.TypeId) is not BtfStruct { Name: "" } anonymous) continue;
            foreach (var nested in Flat(types, anonymous, start + member.BitOffset)) yield return nested;
        }
    }

    private static BtfType Unqualified(BtfTypeSet types, int id)
    {
        BtfType type = types[id];
        while (type is BtfReference { ReferenceKind: BtfKind.Const or BtfKind.Volatile or BtfKind.TypeTag } qualifier) type = types[qualifier.TargetId];
        return type;
    }
}
