using PSBpf.Verifier.Proofs.Symbolic;

namespace PSBpf.Verifier.Proofs.StandIns;

/// <summary>The outcome of a comparison: known, or a term. A branch on a term is taken both ways, one after the other.</summary>
internal readonly struct Truth(bool value, Term? term)
{
    /// <summary>The outcome, where it is known.</summary>
    public bool Value { get; } = value;

    /// <summary>The term; null for a known outcome.</summary>
    public Term? Term { get; } = term;

    public static implicit operator Truth(bool value) => new(value, null);

    public static bool operator true(Truth truth) => truth.Term is { } term ? Exploration.Current.Decide(term) : truth.Value;

    // A term is not decided for the sake of what follows an &&, which has no effect of its own.
    public static bool operator false(Truth truth) => truth.Term is null && !truth.Value;

    public static Truth operator !(Truth a) => a.Term is { } term ? Of($"(not {term.Name})") : !a.Value;

    public static Truth operator &(Truth a, Truth b)
    {
        if (a.Term is null) return a.Value ? b : a;
        if (b.Term is null) return b.Value ? a : b;
        return Of($"(and {a.Term.Name} {b.Term.Name})");
    }

    public static Truth operator |(Truth a, Truth b)
    {
        if (a.Term is null) return a.Value ? a : b;
        if (b.Term is null) return b.Value ? b : a;
        return Of($"(or {a.Term.Name} {b.Term.Name})");
    }

    public static Truth operator ==(Truth a, Truth b)
    {
        if (a.Term is null) return a.Value ? b : !b;
        if (b.Term is null) return b.Value ? a : !a;
        return Of($"(= {a.Term.Name} {b.Term.Name})");
    }

    public static Truth operator !=(Truth a, Truth b) => !(a == b);

    /// <summary>The outcome that a formula has.</summary>
    public static Truth Of(string text) => new(false, Exploration.Current.Define(0, text));
}
