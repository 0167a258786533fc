using System.Buffers.Binary;
using PSBpf.Btf;
using PSBpf.Core.Tests.Elf;
using PSBpf.Diagnostics;
using PSBpf.Objects;

namespace PSBpf.Core.Tests.Objects;

public sealed class HostileObjectTests
{
    private const ulong Exit = 0x95;

    [Fact]
    public void Every_field_of_every_header_may_hold_an_extreme_number()
    {
        byte[] good = File.ReadAllBytes(Samples.Path("packet_counter"));
        int table = (int)BinaryPrimitives.ReadInt64LittleEndian(good.AsSpan(40)), sections = BinaryPrimitives.ReadUInt16LittleEndian(good.AsSpan(60));
        IEnumerable<int> fields = Enumerable.Range(0, 64).Concat(Enumerable.Range(table / 4, sections * 16).Select(word => word * 4)).Where(at => at % 4 == 0);
        foreach (int field in fields)
        {
            foreach (uint number in new uint[] { 0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff })
            {
                byte[] bytes = (byte[])good.Clone();
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(field), number);
                Try(bytes);
            }
        }
    }

    [Fact]
    public void Every_prefix_of_a_sample_is_refused()
    {
        byte[] good = File.ReadAllBytes(Samples.Path("packet_counter"));
        for (int length = 0; length < good.Length; length += 7)
            Assert.False(Try(good[..length]), $"the first {length} bytes were taken");
    }

    [Theory]
    [InlineData(1ul << 31)]
    [InlineData(1ul << 40)]
    [InlineData(ulong.MaxValue)]
    public void A_huge_bss_is_refused_before_it_takes_memory(ulong size)
    {
        var builder = new ElfBuilder();
        int code = builder.AddCode("xdp", Exit);
        builder.Add(".bss", [], ElfBuilder.NoBits, size: size);
        builder.AddSymbol("f", ElfBuilder.Function, code, 0, 8);

        Assert.Equal("BPF0309", Assert.Throws<BpfException>(() => ObjectReader.Read(builder.Build())).Id);
    }

    [Fact]
    public void Programs_that_all_carry_the_same_large_subprogram_are_refused_before_they_take_memory()
    {
        // 3000 programs of two instructions that call 1000 instructions each.
        const int Programs = 3000, Length = 1000;
        var builder = new ElfBuilder();
        ulong[] code = [.. Enumerable.Repeat(0x00000000_000000b7ul, Length - 1), Exit];
        int text = builder.AddCode(".text", code);
        int main = builder.AddCode("xdp", [.. Enumerable.Repeat(new[] { 0xffffffff_00001085ul, Exit }, Programs).SelectMany(pair => pair)]);
        int target = builder.AddSymbol("large", ElfBuilder.Function, text, 0, Length * 8);
        for (int index = 0; index < Programs; index++)
        {
            builder.AddSymbol($"p{index}", ElfBuilder.Function, main, (ulong)index * 16, 16);
            builder.Relocate(main, (ulong)index * 16, 10, target);
        }

        Assert.Equal("BPF0309", Assert.Throws<BpfException>(() => ObjectReader.Read(builder.Build())).Id);
    }

    [Fact]
    public void A_chain_of_a_hundred_thousand_functions_is_linked_without_exhausting_the_stack()
    {
        const int Functions = 100_000;
        var builder = new ElfBuilder();
        int main = builder.AddCode("xdp", 0xffffffff_00001085, Exit);
        int text = builder.AddCode(".text", [.. Enumerable.Range(0, Functions).SelectMany(index => index < Functions - 1
            ? new[] { 0x00000001_00001085ul, Exit } : new[] { 0x00000000_000000b7ul, Exit })]);
        builder.AddSymbol("main", ElfBuilder.Function, main, 0, 16);
        int first = 0;
        for (int index = 0; index < Functions; index++)
        {
            int symbol = builder.AddSymbol("f", ElfBuilder.Function, text, (ulong)index * 16, 16, ElfBuilder.Local);
            if (index == 0) first = symbol;
        }

        builder.Relocate(main, 0, 10, first);

        ObjectSpec spec = ObjectReader.Read(builder.Build());

        Assert.Equal((Functions + 1) * 2, spec.Programs[0].Instructions.Length);
        Assert.Equal(Functions + 1, spec.Programs[0].Functions.Count);
    }

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        Check("BPF0301", "There is no file", Path.Combine(Path.GetTempPath(), "psbpf-missing.o"));
        Check("BPF0301", "There is no file", Path.Combine(Path.GetTempPath(), "psbpf-missing", "x.o"));
        Check("BPF0301", "cannot be read", Path.GetTempPath());
        Check("BPF0301", "not the path", "");
        Check("BPF0301", "not the path", "a\0b");
        if (File.Exists("/dev/zero")) Check("BPF0309", "more than", "/dev/zero");
        if (File.Exists("/dev/null")) Check("BPF0101", "empty", "/dev/null");

        static void Check(string id, string part, string path)
        {
            BpfException error = Assert.Throws<BpfException>(() => ObjectReader.Read(path));
            Assert.Equal(id, error.Id);
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
            Assert.Equal(path, error.Diagnostic.Location.File);
        }
    }

    /// <summary>Reads an object and all that can be asked of it; any exception but a BpfException fails the test.</summary>
    private static bool Try(byte[] bytes)
    {
        try
        {
            ObjectSpec spec = ObjectReader.Read(bytes, "changed.o");
            foreach (MapSpec map in spec.Maps)
            {
                if (map.KeyType is { } key) map.Btf!.Declare(key);
                if (map.ValueType is { } value && map.Btf!.SizeOf(value) is var size and < 1 << 16) BtfValue.Read(map.Btf, value, new byte[size]);
            }

            foreach (VariableSpec variable in spec.Variables)
                if (variable.Size < 1 << 16) _ = variable.InitialValue;
            foreach (ProgramSpec program in spec.Programs) program.LineAt(program.Instructions.Length - 1);
            return true;
        }
        catch (BpfException error)
        {
            Assert.NotEmpty(error.Message);
            return false;
        }
    }
}
