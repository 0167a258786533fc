using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>What -Key means: several keys, or one that is an array itself.</summary>
internal static class MapKeys
{
    /// <summary>
    /// A byte array, or numbers as many as the key has bytes while the key is no number, are one key; every other array
    /// is a list of keys.
    /// </summary>
    public static IEnumerable<object?> Of(BpfMap map, object[] keys)
    {
        if (keys.Length > 1 && keys.Length == map.KeySize && (map.KeySize is not (1 or 2 or 4 or 8) || map.Type == MapType.LpmTrie) && Array.TrueForAll(keys, IsByte))
            return [Array.ConvertAll(keys, key => Convert.ToByte(Unwrap(key), null))];
        return keys.Select(key => Values.FromPowerShell(key));
    }

    private static bool IsByte(object key) => Unwrap(key) is byte or (int and >= 0 and <= 255);

    private static object Unwrap(object value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
