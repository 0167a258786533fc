using System.Collections;
using System.Management.Automation;

namespace PSBpf.PowerShell;

/// <summary>
/// Makes references of objects, ids and names, and refuses everything else: a map piped to a program parameter must
/// not be taken for the program of the same name.
/// </summary>
internal abstract class ReferenceArgumentAttribute<TItem, TReference> : ArgumentTransformationAttribute
    where TItem : class
    where TReference : SessionReference<TItem>
{
    protected abstract string Wanted { get; }

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            TReference => value,
            TItem or string { Length: > 0 } or int or long => Make(value),
            // A file may be meant for another parameter set at the same position; the binder asks there when it is left alone.
            FileSystemInfo => inputData,
            IEnumerable items and not string and not IDictionary and not byte[] => items.Cast<object>().Select(item => Transform(engineIntrinsics, item)).ToArray(),
            _ => throw new ArgumentTransformationMetadataException($"'{value}' ({value?.GetType().Name ?? "null"}) is not {Wanted}."),
        };
    }

    protected abstract TReference Make(object value);
}
