using System.Management.Automation;

namespace PSBpf.Pester.Runner.Should;

/// <summary>-Throw: the script block that came in must end with an error, which may be narrowed down.</summary>
internal static class ThrowOperator
{
    // PowerShell's own try and catch, because it decides which of the nested exceptions $_.Exception is.
    private const string CatchScript = "try { do { $null = & $args[0] } until ($true) } catch { $_ }";

    public static string? Failure(ShouldCommand should, object? actual)
    {
        if ((actual is PSObject wrapped ? wrapped.BaseObject : actual) is not ScriptBlock block)
            throw new ArgumentException("The input of Should -Throw must be a script block: { … } | Should -Throw");
        ErrorRecord? error = should.InvokeCommand.InvokeScript(CatchScript, block).FirstOrDefault()?.BaseObject as ErrorRecord;
        if (should.Not)
        {
            return error is null
                ? null
                : $"Expected no exception to be thrown,{should.Reason} but an exception \"{error.Exception.Message}\" was thrown.\n{error.ScriptStackTrace}";
        }

        List<string> wanted = [], found = [];
        if (should.ExceptionType is { } type)
        {
            wanted.Add($"type {ValueText.Of(type)}");
            if (error is not null && !type.IsInstanceOfType(error.Exception))
                found.Add($"the exception type was {ValueText.Of(error.Exception.GetType())}");
        }
        Compare(should.ExpectedMessage, error?.Exception.Message, "message like", "the message was");
        Compare(should.ErrorId, error?.FullyQualifiedErrorId, "FullyQualifiedErrorId", "the FullyQualifiedErrorId was");
        if (error is null)
            found.Add("no exception was thrown");
        if (found.Count > 0)
        {
            string with = wanted.Count == 0 ? "" : $" with {string.Join(" and ", wanted)}";
            return $"Expected an exception{with} to be thrown,{should.Reason} but {string.Join(" and ", found)}.";
        }
        if (should.PassThru)
            should.WriteObject(error);
        return null;

        void Compare(string? pattern, string? value, string wantedWords, string foundWords)
        {
            if (string.IsNullOrWhiteSpace(pattern))
                return;
            wanted.Add($"{wantedWords} {ValueText.Of(pattern)}");
            if (value is not null && !new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch(value))
                found.Add($"{foundWords} {ValueText.Of(value)}");
        }
    }
}
