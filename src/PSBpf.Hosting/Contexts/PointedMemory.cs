using System.Text;
using PSBpf.Runtime.Environment;

namespace PSBpf.Hosting;

/// <summary>Places texts and bytes that a context points to, each at an address of its own.</summary>
internal sealed class PointedMemory
{
    // Far from where people put the memory of an environment; a page for each, so that running over the end shows.
    private const ulong FirstUser = 0x0000_5a00_0000_0000, FirstKernel = 0xffff_8d00_0000_0000, Page = 4096;

    private readonly List<MemoryImage> _images = [];

    /// <summary>Everything that was placed.</summary>
    public IReadOnlyList<MemoryImage> Images => _images;

    /// <summary>The number that a value stands for in a context: itself, or the address where its bytes are placed.</summary>
    /// <param name="value">A number as it is; text, which gets a zero byte at its end, or bytes.</param>
    /// <param name="kernel">Whether it lies in the kernel's memory.</param>
    public object? Place(object? value, bool kernel = false) => value switch
    {
        string text => Add(Encoding.UTF8.GetBytes(text + "\0"), kernel),
        byte[] bytes => Add(bytes, kernel),
        _ => value,
    };

    /// <summary>The address of bytes.</summary>
    public ulong Add(byte[] bytes, bool kernel)
    {
        ulong address = (kernel ? FirstKernel : FirstUser) + (ulong)_images.Sum(image => (long)((ulong)image.Bytes.Length / Page + 2)) * Page;
        _images.Add(new MemoryImage(address, bytes));
        return address;
    }
}
