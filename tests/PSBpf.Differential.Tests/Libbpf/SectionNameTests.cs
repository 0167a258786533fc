using System.Runtime.InteropServices;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests.Libbpf;

/// <summary>What the installed libbpf takes a section's name for is what our table takes it for, in every form of every row.</summary>
public sealed partial class SectionNameTests
{
    private const string Library = "libbpf.so.1";

    /// <summary>Rows that Debian's libbpf 1.1.2 does not have, since libbpf got them later; where the installed one has them they are compared too.</summary>
    private static readonly HashSet<string> Later =
    [
        "kprobe.session", "uprobe.multi", "uprobe.multi.s", "uretprobe.multi", "uretprobe.multi.s", "uprobe.session", "uprobe.session.s", "usdt.s",
        "tcx/ingress", "tcx/egress", "netkit/primary", "netkit/peer", "netfilter", "sk_skb/verdict", "struct_ops.s",
        "cgroup/connect_unix", "cgroup/sendmsg_unix", "cgroup/recvmsg_unix", "cgroup/getpeername_unix", "cgroup/getsockname_unix",
    ];

    /// <summary>Forms that no libbpf has, and why they are ours.</summary>
    private static readonly Dictionary<string, string> Own = new()
    {
        ["lirc_mode2/x"] = "infrared decoders name their protocol; ir-keytable loads them itself",
    };

    /// <summary>tc/ingress and tc/egress meant any scheduler classifier before there was TCX.</summary>
    private static readonly HashSet<string> ChangedLater = ["tc/ingress", "tc/egress"];

    [Fact]
    public void Every_form_of_every_section_name_means_to_libbpf_what_it_means_here()
    {
        SkipWithoutLibbpf();
        List<string> differences = [];
        int compared = 0;
        foreach (SectionName row in SectionNames.All)
        {
            foreach (string section in row.Target == SectionTarget.Optional ? (string[])[row.Prefix, row.Prefix + "/x"] : [row.Prefix])
            {
                if (Ask(section) is not { } answer)
                {
                    if (!Later.Contains(row.Prefix) && !ChangedLater.Contains(row.Prefix) && !Own.ContainsKey(section)) differences.Add($"{section}: unknown to libbpf");
                    continue;
                }

                compared++;
                if (answer != (row.Type, row.Attach) && !ChangedLater.Contains(section)) differences.Add($"{section}: {row.Type} {row.Attach} here, {answer.Type} {answer.Attach} in libbpf");
            }
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        Assert.True(compared > 90, $"only {compared} forms compared");
        TestContext.Current.SendDiagnosticMessage($"{compared} forms of {SectionNames.All.Count} section names");
    }

    /// <summary>Names as users get them wrong: what one side does not know, the other does not either.</summary>
    [Fact]
    public void What_libbpf_does_not_know_is_unknown_here()
    {
        SkipWithoutLibbpf();
        List<string> differences = [];
        foreach (SectionName row in SectionNames.All)
        {
            foreach (string section in (string[])[row.Prefix + "x", row.Prefix + "/", row.Prefix + ".", row.Prefix + "/x/", "x" + row.Prefix, row.Prefix.ToUpperInvariant(), row.Prefix[..^1], row.Prefix + ".multi", row.Prefix + "/x"])
            {
                bool isKnown = Ask(section) is not null;
                SectionName? own = SectionNames.Match(section);
                if (isKnown == own is not null || (own is not null && (Later.Contains(own.Prefix) || ChangedLater.Contains(own.Prefix) || own.Prefix == "lirc_mode2"))) continue;
                differences.Add($"{section}: {(isKnown ? "known to libbpf and not here" : $"{own!.Prefix} here and unknown to libbpf")}");
            }
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences.Distinct()));
    }

    private static void SkipWithoutLibbpf()
    {
        if (!NativeLibrary.TryLoad(Library, out nint library)) Assert.Skip("there is no libbpf");
        NativeLibrary.Free(library);
        SetPrint(0);
    }

    private static (ProgramType Type, AttachType Attach)? Ask(string section) =>
        TypeByName(section, out int type, out int attach) == 0 ? ((ProgramType)type, (AttachType)attach) : null;

    [LibraryImport(Library, EntryPoint = "libbpf_prog_type_by_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int TypeByName(string name, out int type, out int attach);

    [LibraryImport(Library, EntryPoint = "libbpf_set_print")]
    private static partial nint SetPrint(nint function);
}
