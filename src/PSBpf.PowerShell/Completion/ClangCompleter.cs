using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Completes the compilers that this machine has, newest first by their version in the tip.</summary>
internal sealed class ClangCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        Compile.Clang.All().Select(clang => (Path.GetFileName(clang.Path), clang.Banner));
}
