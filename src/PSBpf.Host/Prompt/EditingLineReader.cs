using PSBpf.Host.Terminal;
using RadLine;
using Spectre.Console;

namespace PSBpf.Host.Prompt;

/// <summary>Reads lines with editing, completion and history, through RadLine.</summary>
internal sealed class EditingLineReader : ILineReader
{
    private readonly IAnsiConsole _console;
    private readonly KeySource _keys = new();
    private readonly Completer _completer;
    private readonly CommandHistory _history;
    private bool _ended;

    /// <summary>Initializes a new instance of the <see cref="EditingLineReader"/> class on this process's console.</summary>
    /// <param name="profile">What the console can do.</param>
    /// <param name="completer">What completes.</param>
    /// <param name="history">What can be recalled.</param>
    public EditingLineReader(TerminalProfile profile, Completer completer, CommandHistory history)
    {
        _completer = completer;
        _history = history;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes, // the editor moves the cursor; NO_COLOR is about colours
            Interactive = InteractionSupport.Yes,
            ColorSystem = profile.OutputSequences ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(new EditedLineWriter(Console.Out)),
        });
    }

    /// <summary>Tells whether the console can be edited on.</summary>
    /// <returns>Whether input and output are a terminal that understands cursor movements.</returns>
    public static bool IsSupported() =>
        !Console.IsInputRedirected && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <inheritdoc/>
    public LineRead Read(string prompt)
    {
        int width = _console.Profile.Width;
        string[] lines = prompt.ReplaceLineEndings("\n").Split('\n');
        foreach (string line in lines[..^1])
            Console.Out.WriteLine(line);
        string shown = PromptMarkup.Shown(lines[^1], width);
        var editor = new LineEditor(_console, _keys) { Prompt = new PromptMarkup(shown, ">> ") };
        foreach (string command in _history.All)
            editor.History.Add(command);
        BindKeys(editor.KeyBindings);

        _ended = false;
        bool before = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        try
        {
            string? text = editor.ReadLine(CancellationToken.None).GetAwaiter().GetResult();
            return text is not null ? new LineRead(text, Ended: false) : _ended ? LineRead.End : LineRead.Cancelled;
        }
        finally
        {
            Console.TreatControlCAsInput = before;
        }
    }

    /// <inheritdoc/>
    public void Remember(string commands) => _history.Add(commands);

    // The keys of PSReadLine and of shells. RadLine takes the first binding of a key that is pressed alone, so that
    // a key's own binding stands before those with Ctrl or Alt.
    private void BindKeys(KeyBindings bindings)
    {
        bindings.Clear();
        bindings.Add<SubmitCommand>(ConsoleKey.Enter);
        bindings.Add<BackspaceCommand>(ConsoleKey.Backspace);
        bindings.Add<DeleteCommand>(ConsoleKey.Delete);
        bindings.Add<MoveHomeCommand>(ConsoleKey.Home);
        bindings.Add<MoveEndCommand>(ConsoleKey.End);
        bindings.Add<MoveLeftCommand>(ConsoleKey.LeftArrow);
        bindings.Add<MoveRightCommand>(ConsoleKey.RightArrow);
        bindings.Add<PreviousHistoryCommand>(ConsoleKey.UpArrow);
        bindings.Add<NextHistoryCommand>(ConsoleKey.DownArrow);
        Bind(ConsoleKey.Tab, null, context => Complete(context, backwards: false));
        Bind(ConsoleKey.Tab, ConsoleModifiers.Shift, context => Complete(context, backwards: true));
        Bind(ConsoleKey.Escape, null, static context => Replace(context, string.Empty, 0));

        bindings.Add<PreviousWordCommand>(ConsoleKey.LeftArrow, ConsoleModifiers.Control);
        bindings.Add<NextWordCommand>(ConsoleKey.RightArrow, ConsoleModifiers.Control);
        bindings.Add<PreviousWordCommand>(ConsoleKey.B, ConsoleModifiers.Alt);
        bindings.Add<NextWordCommand>(ConsoleKey.F, ConsoleModifiers.Alt);
        bindings.Add<MoveHomeCommand>(ConsoleKey.A, ConsoleModifiers.Control);
        bindings.Add<MoveEndCommand>(ConsoleKey.E, ConsoleModifiers.Control);
        bindings.Add<MoveLeftCommand>(ConsoleKey.B, ConsoleModifiers.Control);
        bindings.Add<MoveRightCommand>(ConsoleKey.F, ConsoleModifiers.Control);
        bindings.Add<PreviousHistoryCommand>(ConsoleKey.P, ConsoleModifiers.Control);
        bindings.Add<NextHistoryCommand>(ConsoleKey.N, ConsoleModifiers.Control);
        bindings.Add<BackspaceCommand>(ConsoleKey.H, ConsoleModifiers.Control);
        Bind(ConsoleKey.Spacebar, ConsoleModifiers.Control, List);
        Bind(ConsoleKey.D2, ConsoleModifiers.Control, List); // how Ctrl+Space, the character NUL, arrives on Unix
        Bind(ConsoleKey.C, ConsoleModifiers.Control, static context => context.Submit(SubmitAction.Cancel));
        Bind(ConsoleKey.D, ConsoleModifiers.Control, EndOrDelete);
        Bind(ConsoleKey.L, ConsoleModifiers.Control, static _ => Console.Out.Write("\e[2J\e[H"));
        Bind(ConsoleKey.U, ConsoleModifiers.Control, static context => Replace(context, context.Buffer.Content[context.Buffer.Position..], 0));
        Bind(ConsoleKey.K, ConsoleModifiers.Control, static context => Replace(context, context.Buffer.Content[..context.Buffer.Position], context.Buffer.Position));
        Bind(ConsoleKey.W, ConsoleModifiers.Control, DeleteWord);
        Bind(ConsoleKey.Backspace, ConsoleModifiers.Control, DeleteWord);
        Bind(ConsoleKey.Backspace, ConsoleModifiers.Alt, DeleteWord);

        void Bind(ConsoleKey key, ConsoleModifiers? modifiers, Action<LineEditorContext> edit)
        {
            if (modifiers is { } with)
                bindings.Add(key, with, () => new EditCommand(edit));
            else
                bindings.Add(key, () => new EditCommand(edit));
        }
    }

    private static void Replace(LineEditorContext context, string text, int cursor)
    {
        LineBuffer buffer = context.Buffer;
        buffer.Clear(0, buffer.Length);
        buffer.Move(0);
        buffer.Insert(text);
        buffer.Move(cursor);
    }

    private static void DeleteWord(LineEditorContext context)
    {
        LineBuffer buffer = context.Buffer;
        int end = buffer.Position;
        int start = end;
        while (start > 0 && char.IsWhiteSpace(buffer.Content[start - 1]))
            start--;
        while (start > 0 && !char.IsWhiteSpace(buffer.Content[start - 1]))
            start--;
        Replace(context, buffer.Content.Remove(start, end - start), start);
    }

    private void EndOrDelete(LineEditorContext context)
    {
        if (context.Buffer.Length > 0)
        {
            context.Execute(new DeleteCommand());
            return;
        }

        _ended = true;
        context.Submit(SubmitAction.Cancel);
    }

    private void Complete(LineEditorContext context, bool backwards)
    {
        if (_completer.Next(context.Buffer.Content, context.Buffer.Position, backwards) is { } completed)
            Replace(context, completed.Text, completed.Cursor);
    }

    // The list goes below the line; the editor draws the line again below the list.
    private void List(LineEditorContext context)
    {
        IReadOnlyList<string> items = _completer.All(context.Buffer.Content, context.Buffer.Position);
        if (items.Count > 0)
            Console.Out.Write(Environment.NewLine + ColumnList.Layout(items, _console.Profile.Width));
    }
}
