using PSBpf.Conformance.Tests.Executors;
using PSBpf.Conformance.Tests.Format;
using PSBpf.Isa;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)] // The kernel's loads are limited by its verifier's lock anyway.

namespace PSBpf.Conformance.Tests;

/// <summary>Every vector through every executor: one test for each file and executor, which reports all that fails.</summary>
public sealed class VectorTests(ITestOutputHelper output)
{
    private const int MostShown = 25;

    public static TheoryData<string, string> Runs()
    {
        var data = new TheoryData<string, string>();
        foreach (string name in Names())
            foreach (string executor in ExecutorList.Names) data.Add(name, executor);
        return data;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Every_case_gives_what_the_specification_says(string file, string executor)
    {
        using var machine = ExecutorList.Open(executor);
        var failures = new List<string>();
        var refusals = new Dictionary<string, int>(StringComparer.Ordinal);
        int ran = 0, faults = 0;
        var sections = VectorFile.Read(file);
        foreach (var section in sections)
        {
            using var program = machine.Prepare(section, out string? refusal);
            if (program is null)
            {
                if (ExecutorList.TakesAll(executor)) failures.Add($"{file}:{section.Line} {section.Title}: {refusal}");
                refusals[refusal!] = refusals.GetValueOrDefault(refusal!) + 1;
                continue;
            }

            foreach (var one in section.Cases)
            {
                if (one.Result is null && !program.StopsFaults)
                {
                    faults++;
                    continue;
                }

                ran++;
                if (Check(program, section, one) is { } wrong) failures.Add($"{file}:{one.Line} {section.Title}: {wrong}");
            }
        }

        output.WriteLine($"{file} on {executor}: {ran} cases in {sections.Count - refusals.Values.Sum()} programs; not run: {refusals.Values.Sum()} programs that it refuses, {faults} faults");
        foreach (var (reason, count) in refusals.OrderByDescending(pair => pair.Value)) output.WriteLine($"  {count} × {reason}");
        Assert.True(failures.Count == 0, $"{failures.Count} of {ran} failed\n{string.Join('\n', failures.Take(MostShown))}");
        Assert.True(ran > 0 || refusals.Count > 0, "no case ran");
    }

    [Fact]
    public void The_kernel_takes_a_program_that_is_called_with_memory()
    {
        using var machine = ExecutorList.Open(ExecutorList.Linux);
        var section = VectorFile.Parse(["== add", "    ldxdw %r0, [%r1]", "    add %r0, %r2", "    exit", "0x5 => 0xd"])[0];
        using var program = machine.Prepare(section, out string? refusal);
        Assert.Null(refusal);
        Assert.Equal(13ul, program!.Run([5, 0, 0, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void Every_form_has_vectors()
    {
        // What needs maps, kernel types or an arena; tests of Core hold their encoding, those of Runtime and Linux their effect.
        FormId[] elsewhere =
        [
            FormId.CallKfunc, FormId.LddwMapFd, FormId.LddwMapValue, FormId.LddwBtfId, FormId.LddwFunction,
            FormId.LddwMapIndex, FormId.LddwMapIndexValue, FormId.AddrSpaceCastToKernel, FormId.AddrSpaceCastToUser,
        ];
        var covered = Names().SelectMany(VectorFile.Read).SelectMany(section => section.Instructions).Select(slot => InstructionTable.Find(slot)?.Id).ToHashSet();
        Assert.Equal(elsewhere.Order(), InstructionTable.Forms.ToArray().Select(form => form.Id).Where(id => !covered.Contains(id)));
    }

    private static IEnumerable<string> Names() => Directory.GetFiles(VectorFile.Folder, "*.vectors").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    private static string? Check(IPreparedProgram program, VectorSection section, VectorCase one)
    {
        byte[] memory = [.. one.Memory];
        ulong? result = program.Run(memory);
        if (result is null || one.Result is null)
            return result is null && one.Result is null ? null : $"{one.Text}: {(result is null ? "stopped" : $"not stopped, r0 = 0x{result:x}")}";
        ulong mask = program.ResultBits == 64 ? ulong.MaxValue : (1ul << program.ResultBits) - 1;
        if ((result & mask) != (one.Result & mask)) return $"{one.Text}: r0 = 0x{result:x}";
        return section.Kind == VectorKind.Packet || memory.AsSpan().SequenceEqual(one.After) ? null : $"{one.Text}: memory {Convert.ToHexString(memory)}";
    }
}
