using PSBpf.Conformance.Tests.Executors;
using PSBpf.Conformance.Tests.Format;

namespace PSBpf.Conformance.Tests;

/// <summary>Jumps as far as their fields reach, in programs too long for a file.</summary>
public sealed class LongJumpTests
{
    private const int Furthest = short.MaxValue;

    public static TheoryData<string> Executors => new(ExecutorList.Names.Where(name => !ExecutorList.CutsIntoPieces(name)));

    [Theory]
    [MemberData(nameof(Executors))]
    public void A_conditional_jump_reaches_32767_slots_forward(string executor) => Check(
        executor, ["ldxdw %r2, [%r1]", "mov %r0, 0", "jeq %r2, 0, +32767", .. Adding(Furthest), "exit"]);

    [Theory]
    [MemberData(nameof(Executors))]
    public void A_jump_by_offset_reaches_32768_slots_back(string executor) => Check(
        executor, ["ldxdw %r2, [%r1]", "mov %r0, 0", "jne %r2, 0, +1", "exit", "ja32 start", "back: exit", .. Adding(Furthest - 1, "start: "), "ja -32768"], Furthest - 1);

    [Theory]
    [MemberData(nameof(Executors))]
    public void A_jump_by_immediate_reaches_further(string executor) => Check(
        executor, ["ldxdw %r2, [%r1]", "mov %r0, 0", "jne %r2, 0, +1", "ja32 out", .. Adding(3 * Furthest), "out: exit"], 3 * Furthest);

    [Theory]
    [MemberData(nameof(Executors))]
    public void A_subprogram_may_be_as_far_away(string executor) => Check(
        executor, ["ldxdw %r2, [%r1]", "mov %r0, 0", "jne %r2, 0, +2", "call local far", "exit", .. Adding(2 * Furthest), "exit", "far: mov %r0, 0", "exit"], 2 * Furthest);

    private static IEnumerable<string> Adding(int count, string label = "") =>
        Enumerable.Range(0, count).Select(index => (index == 0 ? label : "") + "add %r0, 1");

    // With a zero in memory the jump is taken; with another number every addition is executed.
    private static void Check(string executor, string[] program, int additions = Furthest)
    {
        using var machine = ExecutorList.Open(executor);
        var section = VectorFile.Parse(["== long", .. program.Select(line => "    " + line), "0x0 => 0x0"])[0];
        using var prepared = machine.Prepare(section, out string? refusal);
        Assert.SkipWhen(refusal is not null && !ExecutorList.TakesAll(executor), $"this kernel refuses: {refusal}");
        Assert.Null(refusal);
        Assert.Equal(0ul, prepared!.Run(new byte[8]));
        Assert.Equal((ulong)additions, prepared.Run([1, 0, 0, 0, 0, 0, 0, 0]));
    }
}
