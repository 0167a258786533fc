using System.Management.Automation;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Makes a program type of the name that bpftool and section names have for it (<c>sched_cls</c>); PowerShell knows the enum's own.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class TypeArgumentAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text && ProgramTypeTable.Find(text) is { } info ? info.Type : inputData;
}
