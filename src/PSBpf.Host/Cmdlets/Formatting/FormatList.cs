using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace PSBpf.Host.Cmdlets;

/// <summary>Format-List: shows each property on a line of its own. Its parameters are those of the engine's base class.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
internal sealed class FormatList : OuterFormatTableAndListBase
{
    /// <summary>Initializes a new instance of the <see cref="FormatList"/> class.</summary>
    public FormatList() => EngineInternals.SetShape(this, "List");
}
