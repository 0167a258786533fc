using System.Globalization;
using System.Management.Automation;
using PSBpf.Host.Terminal;

namespace PSBpf.Host.Formatting;

/// <summary>Turns objects into the text that the console would show, through the engine's own formatter.</summary>
/// <remarks>
/// Out-Host writes to the host only; <see cref="OutputCapture"/> diverts what it writes. It lays out for one column less than
/// the buffer has.
/// </remarks>
internal sealed class TextRenderer : IDisposable
{
    // One less than this is int.MaxValue, by which the formatter knows a place without an edge: lines are not folded
    // there, and only tables keep to the window's width.
    private const int NoEdge = int.MinValue;

    private readonly SteppablePipeline _pipeline;
    private readonly StringWriter _text = new(CultureInfo.InvariantCulture) { NewLine = Environment.NewLine };
    private readonly int _bufferWidth;

    /// <summary>Initializes a new instance of the <see cref="TextRenderer"/> class.</summary>
    /// <param name="width">The columns of a line, or null for lines of any length.</param>
    public TextRenderer(int? width)
    {
        _bufferWidth = width is { } columns ? columns + 1 : NoEdge;
        _pipeline = ScriptBlock.Create(@"Microsoft.PowerShell.Core\Out-Host").GetSteppablePipeline(CommandOrigin.Internal);
        using (new OutputCapture(_text, _bufferWidth))
            _pipeline.Begin(expectInput: true);
    }

    /// <summary>Renders an object.</summary>
    /// <param name="value">The object.</param>
    /// <returns>The text that is complete by now; the formatter may hold some back to measure a table.</returns>
    public string Render(PSObject? value)
    {
        using (new OutputCapture(_text, _bufferWidth))
            _pipeline.Process(value);
        return Take();
    }

    /// <summary>Renders what the formatter has held back.</summary>
    /// <returns>The rest of the text.</returns>
    public string Finish()
    {
        using (new OutputCapture(_text, _bufferWidth))
            _pipeline.End();
        return Take();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pipeline.Dispose();
        _text.Dispose();
    }

    private string Take()
    {
        string text = _text.ToString();
        _text.GetStringBuilder().Clear();
        return text;
    }
}
