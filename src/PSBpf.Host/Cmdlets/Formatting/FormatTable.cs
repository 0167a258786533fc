using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace PSBpf.Host.Cmdlets;

/// <summary>Format-Table: shows objects as the rows of a table. Its parameters are those of the engine's base class.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
internal sealed class FormatTable : OuterFormatTableBase
{
    /// <summary>Initializes a new instance of the <see cref="FormatTable"/> class.</summary>
    public FormatTable() => EngineInternals.SetShape(this, "Table");
}
