using System.Runtime.CompilerServices;
using System.Text;

namespace PSBpf.Linux.SystemCalls;

/// <summary>A char[BPF_OBJ_NAME_LEN]: at most 15 of the characters that the kernel takes in names, and a zero.</summary>
[InlineArray(Length)]
internal struct ObjectName
{
    /// <summary>BPF_OBJ_NAME_LEN.</summary>
    public const int Length = 16;

    private byte _first;

    /// <summary>Letters, digits, '_' and '.' as they are, anything else as '_', cut to what fits.</summary>
    public static ObjectName From(string name)
    {
        var result = default(ObjectName);
        for (var i = 0; i < Math.Min(name.Length, Length - 1); i++)
        {
            var letter = name[i];
            result[i] = (byte)(char.IsAsciiLetterOrDigit(letter) || letter == '.' ? letter : '_');
        }

        return result;
    }

    /// <summary>The characters before the zero.</summary>
    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        int end = bytes.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
