using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using PSBpf.Pester.Runner.Cmdlets;
using PSBpf.Pester.Runner.Should;

namespace PSBpf.Pester.Runner;

/// <summary>The commands of the Pester-compatible subset.</summary>
/// <remarks>A cmdlet's name must be a verb and a noun, so the words that specs use are aliases.</remarks>
internal static class SpecCmdlets
{
    private static readonly (Type Type, string? Word)[] All =
    [
        (typeof(DescribeCommand), "Describe"),
        (typeof(ContextCommand), "Context"),
        (typeof(ItCommand), "It"),
        (typeof(BeforeDiscoveryCommand), "BeforeDiscovery"),
        (typeof(BeforeAllCommand), "BeforeAll"),
        (typeof(BeforeEachCommand), "BeforeEach"),
        (typeof(AfterEachCommand), "AfterEach"),
        (typeof(AfterAllCommand), "AfterAll"),
        (typeof(ShouldCommand), "Should"),
        (typeof(EnterSpecScopeCommand), null),
        (typeof(StartSpecCommand), null),
    ];

    public static void AddTo(InitialSessionState state)
    {
        foreach ((Type type, string? word) in All)
        {
            state.Commands.Add(new SessionStateCmdletEntry(CmdletName(type), type, helpFileName: null));
            if (word is not null)
                state.Commands.Add(new SessionStateAliasEntry(word, CmdletName(type)));
        }
    }

    /// <summary>The word that specs use for a cmdlet.</summary>
    public static string WordFor(Type type) => All.First(entry => entry.Type == type).Word ?? CmdletName(type);

    public static string CmdletName(Type type)
    {
        CmdletAttribute attribute = type.GetCustomAttribute<CmdletAttribute>()!;
        return $"{attribute.VerbName}-{attribute.NounName}";
    }
}
