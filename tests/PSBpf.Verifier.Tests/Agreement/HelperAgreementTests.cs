using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Verifier.Tests.Agreement;

public sealed class HelperAgreementTests
{
    // Refused on machines where the kernel is locked down, for that reason.
    private static readonly string[] LockedDown = ["bpf_probe_write_user", "bpf_override_return"];

    private static readonly MapType[] Owned = [MapType.ProgArray, MapType.Devmap, MapType.DevmapHash, MapType.Cpumap];

    [Fact]
    public void Every_helper_is_allowed_where_the_kernel_allows_it()
    {
        using var kernel = Oracle.OpenOrSkip();
        var differences = new List<string>();
        foreach (var (type, attach) in Verdicts.Kinds())
        {
            foreach (var helper in HelperTable.All.Where(helper => !LockedDown.Contains(helper.Name)))
            {
                var program = Verdicts.Program(type.Type, attach, $"call {helper.Name}\nr0 = 1\nexit");
                string said = kernel.LoadProgram(program, [], new ProgramLoadOptions { VerifyOnly = true }, TestContext.Current.CancellationToken).Verification.Log;
                bool allowed = !said.Contains("cannot use helper", StringComparison.Ordinal) && !said.Contains("unknown func", StringComparison.Ordinal) && !said.Contains("not supported for program type", StringComparison.Ordinal);
                if (allowed != (HelperTable.Find(helper.Id, type.Type, attach) is not null)) differences.Add($"{helper.Name} in {type.Name}/{attach}: the kernel {(allowed ? "allows it" : "does not")}");
                var closed = kernel.LoadProgram(program with { License = "Proprietary" }, [], new ProgramLoadOptions { VerifyOnly = true }, TestContext.Current.CancellationToken).Verification.Log;
                if (allowed && closed.Contains("GPL-restricted", StringComparison.Ordinal) != HelperTable.Find(helper.Id, type.Type, attach)?.GplOnly)
                    differences.Add($"{helper.Name} in {type.Name}/{attach}: {(helper.GplOnly ? "not " : "")}for GPL programs only");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count}:\n{string.Join('\n', differences.Take(80))}");
    }

    [Fact]
    public void Every_argument_of_every_helper_gets_the_kernel_s_verdict()
    {
        using var kernel = Oracle.OpenOrSkip();
        var maps = Maps(kernel);
        var verdicts = new Verdicts(kernel);
        var seen = new Dictionary<HelperPrototype, int>();
        foreach (var (type, attach) in Verdicts.Kinds())
        {
            foreach (var row in HelperTable.All)
            {
                if (HelperTable.Find(row.Id, type.Type, attach) is not { } helper || LockedDown.Contains(helper.Name)) continue;
                var call = new HelperCall(helper, type, attach);
                // What all types may call is judged alike in all; a few of them will do.
                if (!call.CanBeMade || (seen[helper] = seen.GetValueOrDefault(helper) + 1) > 6) continue;
                void Check(string what, ProgramSpec program) => Ask(kernel, maps, verdicts, $"{helper.Name} in {type.Name}/{attach}, {what}", program);
                Check("as it should be", call.Program());
                foreach (var (use, code) in call.Uses()) Check(use, call.Program(after: code));
                for (int index = 0; index < helper.Arguments.Count; index++)
                    foreach (var (name, code) in call.Candidates(index + 1)) Check($"r{index + 1} is {name}", call.Program(index, code));
            }
        }

        foreach (var map in maps.Values) map.Dispose();
        Assert.True(verdicts.Disagreements.Count == 0, $"{verdicts.Disagreements.Count} of {verdicts.Asked}, {verdicts.Accepted} accepted:\n{string.Join('\n', verdicts.Disagreements.Take(40))}");
        Assert.True(verdicts.Asked > 10_000 && verdicts.Accepted > 1_000, $"{verdicts.Asked} asked, {verdicts.Accepted} accepted");
    }

    [Fact]
    public void Every_map_type_goes_with_every_helper_as_the_kernel_says()
    {
        using var kernel = Oracle.OpenOrSkip();
        var maps = Maps(kernel);
        var verdicts = new Verdicts(kernel);
        foreach (var (type, attach) in Verdicts.Kinds())
        {
            foreach (var row in HelperTable.All.Where(row => row.Arguments.Contains(ArgumentKind.ConstantMap)))
            {
                if (HelperTable.Find(row.Id, type.Type, attach) is not { } helper) continue;
                var call = new HelperCall(helper, type, attach);
                if (!call.CanBeMade) continue;
                foreach (var map in HelperCall.MapTypes)
                    Ask(kernel, maps, verdicts, $"{helper.Name} on {map} in {type.Name}/{attach}", call.Program(map: map));
            }
        }

        foreach (var map in maps.Values) map.Dispose();
        Assert.True(verdicts.Disagreements.Count == 0, $"{verdicts.Disagreements.Count} of {verdicts.Asked}, {verdicts.Accepted} accepted:\n{string.Join('\n', verdicts.Disagreements.Take(40))}");
    }

    // What holds programs belongs to the type of the first program that names it, so each program gets its own.
    private static void Ask(IBpfKernel kernel, Dictionary<string, IKernelMap> maps, Verdicts verdicts, string what, ProgramSpec program)
    {
        var named = program.Maps.Select(map => Owned.Contains(map.Type) ? kernel.CreateMap(map) : maps[map.Name]).ToArray();
        verdicts.Ask(what, program, named);
        foreach (var map in named.Where(map => Owned.Contains(map.Spec.Type))) map.Dispose();
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("%d")]
    [InlineData("%d %d %d")]
    [InlineData("100%")]
    [InlineData("100%%")]
    [InlineData("%5d|%-5d")]
    [InlineData("%05d %+d")]
    [InlineData("%lu %llx")]
    [InlineData("%lllu")]
    [InlineData("%hd")]
    [InlineData("%hhd")]
    [InlineData("%f")]
    [InlineData("%o")]
    [InlineData("%i %X")]
    [InlineData("%c")]
    [InlineData("%5c")]
    [InlineData("%s")]
    [InlineData("%.5s")]
    [InlineData("%*d")]
    [InlineData("%#x")]
    [InlineData("%p %px")]
    [InlineData("%pK,%ps")]
    [InlineData("%pS%pB")]
    [InlineData("%pi4 %pI6")]
    [InlineData("%pI5")]
    [InlineData("%pI4c")]
    [InlineData("%pks %pus")]
    [InlineData("%pa")]
    [InlineData("%p0")]
    [InlineData("%pF")]
    [InlineData("%1$d")]
    [InlineData("tab\tnew\nline")]
    [InlineData("bell\a")]
    [InlineData("n\u00e9")]
    [InlineData("%-")]
    [InlineData("%0")]
    [InlineData("%l")]
    [InlineData("% d")]
    [InlineData("")]
    public void A_format_is_one_when_the_kernel_says_so(string format)
    {
        using var kernel = Oracle.OpenOrSkip();
        var verdicts = new Verdicts(kernel);
        byte[] text = new byte[32];
        System.Text.Encoding.UTF8.GetBytes(format, text);
        var map = new MapSpec { Name = "text", Type = MapType.Array, KeySize = 4, ValueSize = 32, MaxEntries = 1, Flags = MapFlags.ReadOnlyProgram, InitialValue = text, IsFrozen = true, IsGlobalData = true };
        using var live = kernel.CreateMap(map);
        foreach (int bytes in (int[])[0, 8, 12, 16, 24])
        {
            var program = Verdicts.Program(ProgramType.SocketFilter, default, $"""
                *(u64 *)(r10 -8) = 0
                *(u64 *)(r10 -16) = 0
                *(u64 *)(r10 -24) = 0
                r1 = r10
                r1 += -24
                r2 = 24
                r3 = map[text][0] +0
                r4 = r10
                r4 += -24
                r5 = {bytes}
                call bpf_snprintf
                r0 = 0
                exit
                """, [map]);
            verdicts.Ask($"'{format}' with {bytes} bytes", program, [live]);
        }

        Assert.True(verdicts.Disagreements.Count == 0, string.Join('\n', verdicts.Disagreements));
    }

    private static Dictionary<string, IKernelMap> Maps(IBpfKernel kernel) => HelperCall.AllMaps.ToDictionary(map => map.Name, kernel.CreateMap);
}
