using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Completes names of types, of the file that -Path names or of the machine's kernel.</summary>
internal sealed class BpfTypeCompleter : IArgumentCompleter
{
    // More than a person reads through.
    private const int Most = 500;

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string[] names;
        try
        {
            var types = fakeBoundParameters["Path"] is { } path ? BpfTypes.Read(path.ToString()!) : BpfTypes.Kernel;
            names = [.. types.Names(wordToComplete.Trim('\'', '"')).Take(Most)];
        }
        catch (BpfException)
        {
            names = [];
        }

        return names.Select(name => new CompletionResult(name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.') ? name : $"'{name}'", name, CompletionResultType.ParameterValue, name));
    }
}
