using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Core.Tests.Objects;

/// <summary>What of a program depends on the version of Linux.</summary>
public sealed class KernelFeatureTests
{
    [Theory]
    [InlineData("r0 = 0; exit", "4.8", "programs of type xdp")]
    [InlineData("r1 = 0; r2 = 0; r3 = 0; r4 = 0; call bpf_loop; r0 = 0; exit", "5.17", "bpf_loop")]
    [InlineData("r0 = 0; r0 += 1; if r0 != 4 goto -2; exit", "5.3", "loops")]
    [InlineData("goto +2; r0 = 0; exit; goto -3", "4.8", "programs of type xdp")]
    [InlineData("call +1; exit; r0 = 0; goto -2", "5.3", "loops")]
    [InlineData("r1 = 0; call +1; exit; r0 = 0; exit", "4.16", "functions that are called")]
    [InlineData("r0 = 0; if w0 == 0 goto +0; exit", "5.1", "32-bit jumps (-mcpu=v3)")]
    [InlineData("r0 = 7; r0 s/= 2; exit", "6.6", "instructions of -mcpu=v4")]
    [InlineData("r0 = 0; may_goto +0; exit", "6.9", "may_goto (cond_break, can_loop)")]
    public void The_newest_feature_decides(string code, string version, string name)
    {
        IReadOnlyList<KernelFeature> features = KernelFeatures.Of(Program(code), []);

        Assert.Equal(Version.Parse(version), KernelFeatures.Required(features));
        Assert.Equal(name, features[0].Name);
        Assert.All(features, feature => Assert.NotEmpty(feature.Instead));
        Assert.Equal(features.OrderByDescending(feature => feature.Since), features);
    }

    [Fact]
    public void A_feature_stands_at_the_first_line_that_uses_it()
    {
        ProgramSpec program = Program("r0 = 1; call bpf_ktime_get_boot_ns; call bpf_ktime_get_boot_ns; r0 = 0; exit") with
        {
            Lines = [new LineSpec(0, new SourceLocation("a.c", 3, 1, "int x = 1;"), 0, 0), new LineSpec(1, new SourceLocation("a.c", 4, 9, "now = boot();"), 0, 0)],
        };

        KernelFeature feature = KernelFeatures.Of(program, [])[0];

        Assert.Equal((KernelFeatureKind.Helper, "bpf_ktime_get_boot_ns", 1, 4), (feature.Kind, feature.Name, feature.Instruction, feature.Source!.Line));
        Assert.Contains("bpf_ktime_get_ns", feature.Instead, StringComparison.Ordinal);
    }

    [Fact]
    public void What_loaders_replace_is_listed_and_not_required()
    {
        IReadOnlyList<KernelFeature> features = KernelFeatures.Of(Program("r1 = 0; r2 = 0; r3 = 0; call bpf_probe_read_kernel; r0 = 0; exit") with { Type = ProgramType.Kprobe }, []);

        Assert.Equal(new Version(4, 1), KernelFeatures.Required(features));
        KernelFeature replaced = Assert.Single(features, feature => !feature.IsRequired);
        Assert.Equal(("bpf_probe_read_kernel", new Version(5, 5)), (replaced.Name, replaced.Since));
        Assert.Contains("bpf_probe_read ", replaced.Fallback, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xdp", ProgramType.Xdp, AttachType.Xdp, 0u, "4.8")]
    [InlineData("xdp/devmap", ProgramType.Xdp, AttachType.XdpDevmap, 0u, "5.8")]
    [InlineData("xdp.frags", ProgramType.Xdp, AttachType.Xdp, SectionNames.XdpHasFrags, "5.18")]
    [InlineData("tc/ingress", ProgramType.SchedCls, AttachType.TcxIngress, 0u, "4.1")]
    [InlineData("tcx/ingress", ProgramType.SchedCls, AttachType.TcxIngress, 0u, "6.6")]
    [InlineData("kprobe/f", ProgramType.Kprobe, (AttachType)0, 0u, "4.1")]
    [InlineData("kprobe.multi/f", ProgramType.Kprobe, AttachType.TraceKprobeMulti, 0u, "5.18")]
    [InlineData("uprobe.s/f", ProgramType.Kprobe, (AttachType)0, SectionNames.Sleepable, "6.0")]
    [InlineData("fentry.s/f", ProgramType.Tracing, AttachType.TraceFentry, SectionNames.Sleepable, "5.10")]
    [InlineData("sk_reuseport", ProgramType.SkReuseport, AttachType.SkReuseportSelect, 0u, "4.19")]
    public void Sections_need_what_they_are_attached_as(string section, ProgramType type, AttachType attach, uint flags, string version) =>
        Assert.Equal(Version.Parse(version), KernelFeatures.Required(KernelFeatures.Of(Program("r0 = 0; exit") with { Section = section, Type = type, ExpectedAttachType = attach, Flags = flags }, [])));

    [Fact]
    public void Maps_count_with_their_flags_and_inner_maps_also_when_no_program_names_them()
    {
        var plain = new MapSpec { Name = "plain", Type = MapType.Hash, KeySize = 4, ValueSize = 4, MaxEntries = 1 };
        MapSpec mapped = plain with { Name = "mapped", Type = MapType.Array, Flags = MapFlags.Mmapable };
        MapSpec outer = plain with { Name = "outer", Type = MapType.ArrayOfMaps, Inner = plain with { Name = "inner", Type = MapType.BloomFilter } };

        Assert.Equal(new Version(4, 8), Required(plain));
        Assert.Equal(new Version(5, 5), Required(mapped));
        Assert.Equal(new Version(5, 16), Required(outer));
        Version? Required(MapSpec map) => KernelFeatures.Required(KernelFeatures.Of(Program("r0 = 0; exit"), [map]));
    }

    [Fact]
    public void Kernel_functions_count_when_the_program_cannot_do_without_them()
    {
        ProgramSpec program = Program("call kfunc 1 +0; r0 = 0; exit");
        KernelFeature Of(string name, bool isWeak) =>
            KernelFeatures.Of(program with { Externs = [new ExternUse(0, new ExternSpec(name, ExternKind.Function, isWeak, 1))] }, [])[0];

        Assert.Equal((new Version(6, 4), true), (Of("bpf_iter_num_new", false).Since, Of("bpf_iter_num_new", false).IsRequired));
        Assert.False(Of("bpf_iter_num_new", true).IsRequired);
        Assert.Equal(new Version(5, 13), Of("bpf_never_heard_of", false).Since);
    }

    [Fact]
    public void What_the_kernels_types_made_impossible_needs_nothing()
    {
        ProgramSpec program = Program("r1 = 0; r2 = 0; r3 = 0; r4 = 0; call bpf_loop; r0 = 0; exit");
        Assert.Equal(new Version(4, 8), KernelFeatures.Required(KernelFeatures.Of(program with { Poisoned = [new PoisonedInstruction(4, "no field")] }, [])));
    }

    [Fact]
    public void Helpers_that_no_path_leads_to_need_nothing()
    {
        ProgramSpec program = Program("r0 = 0; if r0 == 0 goto +1; call bpf_ktime_get_boot_ns; r0 = 0; exit");
        Assert.Equal(new Version(5, 8), KernelFeatures.Required(KernelFeatures.Of(program, [])));
        Assert.Equal(new Version(4, 8), KernelFeatures.Required(KernelFeatures.Of(program, [], unreached: [2])));
    }

    [Theory]
    [InlineData(4096, 131072, 512, "4.8")]
    [InlineData(4097, 0, 0, "5.2")]
    [InlineData(2, 131073, 0, "5.2")]
    [InlineData(2, 0, 520, "6.13")]
    public void Sizes_count(int slots, int processed, int stack, string version)
    {
        string code = string.Join("; ", Enumerable.Repeat("r0 = 0", slots - 1).Append("exit"));
        Assert.Equal(Version.Parse(version), KernelFeatures.Required(KernelFeatures.Of(Program(code), [], processed, stack)));
    }

    private static ProgramSpec Program(string code) => new()
    {
        Name = "program", Section = "xdp", Type = ProgramType.Xdp, ExpectedAttachType = AttachType.Xdp,
        Instructions = Assembler.Assemble(code.Replace("; ", "\n", StringComparison.Ordinal), null, Notation.Kernel).Instructions,
    };
}
