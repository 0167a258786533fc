using System.Text;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests.Fuzzing;

/// <summary>A random program: its pieces, and the frame that makes what they use exist.</summary>
/// <param name="Type">Socket filter or classifier: their test runs are cheap.</param>
/// <param name="Statements">The main program.</param>
/// <param name="Subprogram">The body of the function that statements call.</param>
internal sealed record RandomProgram(ProgramType Type, IReadOnlyList<Statement> Statements, IReadOnlyList<Statement> Subprogram)
{
    // r6 is the context, r7 to r9 are numbers, the stack has 64 bytes that were written.
    private const string Prologue = """
        r6 = r1
        r7 = *(u32 *)(r6 +0)
        r8 = 0x123456789abcdef ll
        r9 = -3
        *(u64 *)(r10 -8) = r7
        *(u64 *)(r10 -16) = r8
        *(u64 *)(r10 -24) = r9
        *(u64 *)(r10 -32) = 0
        *(u64 *)(r10 -40) = -1
        *(u64 *)(r10 -48) = 77
        *(u64 *)(r10 -56) = r8
        *(u64 *)(r10 -64) = r9
        """;

    // What came out is mixed, so that a difference anywhere is a difference of r0. Pointers never get there.
    private const string Epilogue = """
        r0 = r7
        r0 ^= r8
        r0 += r9
        r1 = *(u64 *)(r10 -8)
        r0 ^= r1
        r1 = *(u64 *)(r10 -32)
        r0 += r1
        r1 = *(u64 *)(r10 -64)
        r0 ^= r1
        r1 = r0
        r1 >>= 32
        r0 ^= r1
        exit
        """;

    private const string SubprogramHead = """
        sub:
        r6 = r2
        r7 = r1
        r8 = 3
        r9 = r3
        *(u64 *)(r10 -8) = r7
        *(u64 *)(r10 -16) = r8
        *(u64 *)(r10 -24) = r9
        *(u64 *)(r10 -32) = 1
        *(u64 *)(r10 -40) = 2
        *(u64 *)(r10 -48) = 3
        *(u64 *)(r10 -56) = 4
        *(u64 *)(r10 -64) = 5
        """;

    private const string SubprogramFoot = """
        r0 = r7
        r0 ^= r8
        r0 += r9
        exit
        """;

    /// <summary>The maps that programs use.</summary>
    public static IReadOnlyList<MapSpec> Maps { get; } =
    [
        new MapSpec { Name = "table", Type = MapType.Array, KeySize = 4, ValueSize = 64, MaxEntries = 4 },
        new MapSpec { Name = "counts", Type = MapType.Hash, KeySize = 8, ValueSize = 16, MaxEntries = 8 },
    ];

    /// <summary>How many pieces it has.</summary>
    public int Size => Statements.Sum(statement => statement.Size) + Subprogram.Sum(statement => statement.Size);

    /// <summary>Its assembly.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder(Prologue).Append('\n');
            int labels = 0;
            foreach (var statement in Statements) statement.Write(text, ref labels);
            text.Append(Epilogue).Append('\n');
            if (!text.ToString().Contains("call sub", StringComparison.Ordinal)) return text.ToString();
            text.Append(SubprogramHead).Append('\n');
            foreach (var statement in Subprogram) statement.Write(text, ref labels);
            return text.Append(SubprogramFoot).Append('\n').ToString();
        }
    }

    /// <summary>The program, assembled.</summary>
    public ProgramSpec ToSpec() => new()
    {
        Name = "random",
        Type = Type,
        Instructions = Assembler.Assemble(Text, Maps.Select(map => map.Name)).Instructions,
        Maps = Maps,
    };

    /// <summary>Programs that are one step smaller.</summary>
    public IEnumerable<RandomProgram> Smaller() =>
        Statement.Smaller(Statements).Select(statements => this with { Statements = statements })
            .Concat(Statement.Smaller(Subprogram).Select(statements => this with { Subprogram = statements }));
}
