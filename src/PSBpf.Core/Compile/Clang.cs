namespace PSBpf.Compile;

/// <summary>A clang that was found.</summary>
/// <param name="Path">The executable, with its folder.</param>
/// <param name="Version">What it says its version is.</param>
/// <param name="Banner">The line in which it says so.</param>
public sealed record Clang(string Path, Version Version, string Banner)
{
    /// <summary>The oldest that is supported.</summary>
    public const int Oldest = 14;

    private const int FirstWithV4 = 18;

    /// <summary>The newest instruction set that it writes.</summary>
    public BpfCpu NewestCpu => Version.Major >= FirstWithV4 ? BpfCpu.V4 : BpfCpu.V3;

    /// <summary>Every supported clang on PATH, newest first.</summary>
    public static IReadOnlyList<Clang> All(CancellationToken cancellation = default) => ClangLocator.All(cancellation);

    /// <summary>e.g. <c>clang 19.1.7</c>.</summary>
    public override string ToString() => $"clang {Version}";
}
