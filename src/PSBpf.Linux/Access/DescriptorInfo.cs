using System.Globalization;
using System.Runtime.Versioning;

namespace PSBpf.Linux.Access;

/// <summary>What /proc says of a descriptor and nothing else does.</summary>
[SupportedOSPlatform("linux")]
internal static class DescriptorInfo
{
    /// <summary>Bytes of memory that the kernel accounts for the object; 0 where /proc does not say.</summary>
    public static long ReadMemory(int descriptor)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/self/fdinfo/{descriptor}"))
            {
                if (line.StartsWith("memlock:", StringComparison.Ordinal)
                    && long.TryParse(line.AsSpan(8).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
                    return bytes;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        return 0;
    }
}
