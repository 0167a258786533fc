using System.Globalization;
using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>A program whose figures are wanted: by object, id, name, or a name with wildcards. It may be one that is not of the session.</summary>
public sealed class StatisticSubject
{
    private readonly object _value;
    private readonly WildcardPattern? _pattern;

    internal StatisticSubject(object value)
    {
        _value = value;
        if (value is string text && WildcardPattern.ContainsWildcardCharacters(text)) _pattern = WildcardPattern.Get(text, WildcardOptions.None);
    }

    /// <summary>Whether it must be there: a name with wildcards may mean nothing.</summary>
    internal bool IsLiteral => _pattern is null;

    /// <summary>The kernel that it says itself; null for names and ids.</summary>
    internal BpfKernelKind? Kernel => _value switch { BpfProgram program => program.Kernel, BpfKernelProgram program => program.Kernel, _ => null };

    /// <inheritdoc/>
    public override string ToString() => Convert.ToString(_value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>Whether figures are this program's.</summary>
    internal bool Means(BpfStatistic statistic) => _value switch
    {
        BpfProgram program => !statistic.IsForeign && statistic.Id == program.Id,
        BpfKernelProgram program => statistic.KernelId == program.Id,
        string text => _pattern?.IsMatch(statistic.Program) ?? (statistic.Program == text || HasId(statistic, text)),
        _ => HasId(statistic, ToString()),
    };

    private static bool HasId(BpfStatistic statistic, string text) => statistic.Id.ToString(CultureInfo.InvariantCulture) == text;
}

/// <summary>Makes a <see cref="StatisticSubject"/> of a program, an id or a name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class StatisticSubjectArgumentAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            StatisticSubject => value,
            BpfProgram or BpfKernelProgram or string { Length: > 0 } or int or long => new StatisticSubject(value),
            System.Collections.IEnumerable items and not string and not byte[] => items.Cast<object>().Select(item => Transform(engineIntrinsics, item)).ToArray(),
            _ => throw new ArgumentTransformationMetadataException($"'{value}' ({value?.GetType().Name ?? "null"}) is not a program, its name or its id."),
        };
    }
}
