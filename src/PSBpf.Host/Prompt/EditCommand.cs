using RadLine;

namespace PSBpf.Host.Prompt;

/// <summary>What a key does to the line.</summary>
/// <param name="edit">What it does.</param>
internal sealed class EditCommand(Action<LineEditorContext> edit) : LineEditorCommand
{
    /// <inheritdoc/>
    public override void Execute(LineEditorContext context) => edit(context);
}
