using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using PSBpf.Btf;

namespace PSBpf.Hosting;

/// <summary>Keys and values in JSON: structures are objects, arrays arrays, enumerations their names; bytes are text that begins with "hex:".</summary>
internal static class MapJson
{
    private const string Hexadecimal = "hex:";

    /// <summary>Writes a value that the codec reads.</summary>
    public static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case string text: writer.WriteStringValue(text); break;
            case byte[] bytes: writer.WriteStringValue(Hexadecimal + Convert.ToHexStringLower(bytes)); break;
            case byte or ushort or uint or ulong: writer.WriteNumberValue(Convert.ToUInt64(value, CultureInfo.InvariantCulture)); break;
            case sbyte or short or int or long: writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case float or double or Half: writer.WriteNumberValue(value is Half half ? (double)half : Convert.ToDouble(value, CultureInfo.InvariantCulture)); break;
            case BtfEnumValue { Name: { } name }: writer.WriteStringValue(name); break;
            case BtfEnumValue number: writer.WriteRawValue(number.Value.ToString(CultureInfo.InvariantCulture)!); break;
            case Int128 or UInt128 or BigInteger: writer.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"{value}")); break;
            case IEnumerable<KeyValuePair<string, object?>> members:
                writer.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    writer.WritePropertyName(name);
                    Write(writer, member);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (object? item in items) Write(writer, item);
                writer.WriteEndArray();
                break;
            default: writer.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{value}")); break;
        }
    }

    /// <summary>Reads what the codec writes.</summary>
    public static object? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString() is { } text && text.StartsWith(Hexadecimal, StringComparison.Ordinal) ? Convert.FromHexString(text.AsSpan(Hexadecimal.Length)) : element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out long number) ? number
            : element.TryGetUInt64(out ulong large) ? large
            : BigInteger.TryParse(element.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var huge) ? huge : element.GetDouble(),
        JsonValueKind.Array => element.EnumerateArray().Select(Read).ToArray(),
        _ => element.EnumerateObject().ToDictionary(member => member.Name, member => Read(member.Value)),
    };
}
