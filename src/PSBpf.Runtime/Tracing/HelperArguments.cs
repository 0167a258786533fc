using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tracing;

/// <summary>What a helper is called with: words for its registers, and the memory that they point to.</summary>
internal sealed unsafe class HelperArguments
{
    private const int MostBytes = 64;

    private readonly HelperPrototype _prototype;
    private readonly List<(ulong Value, string Text, int Size, byte[] Bytes)> _arguments = [];

    private HelperArguments(HelperPrototype prototype) => _prototype = prototype;

    /// <summary>Looks at the registers before the call.</summary>
    /// <returns>Null for a helper that is not described.</returns>
    public static HelperArguments? Of(RunState run, int helper, ulong* registers)
    {
        if (HelperTable.Find(helper) is not { } prototype) return null;
        var places = new PlaceFinder(run);
        var call = new HelperArguments(prototype);
        RuntimeMap? map = null;
        for (int index = 0; index < prototype.Arguments.Count; index++)
        {
            ulong value = registers[index + 1];
            var kind = prototype.Arguments[index];
            if (kind == ArgumentKind.ConstantMap) map = run.Engine.Maps.Find(value);
            ulong size = SizeOf(kind, map, index < 4 ? registers[index + 2] : 0);
            int shown = (int)Math.Min(size, MostBytes);
            byte[] bytes = shown == 0 || IsFilled(kind) ? [] : places.Copy(value, shown);
            call._arguments.Add((value, places.Describe(value), shown, bytes));
        }

        return call;
    }

    /// <summary>The call with its result and with the memory that it filled.</summary>
    public BpfHelperCall Finish(PlaceFinder places, ulong result)
    {
        var arguments = _arguments.Select((argument, index) => new BpfHelperArgument(
            argument.Value, argument.Text,
            IsFilled(_prototype.Arguments[index]) && argument.Size > 0 ? places.Copy(argument.Value, argument.Size) : argument.Bytes));
        return new BpfHelperCall(_prototype.Name, [.. arguments], result, TextOf(places, result));
    }

    private static ulong SizeOf(ArgumentKind kind, RuntimeMap? map, ulong next) => kind switch
    {
        ArgumentKind.MapKey => (ulong)(map?.KeySize ?? 0),
        ArgumentKind.MapValue or ArgumentKind.UninitializedMapValue => (ulong)(map?.ValueSize ?? 0),
        ArgumentKind.Memory or ArgumentKind.MemoryOrNull or ArgumentKind.UninitializedMemory => next,
        _ => 0,
    };

    private static bool IsFilled(ArgumentKind kind) => kind is ArgumentKind.UninitializedMemory or ArgumentKind.UninitializedMapValue;

    private string TextOf(PlaceFinder places, ulong result) => (_prototype.Return, (long)result) switch
    {
        (ReturnKind.Void, _) => "",
        (ReturnKind.MapValueOrNull or ReturnKind.RingBufferMemoryOrNull, 0) => "null",
        (ReturnKind.Integer, < 0 and > -4096) when Enum.IsDefined((Errno)(-(long)result)) => $"-{(Errno)(-(long)result)}",
        _ => places.Describe(result),
    };
}
