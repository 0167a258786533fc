using System.Text.RegularExpressions;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

public sealed partial class ScriptRun
{
    // The last error that the guest was answered with: one that ends the script tells its message alone.
    private BpfDiagnostic? _answered;

    // After a limit was met the guest is not called any more.
    private bool _broken;

    /// <summary>Calls the guest; what it does wrong becomes an error among the output.</summary>
    /// <param name="handler">What is handled.</param>
    /// <param name="call">The call.</param>
    /// <param name="place">The stack of who registered the handler.</param>
    private bool Guarded(string handler, Action call, string place = "")
    {
        if (_broken || _ending.IsCancellationRequested) return false;
        try
        {
            call();
            return true;
        }
        catch (ScriptFaultException fault)
        {
            Fail(fault, handler, place);
            return false;
        }
    }

    private void Fail(ScriptFaultException fault, string handler, string place = "")
    {
        if (fault.Kind == ScriptFaultKind.Stopped || _ending.IsCancellationRequested) return;
        _broken |= fault.Kind is ScriptFaultKind.Time or ScriptFaultKind.Memory;
        // Who is interrupted cannot say where it was; then the place is that of the handler.
        bool isKnown = fault.Kind == ScriptFaultKind.Error || ScriptError.Read("", handler, fault.Stack, _modules.Script).Line > 0;
        string whose = isKnown || place.Length == 0 ? handler : $"{handler}, registered here,";
        var (rule, message) = fault.Kind switch
        {
            ScriptFaultKind.Time when IsTimeOver => (DiagnosticRules.ScriptTime, $"The script was still running when its {_options.Timeout.TotalSeconds} s were over."),
            ScriptFaultKind.Time => (DiagnosticRules.ScriptTime, $"A callback for {whose} ran for more than {_options.Limits.Callback.TotalSeconds} s."),
            ScriptFaultKind.Memory when whose != handler => (DiagnosticRules.ScriptMemory, $"A callback for {whose} took more than {_options.Limits.HeapBytes >> 20} MB, with all that the script keeps."),
            ScriptFaultKind.Memory => (DiagnosticRules.ScriptMemory, $"The script took more than {_options.Limits.HeapBytes >> 20} MB."),
            _ when _answered is { } answered && fault.Message.EndsWith(answered.Message, StringComparison.Ordinal) => (answered.Rule, answered.Message),
            _ => (DiagnosticRules.ScriptError, fault.Message),
        };
        PutError(rule, message, handler, isKnown ? fault.Stack : place);
    }

    // What a handler threw, as the guest's side tells it.
    private object? Report(object?[] values)
    {
        string handler = Text(values, 0), message = Text(values, 1);
        var rule = DiagnosticRules.All.GetValueOrDefault(Text(values, 3)) ?? DiagnosticRules.ScriptError;
        PutError(rule, message, handler, Text(values, 2));
        return null;
    }

    private void PutError(DiagnosticRule rule, string message, string handler, string stack)
    {
        // A module that is refused is told by its message alone.
        if (RefusedModule().Match(message) is { Success: true } refused && DiagnosticRules.All.TryGetValue(refused.Groups[1].Value, out var named))
        {
            rule = named;
            message = message[..refused.Index];
        }

        var error = ScriptError.Read(message, handler, stack, _modules.Script);
        Put(new ScriptOutput(ScriptStream.Error, error, error.ToException(rule)));
    }

    [GeneratedRegex(@" \((BPF\d{4})\)$")]
    private static partial Regex RefusedModule();

    private void Put(ScriptOutput output)
    {
        try
        {
            _output.Add(output, _ending.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more; the loop sees it.
        }
    }
}
