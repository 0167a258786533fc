using PSBpf.Isa;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier.Proofs.Exhaustive;

/// <summary>
/// The verifier's arithmetic with words of a few bits, on everything that can be said of them and every number of which it holds.
/// PSBPF_PROVE_ALL=1 (scripts/prove.sh) tries more bits and all combinations of views.
/// </summary>
public sealed class ExhaustiveTests
{
    private static readonly bool All = Environment.GetEnvironmentVariable("PSBPF_PROVE_ALL") == "1";

    private static readonly AluOperation[] Calculations = [AluOperation.Add, AluOperation.Sub, AluOperation.Mul, AluOperation.And, AluOperation.Or, AluOperation.Xor];

    public static TheoryData<AluOperation> Operations() => new(Calculations);

    public static TheoryData<AluOperation> Shifts() => new(AluOperation.Lsh, AluOperation.Rsh, AluOperation.Arsh);

    public static TheoryData<Condition> Conditions() => new(Enum.GetValues<Condition>().Where(condition => condition != Condition.None));

    [Theory]
    [MemberData(nameof(Operations))]
    public void Arithmetic_on_bits_has_all_results(AluOperation operation)
    {
        using var numbers = new NarrowNumbers(All ? 6 : 5, 3);
        var tristates = numbers.Tristates().Select(bits => (Bits: bits, Members: NarrowNumbers.List(NarrowNumbers.Of(bits)))).ToList();
        foreach (var (a, first) in tristates)
        {
            foreach (var (b, second) in tristates)
            {
                var result = operation switch
                {
                    AluOperation.Add => a + b,
                    AluOperation.Sub => a - b,
                    AluOperation.Mul => a * b,
                    AluOperation.And => a & b,
                    AluOperation.Or => a | b,
                    _ => a ^ b,
                };
                AssertHas(NarrowNumbers.Of(result), Results(numbers, operation, 64, first, second), () => $"{a} {operation} {b} = {result}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Arithmetic_has_all_results(AluOperation operation)
    {
        // A word is two halves: deductions count on the upper one being as wide as the lower.
        using var numbers = new NarrowNumbers(4, 2);
        for (int view = 0; view < 5; view++)
        {
            var states = numbers.States(view).Select(state => (State: state, Members: NarrowNumbers.List(numbers.Of(in state)))).ToList();
            foreach (var (a, first) in states)
            {
                foreach (var (b, second) in states)
                {
                    foreach (int width in (int[])[64, 32])
                    {
                        var result = a;
                        ScalarArithmetic.Apply(operation, width, ref result, b);
                        AssertHas(numbers.Of(in result), Results(numbers, operation, width, first, second), () => $"{Show(a)} {operation}{width} {Show(b)} = {Show(result)}");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shifts))]
    public void Shifts_have_all_results(AluOperation operation)
    {
        using var numbers = new NarrowNumbers(6, 3);
        foreach (var state in EachView(numbers))
        {
            int[] members = NarrowNumbers.List(numbers.Of(in state));
            foreach (int width in (int[])[64, 32])
            {
                for (int shift = 0; shift < (width == 64 ? numbers.Width : numbers.Half); shift++)
                {
                    int count = shift;
                    var result = state;
                    ScalarArithmetic.Apply(operation, width, ref result, RegState.ConstantScalar(count));
                    ulong expected = 0;
                    foreach (int x in members) expected |= 1UL << (int)Semantics.Shift(operation, width, numbers.Word(x), count).Vector.Known;
                    AssertHas(numbers.Of(in result), expected, () => $"{Show(state)} {operation}{width} {count} = {Show(result)}");
                }
            }
        }
    }

    [Fact]
    public void Extensions_have_all_results()
    {
        using var numbers = new NarrowNumbers(6, 3);
        foreach (var state in EachView(numbers))
        {
            // Four bytes are the low half, two are less: to a half, only these can be extended.
            foreach (int bytes in (int[])[2, 4])
            {
                int bits = Words.BitsOf(bytes);
                ulong zeros = 0, sign = 0, halfSign = 0;
                foreach (int x in NarrowNumbers.List(numbers.Of(in state)))
                {
                    int low = x & ((1 << bits) - 1), extended = NarrowNumbers.Signed(low, bits) & (numbers.Count - 1);
                    zeros |= 1UL << low;
                    sign |= 1UL << extended;
                    halfSign |= 1UL << numbers.Low(extended);
                }

                var result = state;
                result.ZeroExtend(bytes);
                AssertHas(numbers.Of(in result), zeros, () => $"{bits} bits of {Show(state)} are {Show(result)}");
                result = state;
                result.SignExtend(bytes, 64);
                AssertHas(numbers.Of(in result), sign, () => $"{bits} bits with a sign of {Show(state)} are {Show(result)}");
                if (bytes == 4) continue;
                result = state;
                result.SignExtend(bytes, 32);
                AssertHas(numbers.Of(in result), halfSign, () => $"{bits} bits with a sign of {Show(state)} are in a half {Show(result)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Conditions))]
    public void Comparisons_teach_of_all_numbers(Condition condition)
    {
        using var numbers = new NarrowNumbers(All ? 5 : 4, 2);
        for (int view = 0; view < 5; view++)
        {
            var states = numbers.States(view).Select(state => (State: state, Members: NarrowNumbers.List(numbers.Of(in state)))).ToList();
            foreach (var (a, first) in states)
            {
                foreach (var (b, second) in states)
                {
                    foreach (int width in (int[])[64, 32]) Compare(numbers, condition, width, in a, in b, first, second);
                }
            }
        }
    }

    // All views at once: words of three bits always, of four with all the time that it takes.
    [Fact]
    public void Deductions_leave_no_number_out()
    {
        int width = All ? 4 : 3, half = width / 2;
        long states = 0;
        using (var numbers = new NarrowNumbers(width, half))
        {
            var bits = numbers.Tristates().ToList();
            List<RegState> unsigned = numbers.States(1), signed = numbers.States(2), low = numbers.States(3), signedLow = numbers.States(4);
            Parallel.ForEach(bits, () => new NarrowNumbers(width, half), (tristate, _, own) =>
            {
                long count = 0;
                foreach (var u in unsigned)
                {
                    foreach (var s in signed)
                    {
                        var state = u with { Bits = tristate, SignedMin = s.SignedMin, SignedMax = s.SignedMax };
                        if (own.Of(in state) == 0) continue;
                        foreach (var ul in low)
                        {
                            (state.Min32, state.Max32) = (ul.Min32, ul.Max32);
                            foreach (var sl in signedLow)
                            {
                                (state.SignedMin32, state.SignedMax32) = (sl.SignedMin32, sl.SignedMax32);
                                ulong members = own.Of(in state);
                                if (members == 0) continue;
                                count++;
                                var result = state;
                                result.Synchronize();
                                if ((members & ~own.Of(in result)) != 0) Assert.Fail($"{Show(state)} becomes {Show(result)}");
                            }
                        }
                    }
                }

                Interlocked.Add(ref states, count);
                return own;
            }, own => own.Dispose());
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{states} states");
        Assert.True(states > 10_000, $"only {states} states");
    }

    private static void Compare(NarrowNumbers numbers, Condition condition, int width, in RegState a, in RegState b, int[] first, int[] second)
    {
        ulong[] left = [0, 0], right = [0, 0];
        foreach (int x in first)
        {
            foreach (int y in second)
            {
                int holds = Holds(numbers, condition, width, x, y) ? 1 : 0;
                left[holds] |= 1UL << x;
                right[holds] |= 1UL << y;
            }
        }

        string what = $"{condition}{width}";
        if (Comparison.Outcome(condition, width, in a, in b) is { } known && left[known ? 0 : 1] != 0) Assert.Fail($"{Show(a)} {what} {Show(b)} is not always {known}");
        for (int outcome = 0; outcome < 2; outcome++)
        {
            RegState narrowed = a, other = b;
            Comparison.Narrow(condition, width, outcome == 1, ref narrowed, ref other);
            if ((left[outcome] & ~numbers.Of(in narrowed)) != 0) Assert.Fail($"{Show(a)} {what} {Show(b)}: {outcome} makes {Show(narrowed)} of the first");
            if ((right[outcome] & ~numbers.Of(in other)) != 0) Assert.Fail($"{Show(a)} {what} {Show(b)}: {outcome} makes {Show(other)} of the second");
        }
    }

    private static bool Holds(NarrowNumbers numbers, Condition condition, int width, int x, int y)
    {
        int size = width == 64 ? numbers.Width : numbers.Half;
        if (width == 32) (x, y) = (numbers.Low(x), numbers.Low(y));
        int a = NarrowNumbers.Signed(x, size), b = NarrowNumbers.Signed(y, size);
        return condition switch
        {
            Condition.Jeq => x == y,
            Condition.Jne => x != y,
            Condition.Jset => (x & y) != 0,
            Condition.Jgt => x > y,
            Condition.Jge => x >= y,
            Condition.Jlt => x < y,
            Condition.Jle => x <= y,
            Condition.Jsgt => a > b,
            Condition.Jsge => a >= b,
            Condition.Jslt => a < b,
            _ => a <= b,
        };
    }

    private static ulong Results(NarrowNumbers numbers, AluOperation operation, int width, int[] first, int[] second)
    {
        int kept = width == 64 ? numbers.Count - 1 : (1 << numbers.Half) - 1;
        ulong results = 0;
        foreach (int x in first)
        {
            foreach (int y in second)
            {
                int result = operation switch
                {
                    AluOperation.Add => x + y,
                    AluOperation.Sub => x - y,
                    AluOperation.Mul => x * y,
                    AluOperation.And => x & y,
                    AluOperation.Or => x | y,
                    _ => x ^ y,
                };
                results |= 1UL << (result & kept);
            }
        }

        return results;
    }

    private static IEnumerable<RegState> EachView(NarrowNumbers numbers) => Enumerable.Range(0, 5).SelectMany(numbers.States);

    private static void AssertHas(ulong members, ulong expected, Func<string> what)
    {
        if ((expected & ~members) != 0) Assert.Fail($"{what()} leaves out {string.Join(", ", NarrowNumbers.List(expected & ~members))}");
    }

    private static string Show(RegState state) =>
        $"[bits {state.Bits} u {state.Min}..{state.Max} s {state.SignedMin}..{state.SignedMax} low u {state.Min32}..{state.Max32} s {state.SignedMin32}..{state.SignedMax32}]";
}
