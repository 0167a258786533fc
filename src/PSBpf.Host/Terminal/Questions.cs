using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PSBpf.Host.Terminal;

/// <summary>Asks the person at the console what the engine wants to know.</summary>
/// <param name="ui">Where questions are written.</param>
/// <param name="profile">Whether anybody can answer.</param>
/// <param name="input">Where answers come from; the console when null.</param>
internal sealed class Questions(ConsoleUserInterface ui, TerminalProfile profile, TextReader? input)
{
    /// <summary>Reads a line.</summary>
    /// <returns>The line; empty at the end of the input.</returns>
    public string ReadLine()
    {
        RequireSomebody("A line of input was asked for");
        return NextLine() ?? string.Empty;
    }

    /// <summary>Reads a line without showing it.</summary>
    /// <returns>The line.</returns>
    public SecureString ReadSecret()
    {
        RequireSomebody("A secret was asked for");
        var secret = new SecureString();
        if (input is not null || Console.IsInputRedirected)
        {
            foreach (char character in ReadLine())
                secret.AppendChar(character);
            return secret;
        }

        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
                secret.RemoveAt(secret.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                secret.AppendChar(key.KeyChar);
        }

        ui.WriteLine();
        return secret;
    }

    /// <summary>Asks for the values of fields, such as mandatory parameters that were left out.</summary>
    /// <param name="caption">A heading, or empty.</param>
    /// <param name="message">An explanation, or empty.</param>
    /// <param name="fields">The fields.</param>
    /// <returns>The values by field name.</returns>
    public Dictionary<string, PSObject> AskFields(string caption, string message, Collection<FieldDescription> fields)
    {
        RequireSomebody($"A value for {string.Join(", ", fields.Select(static field => field.Name))} was asked for");
        WriteHeading(caption, message);
        var values = new Dictionary<string, PSObject>(StringComparer.OrdinalIgnoreCase);
        foreach (FieldDescription field in fields)
            values[field.Name] = PSObject.AsPSObject(AskField(field));
        return values;
    }

    /// <summary>Asks for one of several answers.</summary>
    /// <param name="caption">A heading, or empty.</param>
    /// <param name="message">The question.</param>
    /// <param name="choices">The answers.</param>
    /// <param name="defaultChoice">The answer that an empty line means; −1 for none.</param>
    /// <returns>The index of the answer.</returns>
    public int AskChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireSomebody($"The question '{(string.IsNullOrEmpty(message) ? caption : message)}' was asked");
        WriteHeading(caption, message);
        (string Key, string Label)[] keys = [.. choices.Select(static choice => KeyAndLabel(choice.Label))];
        while (true)
        {
            ui.Write(string.Join("  ", keys.Select(static choice => $"[{choice.Key}] {choice.Label}")) + "  [?] Help"
                + (defaultChoice >= 0 ? $" (default is \"{keys[defaultChoice].Key}\"): " : ": "));
            string answer = NextLine()?.Trim()
                ?? throw new PSHostNotInteractiveException($"The question '{message}' was asked, but the input has ended.");
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            if (answer == "?")
            {
                foreach ((ChoiceDescription choice, (string key, string label)) in choices.Zip(keys))
                    ui.WriteLine($"{key} - {(string.IsNullOrEmpty(choice.HelpMessage) ? label : choice.HelpMessage)}");
                continue;
            }

            int index = Array.FindIndex(keys, choice =>
                string.Equals(choice.Key, answer, StringComparison.OrdinalIgnoreCase)
                || string.Equals(choice.Label, answer, StringComparison.OrdinalIgnoreCase));
            if (index >= 0)
                return index;
        }
    }

    /// <summary>Asks for a user name and a password.</summary>
    /// <param name="caption">A heading, or empty.</param>
    /// <param name="message">An explanation, or empty.</param>
    /// <param name="userName">The user name when it is known.</param>
    /// <returns>The credential.</returns>
    public PSCredential AskCredential(string caption, string message, string userName)
    {
        RequireSomebody("A credential was asked for");
        WriteHeading(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            ui.Write("User: ");
            userName = ReadLine();
        }

        ui.Write($"Password for user {userName}: ");
        return new PSCredential(userName, ReadSecret());
    }

    // "&Yes" means the label Yes and the key Y.
    private static (string Key, string Label) KeyAndLabel(string text)
    {
        int mark = text.IndexOf('&', StringComparison.Ordinal);
        string label = text.Replace("&", string.Empty, StringComparison.Ordinal);
        return mark >= 0 && mark < label.Length ? (label[mark].ToString().ToUpperInvariant(), label) : (label, label);
    }

    private string? NextLine() => (input ?? Console.In).ReadLine();

    private object? AskField(FieldDescription field)
    {
        Type type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (type == typeof(SecureString))
        {
            ui.Write($"{field.Name}: ");
            return ReadSecret();
        }

        if (type == typeof(PSCredential))
            return AskCredential(string.Empty, string.Empty, string.Empty);
        if (!type.IsArray && !typeof(IList).IsAssignableFrom(type))
        {
            ui.Write($"{field.Name}: ");
            return ReadLine();
        }

        // A list is asked for element by element, until an empty line.
        var elements = new List<string>();
        while (true)
        {
            ui.Write($"{field.Name}[{elements.Count}]: ");
            string element = ReadLine();
            if (element.Length == 0)
                return elements.ToArray();
            elements.Add(element);
        }
    }

    private void WriteHeading(string caption, string message)
    {
        if (!string.IsNullOrEmpty(caption))
            ui.WriteLine(caption);
        if (!string.IsNullOrEmpty(message))
            ui.WriteLine(message);
    }

    private void RequireSomebody(string what)
    {
        if (!profile.Interactive)
            throw new PSHostNotInteractiveException($"{what}, but nobody can answer: this host is not interactive.");
    }
}
