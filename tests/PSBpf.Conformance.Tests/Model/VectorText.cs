using System.Globalization;
using System.Text;

namespace PSBpf.Conformance.Tests.Model;

/// <summary>Writes a vector file.</summary>
internal sealed class VectorText
{
    private readonly StringBuilder _text = new();

    public VectorText(string about) => _text.Append(CultureInfo.InvariantCulture, $"# {about}\n# Made by the model in tests/PSBpf.Conformance.Tests/Model; a test keeps them equal (PSBPF_WRITE_DOCS=1 writes them).\n");

    /// <summary>Begins a section.</summary>
    public void Section(string title, params ReadOnlySpan<string> program)
    {
        _text.Append(CultureInfo.InvariantCulture, $"\n== {title}\n");
        foreach (string line in program) _text.Append(CultureInfo.InvariantCulture, $"    {line}\n");
    }

    /// <summary>Adds a case of 64-bit words.</summary>
    public void Case(ReadOnlySpan<ulong> memory, ulong result, ReadOnlySpan<ulong> after = default)
    {
        Words(memory);
        _text.Append(CultureInfo.InvariantCulture, $" => 0x{result:x}");
        if (!after.IsEmpty)
        {
            _text.Append(" | ");
            Words(after);
        }

        _text.Append('\n');
    }

    public override string ToString() => _text.ToString();

    private void Words(ReadOnlySpan<ulong> words)
    {
        if (words.IsEmpty) _text.Append('-');
        for (int index = 0; index < words.Length; index++) _text.Append(CultureInfo.InvariantCulture, $"{(index > 0 ? " " : "")}0x{words[index]:x}");
    }
}
