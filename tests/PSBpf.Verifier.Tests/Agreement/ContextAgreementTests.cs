using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Verifier.Tests.Agreement;

public sealed class ContextAgreementTests
{
    [Fact]
    public void Every_access_of_every_context_gets_the_kernel_s_verdict()
    {
        using var kernel = Oracle.OpenOrSkip();
        var verdicts = new Verdicts(kernel);
        foreach (var (type, attach) in Verdicts.Kinds())
        {
            var layout = type.RulesFor(attach)!.Context;
            // Long plain memory: its beginning and its end.
            var offsets = Enumerable.Range(0, Math.Min(layout.Size, 300) + 9);
            if (layout.Size is > 300 and < short.MaxValue) offsets = offsets.Concat(Enumerable.Range(layout.Size - 12, 24));
            foreach (int offset in offsets)
            {
                foreach (int size in (int[])[1, 2, 4, 8])
                {
                    string width = $"u{size * 8}";
                    verdicts.Ask($"{type.Name}/{attach} reads {size} at {offset}", Verdicts.Program(type.Type, attach, $"r2 = *({width} *)(r1 +{offset})\nr0 = 1\nexit"));
                    verdicts.Ask($"{type.Name}/{attach} writes {size} at {offset}", Verdicts.Program(type.Type, attach, $"r2 = 0\n*({width} *)(r1 +{offset}) = r2\nr0 = 1\nexit"));
                }
            }
        }

        Assert.True(verdicts.Asked > 40_000, $"{verdicts.Asked} asked");
        Assert.True(verdicts.Disagreements.Count == 0, $"{verdicts.Disagreements.Count} of {verdicts.Asked}:\n{string.Join('\n', verdicts.Disagreements.Take(100))}");
    }

    [Theory]
    [InlineData("sock_common", ProgramType.SocketFilter, "r1 = *(u64 *)(r1 +168)\nif r1 == 0 goto end")]
    [InlineData("sock", ProgramType.SchedCls, "r1 = *(u64 *)(r1 +168)\nif r1 == 0 goto end\ncall bpf_sk_fullsock\nif r0 == 0 goto end\nr1 = r0")]
    [InlineData("tcp_sock", ProgramType.SchedCls, "r1 = *(u64 *)(r1 +168)\nif r1 == 0 goto end\ncall bpf_tcp_sock\nif r0 == 0 goto end\nr1 = r0")]
    [InlineData("flow_keys", ProgramType.FlowDissector, "r1 = *(u64 *)(r1 +144)")]
    [InlineData("tp_buffer", ProgramType.RawTracepointWritable, "r1 = *(u64 *)(r1 +0)")]
    public void Every_access_through_a_pointer_of_a_context_gets_the_kernel_s_verdict(string name, ProgramType type, string load)
    {
        using var kernel = Oracle.OpenOrSkip();
        var verdicts = new Verdicts(kernel);
        foreach (string width in (string[])["u8", "u16", "u32", "u64"])
        {
            for (int offset = -9; offset < 130; offset++)
            {
                verdicts.Ask($"{name} reads {width} at {offset}", Verdicts.Program(type, default, $"{load}\nr2 = *({width} *)(r1 {offset:+0;-0;+0})\nend:\nr0 = 0\nexit"));
                verdicts.Ask($"{name} writes {width} at {offset}", Verdicts.Program(type, default, $"{load}\nr2 = 0\n*({width} *)(r1 {offset:+0;-0;+0}) = r2\nend:\nr0 = 0\nexit"));
            }
        }

        string[] moves =
        [
            "r1 += 4", "r1 -= 4", "r2 = 4\nr1 += r2", "call bpf_get_prandom_u32\nr0 &= 3\nr6 += r0\nr1 = r6", "*(u64 *)(r10 -8) = r1\nr1 = *(u64 *)(r10 -8)",
            "r0 = r1\nexit", "*(u32 *)(r10 -8) = r1", "if r1 == 0 goto end", "r1 &= 3", "lock *(u32 *)(r1 +0) += w10", "r2 = 1\nlock *(u32 *)(r1 +0) += w2", "r3 = 0\nr3 -= r1",
        ];
        foreach (string move in moves)
            verdicts.Ask($"{name}: {move.ReplaceLineEndings(" ; ")}", Verdicts.Program(type, default, $"{load}\nr6 = r1\n{move}\nr2 = *(u32 *)(r1 +0)\nend:\nr0 = 0\nexit"));
        Assert.True(verdicts.Disagreements.Count == 0, $"{verdicts.Disagreements.Count} of {verdicts.Asked}:\n{string.Join('\n', verdicts.Disagreements.Take(60))}");
    }

    [Fact]
    public void Every_attach_type_and_return_value_gets_the_kernel_s_verdict()
    {
        using var kernel = Oracle.OpenOrSkip();
        var verdicts = new Verdicts(kernel);
        foreach (var type in ProgramTypeTable.All.Where(type => type.Rules is not null && type.Type != ProgramType.LircMode2))
        {
            foreach (var attach in Enum.GetValues<AttachType>())
            {
                for (int value = -1; value <= 5; value++) verdicts.Ask($"{type.Name}/{attach} returns {value}", Verdicts.Program(type.Type, attach, $"r0 = {value}\nexit"));
                verdicts.Ask($"{type.Name}/{attach} returns its context", Verdicts.Program(type.Type, attach, "r0 = r1\nexit"));
                verdicts.Ask($"{type.Name}/{attach} sleeps", Verdicts.Program(type.Type, attach, "r0 = 1\nexit") with { Flags = type.Type == ProgramType.Syscall ? 0 : SectionNames.Sleepable });
            }
        }

        Assert.True(verdicts.Disagreements.Count == 0, $"{verdicts.Disagreements.Count} of {verdicts.Asked}:\n{string.Join('\n', verdicts.Disagreements.Take(60))}");
    }
}
