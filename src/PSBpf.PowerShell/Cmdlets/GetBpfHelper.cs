using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Lists the helpers that programs can call.</summary>
[Cmdlet(VerbsCommon.Get, "BpfHelper")]
[OutputType(typeof(BpfHelper))]
public sealed class GetBpfHelper : BpfCmdlet
{
    /// <summary>Helpers by name, with or without bpf_ and with wildcards, or by number; all when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(HelperCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Only helpers that programs of this type may call.</summary>
    [Parameter]
    [TypeArgument]
    public ProgramType? Type { get; set; }

    /// <summary>Only those that the managed engine has, or with -Implemented:$false those that it lacks.</summary>
    [Parameter]
    public SwitchParameter Implemented { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Name.Length == 0) Write(BpfHelper.All);
        foreach (string name in Name)
        {
            var found = BpfHelper.Find(name);
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(ErrorRecords.From(DiagnosticRules.NameNotFound.At($"There is no helper '{name}'.", action: "Get-BpfHelper lists them all."), null, name, Location));
            Write(found);
        }
    }

    private void Write(IEnumerable<BpfHelper> helpers)
    {
        foreach (var helper in helpers)
        {
            if (Type is { } type && !helper.IsAllowedIn(type)) continue;
            if (MyInvocation.BoundParameters.ContainsKey(nameof(Implemented)) && helper.Implemented != Implemented) continue;
            WriteObject(helper);
        }
    }
}
