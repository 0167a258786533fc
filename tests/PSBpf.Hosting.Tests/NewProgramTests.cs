using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests;

public sealed class NewProgramTests : IDisposable
{
    private static readonly NewProgramOptions Xdp = new() { Type = ProgramType.Xdp };

    private readonly BpfSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Assembly_becomes_a_program_like_an_imported_one()
    {
        var program = _session.Create("r0 = 1\nexit", Xdp with { Name = "drop" });
        Assert.Equal(("drop", ProgramType.Xdp, "", 2, null), (program.Name, program.Type, program.Section, program.InstructionCount, program.Path));
        Assert.Equal("XDP_DROP", program.Run(new byte[14]).Verdict);
        Assert.Same(program, _session.GetProgram("drop"));
        Assert.True(_session.Verify(program, new ImportOptions { Kernel = program.Kernel }).Accepted);
        program.Remove();
        Assert.Empty(_session.Programs);
    }

    [Fact]
    public void Programs_without_a_name_get_one_each()
    {
        var names = Enumerable.Range(0, 3).Select(_ => _session.Create("r0 = 1\nexit", Xdp).Name).ToArray();
        Assert.Equal(3, names.Distinct().Count());
    }

    [Fact]
    public void Bytes_become_the_same_program()
    {
        byte[] bytes = [0xb7, 0, 0, 0, 1, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0];
        var program = Assert.Single(_session.TryCreate(bytes, Xdp).Programs);
        Assert.Equal(bytes, program.GetInstructions().SelectMany(instruction => instruction.Bytes));
        Assert.Equal("BPF0004", Assert.Throws<BpfException>(() => _session.TryCreate(bytes.AsSpan(0, 12), Xdp)).Id);
        Assert.Equal("BPF0004", Assert.Throws<BpfException>(() => _session.TryCreate([], Xdp)).Id);
    }

    [Fact]
    public void A_map_of_the_session_is_used_by_the_name_that_the_assembly_has_for_it()
    {
        var counts = _session.Import(Samples.Path("port_firewall.bpf.o")).GetMap("counts");
        var program = _session.Create("""
            *(u32 *)(r10 -4) = 1
            r2 = r10
            r2 += -4
            r1 = map[mine]
            call bpf_map_lookup_elem
            if r0 == 0 goto out
            r1 = 5
            *(u64 *)(r0 +0) = r1
            out: r0 = 2
            exit
            """, Xdp with { Maps = [new("mine", counts)] });
        program.Run(new byte[14]);
        Assert.Equal(5UL, counts.Entries().ElementAt(1).Value);
        Assert.Equal(["counts"], program.Maps);
        Assert.Contains(program.GetInstructions(), instruction => instruction.Text == "r1 = map[mine]");
        // The map stays while one of its users is left.
        _session.GetProgram("port_firewall").Remove();
        program.Run(new byte[14]);
        program.Remove();
        Assert.Empty(_session.Maps);
    }

    [Theory]
    [InlineData("r0 = 1\nr0 <> 2\nexit", "BPF0001", "line 2, column")]
    [InlineData("goto nowhere\nexit", "BPF0002", "line 1, column")]
    [InlineData("r0 = 99999999999\nexit", "BPF0003", "line 1, column")]
    [InlineData("r1 = map[counts]\nexit", "BPF4001", "'counts'")]
    [InlineData("; nothing", "BPF0004", "no instructions")]
    public void What_is_wrong_with_the_text_is_an_error_with_its_place(string text, string id, string place)
    {
        var error = Assert.Throws<BpfException>(() => _session.TryCreate(text, Xdp));
        Assert.Equal(id, error.Id);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Empty(_session.Programs);
    }

    [Fact]
    public void A_refusal_is_a_result()
    {
        var result = _session.TryCreate("exit", Xdp with { Name = "bad" });
        Assert.Empty(result.Programs);
        Assert.Equal("BPF4003", Assert.Single(result.Refusals).Diagnostic.Id);
    }

    [Fact]
    public void The_licence_decides_about_helpers()
    {
        const string text = "r1 = r10\nr1 += -8\n*(u64 *)(r10 -8) = 0\nr2 = 1\ncall bpf_trace_printk\nr0 = 2\nexit";
        Assert.Empty(_session.TryCreate(text, Xdp).Refusals);
        Assert.Single(_session.TryCreate(text, Xdp with { License = "Proprietary" }).Refusals);
    }

    [Fact]
    public void It_can_be_attached_at_once() =>
        Assert.Equal(["xdp:eth0"], _session.Create("r0 = 2\nexit", Xdp with { Attach = "xdp:eth0" }).Links);
}
