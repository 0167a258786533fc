using System.Globalization;
using System.Text;
using PSBpf.Btf;

namespace PSBpf.CoRe;

/// <summary>One step of an access: an index into an array, or a member or enumerator by name.</summary>
/// <param name="TypeId">The struct, union, enumeration or array element that the step is in, respectively leads to.</param>
/// <param name="Index">The member's number, or the index.</param>
/// <param name="Name">The member's or enumerator's name; null for an index.</param>
internal readonly record struct CoreStep(int TypeId, int Index, string? Name);

/// <summary>A way from a type to what an instruction is about, in one set of types.</summary>
internal sealed class CoreAccess(BtfTypeSet types, int rootId)
{
    /// <summary>Most steps; those of real code have a handful.</summary>
    public const int MaxSteps = 64;

    public BtfTypeSet Types { get; } = types;

    /// <summary>The type that it starts from.</summary>
    public int RootId { get; } = rootId;

    public List<CoreStep> Steps { get; } = [];

    /// <summary>Where it ends, in bits from the start of the root.</summary>
    public long BitOffset { get; set; }

    /// <summary>The type with typedefs and qualifiers taken off.</summary>
    public static BtfType Plain(BtfTypeSet types, int id) => types.Resolve(types[id]);

    /// <summary>The access as C would write it, e.g. <c>struct task_struct.mm</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Types.Declare(Types[RootId]));
        for (int step = 0; step < Steps.Count; step++)
        {
            if (Steps[step].Name is { } name) text.Append(Plain(Types, Steps[step].TypeId) is BtfEnumType ? "::" : ".").Append(name);
            else if (step > 0 || Steps[step].Index > 0) text.Append('[').Append(Steps[step].Index.ToString(CultureInfo.InvariantCulture)).Append(']');
        }

        return text.ToString();
    }

    /// <summary>
    /// Whether an array may be longer than its type says, since it has no length and is the last member of the struct that the
    /// step before went into.
    /// </summary>
    public bool IsFlexible(BtfArray array, BtfTypeSet types) =>
        array.Length == 0 && Steps[^1] is { Name: not null } last && Plain(types, last.TypeId) is BtfStruct structure && last.Index == structure.Members.Count - 1;

    public void AddIndex(int elementId, int index)
    {
        BitOffset += (long)index * Types.SizeOf(Types[elementId]) * 8;
        Steps.Add(new CoreStep(elementId, index, null));
    }
}
