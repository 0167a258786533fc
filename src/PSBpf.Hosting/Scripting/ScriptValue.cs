using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PSBpf.Btf;

namespace PSBpf.Hosting;

/// <summary>
/// Values on their way over the boundary: JSON, and for what JSON lacks an array that begins with a tag: n integer, f number that
/// is none, b bytes, d date, a array, o object. Integers are numbers where those are exact, up to 2^53 − 1 either way.
/// </summary>
internal static class ScriptValue
{
    private const long LargestSafe = (1L << 53) - 1;
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 256 };
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.Default, SkipValidation = true };

    /// <summary>The text of an answer.</summary>
    public static string Answer(object? value) => Write(writer =>
    {
        writer.WriteStringValue("=");
        Encode(writer, value);
    });

    /// <summary>The text of an answer that is an error.</summary>
    public static string Failure(string id, string message) => Write(writer =>
    {
        writer.WriteStringValue("!");
        writer.WriteStringValue(id);
        writer.WriteStringValue(message);
    });

    /// <summary>One value in ASCII, for events that are no structure in memory.</summary>
    public static byte[] Bytes(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Writing)) Encode(writer, value);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The arguments of a call.</summary>
    /// <exception cref="FormatException">Text that the guest's side does not write.</exception>
    public static object?[] Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Reading);
            return [.. document.RootElement.EnumerateArray().Select(Decode)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new FormatException("The script sent what is no call.", exception);
        }
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartArray();
            write(writer);
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Encode(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case string text: writer.WriteStringValue(text); break;
            case byte or sbyte or short or ushort or int or uint: writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case long number: Integer(writer, number); break;
            case ulong number: Integer(writer, number); break;
            case Int128 number: Integer(writer, number); break;
            case UInt128 number: Integer(writer, number); break;
            case BigInteger number: Integer(writer, number); break;
            case float or double or decimal or Half: Number(writer, value is Half half ? (double)half : Convert.ToDouble(value, CultureInfo.InvariantCulture)); break;
            case BtfEnumValue { Name: { } name }: writer.WriteStringValue(name); break;
            case BtfEnumValue number: Integer(writer, number.Value); break;
            case byte[] bytes: Tagged(writer, "b", () => writer.WriteStringValue(Convert.ToHexStringLower(bytes))); break;
            case DateTime time: Tagged(writer, "d", () => writer.WriteNumberValue(new DateTimeOffset(time).ToUnixTimeMilliseconds())); break;
            case IEnumerable<KeyValuePair<string, object?>> members: Members(writer, members); break;
            case IDictionary table: Members(writer, table.Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create($"{entry.Key}", entry.Value))); break;
            case IEnumerable items: Items(writer, items); break;
            default: writer.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{value}")); break;
        }
    }

    private static void Integer(Utf8JsonWriter writer, BigInteger number)
    {
        if (BigInteger.Abs(number) <= LargestSafe) writer.WriteNumberValue((long)number);
        else Tagged(writer, "n", () => writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture)));
    }

    private static void Number(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number)) writer.WriteNumberValue(number);
        else Tagged(writer, "f", () => writer.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity"));
    }

    private static void Items(Utf8JsonWriter writer, IEnumerable items) => Tagged(writer, "a", () =>
    {
        writer.WriteStartArray();
        foreach (object? item in items) Encode(writer, item);
        writer.WriteEndArray();
    });

    private static void Members(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, object?>> members) => Tagged(writer, "o", () =>
    {
        writer.WriteStartArray();
        foreach (var (name, member) in members)
        {
            writer.WriteStringValue(name);
            Encode(writer, member);
        }

        writer.WriteEndArray();
    });

    private static void Tagged(Utf8JsonWriter writer, string tag, Action content)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(tag);
        content();
        writer.WriteEndArray();
    }

    private static object? Decode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.String: return element.GetString();
            // A number of a script: beyond 2^53 its digits are not its value, only enough of them to tell it from others.
            case JsonValueKind.Number:
                return element.TryGetInt32(out int small) ? (object)small : element.TryGetInt64(out _) ? (object)(long)element.GetDouble() : element.GetDouble();
            case JsonValueKind.Array: return Decode(element[0].GetString(), element[1]);
            default: return null;
        }
    }

    private static object? Decode(string? tag, JsonElement content) => tag switch
    {
        "n" => Narrow(BigInteger.Parse(content.GetString()!, CultureInfo.InvariantCulture)),
        "f" => content.GetString() switch { "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, _ => double.NaN },
        "b" => Convert.FromHexString(content.GetString()!),
        "d" => content.ValueKind == JsonValueKind.Number && Math.Abs(content.GetDouble()) <= 62135596800000
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)content.GetDouble()).LocalDateTime : null,
        "a" => content.EnumerateArray().Select(Decode).ToArray(),
        "o" => Object(content),
        _ => throw new FormatException("The script sent what is no value."),
    };

    // The smallest type that holds it.
    [SuppressMessage("Performance", "CA1859", Justification = "It gives three types.")]
    private static object Narrow(BigInteger number)
    {
        if (number >= long.MinValue && number <= long.MaxValue) return (long)number;
        if (number > 0 && number <= ulong.MaxValue) return (ulong)number;
        return number;
    }

    private static OrderedDictionary<string, object?> Object(JsonElement content)
    {
        var members = new OrderedDictionary<string, object?>();
        for (int at = 0; at + 1 < content.GetArrayLength(); at += 2) members[content[at].GetString()!] = Decode(content[at + 1]);
        return members;
    }
}
