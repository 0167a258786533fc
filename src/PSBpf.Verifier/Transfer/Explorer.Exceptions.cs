using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Verifier.Calls;

namespace PSBpf.Verifier;

/// <content>
/// Exceptions: bpf_throw ends the program from any depth of calls. What is held then would stay so. Its argument is what the program returns, unless the program
/// has a function that makes a number of it.
/// </content>
internal sealed partial class Explorer
{
    private const string Throw = "bpf_throw";

    private bool StepThrow()
    {
        if (_exceptionCallback < 0) CheckProgramResult(1);
        if (_refusal is not null || !NotLocked($"{Throw} cannot be used inside bpf_spin_lock-ed region", "An exception ends the program")) return false;
        if (OutsideSections(Throw, "An exception ends the program")) NothingHeldAnywhere(Throw, "An exception ends the program");
        return false;
    }

    // Linux does not look at what a global function's callers hold; what they hold would never be given back.
    private bool MayThrow(FunctionSpec callee) =>
        OutsideSections(Throw, $"{callee.Name}() may throw, which ends the program") && NothingHeldAnywhere(Throw, $"{callee.Name}() may throw, which ends the program");

    private bool BeginException(int function)
    {
        if (SignatureOf(GlobalAt(_flow.Functions[function])!) is not { } signature) return false;
        if (signature.Parameters is [{ Kind: ParameterKind.Scalar }])
        {
            Registers[1] = Argument(signature.Parameters[0]);
            return true;
        }

        return Refuse(DiagnosticRules.HelperArgument, "exception cb only supports single integer argument", "The function that handles exceptions takes one number: what was thrown.",
            suggestion: "Declare it as int name(u64 cookie).");
    }
}
