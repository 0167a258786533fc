using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests.Instructions;

public sealed class InstructionListingTests : IDisposable
{
    private readonly BpfSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Every_slot_is_listed_once_with_its_function_and_its_line()
    {
        var program = Assert.Single(BpfSession.ReadPrograms(Samples.Path("port_firewall.bpf.o")));
        var listing = InstructionListing.Of(program);
        Assert.Equal(program.Instructions.Length, listing.Sum(instruction => instruction.Bytes.Length / Instruction.Size));
        Assert.Equal("port_firewall", Assert.Single(listing, instruction => instruction.StartsFunction).Function);
        Assert.All(listing, instruction => Assert.Equal(program.LineAt(instruction.Index)?.Source, instruction.Source));
        Assert.All(listing.Where(instruction => instruction.StartsLine), instruction => Assert.NotEqual(0, instruction.Source!.Line));
        Assert.Empty(_session.Programs);
    }

    [Fact]
    public void Without_line_information_there_are_functions_where_something_calls_them()
    {
        var listing = InstructionListing.Of(Blueprint("r1 = 0x100000000 ll\ncall f\nexit\nf: r0 = 2\nexit"));
        Assert.Equal([0, 2, 3, 4, 5], listing.Select(instruction => instruction.Index));
        Assert.Equal(["p", "func_4"], listing.Where(instruction => instruction.StartsFunction).Select(instruction => instruction.Function));
        Assert.Equal([16, 8, 8, 8, 8], listing.Select(instruction => instruction.Bytes.Length));
        Assert.All(listing, instruction => Assert.False(instruction.StartsLine));
    }

    [Fact]
    public void Machine_code_stands_below_the_last_instruction_that_it_is_of()
    {
        var listing = InstructionListing.Of(Blueprint("r0 = 1\nr0 += 1\nr0 += 2\ncall f\nexit\nf: r0 = 2\nexit"));
        var code = new NativeCode
        {
            Name = "p",
            Bytes = new byte[20],
            // What comes before the first point, and what belongs to nothing, stays with its neighbour; code may come back to a line.
            Points = [new(0, -1), new(4, 0), new(8, 2), new(12, -1), new(16, 0)],
        };
        var other = new NativeCode { Name = "f", Bytes = new byte[4], Points = [new(0, 5)] };
        var shown = NativeListing.Add(listing, [code, other], new ByteListing());
        Assert.Equal(
            ["1: 0 4 16", "4: 8 12", "6: 0"],
            shown.Where(instruction => instruction.Native.Count > 0).Select(instruction => $"{instruction.Index}: {string.Join(' ', instruction.Native.Select(native => native.Offset))}"));
    }

    [Fact]
    public void Bytes_that_nothing_reads_are_shown_as_words()
    {
        var words = new ByteListing().Disassemble(new byte[] { 1, 2, 3, 4, 0xab }, 0x1000);
        Assert.Equal([".byte 0x01, 0x02, 0x03, 0x04", ".byte 0xab"], words.Select(word => word.Text));
        Assert.Equal([0x1000ul, 0x1004ul], words.Select(word => word.Address));
    }

    [Fact]
    public void An_interpreted_program_has_no_machine_code_and_the_error_says_how_to_get_it()
    {
        var program = _session.Create("r0 = 2\nexit", new NewProgramOptions { Type = ProgramType.Xdp });
        var error = Assert.Throws<BpfException>(() => program.GetNativeInstructions());
        Assert.Equal("BPF4010", error.Id);
        Assert.Contains("Set-BpfOption -Jit Debug", error.Diagnostic.Action, StringComparison.Ordinal);
        _session.SetOptions(_session.Options with { Jit = JitMode.Debug });
        var again = _session.Create("r0 = 2\nexit", new NewProgramOptions { Type = ProgramType.Xdp });
        // Beside these tests lies no adapter: that comes next.
        if (BpfProgram.CanDisassembleNative) Assert.Equal("BPF4009", Assert.Throws<BpfException>(() => again.GetNativeInstructions()).Id);
    }

    [Fact]
    public void Hits_are_counted_over_all_packets()
    {
        var program = _session.Import(Samples.Path("port_firewall.bpf.o"));
        var counted = program.CountHits([new byte[14], new byte[60]], program.GetInstructions(), TestContext.Current.CancellationToken);
        Assert.Equal(2L, counted[0].Hits);
        Assert.Contains(counted, instruction => instruction.Hits == 0);
        Assert.All(program.GetInstructions(), instruction => Assert.Null(instruction.Hits));
    }

    [Fact]
    public void A_missing_adapter_and_a_broken_one_are_errors_with_an_id()
    {
        var folder = Directory.CreateTempSubdirectory("psbpf-adapter-");
        try
        {
            var missing = new Adapter<INativeDisassembler>("PSBpf.Disassembly", "PSBpf.Disassembly.IcedDisassembler", [folder.FullName]);
            var error = Assert.Throws<BpfException>(() => missing.Get("Machine code"));
            Assert.Equal("BPF4009", error.Id);
            Assert.Contains(folder.FullName, error.Message, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder.FullName, "PSBpf.Disassembly.dll"), "no assembly");
            Assert.Equal("BPF4009", Assert.Throws<BpfException>(() => missing.Get("Machine code")).Id);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ProgramSpec Blueprint(string text) => new() { Name = "p", Type = ProgramType.Xdp, Instructions = Assembler.Assemble(text).Instructions };
}
