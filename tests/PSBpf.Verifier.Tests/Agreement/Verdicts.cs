using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Tests.Agreement;

/// <summary>Asks both verifiers about generated programs and gathers where they differ.</summary>
internal sealed class Verdicts(IBpfKernel kernel)
{
    private readonly List<string> _disagreements = [];

    public int Asked { get; private set; }

    public int Accepted { get; private set; }

    /// <summary>Where the two differ, one line each.</summary>
    public IReadOnlyList<string> Disagreements => _disagreements;

    public void Ask(string what, ProgramSpec program, IReadOnlyList<IKernelMap>? maps = null)
    {
        var token = TestContext.Current.CancellationToken;
        var ours = ProgramVerifier.Verify(program, program.Maps, cancellation: token).Verification;
        var theirs = kernel.LoadProgram(program, maps ?? [], new ProgramLoadOptions { VerifyOnly = true }, token).Verification;
        Asked++;
        if (theirs.Accepted) Accepted++;
        if (ours.Accepted != theirs.Accepted)
            _disagreements.Add($"{what}: {(ours.Accepted ? $"we accept, the kernel says '{theirs.Message}'" : $"the kernel accepts, we say '{ours.Message}'")}");
    }

    /// <summary>Fails where the two differ.</summary>
    /// <param name="least">How many programs must have been asked about.</param>
    public void AssertAgreed(int least)
    {
        Assert.True(_disagreements.Count == 0, $"{_disagreements.Count} of {Asked}, {Accepted} accepted:\n{string.Join('\n', _disagreements.Take(60))}");
        Assert.True(Asked >= least, $"{Asked} asked");
    }

    /// <summary>A program of a type, with the flags that it needs.</summary>
    public static ProgramSpec Program(ProgramType type, AttachType attach, string text, IReadOnlyList<MapSpec>? maps = null) => new()
    {
        Name = "p",
        Type = type,
        ExpectedAttachType = attach,
        Flags = type == ProgramType.Syscall ? SectionNames.Sleepable : 0,
        Instructions = Assembler.Assemble(text, (maps ?? []).Select(map => map.Name)).Instructions,
        Maps = maps ?? [],
    };

    /// <summary>Program types with each attach type that has rules of its own, where this machine's kernel loads them.</summary>
    public static IEnumerable<(ProgramTypeInfo Type, AttachType Attach)> Kinds()
    {
        foreach (var type in ProgramTypeTable.All.Where(type => type.Rules is not null && type.Type != ProgramType.LircMode2))
        {
            if (!type.NeedsAttachType && !type.RulesByAttachType.ContainsKey(default)) yield return (type, default);
            foreach (var attach in type.RulesByAttachType.Keys.Order()) yield return (type, attach);
        }
    }
}
