namespace PSBpf.Verifier.Calls;

/// <summary>What a global function takes in one register, from its type information.</summary>
internal enum ParameterKind : byte
{
    /// <summary>A number.</summary>
    Scalar,

    /// <summary>The program's context.</summary>
    Context,

    /// <summary>Memory of a known size that the function may read and write.</summary>
    Memory,

    /// <summary>An address in the program's arena, or any number: the function gets a number.</summary>
    Arena,

    /// <summary>A structure of the kernel that is vouched for.</summary>
    Trusted,

    /// <summary>Anything: the function gets a pointer that may point anywhere, to read through.</summary>
    Untrusted,

    /// <summary>A dynptr.</summary>
    Dynptr,
}

/// <summary>A parameter of a global function.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bytes of memory.</param>
/// <param name="MaybeNull">Whether memory, or a structure, may be null.</param>
/// <param name="Structure">Name of the kernel's structure; null for memory that nothing is known of.</param>
internal readonly record struct SignatureParameter(ParameterKind Kind, int Size = 0, bool MaybeNull = false, string? Structure = null);

/// <summary>
/// What callers of a global function and its own verification agree on. The function is verified once, for any arguments of
/// these kinds, and returns any number.
/// </summary>
/// <param name="Parameters">In order, from r1 on.</param>
internal sealed record FunctionSignature(IReadOnlyList<SignatureParameter> Parameters);

/// <summary>Why a function has no signature that this verifier, or Linux, takes.</summary>
/// <param name="Message">As Linux words it.</param>
/// <param name="Reason">In plain words.</param>
/// <param name="IsJudged">False when Linux may take it.</param>
internal sealed record SignatureProblem(string Message, string Reason, bool IsJudged = true);
