using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Reflection;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Writes objects as JSON in the form that PowerShell's ConvertTo-Json gives.</summary>
/// <param name="depth">How many levels of objects are written as objects.</param>
/// <param name="compress">Whether line ends and indentation are left out.</param>
/// <param name="enumsAsStrings">Whether enumeration values are written by name.</param>
internal sealed class JsonWriter(int depth, bool compress, bool enumsAsStrings)
{
    private readonly StringBuilder _text = new();

    /// <summary>Gets a value indicating whether objects below the depth were written as text.</summary>
    public bool Truncated { get; private set; }

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text.</returns>
    public string Write(object? value)
    {
        WriteValue(value, level: 0);
        return _text.ToString();
    }

    private static object? Plain(object? value) =>
        value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    // What was put onto an object in PowerShell; a custom object consists of nothing else.
    private static IEnumerable<PSPropertyInfo> Extended(PSObject value) =>
        value.Properties.Where(property => property.IsInstance || (value.BaseObject is not PSCustomObject && property is PSScriptProperty or PSAliasProperty or PSCodeProperty));

    private void WriteValue(object? value, int level)
    {
        object? plain = Plain(value);
        switch (plain)
        {
            case null or DBNull:
                _text.Append("null");
                return;
            case string text:
                WriteText(text);
                return;
            case char or Uri or Guid or Version or Type or SemanticVersion or System.Net.IPAddress or System.Net.NetworkInformation.PhysicalAddress:
                WriteText(plain.ToString()!);
                return;
            case bool flag:
                _text.Append(flag ? "true" : "false");
                return;
            case DateTime time:
                WriteText(time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture));
                return;
            case DateTimeOffset time:
                WriteText(time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture));
                return;
            case Enum member:
                if (enumsAsStrings)
                    WriteText(member.ToString());
                else
                    _text.Append(member.ToString("D"));
                return;
            case byte or sbyte or short or ushort or int or uint or long or ulong or BigInteger:
                _text.Append(((IFormattable)plain).ToString(null, CultureInfo.InvariantCulture));
                return;
            case double or float or Half or decimal:
                WriteFraction((IFormattable)plain);
                return;
        }

        if (level > depth)
        {
            Truncated = true;
            WriteText(PSObject.AsPSObject(value!).ToString());
            return;
        }

        switch (plain)
        {
            case IDictionary dictionary:
                WriteMembers(Entries(dictionary)
                    .Select(static entry => (LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value))
                    .Concat(OnWrapper(value)), level);
                return;
            case IEnumerable elements when plain is not PSObject:
                WriteElements(elements, level);
                return;
            default:
                WriteMembers(Members(value!), level);
                return;
        }
    }

    // Asked as IEnumerable, a generic dictionary hands out pairs of its own.
    private static IEnumerable<DictionaryEntry> Entries(IDictionary dictionary)
    {
        for (var entries = dictionary.GetEnumerator(); entries.MoveNext();) yield return entries.Entry;
    }

    // Note properties of a wrapper that is no custom object come after the object's own members.
    private static IEnumerable<(string Name, object? Value)> OnWrapper(object? value) =>
        value is PSObject wrapped
            ? wrapped.Properties.Where(static property => property is PSNoteProperty).Select(static property => (property.Name, Get(property)))
            : [];

    private static IEnumerable<(string Name, object? Value)> Members(object value)
    {
        if (value is PSObject { BaseObject: PSCustomObject } custom)
            return custom.Properties.Where(static property => property.IsGettable).Select(static property => (property.Name, Get(property)));

        object plain = Plain(value)!;
        Type type = plain.GetType();
        IEnumerable<(string Name, object? Value)> properties = type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(static property => property.CanRead && property.GetIndexParameters().Length == 0 && !Hidden(property))
            .DistinctBy(static property => property.Name)
            .Select(property => (property.Name, Get(() => property.GetValue(plain))));
        IEnumerable<(string Name, object? Value)> fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public)
            .Where(static field => !Hidden(field))
            .Select(field => (field.Name, field.GetValue(plain)));
        IEnumerable<(string Name, object? Value)> extended = Extended(PSObject.AsPSObject(value)).Select(static property => (property.Name, Get(property)));
        return properties.Concat(fields).Concat(extended).DistinctBy(static member => member.Name, StringComparer.OrdinalIgnoreCase);
    }

    private static bool Hidden(MemberInfo member) => member.IsDefined(typeof(HiddenAttribute), inherit: true);

    private static object? Get(PSPropertyInfo property) => Get(() => property.Value);

    // A property that cannot be read has no value worth ending the conversion for.
    private static object? Get(Func<object?> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is TargetInvocationException or GetValueException or NotSupportedException)
        {
            return null;
        }
    }

    private void WriteMembers(IEnumerable<(string Name, object? Value)> members, int level)
    {
        _text.Append('{');
        bool any = false;
        foreach ((string name, object? value) in members)
        {
            if (any)
                _text.Append(',');
            any = true;
            BreakLine(level + 1);
            WriteText(name);
            _text.Append(compress ? ":" : ": ");
            WriteValue(value, level + 1);
        }

        if (any)
            BreakLine(level);
        _text.Append('}');
    }

    private void WriteElements(IEnumerable elements, int level)
    {
        _text.Append('[');
        bool any = false;
        foreach (object? element in elements)
        {
            if (any)
                _text.Append(',');
            any = true;
            BreakLine(level + 1);
            WriteValue(element, level + 1);
        }

        if (any)
            BreakLine(level);
        _text.Append(']');
    }

    private void BreakLine(int level)
    {
        if (!compress)
            _text.AppendLine().Append(' ', 2 * level);
    }

    // A fraction keeps its point, so that reading it back gives a fraction; what is no number in JSON is text.
    private void WriteFraction(IFormattable number)
    {
        string text = number.ToString(number is decimal ? null : "R", CultureInfo.InvariantCulture);
        if (text is "NaN" or "Infinity" or "-Infinity")
            WriteText(text);
        else
            _text.Append(text).Append(text.AsSpan().IndexOfAny('.', 'E') < 0 ? ".0" : string.Empty);
    }

    private void WriteText(string text)
    {
        _text.Append('"');
        foreach (char character in text)
        {
            _ = character switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append(@"\\"),
                '\b' => _text.Append(@"\b"),
                '\f' => _text.Append(@"\f"),
                '\n' => _text.Append(@"\n"),
                '\r' => _text.Append(@"\r"),
                '\t' => _text.Append(@"\t"),
                < ' ' or '\u0085' or '\u2028' or '\u2029' => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => _text.Append(character),
            };
        }

        _text.Append('"');
    }
}
