using System.Globalization;
using System.Text.RegularExpressions;
using PSBpf.Btf;
using PSBpf.Compile;
using PSBpf.Elf;
using PSBpf.Objects;

namespace PSBpf.Core.Tests.Compile;

/// <summary>PSBpf's headers compile everywhere, alone, and say what the kernel's and libbpf's say where those are installed.</summary>
public sealed partial class HeaderTests
{
    private static readonly string[] Headers =
    [
        "linux/bpf.h", "linux/if_ether.h", "linux/if_arp.h", "linux/if_packet.h", "linux/in.h", "linux/in6.h", "linux/ip.h", "linux/ipv6.h", "linux/tcp.h", "linux/udp.h",
        "linux/icmp.h", "linux/icmpv6.h", "linux/pkt_cls.h", "linux/errno.h", "linux/bpf_perf_event.h",
    ];

    // What the header has for a version of the kernel, or what differs with a reason: the newest kernel's value is PSBpf's.
    private static readonly string[] Moving = ["__MAX_", "BPF_SOCK_OPS_ALL_CB_FLAGS", "BPF_TCP_MAX_STATES", "__BPF_FUNC_MAX_ID", "ETH_P_802_3_MIN_"];

    [Fact]
    public void Every_macro_compiles_with_every_compiler_and_no_other_header()
    {
        using var folder = new TemporaryFolder();
        string source = Path.Combine(AppContext.BaseDirectory, "Compile", "Sources", "macros.bpf.c");
        foreach (Clang clang in Clangs.All)
        {
            foreach (OptimizationLevel level in Enum.GetValues<OptimizationLevel>())
            {
                foreach (TargetArchitecture architecture in new[] { TargetArchitecture.X86, TargetArchitecture.Arm64 })
                {
                    var options = Clangs.With(clang, folder.Info) with { Optimization = level, Architecture = architecture, Arguments = ["-Wall", "-Wno-unknown-attributes", "-Werror"] };
                    CompiledObject compiled = ObjectCompiler.Compile(source, options, TestContext.Current.CancellationToken);
                    Assert.Empty(compiled.Warnings);
                    Assert.Equal(["probe", "result", "no_result", "system_call", "user", "entry", "by_value", "leave", "by_value_none", "probe_of_user", "packets", "iterate"], compiled.Programs);
                    Assert.Equal(["__bpf_usdt_ip_to_spec_id", "__bpf_usdt_specs", "arena", "outer", "programs"], compiled.Maps.Order(StringComparer.Ordinal));
                    Assert.DoesNotContain(compiled.Dependencies, file => file.StartsWith("/usr/include/", StringComparison.Ordinal));
                }
            }
        }
    }

    [Fact]
    public void Each_header_stands_alone()
    {
        using var folder = new TemporaryFolder();
        string[] headers = [.. Directory.EnumerateFiles(IncludeFolder.Path, "*.h", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(IncludeFolder.Path, file).Replace('\\', '/'))];
        Assert.Contains("bpf/bpf_helpers.h", headers);
        foreach (string header in headers)
            Clangs.Compile(folder.Info, $"#include <{header}>\n#include <{header}>\nint number;\n", Clangs.With(Clangs.All[0], folder.Info) with { Arguments = ["-Wall", "-Werror"] });
    }

    [Fact]
    public void Layouts_are_those_of_the_kernels_headers()
    {
        using var folder = new TemporaryFolder();
        RequireSystemHeaders();
        string includes = string.Concat(Headers.Select(header => $"#include <{header}>\n"));
        string[] tags = [.. Headers.Append("linux/bpf_numbers.h").SelectMany(header => StructDefinition().Matches(File.ReadAllText(Path.Combine(IncludeFolder.Path, header)))).Select(match => match.Groups[1].Value).Distinct()];
        string source = includes + string.Concat(tags.Select((tag, index) => $"struct {tag} *variable{index};\n"));
        var (ours, theirs) = Both(folder, source);
        int compared = 0;
        foreach (string tag in tags)
        {
            if (ours.Find(BtfKind.Struct, tag) is not BtfStruct mine || theirs.Find(BtfKind.Struct, tag) is not BtfStruct other) continue;
            compared++;
            // A later kernel appends members: what the installed header has must lie where ours has it.
            foreach (BtfMember member in other.Members.Where(member => member.Name.Length > 0))
            {
                Assert.True(ours.TryFindMember(mine, member.Name, out BtfMember? same, out int offset), $"struct {tag} has no {member.Name}");
                Assert.True(offset == member.BitOffset, $"{tag}.{member.Name} is at bit {offset}, not {member.BitOffset}");
                Assert.Equal((member.BitfieldSize, theirs.SizeOf(theirs[member.TypeId])), (same.BitfieldSize, ours.SizeOf(ours[same.TypeId])));
            }

            Assert.True(mine.Size >= other.Size, $"struct {tag} takes {mine.Size} bytes, not {other.Size}");
        }

        Assert.True(compared > 40, $"only {compared} structs were compared");
    }

    [Fact]
    public void What_libbpf_fills_in_for_probes_of_user_space_is_laid_out_as_its_own()
    {
        using var folder = new TemporaryFolder();
        RequireSystemHeaders();
        if (!File.Exists("/usr/include/bpf/usdt.bpf.h")) Assert.Skip("libbpf-dev is not installed");
        const string Source = """
            #include <stdbool.h>
            #include <linux/bpf.h>
            #include <linux/ptrace.h>
            #include <bpf/bpf_helpers.h>
            #include <bpf/bpf_tracing.h>
            #include <bpf/usdt.bpf.h>
            SEC("usdt") int BPF_USDT(probe, int first, long second) { return first + second + bpf_usdt_arg_cnt(ctx) + bpf_usdt_cookie(ctx); }
            char _license[] SEC("license") = "GPL";
            """;
        CompileOptions options = Clangs.With(Clangs.All[0], folder.Info) with { Arguments = ["-Wno-everything"] };
        var target = new ObjectReadOptions { Given = ["LINUX_HAS_BPF_COOKIE"] };
        ObjectSpec ours = ObjectReader.Read(Clangs.Compile(folder.Info, Source, options).Path, target);
        ObjectSpec theirs = ObjectReader.Read(Clangs.Compile(folder.Info, Source, options with { SystemHeaders = true }).Path, target);
        string[] maps = ["__bpf_usdt_specs", "__bpf_usdt_ip_to_spec_id"];
        Assert.Equal(Maps(theirs), Maps(ours));
        foreach (string tag in new[] { "__bpf_usdt_spec", "__bpf_usdt_arg_spec" }) Assert.Equal(Members(theirs.Btf!, tag), Members(ours.Btf!, tag));
        Assert.Equal(Enumerators(theirs.Btf!), Enumerators(ours.Btf!));

        IEnumerable<object> Maps(ObjectSpec spec) => spec.Maps.Where(map => maps.Contains(map.Name)).OrderBy(map => map.Name, StringComparer.Ordinal)
            .Select(map => (object)(map.Name, map.Type, map.KeySize, map.ValueSize, map.MaxEntries, map.Flags));
        static IEnumerable<object> Members(BtfTypeSet types, string tag) => ((BtfStruct)types.Find(BtfKind.Struct, tag)!).Members
            .Select(member => (object)(member.Name, member.BitOffset, types.SizeOf(types[member.TypeId])));
        static IEnumerable<object> Enumerators(BtfTypeSet types) => ((BtfEnumType)types.Find(BtfKind.Enum, "__bpf_usdt_arg_type")!).Members.Select(member => (object)(member.Name, member.Value));
    }

    [Fact]
    public void Numbers_are_those_of_the_kernels_headers()
    {
        using var folder = new TemporaryFolder();
        RequireSystemHeaders();
        string includes = string.Concat(Headers.Select(header => $"#include <{header}>\n"));
        string system = string.Concat(Directory.EnumerateFiles("/usr/include/linux", "*.h").Concat(Directory.EnumerateFiles("/usr/include/asm-generic", "*.h")).Select(File.ReadAllText));
        var known = Word().Matches(system).Select(match => match.Value).ToHashSet();
        string[] names =
        [
            .. Headers.Append("linux/bpf_numbers.h").SelectMany(header => Constant().Matches(File.ReadAllText(Path.Combine(IncludeFolder.Path, header))))
                .Select(match => match.Groups["name"].Value).Distinct().Where(name => known.Contains(name) && !Moving.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))),
        ];
        string source = includes + string.Create(CultureInfo.InvariantCulture, $"{string.Concat(names.Select((name, index) => $"#ifdef {name}\n#endif\nunsigned long long value{index} = (unsigned long long)({name});\n"))}");
        var (ours, theirs) = Data(folder, source, names.Length);
        Assert.True(names.Length > 700, $"only {names.Length} numbers were compared");
        Assert.Equal(names.Zip(theirs), names.Zip(ours));
    }

    private static void RequireSystemHeaders()
    {
        _ = Clangs.All;
        if (!File.Exists("/usr/include/linux/bpf.h")) Assert.Skip("linux-libc-dev is not installed");
    }

    private static (BtfTypeSet Ours, BtfTypeSet Theirs) Both(TemporaryFolder folder, string source)
    {
        CompileOptions options = Clangs.With(Clangs.All[0], folder.Info);
        return (Types(Clangs.Compile(folder.Info, source, options)), Types(Clangs.Compile(folder.Info, source, options with { SystemHeaders = true })));
    }

    private static BtfTypeSet Types(CompiledObject compiled)
    {
        ElfFile elf = ElfFile.Read(File.ReadAllBytes(compiled.Path), compiled.Path);
        return BtfTypeSet.Read(elf.Find(".BTF")!.Data);
    }

    private static (ulong[] Ours, ulong[] Theirs) Data(TemporaryFolder folder, string source, int count)
    {
        CompileOptions options = Clangs.With(Clangs.All[0], folder.Info);
        return (Values(Clangs.Compile(folder.Info, source, options), count), Values(Clangs.Compile(folder.Info, source, options with { SystemHeaders = true }), count));
    }

    private static ulong[] Values(CompiledObject compiled, int count)
    {
        ElfFile elf = ElfFile.Read(File.ReadAllBytes(compiled.Path), compiled.Path);
        var byName = elf.Symbols.Where(symbol => symbol.Name.StartsWith("value", StringComparison.Ordinal)).ToDictionary(symbol => symbol.Name);
        return
        [
            .. Enumerable.Range(0, count).Select(index => byName[$"value{index}"])
                .Select(symbol => elf.SectionOf(symbol)!.Data is { IsEmpty: false } data ? BitConverter.ToUInt64(data.Span[(int)symbol.Value..]) : 0),
        ];
    }

    [GeneratedRegex(@"^struct (\w+) \{", RegexOptions.Multiline)]
    private static partial Regex StructDefinition();

    [GeneratedRegex(@"^(\t(?<name>[A-Z_][A-Z0-9_]+) = |#define (?<name>[A-Z][A-Z0-9_]+) [^_a-z\s])", RegexOptions.Multiline)]
    private static partial Regex Constant();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
