using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSBpf.PowerShell;

/// <summary>Completes file names, and names of loaded programs after them.</summary>
internal sealed class PathOrProgramCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        [
            .. CompletionCompleters.CompleteFilename(wordToComplete),
            .. new ProgramCompleter().CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters),
        ];
}
