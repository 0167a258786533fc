using System.Management.Automation;

namespace PSBpf.PowerShell;

/// <summary>Takes program and map types as bpftool and section names spell them too: <c>sched_cls</c>, <c>percpu_array</c>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class TypeArgumentAttribute : ArgumentTransformationAttribute
{
    // The enums' names are those names without underscores, and PowerShell does not look at case.
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text ? text.Replace("_", "", StringComparison.Ordinal) : inputData;
}
