using System.Runtime.Versioning;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Loading;

[SupportedOSPlatform("linux")]
public sealed class NativeCodeTests : KernelTest
{
    [Fact]
    public void Machine_code_of_a_function_is_as_long_as_the_kernel_says_and_begins_with_its_first_instruction()
    {
        var program = Accept(ProgramType.Xdp, "r0 = 2\nexit");
        var code = Assert.Single(Compiled(program));
        Assert.Equal("p", code.Name);
        Assert.Equal(((LinuxProgram)program).NativeBytes, code.Bytes.Length);
        Assert.True(code.Bytes.Span.ContainsAnyExcept((byte)0));
        Assert.Equal([new NativeCodePoint(0, 0)], code.Points);
    }

    [Fact]
    public void Subprograms_have_code_of_their_own()
    {
        var program = Accept(ProgramType.Xdp, "r1 = 5\ncall f\nexit\nf: r0 = r1\nr0 += 7\nexit");
        var code = Compiled(program);
        Assert.Equal(["p", "func_3"], code.Select(piece => piece.Name));
        Assert.Equal(((LinuxProgram)program).NativeBytes, code.Sum(piece => piece.Bytes.Length));
        Assert.Equal([0, 3], code.Select(piece => Assert.Single(piece.Points).Instruction));
    }

    [Fact]
    public void Where_the_object_has_lines_of_c_each_stretch_belongs_to_one()
    {
        var spec = ObjectReader.Read(SamplePath("reflector.bpf.o"));
        var program = spec.Programs[0];
        var maps = program.Maps.Select(map => Own(Kernel.CreateMap(map))).ToArray();
        var code = Compiled(Load(program, ProgramLoadOptions.Default, maps).Program!);
        var points = code.SelectMany(piece => piece.Points).ToArray();
        Assert.SkipWhen(points.Length <= code.Count, "The kernel does not tell addresses of lines to this process.");
        var lines = program.Lines.Select(line => line.Instruction).ToHashSet();
        Assert.All(points, point => Assert.Contains(point.Instruction, lines));
        foreach (var piece in code)
        {
            Assert.NotEqual(0ul, piece.Address);
            Assert.Equal(piece.Points.Select(point => point.Offset).Order(), piece.Points.Select(point => point.Offset));
            Assert.All(piece.Points, point => Assert.InRange(point.Offset, 0, piece.Bytes.Length - 1));
        }
    }

    [Fact]
    public void A_removed_program_shows_nothing()
    {
        var program = Accept(ProgramType.Xdp, "r0 = 2\nexit");
        program.Dispose();
        Assert.Equal("BPF2105", Assert.Throws<Diagnostics.BpfException>(() => program.NativeCode).Id);
    }

    private static IReadOnlyList<NativeCode> Compiled(IKernelProgram program)
    {
        Assert.SkipWhen(((LinuxProgram)program).NativeBytes == 0, "The kernel's JIT compiler is off, or hides machine code from this process.");
        return program.NativeCode;
    }
}
