using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Lists the hooks that have links or have fired.</summary>
[Cmdlet(VerbsCommon.Get, "BpfHook")]
[OutputType(typeof(BpfHook))]
public sealed class GetBpfHook : BpfCmdlet
{
    /// <summary>Names of hooks, with wildcards; all when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Hook")]
    [ArgumentCompleter(typeof(HookCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var hooks = Session.GetHooks();
        foreach (var name in Name)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                Try(() => WriteObject(Session.GetHook(name)), name);
                continue;
            }

            var pattern = WildcardPattern.Get(name, WildcardOptions.None);
            WriteObject(hooks.Where(hook => pattern.IsMatch(hook.Name)), enumerateCollection: true);
        }
    }
}
