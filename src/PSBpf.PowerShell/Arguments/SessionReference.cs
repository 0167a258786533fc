using System.Globalization;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A thing of the session as the user says it: the object, its id, its name, or a name with wildcards.</summary>
/// <remarks>It is looked up when the record is processed, so that an unknown name is that record's error with its id, not a failure to bind.</remarks>
/// <typeparam name="T">What it refers to.</typeparam>
public abstract class SessionReference<T>
    where T : class
{
    private readonly object _value;

    private protected SessionReference(object value) => _value = value;

    /// <summary>The objects that it means: one, or for a name with wildcards any number.</summary>
    internal IReadOnlyList<T> Resolve(BpfSession session) => _value switch
    {
        T item => [item],
        string text when text.AsSpan().ContainsAny('*', '?') => Find(session, text),
        string text => [Get(session, text)],
        _ => [GetById(session, Convert.ToInt32(_value, CultureInfo.InvariantCulture))],
    };

    /// <summary>The same for what a kernel lists, which may not be of the session.</summary>
    internal ObjectSelector ToSelector() => new(ToString());

    /// <inheritdoc/>
    public override string ToString() => Convert.ToString(_value, CultureInfo.InvariantCulture) ?? "";

    private protected abstract IReadOnlyList<T> Find(BpfSession session, string pattern);

    private protected abstract T Get(BpfSession session, string nameOrId);

    private protected abstract T GetById(BpfSession session, int id);
}
