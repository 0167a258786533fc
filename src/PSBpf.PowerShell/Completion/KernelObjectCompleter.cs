using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>Completes names of what the kernel holds that -Kernel names: that of others too where it is Linux.</summary>
/// <typeparam name="TOwn">Completes the session's own.</typeparam>
internal abstract class KernelObjectCompleter<TOwn> : IArgumentCompleter
    where TOwn : IArgumentCompleter, new()
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var own = new TOwn().CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters);
        if (!string.Equals($"{fakeBoundParameters["Kernel"]}", nameof(BpfKernelKind.Linux), StringComparison.OrdinalIgnoreCase)) return own;
        try
        {
            var pattern = WildcardPattern.Get(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
            var foreign = Foreign(SessionScope.Current).Select(item => (Text: item.Name.Length > 0 ? item.Name : item.Id.ToString(CultureInfo.InvariantCulture), item.Tip))
                .Where(item => pattern.IsMatch(item.Text)).DistinctBy(item => item.Text).OrderBy(item => item.Text, StringComparer.OrdinalIgnoreCase)
                .Select(item => new CompletionResult(item.Text, item.Text, CompletionResultType.ParameterValue, item.Tip));
            return [.. own, .. foreign];
        }
        catch (BpfException)
        {
            // What may not be looked at is not completed.
            return own;
        }
    }

    protected abstract IEnumerable<(string Name, int Id, string Tip)> Foreign(BpfSession session);
}

/// <summary>Completes names of programs of a kernel.</summary>
internal sealed class KernelProgramCompleter : KernelObjectCompleter<ProgramCompleter>
{
    protected override IEnumerable<(string Name, int Id, string Tip)> Foreign(BpfSession session) =>
        session.FindForeignPrograms(BpfKernelKind.Linux).Select(program => (program.Name, program.Id, $"{program.Type} program, id {program.Id}"));
}

/// <summary>Completes names of maps of a kernel.</summary>
internal sealed class KernelMapCompleter : KernelObjectCompleter<MapCompleter>
{
    protected override IEnumerable<(string Name, int Id, string Tip)> Foreign(BpfSession session) =>
        session.FindForeignMaps(BpfKernelKind.Linux, _ => true).Select(map => (map.Name, map.Id, MapCompleter.Tip(map)));
}
