using System.Management.Automation;
using System.Management.Automation.Internal;
using RadLine;
using Spectre.Console;

namespace PSBpf.Host.Prompt;

/// <summary>The text before the line that is edited.</summary>
/// <param name="text">The last line of what the prompt function gives.</param>
/// <param name="continuation">The text before further lines of a command.</param>
internal sealed class PromptMarkup(string text, string continuation) : ILineEditorPrompt
{
    /// <inheritdoc/>
    public (Markup Markup, int Margin) GetPrompt(ILineEditorState state, int line) =>
        (new Markup(Markup.Escape(line == 0 ? text : continuation)), 0);

    /// <summary>Gets the text that the editor can show: without escape sequences, and leaving half of the width for the line.</summary>
    /// <param name="prompt">What the prompt function gives; of several lines, the last.</param>
    /// <param name="width">The columns of the terminal.</param>
    /// <returns>The text.</returns>
    public static string Shown(string prompt, int width)
    {
        string plain = new StringDecorated(prompt).ToString(OutputRendering.PlainText);
        int room = Math.Max(4, width / 2);
        return plain.Length <= room ? plain : "…" + plain[^(room - 1)..];
    }
}
