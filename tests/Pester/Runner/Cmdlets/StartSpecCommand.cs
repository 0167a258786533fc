using System.Management.Automation;

namespace PSBpf.Pester.Runner.Cmdlets;

/// <summary>Runs the tests that discovery found, block by block, in scopes nested as Pester 5 nests them.</summary>
/// <remarks>
/// <code>
/// &amp; { # block: its data, BeforeAll, and at the end AfterAll
///     &amp; { # test: its data, BeforeEach from the outermost block inwards, the test, AfterEach outwards }
///     &amp; { # inner block … }
/// }
/// </code>
/// </remarks>
[Cmdlet(VerbsLifecycle.Start, "PSBpfSpec")]
public sealed class StartSpecCommand : PSCmdlet
{
    protected override void EndProcessing()
    {
        SpecRun run = SpecRun.Current;
        using TestDrive drive = new();
        run.Drive = drive;
        SpecScope.Enter(this, scope =>
        {
            scope.SessionState.PSVariable.Set("TestDrive", drive.Path);
            RunBlock(scope, run, run.Root);
        });
    }

    // Inside the block's own scope.
    private static void RunBlock(PSCmdlet scope, SpecRun run, SpecBlock block)
    {
        bool runs = block.HasTestsToRun;
        HashSet<string> kept = run.Drive!.Contents();
        if (runs)
        {
            if (block.HasData)
                SpecScope.SetData(scope, block.Data);
            string? error = block.BeforeAll is { } setup ? SpecErrors.Catch(() => SpecScope.DotSource(scope, setup)) : null;
            block.ExpandedName = NameTemplate.Expand(scope, block.Name, keepUnknown: false);
            if (error is not null)
            {
                run.Errors.Add($"BeforeAll of {Title(block)} failed: {error}");
                FailAll(block, $"not run, since BeforeAll of {Title(block)} failed: {error}");
            }
        }

        foreach (object child in block.Children)
        {
            if (child is SpecBlock inner)
                SpecScope.Enter(scope, next => RunBlock(next, run, inner));
            else if (child is SpecTest { Skip: true } skipped)
                skipped.Outcome = SpecOutcome.Skipped;
            else if (child is SpecTest { Outcome: SpecOutcome.NotRun } test)
                SpecScope.Enter(scope, next => RunTest(next, test));
        }

        if (runs && block.AfterAll is { } teardown
            && SpecErrors.Catch(() => SpecScope.DotSource(scope, teardown)) is { } afterwards)
        {
            run.Errors.Add($"AfterAll of {Title(block)} failed: {afterwards}");
        }
        run.Drive.RestoreTo(kept);
    }

    // Inside the test's own scope.
    private static void RunTest(PSCmdlet scope, SpecTest test)
    {
        if (test.HasData)
            SpecScope.SetData(scope, test.Data);
        List<SpecBlock> outwards = [];
        for (SpecBlock? block = test.Block; block is not null; block = block.Parent)
            outwards.Add(block);

        string? error = null;
        foreach (SpecBlock block in Enumerable.Reverse(outwards))
            error ??= block.BeforeEach is { } setup ? SpecErrors.Catch(() => SpecScope.DotSource(scope, setup)) : null;
        if (error is null)
        {
            test.ExpandedName = NameTemplate.Expand(scope, test.Name, keepUnknown: false);
            error = SpecErrors.Catch(() => SpecScope.DotSource(scope, test.Body));
        }
        if (error is not null)
            test.Errors.Add(error);

        foreach (SpecBlock block in outwards)
        {
            if (block.AfterEach is { } teardown
                && SpecErrors.Catch(() => SpecScope.DotSource(scope, teardown)) is { } afterwards)
            {
                test.Errors.Add($"AfterEach of {Title(block)} failed: {afterwards}");
            }
        }
        test.Outcome = test.Errors.Count == 0 ? SpecOutcome.Passed : SpecOutcome.Failed;
    }

    private static void FailAll(SpecBlock block, string error)
    {
        foreach (object child in block.Children)
        {
            if (child is SpecBlock inner)
            {
                FailAll(inner, error);
            }
            else if (child is SpecTest { Skip: false } test)
            {
                test.Outcome = SpecOutcome.Failed;
                test.Errors.Add(error);
            }
        }
    }

    private static string Title(SpecBlock block) => block.Parent is null ? "the file" : $"'{block.Path}'";
}
