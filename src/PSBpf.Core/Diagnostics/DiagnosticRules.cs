using System.Collections.Frozen;
using System.Reflection;

namespace PSBpf.Diagnostics;

/// <summary>
/// The table of everything that can go wrong: one row per id. Each area has its part in a file of its own, and its
/// range of ids: 00 instruction set, 01 ELF, 02 BTF, 03 objects, 04 captures and packets, 05 compiling, 10–19 verifier, 20 maps,
/// 21 running, 22 hooks and links, 30 Linux, 40 session and cmdlets, 41 scripts.
/// </summary>
public static partial class DiagnosticRules
{
    private static readonly Lazy<FrozenDictionary<string, DiagnosticRule>> Table = new(() =>
        typeof(DiagnosticRules).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(DiagnosticRule))
            .Select(field => (DiagnosticRule)field.GetValue(null)!)
            .ToFrozenDictionary(rule => rule.Id));

    /// <summary>Every rule by its id.</summary>
    public static IReadOnlyDictionary<string, DiagnosticRule> All => Table.Value;
}
