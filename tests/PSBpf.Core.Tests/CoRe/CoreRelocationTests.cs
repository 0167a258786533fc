using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Core.Tests.Btf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Targets;

namespace PSBpf.Core.Tests.CoRe;

public sealed class CoreRelocationTests
{
    private const int Offset = 0, Size = 1, Exists = 2, Signed = 3, LeftShift = 4, RightShift = 5, LocalId = 6, TargetId = 7, TypeExists = 8, TypeSize = 9,
        EnumExists = 10, EnumValue = 11, Matches = 12;

    private const ulong LoadByte = 0x71, LoadWord = 0x61, LoadDouble = 0x79, StoreWord = 0x63;

    private readonly CoreCase _case = new();

    private BtfBuilder Local => _case.Local;

    private BtfBuilder Kernel => _case.Kernel;

    [Fact]
    public void A_field_is_found_where_the_kernel_has_it()
    {
        int local = Local.Struct("task", 8, ("a", Word(Local), 0), ("b", Word(Local), 32));
        Kernel.Struct("task", 24, ("x", Kernel.Array(Word(Kernel), 3), 0), ("b", Word(Kernel), 96), ("a", Word(Kernel), 128));

        Assert.Equal(16, _case.Ask(local, "0:0", Offset)[0].Immediate);
        Assert.Equal(12, _case.Ask(local, "0:1", Offset, 4)[0].Immediate);
        Assert.Equal(4, _case.Ask(local, "0:1", Size, 4)[0].Immediate);
        Assert.Equal(1, _case.Ask(local, "0:1", Exists, 1)[0].Immediate);
        Assert.Equal(16 + 24, _case.Ask(local, "1:0", Offset, 8)[0].Immediate);
    }

    [Fact]
    public void A_field_may_be_inside_of_anonymous_members_on_either_side()
    {
        int local = Local.Struct("s", 12, ("", Local.Union("", 4, ("deep", Word(Local), 0)), 64));
        int inner = Kernel.Struct("", 8, ("y", Word(Kernel), 0), ("deep", Word(Kernel), 32));
        Kernel.Struct("s", 24, ("z", Word(Kernel), 0), ("", Kernel.Union("", 8, ("w", Word(Kernel), 0), ("", inner, 0)), 128));

        Assert.Equal(20, _case.Ask(local, "0:0:0", Offset, 8)[0].Immediate);
    }

    [Fact]
    public void Elements_of_arrays_are_found_by_index_and_must_be_there()
    {
        int pair = Local.Struct("pair", 8, ("l", Word(Local), 0), ("r", Word(Local), 32));
        int local = Local.Struct("s", 64, ("pairs", Local.Array(pair, 8), 0));
        int wide = Kernel.Struct("pair", 16, ("r", Word(Kernel), 32), ("l", Word(Kernel), 64));
        Kernel.Struct("s", 100, ("first", Word(Kernel), 0), ("pairs", Kernel.Array(wide, 4), 32));

        Assert.Equal(4 + 3 * 16 + 4, _case.Ask(local, "0:0:3:1", Offset, 3 * 8 + 4)[0].Immediate);
        Assert.True(IsPoisoned(_case.Ask(local, "0:0:4:1", Offset, 36)[0]));
        Assert.Equal(0, _case.Ask(local, "0:0:4:1", Exists, 1)[0].Immediate);
    }

    [Fact]
    public void An_array_without_length_at_the_end_of_a_struct_has_every_element()
    {
        int local = Local.Struct("s", 4, ("n", Word(Local), 0), ("items", Local.Array(Word(Local), 0), 32));
        Kernel.Struct("s", 8, ("n", Word(Kernel), 0), ("m", Word(Kernel), 32), ("items", Kernel.Array(Word(Kernel), 0), 64));

        Assert.Equal(8 + 4 * 5, _case.Ask(local, "0:1:5", Offset, 4 + 4 * 5)[0].Immediate);
    }

    [Fact]
    public void A_load_takes_the_fields_size_when_it_is_unsigned_or_a_pointer()
    {
        int local = Local.Struct("s", 16, ("n", Local.Int("unsigned int", 4), 0), ("i", Word(Local), 32), ("p", Local.Pointer(0), 64));
        Kernel.Struct("s", 32, ("n", Kernel.Int("unsigned char", 1), 24), ("i", Kernel.Int("long", 8, 1), 64), ("p", Kernel.Pointer(0), 128));

        Assert.Equal((byte)LoadByte, Load(LoadWord, local, "0:0", 0).Opcode);
        Assert.Equal(3, Load(LoadWord, local, "0:0", 0).Offset);
        Assert.Equal(16, Load(LoadDouble, local, "0:2", 8).Offset);
        // A signed number of another size would have to be extended.
        Assert.True(IsPoisoned(Load(LoadWord, local, "0:1", 4)));
        Assert.True(IsPoisoned(Load(StoreWord, local, "0:1", 4)));
        Assert.Equal(8, _case.Ask(local, "0:1", Offset, 4)[0].Immediate);
    }

    [Fact]
    public void Fields_of_other_kinds_are_other_fields()
    {
        int local = Local.Struct("s", 8, ("f", Local.Pointer(0), 0));
        Kernel.Struct("s", 8, ("f", Kernel.Int("long", 8), 0));

        Assert.Equal(0, _case.Ask(local, "0:0", Exists, 1)[0].Immediate);
        Assert.True(IsPoisoned(_case.Ask(local, "0:0", Offset)[0]));
    }

    [Fact]
    public void Bitfields_say_where_they_are_and_how_to_shift()
    {
        int local = Local.Bitfields("s", 4, ("f", Local.Int("int", 4, 1), 3, 5));
        Kernel.Bitfields("s", 16, ("g", Kernel.Int("unsigned int", 4), 0, 7), ("f", Kernel.Int("int", 4, 1), 71, 6));

        Assert.Equal(8, _case.Ask(local, "0:0", Offset)[0].Immediate);
        Assert.Equal(4, _case.Ask(local, "0:0", Size)[0].Immediate);
        Assert.Equal(64 - (71 + 6 - 64), _case.Ask(local, "0:0", LeftShift)[0].Immediate);
        Assert.Equal(64 - 6, _case.Ask(local, "0:0", RightShift, 64 - 5)[0].Immediate);
        Assert.Equal(1, _case.Ask(local, "0:0", Signed, 1)[0].Immediate);
    }

    [Fact]
    public void A_bitfield_that_crosses_its_type_is_read_from_more_bytes()
    {
        int local = Local.Bitfields("s", 4, ("f", Local.Int("int", 4, 1), 0, 5));
        Kernel.Bitfields("s", 8, ("f", Kernel.Int("unsigned char", 1), 6, 5));

        Assert.Equal(0, _case.Ask(local, "0:0", Offset)[0].Immediate);
        Assert.Equal(2, _case.Ask(local, "0:0", Size)[0].Immediate);
        Assert.Equal(64 - 11, _case.Ask(local, "0:0", LeftShift)[0].Immediate);
        Assert.Equal(0, _case.Ask(local, "0:0", Signed, 1)[0].Immediate);
    }

    [Fact]
    public void Types_have_ids_and_sizes_and_may_be_absent()
    {
        int local = Local.Struct("s", 4, ("a", Word(Local), 0)), missing = Local.Struct("t", 4, ("a", Word(Local), 0));
        int number = Local.Reference(BtfKind.Typedef, local, "s_t");
        Kernel.Int("char", 1);
        int kernel = Kernel.Struct("s", 40, ("a", Word(Kernel), 0));
        Kernel.Reference(BtfKind.Typedef, kernel, "s_t");

        Assert.Equal(local, _case.Ask(local, "0", LocalId, local)[0].Immediate);
        Assert.Equal(kernel, _case.Ask(local, "0", TargetId)[0].Immediate);
        Assert.Equal(40, _case.Ask(local, "0", TypeSize, 4)[0].Immediate);
        Assert.Equal(40, _case.Ask(number, "0", TypeSize, 4)[0].Immediate);
        Assert.Equal(1, _case.Ask(local, "0", TypeExists, 1)[0].Immediate);
        foreach (int kind in new[] { TargetId, TypeExists, Matches, TypeSize })
            Assert.Equal(0, _case.Ask(missing, "0", kind, kind is TypeSize ? 4 : kind == TargetId ? 77 : 1)[0].Immediate);
    }

    [Fact]
    public void Enumerators_have_values_of_64_bits_and_may_be_absent()
    {
        int local = Local.Enum("e", 4, false, ("ONE", 1), ("TWO___old", 2), ("GONE", 3));
        Kernel.Enum64("e", false, ("TWO", 0x1_0000_0002), ("ONE", 7));

        Assert.Equal(7, _case.Ask(local, "0", EnumValue, 1)[0].Immediate);
        Instruction[] wide = _case.Run([0x00000002_00000018, 0, CoreCase.Exit], local, "1", EnumValue).Instructions;
        Assert.Equal((2, 1), (wide[0].Immediate, wide[1].Immediate));
        Assert.Equal(0, _case.Ask(local, "2", EnumExists, 1)[0].Immediate);
        Instruction[] gone = _case.Run([0x00000003_00000018, 0, CoreCase.Exit], local, "2", EnumValue).Instructions;
        Assert.True(IsPoisoned(gone[0]) && IsPoisoned(gone[1]));
    }

    [Fact]
    public void A_flavour_is_the_type_that_it_is_a_flavour_of()
    {
        int local = Local.Struct("task___v2", 4, ("new_field", Word(Local), 0));
        int other = Local.Struct("task___v1", 4, ("old_field", Word(Local), 0));
        Kernel.Struct("task", 8, ("x", Word(Kernel), 0), ("new_field", Word(Kernel), 32));

        Assert.Equal(4, _case.Ask(local, "0:0", Offset)[0].Immediate);
        Assert.Equal(0, _case.Ask(other, "0:0", Exists, 1)[0].Immediate);
    }

    [Theory]
    [InlineData(32, 4)]
    [InlineData(64, null)]
    public void Types_of_one_name_must_agree_about_what_is_asked(int second, int? answer)
    {
        int local = Local.Struct("s", 4, ("a", Word(Local), 0));
        Kernel.Struct("s", 8, ("a", Word(Kernel), 32));
        Kernel.Struct("s", 16, ("b", Word(Kernel), 0), ("a", Word(Kernel), second));
        // What has no such field is no candidate.
        Kernel.Struct("s", 16, ("c", Word(Kernel), 0));

        if (answer is { } expected)
        {
            Assert.Equal(expected, _case.Ask(local, "0:0", Offset)[0].Immediate);
            return;
        }

        BpfException error = Assert.Throws<BpfException>(() => _case.Ask(local, "0:0", Offset));
        Assert.Equal("BPF0321", error.Id);
        Assert.Contains("Linux 9.9", error.Message, StringComparison.Ordinal);
        Assert.Contains("'struct s.a'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Modules_are_asked_when_the_kernel_has_no_type_of_the_name()
    {
        int local = Local.Struct("only_in_module", 4, ("a", Word(Local), 0)), both = Local.Struct("both", 4, ("a", Word(Local), 0));
        int word = Word(Kernel);
        Kernel.Struct("both", 8, ("a", word, 32));
        byte[] kernel = Kernel.Build();
        BtfTypeSet types = BtfTypeSet.Open(kernel);
        var module = new SplitBtf(kernel);
        module.Struct("only_in_module", 16, ("a", word, 64));
        module.Struct("both", 16, ("a", word, 64));
        _case.Module = BtfTypeSet.Open(module.Build(), types);

        Assert.Equal(8, _case.Ask(local, "0:0", Offset)[0].Immediate);
        Assert.Equal(4, _case.Ask(both, "0:0", Offset)[0].Immediate);
    }

    [Fact]
    public void Without_a_kernels_types_the_objects_own_stand()
    {
        int local = Local.Struct("s", 8, ("a", Word(Local), 0), ("b", Word(Local), 32));

        ProgramSpec program = _case.Run([CoreCase.MoveImmediate | 4ul << 32, CoreCase.Exit], local, "0:1", Offset, TargetKernel.None);

        Assert.Equal(4, program.Instructions[0].Immediate);
        Assert.Empty(program.Poisoned);
    }

    [Fact]
    public void What_is_poisoned_says_which_field_of_which_kernel()
    {
        int local = Local.Struct("s", 8, ("a", Word(Local), 0), ("b", Word(Local), 32));
        Kernel.Struct("s", 8, ("a", Word(Kernel), 0));

        ProgramSpec program = _case.Run([LoadWord | 4 << 16 | 0x1000, CoreCase.Exit], local, "0:1", Offset);

        PoisonedInstruction poisoned = Assert.Single(program.Poisoned);
        Assert.Equal(0, poisoned.Instruction);
        Assert.Equal("'struct s.b' is not there: Linux 9.9", poisoned.Message);
        Assert.Equal(195896080, program.Instructions[0].Immediate);
    }

    [Theory]
    [InlineData("", Offset, MoveZero, "has the access ''")]
    [InlineData("0:9", Offset, MoveZero, "has the access '0:9'")]
    [InlineData("0:0:0", Offset, MoveZero, "has the access '0:0:0'")]
    [InlineData("0:-1", Offset, MoveZero, "has the access '0:-1'")]
    [InlineData("1", TypeExists, MoveZero, "has the access '1'")]
    [InlineData("0", EnumValue, MoveZero, "has the access '0'")]
    [InlineData("0:0", 13, MoveZero, "kind 13")]
    [InlineData("0:1", Offset, MoveZero, "holds 0")]
    [InlineData("0:0", Offset, 0x95ul, "opcode 95")]
    [InlineData("0:0", Offset, 0xbful, "opcode bf")]
    public void A_relocation_that_contradicts_the_object_is_refused(string access, int kind, ulong instruction, string part)
    {
        int local = Local.Struct("s", 8, ("a", Word(Local), 0), ("b", Word(Local), 32));
        Kernel.Struct("s", 8, ("a", Word(Kernel), 0), ("b", Word(Kernel), 32));

        BpfException error = Assert.Throws<BpfException>(() => _case.Run([instruction, CoreCase.Exit], local, access, kind));

        Assert.Equal("BPF0320", error.Id);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 4, 4, "a", 4)]
    [InlineData(false, 4, 8, "a", 4)]
    [InlineData(false, 4, 4, "b", 4)]
    [InlineData(true, 4, 4, "a", 8)]
    public void A_type_matches_when_the_kernel_has_all_of_it(bool matches, int localSize, int kernelSize, string member, int structSize)
    {
        int local = Local.Struct("s", 4, ("a", Local.Int("int", localSize, 1), 0));
        Kernel.Struct("s", Math.Max(structSize, kernelSize), (member, Kernel.Int("int", kernelSize, 1), 0));

        Assert.Equal(matches ? 1 : 0, _case.Ask(local, "0", Matches, 1)[0].Immediate);
    }

    private const ulong MoveZero = CoreCase.MoveImmediate;

    private static bool IsPoisoned(Instruction instruction) => instruction == new Instruction(0x85, 0, 0, 0, CorePatch.PoisonedCall);

    private static int Word(BtfBuilder btf) => btf.Int("int", 4, 1);

    private Instruction Load(ulong opcode, int type, string access, int present) =>
        _case.Run([opcode | (ulong)present << 16 | 0x1000, CoreCase.Exit], type, access, Offset).Instructions[0];
}
