namespace PSBpf.Host.Prompt;

/// <summary>The commands of this and earlier prompts, kept in a file.</summary>
/// <remarks>A line of the file is a command; a grave accent at its end means that the command goes on in the next line.</remarks>
internal sealed class CommandHistory
{
    /// <summary>The variable that names the file.</summary>
    public const string Variable = "PSBPF_HISTORY";

    private const int Kept = 1000;
    private const string GoesOn = "`";

    private readonly string? _path;
    private readonly List<string> _commands = [];

    /// <summary>Initializes a new instance of the <see cref="CommandHistory"/> class with what a file holds.</summary>
    /// <param name="path">The file, or null to keep nothing beyond this prompt.</param>
    public CommandHistory(string? path)
    {
        _path = path;
        try
        {
            if (path is not null && File.Exists(path))
                _commands.AddRange(Commands(File.ReadAllLines(path)).TakeLast(Kept));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _path = null; // a history that cannot be read is not written either
        }
    }

    /// <summary>Gets the commands, the oldest first.</summary>
    public IReadOnlyList<string> All => _commands;

    /// <summary>Gets the file of this user: the one that the environment names, or one among the user's application data.</summary>
    /// <returns>The path, or null where there is no such folder.</returns>
    public static string? DefaultPath()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return named;
        string folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return folder.Length == 0 ? null : Path.Combine(folder, "psbpf", "history.txt");
    }

    /// <summary>Adds a command, unless it is the last again.</summary>
    /// <param name="command">The command.</param>
    public void Add(string command)
    {
        command = command.ReplaceLineEndings("\n");
        if (command.EndsWith(GoesOn, StringComparison.Ordinal))
            command += " "; // the grave accent would join the next command to this one
        if (_commands.Count > 0 && _commands[^1] == command)
            return;
        _commands.Add(command);
        Append(command);
    }

    private static IEnumerable<string> Commands(IEnumerable<string> lines)
    {
        string before = string.Empty;
        foreach (string line in lines)
        {
            if (line.EndsWith(GoesOn, StringComparison.Ordinal))
            {
                before += line[..^1] + "\n";
                continue;
            }

            yield return before + line;
            before = string.Empty;
        }
    }

    private void Append(string command)
    {
        if (_path is null)
            return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
            var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // commands may hold secrets
            using var file = new StreamWriter(_path, options);
            file.WriteLine(command.Replace("\n", GoesOn + "\n", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The prompt works without a file; it is tried again with the next command.
        }
    }
}
