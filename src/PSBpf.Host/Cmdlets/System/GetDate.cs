using System.Globalization;
using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-Date: gives the time now, or another time, as an object or as text.</summary>
[Cmdlet(VerbsCommon.Get, "Date", DefaultParameterSetName = DateSet)]
internal sealed class GetDate : PSCmdlet
{
    private const string DateSet = "DateAndFormat";
    private const string UnixSet = "UnixTimeSecondsAndFormat";

    /// <summary>Gets or sets the time.</summary>
    [Parameter(ParameterSetName = DateSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LastWriteTime")]
    public DateTime? Date { get; set; }

    /// <summary>Gets or sets the time as seconds since 1970 in UTC.</summary>
    [Parameter(ParameterSetName = UnixSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UnixTime")]
    public long UnixTimeSeconds { get; set; }

    /// <summary>Gets or sets the year.</summary>
    [Parameter]
    [ValidateRange(1, 9999)]
    public int? Year { get; set; }

    /// <summary>Gets or sets the month.</summary>
    [Parameter]
    [ValidateRange(1, 12)]
    public int? Month { get; set; }

    /// <summary>Gets or sets the day of the month.</summary>
    [Parameter]
    [ValidateRange(1, 31)]
    public int? Day { get; set; }

    /// <summary>Gets or sets the hour.</summary>
    [Parameter]
    [ValidateRange(0, 23)]
    public int? Hour { get; set; }

    /// <summary>Gets or sets the minute.</summary>
    [Parameter]
    [ValidateRange(0, 59)]
    public int? Minute { get; set; }

    /// <summary>Gets or sets the second.</summary>
    [Parameter]
    [ValidateRange(0, 59)]
    public int? Second { get; set; }

    /// <summary>Gets or sets the millisecond.</summary>
    [Parameter]
    [ValidateRange(0, 999)]
    public int? Millisecond { get; set; }

    /// <summary>Gets or sets a .NET format, or FileDate, FileDateTime, FileDateUniversal or FileDateTimeUniversal.</summary>
    [Parameter]
    public string? Format { get; set; }

    /// <summary>Gets or sets a value indicating whether the time is given in UTC.</summary>
    [Parameter]
    public SwitchParameter AsUTC { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DateTime time = ParameterSetName == UnixSet
            ? DateTimeOffset.FromUnixTimeSeconds(UnixTimeSeconds).LocalDateTime
            : Date ?? DateTime.Now;
        try
        {
            time = WithParts(time);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            ThrowTerminatingError(new ErrorRecord(exception, "NoSuchDate", ErrorCategory.InvalidArgument, time));
        }

        if (AsUTC)
            time = time.ToUniversalTime();
        if (Format is not null)
        {
            WriteObject(Text(time, Format));
            return;
        }

        // The engine's type data shows a DateTime by this note.
        var result = new PSObject(time);
        result.Properties.Add(new PSNoteProperty("DisplayHint", "DateTime"));
        WriteObject(result);
    }

    private static string Text(DateTime time, string format) => format.ToUpperInvariant() switch
    {
        "FILEDATE" => time.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
        "FILEDATEUNIVERSAL" => time.ToUniversalTime().ToString("yyyyMMddZ", CultureInfo.InvariantCulture),
        "FILEDATETIME" => time.ToString("yyyyMMddTHHmmssffff", CultureInfo.InvariantCulture),
        "FILEDATETIMEUNIVERSAL" => time.ToUniversalTime().ToString("yyyyMMddTHHmmssffffZ", CultureInfo.InvariantCulture),
        _ => time.ToString(format, CultureInfo.CurrentCulture),
    };

    private DateTime WithParts(DateTime time)
    {
        if (Year is null && Month is null && Day is null && Hour is null && Minute is null && Second is null && Millisecond is null)
            return time;
        var result = new DateTime(
            Year ?? time.Year, Month ?? time.Month, Day ?? time.Day, Hour ?? time.Hour, Minute ?? time.Minute, Second ?? time.Second, time.Kind);
        long fraction = Millisecond is { } millisecond ? millisecond * TimeSpan.TicksPerMillisecond : time.Ticks % TimeSpan.TicksPerSecond;
        return result.AddTicks(fraction);
    }
}
