using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Completes program types by the names that bpftool has for them.</summary>
internal sealed class TypeCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        ProgramTypeTable.All.Where(info => info.Type != ProgramType.Unspecified).Select(info => (info.Name, $"BPF_PROG_TYPE_{info.Name.ToUpperInvariant()}"));
}
