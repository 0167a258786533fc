using PSBpf.Isa;

namespace PSBpf.Verifier.Proofs;

/// <summary>What instructions do to numbers: RFC 9669, sections 4.1 and 4.3.</summary>
internal static class Semantics
{
    /// <summary>The result of arithmetic; 32 bits of it are extended with zeros.</summary>
    public static Word Compute(AluOperation operation, int width, Word x, Word y)
    {
        if (width == 64)
        {
            return operation switch
            {
                AluOperation.Add => x + y,
                AluOperation.Sub => x - y,
                AluOperation.Mul => x * y,
                AluOperation.And => x & y,
                AluOperation.Or => x | y,
                AluOperation.Xor => x ^ y,
                _ => throw new ArgumentOutOfRangeException(nameof(operation)),
            };
        }

        HalfWord a = (HalfWord)x, b = (HalfWord)y;
        return operation switch
        {
            AluOperation.Add => a + b,
            AluOperation.Sub => a - b,
            AluOperation.Mul => a * b,
            AluOperation.And => a & b,
            AluOperation.Or => a | b,
            AluOperation.Xor => a ^ b,
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
    }

    /// <summary>The result of a shift by so many bits.</summary>
    public static Word Shift(AluOperation operation, int width, Word x, int count) => (operation, width) switch
    {
        (AluOperation.Lsh, 64) => x << count,
        (AluOperation.Rsh, 64) => x >> count,
        (AluOperation.Arsh, 64) => (Word)((SignedWord)x >> count),
        (AluOperation.Lsh, 32) => (HalfWord)x << count,
        (AluOperation.Rsh, 32) => (HalfWord)x >> count,
        (AluOperation.Arsh, 32) => (HalfWord)((SignedHalf)x >> count),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    /// <summary>Whether a comparison holds.</summary>
    public static Truth Compare(Condition condition, int width, Word x, Word y)
    {
        SignedWord a = (SignedWord)x, b = (SignedWord)y;
        if (width == 32) (x, y, a, b) = ((HalfWord)x, (HalfWord)y, (SignedHalf)x, (SignedHalf)y);
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
            Condition.Jsle => a <= b,
            _ => throw new ArgumentOutOfRangeException(nameof(condition)),
        };
    }
}
