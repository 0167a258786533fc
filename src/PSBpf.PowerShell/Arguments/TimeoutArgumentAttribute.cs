using System.Globalization;
using System.Management.Automation;

namespace PSBpf.PowerShell;

/// <summary>Makes a time span of a number of seconds, as other cmdlets take timeouts; PowerShell itself would read ticks.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class TimeoutArgumentAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            TimeSpan => value,
            byte or short or int or long or float or double or decimal => FromSeconds(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) => FromSeconds(seconds),
            string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) => span,
            _ => throw new ArgumentTransformationMetadataException($"'{value}' is no time: pass seconds, or a time span such as 00:00:05."),
        };
    }

    // Longer waits than the clock can count mean for ever.
    private static TimeSpan FromSeconds(double seconds) => seconds switch
    {
        < 0 or double.NaN => throw new ArgumentTransformationMetadataException("A timeout cannot be negative."),
        > int.MaxValue / 1000 => Timeout.InfiniteTimeSpan,
        _ => TimeSpan.FromSeconds(seconds),
    };
}
