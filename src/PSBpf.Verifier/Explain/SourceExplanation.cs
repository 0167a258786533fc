using System.Globalization;
using System.Text.RegularExpressions;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Explain;

/// <summary>Says a refusal in the words of the C source: which variable it is about, and what to write. Without line information it stays as it is.</summary>
internal sealed partial class SourceExplanation
{
    private readonly ProgramSpec _spec;
    private readonly BpfVerification _report;
    private readonly Refusal _refusal;
    private readonly SourceLocation _source;
    private readonly InstructionForm? _row;
    private readonly SourceExpression? _expression;

    private SourceExplanation(ProgramSpec spec, BpfVerification report, Refusal refusal, SourceLocation source)
    {
        (_spec, _report, _refusal, _source) = (spec, report, refusal, source);
        _row = InstructionTable.Find(spec.Instructions[refusal.Instruction]);
        _expression = IsCall ? (refusal.Register is >= 1 and <= 5 ? SourceExpression.Argument(source, refusal.Register - 1) : null)
            : _row?.Kind == FormKind.Exit ? null : SourceExpression.At(source);
    }

    private bool IsCall => _row?.Kind is FormKind.CallHelper or FormKind.CallKfunc or FormKind.CallFunction;

    private bool AccessesMemory => _row?.Kind is FormKind.Load or FormKind.LoadSigned or FormKind.Store or FormKind.StoreImmediate
        or FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange or FormKind.LoadAcquire or FormKind.StoreRelease;

    /// <summary>What a program that gives up returns.</summary>
    private string GiveUp => _spec.Type switch
    {
        ProgramType.Xdp => "return XDP_PASS;",
        ProgramType.SchedCls or ProgramType.SchedAct => "return TC_ACT_OK;",
        _ => "return 0;",
    };

    private string Line => string.Create(CultureInfo.InvariantCulture, $"before line {_source.Line}");

    /// <summary>Adds to a report what the source says.</summary>
    public static BpfVerification Add(ProgramSpec spec, BpfVerification report, Refusal refusal)
    {
        if (spec.LineAt(refusal.Instruction)?.Source is not { Text.Length: > 0 } source || refusal.Instruction >= spec.Instructions.Length) return report;
        var explanation = new SourceExplanation(spec, report, refusal, source);
        string suggestion = explanation.Suggest();
        string subject = explanation.Subject();
        return report with
        {
            Reason = subject.Length > 0 ? $"{report.Reason} {subject}" : report.Reason,
            Suggestion = suggestion.Length > 0 ? suggestion : report.Suggestion,
            At = report.At! with { Note = explanation._expression is { } expression && refusal.Register >= 0 ? $"r{refusal.Register}: {expression.Text}" : report.At.Note },
        };
    }

    private string Subject()
    {
        if (_refusal.Rule == DiagnosticRules.InfiniteLoop || _refusal.Rule == DiagnosticRules.TooComplex)
            return SourceExpression.LoopCondition(_source) is { } condition ? $"The loop goes on while '{condition}'." : "";
        if (_refusal.Rule == DiagnosticRules.ReferenceLeak && Acquired() is { } kept) return $"It is '{kept}' in the source.";
        if (_row?.Kind == FormKind.Exit && FunctionName() is { } function) return $"The function is '{function}'.";
        if (_expression is null) return IsCall && SourceExpression.Callee(_source) is { } callee ? $"The call is that of {callee}." : "";
        if (IsCall) return $"In the source it is '{_expression.Text}', argument {_refusal.Register} of {SourceExpression.Callee(_source)}.";
        return AccessesMemory ? $"In the source it is '{_expression.Text}'." : "";
    }

    private string Suggest()
    {
        var rule = _refusal.Rule;
        if (rule == DiagnosticRules.PacketBounds) return CheckPacket();
        if (rule == DiagnosticRules.NullCheck) return _expression is { } pointer ? $"Check it {Line}: if (!{PointerOf(pointer)}) {GiveUp}" : "";
        if (rule == DiagnosticRules.ScalarDereference) return ReadNumber();
        if (rule == DiagnosticRules.UninitializedRegister) return Initialise();
        if (rule == DiagnosticRules.UnboundedOffset || rule == DiagnosticRules.MapValueBounds || rule == DiagnosticRules.StackBounds || rule == DiagnosticRules.MemoryBounds) return Bound();
        if (rule == DiagnosticRules.ReferenceLeak) return Acquired() is { } kept ? $"Give '{kept}' back {Line} on every path: {Release(kept)}" : "";
        if (rule == DiagnosticRules.ReturnValue) return FunctionName() is { } function ? $"Let every return of '{function}' give a constant that {ProgramTypeTable.NameOf(_spec.Type)} programs may return." : "";
        if (rule == DiagnosticRules.HelperNotAllowed) return SourceExpression.Callee(_source) is { } callee ? $"Do without {callee}: Get-BpfHelper -Type {ProgramTypeTable.NameOf(_spec.Type)} lists what this program may call." : "";
        if (rule == DiagnosticRules.HelperArgument) return PassOther();
        if (rule == DiagnosticRules.InfiniteLoop || rule == DiagnosticRules.TooComplex) return BoundLoop();
        return "";
    }

    private string CheckPacket()
    {
        if (_expression is null) return "";
        var variable = _expression.Variable;
        string end = _refusal.Message.Contains("data_meta", StringComparison.Ordinal) || _refusal.Reason.Contains("data_meta", StringComparison.Ordinal) ? "(void *)(long)ctx->data" : "data_end";
        int size = _row is null ? 1 : Math.Max(_row.Width / 8, 1);
        string last = _expression.IsMember ? $"(void *)({variable} + 1)"
            : _expression.Index is { } index ? $"(void *)&{_expression.Array}[{index}] + {size}"
            : $"(void *){variable} + {Reach(size)}";
        string inside = FunctionName() is { } function && function != _spec.Name ? $" Pass data_end to '{function}', or check where it is called." : "";
        return $"Write {Line}: if ({last} > {end}) {GiveUp}{inside}";
    }

    // How far an access through the variable itself reaches, as the source writes it: *(u16 *)(data + 36).
    private string Reach(int size) =>
        Sum().Match(_source.Text) is { Success: true } sum && sum.Groups[1].Value == _expression!.Variable ? $"{sum.Groups[2].Value} + {size}" : size.ToString(CultureInfo.InvariantCulture);

    private string ReadNumber()
    {
        string name = _expression is { } expression ? PointerOf(expression) : "";
        if (name.Length == 0) return "";
        if (LostBy(name) is { Length: > 0 } lost) return lost;
        if (IsCall) return $"Pass '{name}' only while it points to what was reserved or looked up; it holds a number here.";
        return _spec.Type is ProgramType.Xdp or ProgramType.SchedCls or ProgramType.SchedAct or ProgramType.SocketFilter or ProgramType.CgroupSkb
            ? $"'{name}' holds a number: use a pointer that ctx or a helper gave, or keep an index and look up what it means in a map."
            : $"Copy what '{name}' points to: bpf_probe_read_kernel(&copy, sizeof(copy), {name}); with bpf_probe_read_user for a pointer of the user's.";
    }

    private string LostBy(string name)
    {
        if (_report.CausalPath.LastOrDefault(point => point.Note.EndsWith(Trail.Lost, StringComparison.Ordinal)) is not { } lost) return "";
        string call = SourceExpression.Callee(lost.Source) ?? "this call";
        return lost.Before.Contains("= data", StringComparison.Ordinal)
            ? $"After {call} read data and data_end from the context again, set '{name}' anew and compare it with data_end again."
            : $"Use '{name}' before {call}, not after it.";
    }

    private string Initialise()
    {
        if (_row?.Kind == FormKind.Exit) return FunctionName() is { } function ? $"End every path through '{function}' with a return: {GiveUp}" : "";
        if (_expression is { } argument) return $"Give '{argument.Variable}' a value where it is declared: {argument.Variable} = 0;";
        return IsCall && SourceExpression.Callee(_source) is { } callee
            ? string.Create(CultureInfo.InvariantCulture, $"Pass {callee} all of its arguments: argument {_refusal.Register} is missing. Use its declaration in bpf/bpf_helpers.h.") : "";
    }

    private string Bound()
    {
        if (_expression is null) return "";
        if (_expression.Index is { } index && SourceExpression.VariableIn(index) is { } variable)
        {
            string array = _expression.Array!;
            string subject = index == variable ? variable : $"({index})";
            return $"Bound '{variable}' {Line}: if ({subject} >= sizeof({array}) / sizeof({array}[0])) {GiveUp} An unsigned type for '{variable}' rules out negative values.";
        }

        if (IsCall && _refusal.Rule == DiagnosticRules.UnboundedOffset)
        {
            string buffer = _refusal.Register > 1 && SourceExpression.Argument(_source, _refusal.Register - 2) is { } memory ? memory.Text : "buffer";
            return $"Bound '{_expression.Variable}' {Line}: if ({_expression.Variable} > sizeof({buffer})) {GiveUp} An unsigned type for '{_expression.Variable}' rules out negative values.";
        }

        if (IsCall) return $"Make what '{_expression.Text}' refers to as large as {SourceExpression.Callee(_source)} takes it to be, or pass a size that fits: sizeof({_expression.Variable}).";
        return $"Keep '{_expression.Text}' within what '{_expression.Variable}' points to: declare the type of '{_expression.Variable}' as large as that memory, or make the memory larger.";
    }

    private string PassOther()
    {
        if (_expression is null) return "";
        if (LostBy(_expression.Variable) is { Length: > 0 } lost) return lost;
        if (_refusal.Message.Contains("not a known constant", StringComparison.Ordinal))
            return $"Pass a constant in place of '{_expression.Text}', such as sizeof of the structure; bpf_ringbuf_output takes a size that varies.";
        return _refusal.Reason.EndsWith("a number.", StringComparison.Ordinal)
            ? $"Pass the address of a variable: &{_expression.Variable} in place of '{_expression.Text}'."
            : $"Pass {SourceExpression.Callee(_source)} what its declaration asks for in place of '{_expression.Text}'.";
    }

    private string BoundLoop() =>
        SourceExpression.LoopCondition(_source) is { } condition && SourceExpression.VariableIn(condition) is { } variable
            ? $"Bound the loop over '{variable}' by a small constant: for (int i = 0; i < 100 && ({condition}); i++), or call bpf_loop."
            : "";

    private static string PointerOf(SourceExpression expression)
    {
        int arrow = expression.Text.LastIndexOf("->", StringComparison.Ordinal);
        if (arrow > 0) return expression.Text[..arrow];
        return expression.Array ?? expression.Text.TrimStart('&', '*');
    }

    // The variable that holds what was reserved: it stands where that was assigned.
    private string? Acquired() =>
        _refusal.Acquired < 0 ? null : SourceExpression.Assigned(_spec.LineAt(_refusal.Acquired)?.Source);

    private string Release(string kept) =>
        HelperTable.Find(_spec.Instructions[_refusal.Acquired].Immediate)?.Name switch
        {
            "bpf_ringbuf_reserve" => $"bpf_ringbuf_submit({kept}, 0); or bpf_ringbuf_discard({kept}, 0);",
            { } name when name.StartsWith("bpf_sk", StringComparison.Ordinal) => $"bpf_sk_release({kept});",
            _ => $"with the function that releases '{kept}'.",
        };

    private string? FunctionName() => _spec.Functions.LastOrDefault(function => function.Instruction <= _refusal.Instruction)?.Name ?? (_spec.Functions.Count == 0 ? _spec.Name : null);

    [GeneratedRegex(@"\((\w+)\s*\+\s*([\w()]+)\)")]
    private static partial Regex Sum();
}
