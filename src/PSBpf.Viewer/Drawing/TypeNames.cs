using System.Text;
using PSBpf.Uapi;

namespace PSBpf.Viewer;

/// <summary>Types as bpftool names them.</summary>
internal static class TypeNames
{
    /// <summary>PerCpuArray → percpu_array: the UAPI writes some of them as one word.</summary>
    public static string Of(MapType type)
    {
        var text = new StringBuilder();
        foreach (char c in type.ToString().Replace("PerCpu", "Percpu", StringComparison.Ordinal).Replace("RingBuf", "Ringbuf", StringComparison.Ordinal).Replace("SockArray", "Sockarray", StringComparison.Ordinal))
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
