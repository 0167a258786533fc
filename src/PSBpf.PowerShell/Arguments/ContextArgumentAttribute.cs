using System.Collections;
using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Hosting.Packets;

namespace PSBpf.PowerShell;

/// <summary>Makes a <see cref="BpfContext"/> of bytes, hexadecimal text or a hashtable.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class ContextArgumentAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value switch
            {
                BpfContext => value,
                byte[] bytes => BpfContext.FromBytes(bytes),
                string text => BpfContext.FromBytes(PacketText.Parse(text)),
                IDictionary fields => BpfContext.FromFields((IReadOnlyDictionary<string, object?>)Values.FromPowerShell(fields)!),
                IEnumerable items => BpfContext.FromBytes(LanguagePrimitives.ConvertTo<byte[]>(items)),
                _ => throw new ArgumentTransformationMetadataException($"'{value}' is no context: pass bytes, hexadecimal text, or a hashtable of its fields."),
            };
        }
        catch (Exception exception) when (exception is BpfException or PSInvalidCastException)
        {
            throw new ArgumentTransformationMetadataException(exception.Message, exception);
        }
    }
}
