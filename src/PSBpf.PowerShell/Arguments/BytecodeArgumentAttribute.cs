using System.Collections;
using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;

namespace PSBpf.PowerShell;

/// <summary>Makes instruction bytes of a byte array, numbers, or hexadecimal text.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class BytecodeArgumentAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value switch
            {
                byte[] => value,
                string text => PacketText.Parse(text),
                IEnumerable items when items.Cast<object?>().All(item => (item is PSObject element ? element.BaseObject : item) is string) =>
                    PacketText.Parse(string.Join(' ', items.Cast<object>())),
                IEnumerable items => LanguagePrimitives.ConvertTo<byte[]>(items),
                _ => throw new ArgumentTransformationMetadataException($"'{value}' is no program: pass its instructions as bytes or hexadecimal text."),
            };
        }
        catch (Exception exception) when (exception is BpfException or PSInvalidCastException)
        {
            throw new ArgumentTransformationMetadataException(exception.Message, exception);
        }
    }
}
