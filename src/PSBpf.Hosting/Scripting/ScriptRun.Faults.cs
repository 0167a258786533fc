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
    private bool Guarded(string handler, Action call)
    {
        if (_broken || _ending.IsCancellationRequested) return false;
        try
        {
            call();
            return true;
        }
        catch (ScriptFaultException fault)
        {
            Fail(fault, handler);
            return false;
        }
    }

    private void Fail(ScriptFaultException fault, string handler)
    {
        if (fault.Kind == ScriptFaultKind.Stopped || _ending.IsCancellationRequested) return;
        _broken |= fault.Kind is ScriptFaultKind.Time or ScriptFaultKind.Memory;
        var (rule, message) = fault.Kind switch
        {
            ScriptFaultKind.Time when IsTimeOver => (DiagnosticRules.ScriptTime, $"The script was still running when its {_options.Timeout.TotalSeconds} s were over."),
            ScriptFaultKind.Time => (DiagnosticRules.ScriptTime, $"A callback for {handler} ran for more than {_options.Limits.Callback.TotalSeconds} s."),
            ScriptFaultKind.Memory => (DiagnosticRules.ScriptMemory, $"The script took more than {_options.Limits.HeapBytes >> 20} MB."),
            _ when _answered is { } answered && fault.Message.EndsWith(answered.Message, StringComparison.Ordinal) => (answered.Rule, answered.Message),
            _ => (DiagnosticRules.ScriptError, fault.Message),
        };
        PutError(rule, message, handler, fault.Stack);
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
