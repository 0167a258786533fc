using System.Runtime.CompilerServices;

namespace PSBpf.Runtime.Memory;

/// <summary>How methods are compiled that programs call for each packet.</summary>
internal static class HotCode
{
    /// <summary>
    /// Optimised the first time it is called. Otherwise a compiled program would call its helpers unoptimised, four to ten times slower,
    /// until the runtime has counted their calls and found time to compile them again.
    /// </summary>
    public const MethodImplOptions Optimized = MethodImplOptions.AggressiveOptimization;
}
