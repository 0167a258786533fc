using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSBpf.PowerShell;

/// <summary>Completes names of loaded programs; what looks like a path, or like no program, is left to the shell, which completes file names.</summary>
internal sealed class PathOrProgramCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        wordToComplete.AsSpan().ContainsAny('/', '\\') || wordToComplete.StartsWith('.')
            ? []
            : new ProgramCompleter().CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters);
}
