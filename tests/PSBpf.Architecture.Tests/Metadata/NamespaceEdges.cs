using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace PSBpf.Architecture.Tests.Metadata;

/// <summary>
/// Which namespaces of an assembly use which others of the same assembly: bases, interfaces, attributes, signatures
/// and every token in method bodies. Constants leave no trace in metadata; the sources' usings show those.
/// </summary>
internal sealed class NamespaceEdges
{
    private static readonly Dictionary<int, OpCode> Opcodes = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => (int)(ushort)code.Value);

    private readonly AssemblyFile _assembly;
    private readonly MetadataReader _reader;
    private readonly HashSet<(string From, string To)> _edges = [];
    private readonly SignatureWalker _signatures;
    private string _from = "";

    private NamespaceEdges(AssemblyFile assembly)
    {
        _assembly = assembly;
        _reader = assembly.Reader;
        _signatures = new SignatureWalker(Use);
    }

    /// <summary>All edges between namespaces that start with "PSBpf".</summary>
    public static IReadOnlySet<(string From, string To)> Of(AssemblyFile assembly)
    {
        var edges = new NamespaceEdges(assembly);
        foreach (var handle in assembly.Reader.TypeDefinitions) edges.Type(handle);
        return edges._edges;
    }

    private void Type(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        _from = NamespaceOf(handle);
        if (!_from.StartsWith("PSBpf", StringComparison.Ordinal)) return;
        Use(type.BaseType);
        Attributes(type.GetCustomAttributes());
        Constraints(type.GetGenericParameters());
        foreach (var implemented in type.GetInterfaceImplementations()) Use(_reader.GetInterfaceImplementation(implemented).Interface);
        foreach (var handled in type.GetFields())
        {
            var field = _reader.GetFieldDefinition(handled);
            field.DecodeSignature(_signatures, null);
            Attributes(field.GetCustomAttributes());
        }

        foreach (var handled in type.GetProperties()) Attributes(_reader.GetPropertyDefinition(handled).GetCustomAttributes());
        foreach (var handled in type.GetMethods()) Method(_reader.GetMethodDefinition(handled));
    }

    private void Method(MethodDefinition method)
    {
        method.DecodeSignature(_signatures, null);
        Attributes(method.GetCustomAttributes());
        Constraints(method.GetGenericParameters());
        foreach (var parameter in method.GetParameters()) Attributes(_reader.GetParameter(parameter).GetCustomAttributes());
        if (_assembly.Body(method) is not { } body) return;
        if (!body.LocalSignature.IsNil) _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_signatures, null);
        foreach (var region in body.ExceptionRegions) Use(region.CatchType);
        var code = body.GetILReader();
        while (code.RemainingBytes > 0) Instruction(ref code);
    }

    // ECMA-335 III.1.2: one-byte opcodes, or 0xFE and a second byte; then the operand.
    private void Instruction(ref BlobReader code)
    {
        int value = code.ReadByte();
        if (value == 0xFE) value = 0xFE00 | code.ReadByte();
        switch (Opcodes[value].OperandType)
        {
            case OperandType.InlineNone: break;
            case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar: code.ReadByte(); break;
            case OperandType.InlineVar: code.ReadUInt16(); break;
            case OperandType.InlineI8 or OperandType.InlineR: code.ReadUInt64(); break;
            case OperandType.InlineSwitch:
                int targets = code.ReadInt32();
                code.Offset += 4 * targets;
                break;
            case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                Use(MetadataTokens.EntityHandle(code.ReadInt32()));
                break;
            default: code.ReadInt32(); break;
        }
    }

    private void Attributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var handle in attributes) Use(_reader.GetCustomAttribute(handle).Constructor);
    }

    private void Constraints(GenericParameterHandleCollection parameters)
    {
        foreach (var parameter in parameters)
            foreach (var constraint in _reader.GetGenericParameter(parameter).GetConstraints())
                Use(_reader.GetGenericParameterConstraint(constraint).Type);
    }

    private void Use(EntityHandle handle)
    {
        if (handle.IsNil) return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                string to = NamespaceOf((TypeDefinitionHandle)handle);
                if (to != _from && to.StartsWith("PSBpf", StringComparison.Ordinal)) _edges.Add((_from, to));
                break;
            case HandleKind.TypeSpecification:
                _reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_signatures, null);
                break;
            case HandleKind.MethodDefinition:
                Use(_reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Use(_reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                var member = _reader.GetMemberReference((MemberReferenceHandle)handle);
                Use(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method) member.DecodeMethodSignature(_signatures, null);
                else member.DecodeFieldSignature(_signatures, null);
                break;
            case HandleKind.MethodSpecification:
                var specification = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                Use(specification.Method);
                specification.DecodeSignature(_signatures, null);
                break;
            default: break; // Types of other assemblies.
        }
    }

    private string NamespaceOf(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil) type = _reader.GetTypeDefinition(type.GetDeclaringType());
        return _reader.GetString(type.Namespace);
    }
}
