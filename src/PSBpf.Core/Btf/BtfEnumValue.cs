using System.Globalization;

namespace PSBpf.Btf;

/// <summary>
/// A value of a C enumeration: shown by name, compared with names as with numbers, so that <c>$_.proto -eq 'TCP'</c>
/// and <c>$_.proto -eq 6</c> both hold.
/// </summary>
public readonly struct BtfEnumValue : IEquatable<BtfEnumValue>, IComparable, IComparable<BtfEnumValue>, IConvertible
{
    private readonly bool _isUnsigned;

    /// <summary>Makes a value.</summary>
    /// <param name="name">The enumerator's name; null when none has this value.</param>
    /// <param name="value">The number; the bits of an unsigned 64-bit one.</param>
    /// <param name="isUnsigned">Whether negative bits are to be read as a large number.</param>
    public BtfEnumValue(string? name, long value, bool isUnsigned = false)
    {
        Name = name;
        Value = value;
        _isUnsigned = isUnsigned;
    }

    /// <summary>The enumerator's name; null when none has this value.</summary>
    public string? Name { get; }

    /// <summary>The number; the bits of an unsigned 64-bit one.</summary>
    public long Value { get; }

    private Int128 Number => _isUnsigned ? (ulong)Value : Value;

    /// <summary>Whether both have the same number.</summary>
    public static bool operator ==(BtfEnumValue left, BtfEnumValue right) => left.Equals(right);

    /// <summary>Whether they have different numbers.</summary>
    public static bool operator !=(BtfEnumValue left, BtfEnumValue right) => !left.Equals(right);

    /// <summary>Whether the left number is smaller.</summary>
    public static bool operator <(BtfEnumValue left, BtfEnumValue right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left number is not greater.</summary>
    public static bool operator <=(BtfEnumValue left, BtfEnumValue right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left number is greater.</summary>
    public static bool operator >(BtfEnumValue left, BtfEnumValue right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left number is not smaller.</summary>
    public static bool operator >=(BtfEnumValue left, BtfEnumValue right) => left.CompareTo(right) >= 0;

    /// <summary>The number.</summary>
    public static explicit operator long(BtfEnumValue value) => value.Value;

    /// <summary>The number.</summary>
    public static explicit operator int(BtfEnumValue value) => checked((int)value.Number);

    /// <summary>The number.</summary>
    public long ToInt64() => Value;

    /// <inheritdoc/>
    public bool Equals(BtfEnumValue other) => Number == other.Number;

    /// <summary>Equal to the same number, to the name (in any case, as PowerShell compares) and to an enumeration value with the same number.</summary>
    public override bool Equals(object? obj) => obj switch
    {
        BtfEnumValue other => Equals(other),
        string text => string.Equals(text, ToString(), StringComparison.OrdinalIgnoreCase),
        _ => BtfNumber.TryConvert(obj, out var number) && number == (System.Numerics.BigInteger)Number,
    };

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(BtfEnumValue other) => Number.CompareTo(other.Number);

    /// <summary>Compares numbers; with text, names.</summary>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        BtfEnumValue other => CompareTo(other),
        string text => string.Compare(ToString(), text, StringComparison.OrdinalIgnoreCase),
        _ => BtfNumber.TryConvert(obj, out var number)
            ? ((System.Numerics.BigInteger)Number).CompareTo(number)
            : throw new ArgumentException($"An enumeration value cannot be compared with a {obj.GetType().Name}.", nameof(obj)),
    };

    /// <summary>The name, or the number where there is none.</summary>
    public override string ToString() => Name ?? Number.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public TypeCode GetTypeCode() => _isUnsigned ? TypeCode.UInt64 : TypeCode.Int64;

    bool IConvertible.ToBoolean(IFormatProvider? provider) => Value != 0;

    byte IConvertible.ToByte(IFormatProvider? provider) => checked((byte)Number);

    char IConvertible.ToChar(IFormatProvider? provider) => checked((char)Number);

    DateTime IConvertible.ToDateTime(IFormatProvider? provider) => throw new InvalidCastException("An enumeration value is no date.");

    decimal IConvertible.ToDecimal(IFormatProvider? provider) => (decimal)Number;

    double IConvertible.ToDouble(IFormatProvider? provider) => (double)Number;

    short IConvertible.ToInt16(IFormatProvider? provider) => checked((short)Number);

    int IConvertible.ToInt32(IFormatProvider? provider) => checked((int)Number);

    long IConvertible.ToInt64(IFormatProvider? provider) => checked((long)Number);

    sbyte IConvertible.ToSByte(IFormatProvider? provider) => checked((sbyte)Number);

    float IConvertible.ToSingle(IFormatProvider? provider) => (float)Number;

    string IConvertible.ToString(IFormatProvider? provider) => ToString();

    object IConvertible.ToType(Type conversionType, IFormatProvider? provider) =>
        conversionType == typeof(string) ? ToString() : Convert.ChangeType((decimal)Number, conversionType, provider);

    ushort IConvertible.ToUInt16(IFormatProvider? provider) => checked((ushort)Number);

    uint IConvertible.ToUInt32(IFormatProvider? provider) => checked((uint)Number);

    ulong IConvertible.ToUInt64(IFormatProvider? provider) => checked((ulong)Number);
}
