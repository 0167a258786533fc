using System.Globalization;
using System.Numerics;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Proofs.StandIns;

namespace PSBpf.Verifier.Proofs.Symbolic;

/// <summary>
/// Runs code with terms for numbers, once for each way through its branches, and has the solver show on each way that no numbers break what is claimed.
/// </summary>
internal sealed class Exploration : IDisposable
{
    [ThreadStatic]
    private static Exploration? t_active;

    private const int FirstSeconds = 20, Seconds = 60;

    private readonly Solver _solver = new();
    private readonly Dictionary<string, Term> _terms = [], _named = [];
    private readonly List<string> _inputs = [];
    private readonly List<bool> _decisions = [];
    private readonly List<(string Text, BigInteger Inputs)> _branches = [], _assumptions = [];
    private readonly HashSet<string> _shown = [];
    private BigInteger _numbers;
    private readonly Dictionary<string, bool> _known = [];
    private readonly Dictionary<int, string> _passed = [];
    private readonly HashSet<string> _steps = [];
    private int _position, _places, _line, _begin;

    private Exploration() => Widths.Set(64, 32);

    /// <summary>What runs on this thread.</summary>
    public static Exploration? Active => t_active;

    /// <summary>What runs on this thread, where terms are made.</summary>
    public static Exploration Current => t_active ?? throw new InvalidOperationException("Terms are made while something is explored.");

    /// <summary>What the number is of which the state that is computed says something; null when none is followed.</summary>
    public Word? Subject { get; set; }

    /// <summary>Whether a way ends where its state is handed to deductions that have a proof of their own, or goes through them.</summary>
    public bool EndsAtDeductions { get; set; } = true;

    /// <summary>Claims on ways through the code.</summary>
    public int Ways { get; private set; }

    /// <summary>Explores all ways; a claim that does not hold fails the test with numbers that break it.</summary>
    /// <param name="runs">The code, from inputs to claims, without memory of its own.</param>
    /// <returns>How many claims were shown.</returns>
    public static int Prove(params IEnumerable<Action<Exploration>> runs)
    {
        Assert.SkipWhen(Solver.Absence is not null, Solver.Absence ?? "");
        using var exploration = new Exploration();
        t_active = exploration;
        try
        {
            foreach (var run in runs) exploration.Explore(run);
        }
        finally
        {
            t_active = null;
            TestContext.Current.TestOutputHelper?.WriteLine($"{exploration.Ways} claims, {exploration.Questions} questions");
        }

        return exploration.Ways;
    }

    /// <summary>Any word, of which something will be known.</summary>
    public Word Any(string name)
    {
        var word = Other(name);
        _numbers |= word.Vector.Term!.Inputs;
        return word;
    }

    /// <summary>Any word that says something of others.</summary>
    public Word Other(string name) => new(Input(name, Widths.Word));

    /// <summary>A number's state, with any views that all hold of it, or that hold of it and are otherwise anything.</summary>
    public RegState AnyState(string name, Word number)
    {
        var state = RegState.UnknownScalar();
        Havoc(ref state, name, number);
        return state;
    }

    /// <summary>From here on only numbers count for which this holds.</summary>
    public void Assume(Truth truth)
    {
        if (truth.Term is { } term) _assumptions.Add((term.Name, term.Inputs));
        else if (!truth.Value) throw new WayEndedException();
    }

    /// <summary>Asks the solver whether something always holds here.</summary>
    public void Claim(Truth truth, string what)
    {
        Ways++;
        if (truth.Term is null && truth.Value) return;
        string claim = truth.Term?.Name ?? "false";
        if (IsShown(claim, Relevant(truth.Term?.Inputs ?? _numbers), FirstSeconds, what) || IsShown(claim, [.. _assumptions.Concat(_branches).Select(condition => condition.Text)], Seconds, what)) return;
        Assert.Fail($"{what}: some numbers break it");
    }

    // Fewer conditions make a claim stronger and the solver's work less: those of branches that have to do with it, and what is known of the words in all of these.
    private List<string> Relevant(BigInteger inputs)
    {
        inputs &= ~_numbers;
        foreach (var branch in _branches.Where(branch => !(branch.Inputs & inputs).IsZero).ToList()) inputs |= branch.Inputs & ~_numbers;
        var assumptions = _assumptions.Where(assumption => !(assumption.Inputs & inputs).IsZero || (assumption.Inputs & ~_numbers).IsZero).ToList();
        foreach (var assumption in assumptions) inputs |= assumption.Inputs;
        inputs |= _numbers;
        return [.. assumptions.Concat(_branches.Where(branch => (branch.Inputs & ~inputs).IsZero)).Select(condition => condition.Text)];
    }

    private bool IsShown(string claim, List<string> conditions, int seconds, string what)
    {
        string question = string.Join(' ', conditions) + " => " + claim;
        if (!_shown.Add(question)) return true;
        Questions++;
        _solver.Tell($"(set-option :timeout {seconds * 1000})");
        _solver.Tell("(push 1)");
        foreach (string condition in conditions) _solver.Tell($"(assert {condition})");
        _solver.Tell($"(assert (not {claim}))");
        string answer = _solver.Ask("(check-sat-using (then simplify propagate-values solve-eqs bit-blast sat))");
        if (answer != "unsat" && seconds == Seconds)
        {
            string numbers = answer == "sat" ? string.Join(", ", _inputs.Select(input => $"{input} = {_solver.Ask($"(eval {input})")}")) : "";
            Assert.Fail($"{what}: the solver says {answer}. {numbers}");
        }

        _solver.Tell("(pop 1)");
        if (answer != "unsat") _shown.Remove(question);
        return answer == "unsat";
    }

    /// <summary>Asks the solver of each thing that a state says.</summary>
    public void Claim(in RegState state, Word number, string what)
    {
        foreach (var (name, holds) in state.Views(number))
        {
            Claim(holds, $"{what}: {name}");

            // Where bits were found to be a constant, the rest follows from that.
            if (name == "bits") Assume(holds);
        }
    }

    /// <summary>A formula under a name.</summary>
    public Term Define(int width, string text)
    {
        if (_terms.TryGetValue(text, out var term)) return term;
        var inputs = BigInteger.Zero;
        foreach (string word in text.Split([' ', '(', ')']))
            if (_named.TryGetValue(word, out var part)) inputs |= part.Inputs;
        term = new Term("t" + _terms.Count.ToString(CultureInfo.InvariantCulture), inputs);
        _terms.Add(text, term);
        _named.Add(term.Name, term);
        _solver.Tell($"(define-fun {term.Name} () {Sort(width)} {text})");
        return term;
    }

    /// <summary>Which way to go at a branch: as said before, or first where it holds and another time where it does not.</summary>
    public bool Decide(Term term)
    {
        if (_known.TryGetValue(term.Name, out bool known)) return known;
        if (_position == _decisions.Count) _decisions.Add(true);
        bool decision = _decisions[_position++];
        _known.Add(term.Name, decision);
        _branches.Add((decision ? term.Name : $"(not {term.Name})", term.Inputs));
        return decision;
    }

    /// <summary>
    /// The code is at a place where what it knows of the number has to hold. What follows starts from any state of which that is true, so that its ways
    /// need not be multiplied with those that lead here.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="line">The place. Code between two places is run several times; the same way through it is shown once.</param>
    public void Reach(ref RegState state, int line)
    {
        if (Subject is not { } number) return;
        int place = _places++;
        string way = string.Concat(_decisions.Take(_position).Select(decision => decision ? '1' : '0'));
        bool goesOn = !EndsAtDeductions && (_passed.TryAdd(place, way) || _passed[place] == way);
        if (_steps.Add($"{_line} {string.Concat(_decisions.Take(_position).Skip(_begin).Select(decision => decision ? '1' : '0'))} {line}")) Claim(in state, number, $"from line {_line} to {line} on way {way}");
        (_line, _begin) = (line, _position);
        if (!goesOn) throw new WayEndedException();
        _branches.Clear();
        _assumptions.Clear();
        _known.Clear();
        Havoc(ref state, $"place{place}_", number);
    }

    /// <summary>What the solver was asked.</summary>
    public int Questions { get; private set; }

    public void Dispose() => _solver.Dispose();

    private void Havoc(ref RegState state, string name, Word number)
    {
        state.Bits = new Tnum(Other(name + "value"), Other(name + "mask"));
        (state.Min, state.Max) = (Other(name + "min"), Other(name + "max"));
        (state.SignedMin, state.SignedMax) = (new(Input(name + "smin", Widths.Word)), new(Input(name + "smax", Widths.Word)));
        (state.Min32, state.Max32) = (new(Input(name + "min32", Widths.Half)), new(Input(name + "max32", Widths.Half)));
        (state.SignedMin32, state.SignedMax32) = (new(Input(name + "smin32", Widths.Half)), new(Input(name + "smax32", Widths.Half)));
        foreach (var (_, holds) in state.Views(number)) Assume(holds);
    }

    private BitVector Input(string name, int width)
    {
        if (!_terms.TryGetValue(name, out var term))
        {
            _terms.Add(name, term = new Term(name, BigInteger.One << _inputs.Count));
            _named.Add(name, term);
            _inputs.Add(name);
            _solver.Tell($"(declare-const {name} {Sort(width)})");
        }

        return new BitVector(0, width, term);
    }

    private static string Sort(int width) => width == 0 ? "Bool" : $"(_ BitVec {width})";

    private void Explore(Action<Exploration> run)
    {
        _passed.Clear();
        _steps.Clear();
        do
        {
            _position = _places = _line = _begin = 0;
            _numbers = BigInteger.Zero;
            _branches.Clear();
            _assumptions.Clear();
            _known.Clear();
            Subject = null;
            try
            {
                run(this);
            }
            catch (WayEndedException)
            {
            }

            // The last branch that went the first way goes the other one next.
            _decisions.RemoveRange(_position, _decisions.Count - _position);
            while (_decisions.Count > 0 && !_decisions[^1]) _decisions.RemoveAt(_decisions.Count - 1);
            if (_decisions.Count > 0) _decisions[^1] = false;
        }
        while (_decisions.Count > 0);
    }
}
