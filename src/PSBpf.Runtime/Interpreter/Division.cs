namespace PSBpf.Runtime.Interpreter;

/// <summary>
/// Division as RFC 9669, section 4.1 defines it: by zero gives zero, the remainder by zero is the dividend, and the
/// smallest number divided by −1 stays itself with remainder zero. .NET would throw.
/// </summary>
internal static class Division
{
    public static ulong Divide(ulong dividend, ulong divisor) => divisor == 0 ? 0 : dividend / divisor;

    public static uint Divide(uint dividend, uint divisor) => divisor == 0 ? 0 : dividend / divisor;

    public static ulong Remainder(ulong dividend, ulong divisor) => divisor == 0 ? dividend : dividend % divisor;

    public static uint Remainder(uint dividend, uint divisor) => divisor == 0 ? dividend : dividend % divisor;

    public static ulong DivideSigned(ulong dividend, ulong divisor) => divisor switch
    {
        0 => 0,
        ulong.MaxValue => 0 - dividend,
        _ => (ulong)((long)dividend / (long)divisor),
    };

    public static uint DivideSigned(uint dividend, uint divisor) => divisor switch
    {
        0 => 0,
        uint.MaxValue => 0 - dividend,
        _ => (uint)((int)dividend / (int)divisor),
    };

    public static ulong RemainderSigned(ulong dividend, ulong divisor) => divisor switch
    {
        0 => dividend,
        ulong.MaxValue => 0,
        _ => (ulong)((long)dividend % (long)divisor),
    };

    public static uint RemainderSigned(uint dividend, uint divisor) => divisor switch
    {
        0 => dividend,
        uint.MaxValue => 0,
        _ => (uint)((int)dividend % (int)divisor),
    };
}
