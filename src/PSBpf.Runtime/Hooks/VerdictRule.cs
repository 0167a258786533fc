namespace PSBpf.Runtime.Hooks;

/// <summary>What comes after a program of a hook.</summary>
internal enum ChainStep
{
    /// <summary>The next program.</summary>
    Next,

    /// <summary>The first program of the next stage: a later group of programs.</summary>
    NextStage,

    /// <summary>Nothing: it is decided.</summary>
    Stop,
}

/// <summary>How the verdicts of a hook's programs become the hook's, and who runs at all.</summary>
/// <param name="start">The verdict before any program.</param>
internal abstract class VerdictRule(int start)
{
    /// <summary>XDP: one program, or several in a row as libxdp's dispatcher runs them.</summary>
    public static readonly VerdictRule Xdp = new XdpRule();

    /// <summary>TC: tcx programs, then filters; who has no opinion leaves it to the next.</summary>
    public static readonly VerdictRule Classifier = new ClassifierRule();

    /// <summary>Cgroups: all programs run, and any denial wins.</summary>
    public static readonly VerdictRule Denial = new DenialRule();

    /// <summary>LSM hooks and changed return values: the first one that is not zero is it.</summary>
    public static readonly VerdictRule FirstError = new FirstErrorRule();

    /// <summary>Netfilter: the first drop ends it.</summary>
    public static readonly VerdictRule FirstDrop = new FirstDropRule();

    /// <summary>Probes and the like: all run, and what they return decides nothing here; the last one's is told.</summary>
    public static readonly VerdictRule Everyone = new EveryoneRule(0);

    /// <summary>Hooks of one program: what it returns.</summary>
    public static readonly VerdictRule Only = new EveryoneRule(0);

    /// <summary>The verdict before any program.</summary>
    public int Start { get; } = start;

    /// <summary>Takes a program's verdict in.</summary>
    /// <param name="link">The link that it ran by.</param>
    /// <param name="verdict">What it returned.</param>
    /// <param name="total">The hook's verdict so far.</param>
    /// <returns>Who is next.</returns>
    public abstract ChainStep Take(ManagedLink link, int verdict, ref int total);

    private sealed class XdpRule() : VerdictRule(Pass)
    {
        private const int Pass = 2;

        public override ChainStep Take(ManagedLink link, int verdict, ref int total)
        {
            // The dispatcher goes on after the verdicts that a program lists, and at its end the packet passes.
            bool goesOn = link.ChainCalls is { } calls && (uint)verdict < 32 && (calls >> verdict & 1) != 0;
            total = goesOn ? Pass : verdict;
            return goesOn ? ChainStep.Next : ChainStep.Stop;
        }
    }

    private sealed class ClassifierRule() : VerdictRule(Unspecified)
    {
        private const int Unspecified = -1, Ok = 0, Shot = 2, Stolen = 4, Redirect = 7, Trap = 8;

        public override ChainStep Take(ManagedLink link, int verdict, ref int total)
        {
            if (verdict is Ok or Shot or Redirect || (link.IsFilter && verdict is Stolen or Trap))
            {
                total = verdict;
                return ChainStep.Stop;
            }

            // A filter's other verdicts say nothing. Those of a tcx program that are none end tcx, and the filters are asked.
            return verdict == Unspecified || link.IsFilter ? ChainStep.Next : ChainStep.NextStage;
        }
    }

    private sealed class DenialRule() : VerdictRule(Allow)
    {
        private const int Allow = 1;

        public override ChainStep Take(ManagedLink link, int verdict, ref int total)
        {
            // Above the answer stand flags: of congestion for packets that leave, of privileged ports for bind.
            total = (total & verdict & Allow) | ((total | verdict) & ~Allow);
            return ChainStep.Next;
        }
    }

    private sealed class FirstErrorRule() : VerdictRule(0)
    {
        public override ChainStep Take(ManagedLink link, int verdict, ref int total)
        {
            total = verdict;
            return verdict == 0 ? ChainStep.Next : ChainStep.Stop;
        }
    }

    private sealed class FirstDropRule() : VerdictRule(Accept)
    {
        private const int Accept = 1;

        public override ChainStep Take(ManagedLink link, int verdict, ref int total)
        {
            total = verdict;
            return verdict == Accept ? ChainStep.Next : ChainStep.Stop;
        }
    }

    private sealed class EveryoneRule(int start) : VerdictRule(start)
    {
        public override ChainStep Take(ManagedLink link, int verdict, ref int total)
        {
            total = verdict;
            return ChainStep.Next;
        }
    }
}
