using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>How the cmdlets of events find what they are asked for: by source identifier, with * and ?, or by number.</summary>
/// <typeparam name="T">Events or subscribers.</typeparam>
/// <param name="what">What one is called in errors.</param>
/// <param name="identifier">Its source identifier.</param>
/// <param name="number">Its number.</param>
internal sealed class EventSelection<T>(string what, Func<T, string?> identifier, Func<T, int> number)
{
    /// <summary>Those that fit; an error when something is named that is not there.</summary>
    /// <param name="all">What there is.</param>
    /// <param name="name">The source identifier; null for every one.</param>
    /// <param name="id">The number; null for every one.</param>
    /// <param name="report">Takes the error.</param>
    public IReadOnlyList<T> Find(IEnumerable<T> all, string? name, int? id, Action<ErrorRecord> report)
    {
        WildcardPattern? pattern = name is null ? null : WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        // An event that has no source identifier is found by no name.
        List<T> found = [.. all.Where(one => (id is null || number(one) == id) && (pattern is null || (identifier(one) is { } own && pattern.IsMatch(own))))];
        bool isNamed = id is not null || (name is not null && !WildcardPattern.ContainsWildcardCharacters(name));
        if (found.Count == 0 && isNamed)
        {
            (string message, string error) = id is { } missing
                ? ($"There is no {what} with the number {missing}.", "INVALID_IDENTIFIER")
                : ($"There is no {what} with the source identifier '{name}'.", "INVALID_SOURCE_IDENTIFIER");
            report(new ErrorRecord(new ArgumentException(message), error, ErrorCategory.InvalidArgument, (object?)id ?? name));
        }

        return found;
    }
}

/// <summary>The two kinds of things that are found.</summary>
internal static class EventSelections
{
    public static EventSelection<PSEventArgs> Events { get; } = new("event", static one => one.SourceIdentifier, static one => one.EventIdentifier);

    public static EventSelection<PSEventSubscriber> Subscribers { get; } =
        new("event subscription", static one => one.SourceIdentifier, static one => one.SubscriptionId);
}
