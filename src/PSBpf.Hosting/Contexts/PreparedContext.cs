using PSBpf.Runtime.Environment;

namespace PSBpf.Hosting;

/// <summary>A context in its UAPI layout, and the memory that its pointers point to.</summary>
/// <param name="Bytes">The context.</param>
/// <param name="Memory">What probe reads find for this one event.</param>
internal readonly record struct PreparedContext(byte[] Bytes, IReadOnlyList<MemoryImage> Memory);
