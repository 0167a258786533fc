using System.IO.Compression;
using System.Text;
using PSBpf.Diagnostics;

namespace PSBpf.Targets;

/// <summary>A kernel's build configuration: lines of <c>CONFIG_NAME=value</c>, as /proc/config.gz and /boot/config-* have them.</summary>
public sealed class KernelConfiguration
{
    /// <summary>Real ones have three hundred kilobytes.</summary>
    private const int MaxBytes = 16 << 20;

    private readonly Dictionary<string, string> _values;

    private KernelConfiguration(string name, Dictionary<string, string> values)
    {
        Name = name;
        _values = values;
    }

    /// <summary>Where it is from.</summary>
    public string Name { get; }

    /// <summary>Reads a configuration from its text.</summary>
    /// <param name="text">The lines; comments and everything else is passed over.</param>
    /// <param name="name">Where it is from, for messages.</param>
    public static KernelConfiguration Parse(TextReader text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<string, string> values = [];
        while (text.ReadLine() is { } line)
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line.StartsWith("CONFIG_", StringComparison.Ordinal)) values[line[..equals]] = line[(equals + 1)..];
        }

        return new KernelConfiguration(name, values);
    }

    /// <summary>Reads a file, compressed with gzip or not.</summary>
    /// <exception cref="BpfException">BPF0323: it cannot be read.</exception>
    public static KernelConfiguration Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            int first = file.ReadByte(), second = file.ReadByte();
            file.Position = 0;
            using Stream content = (first, second) == (0x1f, 0x8b) ? new GZipStream(file, CompressionMode.Decompress) : file;
            // A few bytes of gzip may become any number.
            using var bytes = new MemoryStream();
            byte[] buffer = new byte[1 << 16];
            for (int read; (read = content.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > MaxBytes) throw DiagnosticRules.TargetUnreadable.Error($"The kernel configuration '{path}' has more than {MaxBytes >> 20} MiB.", At(path));
            }

            bytes.Position = 0;
            using var reader = new StreamReader(bytes, Encoding.UTF8);
            return Parse(reader, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or NotSupportedException)
        {
            throw new BpfException(DiagnosticRules.TargetUnreadable.At($"The kernel configuration '{path}' cannot be read: {error.Message}", At(path)), error);
        }
    }

    /// <summary>The text after <c>CONFIG_NAME=</c>; null when the option is not set.</summary>
    public string? Find(string option) => _values.GetValueOrDefault(option);

    private static DiagnosticLocation At(string path) => new() { File = path };
}
