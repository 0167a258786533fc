using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using PSBpf.Hosting.Packets;

namespace PSBpf.PowerShell;

/// <summary>
/// Makes packets of what PowerShell passes: a byte array, hexadecimal text, layers as hashtables, or an array of
/// packets. An array of hashtables is one packet, its layers in order.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class PacketArgumentAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = Unwrap(inputData);
        return value switch
        {
            PacketInput => value,
            byte part => PacketInput.Of(part),
            byte[] bytes => PacketInput.Of(bytes),
            string text => PacketInput.Of(text),
            IDictionary table => PacketInput.Of(Layers([table])),
            IEnumerable items => Several([.. items.Cast<object?>().Select(Unwrap)]),
            _ => throw Not(value),
        };
    }

    private PacketInput Several(object?[] items)
    {
        if (items.Length == 0) throw new ArgumentTransformationMetadataException("A packet cannot be empty: pass bytes, hexadecimal text or layers.");
        if (Array.TrueForAll(items, item => item is IDictionary)) return PacketInput.Of(Layers(items.Cast<IDictionary>()));
        if (Array.TrueForAll(items, item => item is byte or sbyte or short or int or long && Convert.ToInt64(item, null) is >= 0 and <= 255))
            return PacketInput.Of(Array.ConvertAll(items, item => Convert.ToByte(item, null)));
        if (Array.Exists(items, item => item is not (byte[] or string or object[]))) throw Not(items.First(item => item is not (byte[] or string or object[])));
        return PacketInput.Of([.. items.Select(item => (PacketInput)Transform(null!, item!))]);
    }

    private static List<PacketLayer> Layers(IEnumerable<IDictionary> tables)
    {
        var layers = new List<PacketLayer>();
        foreach (var table in tables)
        {
            if (table.Count > 1 && table is not IOrderedDictionary)
                throw new ArgumentTransformationMetadataException(
                    "A hashtable forgets the order of its keys: write each layer as a hashtable of its own, @{ ipv4 = @{} }, @{ tcp = @{ dport = 22 } }.");
            foreach (DictionaryEntry entry in table) layers.Add(Layer(entry));
        }

        return layers;
    }

    private static PacketLayer Layer(DictionaryEntry entry)
    {
        var name = Unwrap(entry.Key)?.ToString() ?? "";
        var fields = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        switch (Unwrap(entry.Value))
        {
            case null:
                break;
            case IDictionary given:
                foreach (DictionaryEntry field in given) fields[Unwrap(field.Key)?.ToString() ?? ""] = Values.FromPowerShell(field.Value);
                break;
            // A payload may be said directly: text as text, anything else as bytes.
            case var direct when name.Equals("payload", StringComparison.OrdinalIgnoreCase):
                fields[direct is string ? "text" : "bytes"] = Values.FromPowerShell(direct);
                break;
            case var other:
                throw new ArgumentTransformationMetadataException($"Layer '{name}' is '{other}'; its fields go in a hashtable: @{{ {name} = @{{ … }} }}.");
        }

        return new PacketLayer(name, fields);
    }

    private static ArgumentTransformationMetadataException Not(object? value) =>
        new($"'{value}' ({value?.GetType().Name ?? "null"}) is no packet: pass bytes, hexadecimal text, or layers such as @{{ ipv4 = @{{}} }}, @{{ tcp = @{{ dport = 22 }} }}.");

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
