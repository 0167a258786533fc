using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Tests.Domain;

/// <summary>Every tristate number of a few bits: what an operation says holds of every number that it stands for.</summary>
public sealed class TnumTests
{
    private const int Bits = 4;

    private static IEnumerable<Tnum> All()
    {
        for (ulong mask = 0; mask < 1 << Bits; mask++)
        {
            for (ulong value = 0; value < 1 << Bits; value++)
                if ((value & mask) == 0) yield return new Tnum(value, mask);
        }
    }

    private static IEnumerable<ulong> NumbersOf(Tnum tristate)
    {
        for (ulong number = 0; number < 1 << Bits; number++)
            if ((number & ~tristate.Mask) == tristate.Value) yield return number;
    }

    public static TheoryData<string> Operations() => new("+", "-", "*", "&", "|", "^", "union");

    [Theory]
    [MemberData(nameof(Operations))]
    public void An_operation_holds_for_all_numbers(string operation)
    {
        int pairs = 0;
        foreach (var a in All())
        {
            foreach (var b in All())
            {
                var result = Apply(operation, a, b);
                Assert.Equal(0UL, result.Value & result.Mask);
                foreach (ulong x in NumbersOf(a))
                {
                    foreach (ulong y in NumbersOf(b))
                    {
                        Assert.True(result.Contains(Tnum.Constant(Concrete(operation, x, y))), $"{a} {operation} {b} = {result} leaves out {x} {operation} {y}");
                        if (operation == "union") Assert.True(result.Contains(Tnum.Constant(y)));
                    }
                }

                pairs++;
            }
        }

        Assert.Equal(81 * 81, pairs);
    }

    [Fact]
    public void After_is_the_next_number()
    {
        foreach (var tristate in All())
        {
            var numbers = NumbersOf(tristate).ToList();
            for (ulong number = 0; number < (1 << Bits) + 2; number++)
            {
                ulong expected = numbers.Where(candidate => candidate > number).DefaultIfEmpty(numbers[^1]).First();
                Assert.True(expected == tristate.After(number), $"after {number} in {tristate} comes {expected}, not {tristate.After(number)}");
            }
        }
    }

    private static Tnum Apply(string operation, Tnum a, Tnum b) => operation switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "&" => a & b,
        "|" => a | b,
        "^" => a ^ b,
        _ => a.Union(b),
    };

    private static ulong Concrete(string operation, ulong x, ulong y) => operation switch
    {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "&" => x & y,
        "|" => x | y,
        "^" => x ^ y,
        _ => x,
    };
}
