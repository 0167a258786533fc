using System.Text;
using PSBpf.Isa;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Jit.Emit;
using PSBpf.Runtime.Tests.Interpreter;

namespace PSBpf.Runtime.Tests.Jit;

/// <summary>
/// Past a certain size the machine's compiler stops optimising, and all of a program runs several times slower. These tests
/// count what it counts: no piece may come near.
/// </summary>
public sealed class PieceTests
{
    public static TheoryData<string, string, int> Shapes => new()
    {
        { "straight line", Straight(30_000), 8 },
        { "short branches", Branches(12_000), 4 },
        { "one long loop", "r0 = 0\nr1 = 3\nagain:\n" + Body(20_000) + "r1 += -1\nif r1 != 0 goto again\nexit", 4 },
        { "a short loop before much code", "r0 = 0\nr1 = 3\nagain:\nr0 += r1\nr1 += -1\nif r1 != 0 goto again\n" + Body(20_000) + "exit", 4 },
        { "a ladder of exits", Ladder(6000), 2 },
        { "small", Straight(1000), 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_piece_stays_below_the_cliff(string shape, string text, int least)
    {
        using var machine = new TestMachine();
        var interpreted = machine.Load(text);
        var program = machine.Load(text);
        var compiled = program.Compile(new JitOptions());
        Assert.NotNull(compiled);
        Assert.All(compiled.Methods, method => Assert.True(method.Cost.Fits(IlCost.Limit), $"{shape}: {method.Name} costs {method.Cost}"));
        Assert.InRange(compiled.Methods.Count, least, 200);
        Assert.Equal(machine.Run(interpreted), machine.RunCompiled(program));
    }

    [Fact]
    public void A_hot_loop_is_not_cut_when_the_rest_can_be()
    {
        using var machine = new TestMachine();
        var code = Assembler.Assemble("r0 = 0\nr1 = 3\nagain:\nr0 += r1\nif r0 == 77 goto again\nr0 ^= 5\nr1 += -1\nif r1 != 0 goto again\n" + Body(20_000) + "exit", []).Instructions;
        var compiled = machine.Load(code).Compile(new JitOptions())!;
        Assert.True(compiled.Methods.Count > 1);
        var loop = compiled.Methods[0];
        Assert.Contains(2, loop.Slots);
        Assert.Contains(6, loop.Slots);
    }

    private static string Straight(int count) => "r0 = 1\nr1 = 7\n" + Body(count) + "exit";

    private static string Body(int count)
    {
        var text = new StringBuilder();
        for (int index = 0; index < count; index++)
        {
            text.Append((index % 5) switch
            {
                0 => "r0 += r1\n",
                1 => $"r0 ^= {index}\n",
                2 => "w0 *= 3\n",
                3 => "r0 <<= 3\n",
                _ => "r0 += 77\n",
            });
        }

        return text.ToString();
    }

    private static string Branches(int count)
    {
        var text = new StringBuilder("r0 = 1\nr1 = 7\n");
        for (int index = 0; index < count; index++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"if r0 > {index} goto l{index}\nr0 += r1\nl{index}:\nr0 ^= {index}\n");
        return text.Append("exit").ToString();
    }

    private static string Ladder(int count)
    {
        var text = new StringBuilder("r0 = 1\nr1 = 7\n");
        for (int index = 0; index < count; index++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"if r1 == {index + 1000} goto out\nr0 += r1\n");
        return text.Append("out:\nexit").ToString();
    }
}
