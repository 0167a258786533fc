namespace PSBpf.Disassembly.Tests;

public sealed class IcedDisassemblerTests
{
    private readonly IcedDisassembler _disassembler = new();

    [Theory]
    [InlineData("b807000000", "mov eax, 7")]
    [InlineData("4883c6fc", "add rsi, -4")]
    [InlineData("488b4708", "mov rax, [rdi+8]")]
    [InlineData("c3", "ret")]
    public void An_instruction_is_written_as_intel_writes_it(string bytes, string text)
    {
        var instruction = Assert.Single(_disassembler.Disassemble(Convert.FromHexString(bytes), 0));
        Assert.Equal((text, bytes), (instruction.Text, Convert.ToHexStringLower(instruction.Bytes)));
    }

    [Fact]
    public void A_jump_inside_of_the_code_names_the_offset_and_one_outside_the_address()
    {
        // test eax, eax; je +0 (backwards to the start); jmp far away; ret
        var listing = _disassembler.Disassemble(Convert.FromHexString("85c074fce900100000c3"), 0x4000_0000);
        Assert.Equal(["test eax, eax", "je +0", "jmp 0x0000000040001009", "ret"], listing.Select(instruction => instruction.Text));
        Assert.Equal([0, 2, 4, 9], listing.Select(instruction => instruction.Offset));
        Assert.Equal(0x4000_0009ul, listing[^1].Address);
    }

    [Fact]
    public void Bytes_that_are_no_instruction_are_shown_and_no_byte_is_lost()
    {
        byte[] code = [0x90, 0x06, 0x0f, 0xff, 0x48];
        var listing = _disassembler.Disassemble(code, 0);
        Assert.Contains(listing, instruction => instruction.Text.StartsWith("(bad) 06", StringComparison.Ordinal));
        Assert.Equal(code, listing.SelectMany(instruction => instruction.Bytes));
    }

    [Fact]
    public void Nothing_is_no_instructions() => Assert.Empty(_disassembler.Disassemble(ReadOnlyMemory<byte>.Empty, 0));
}
