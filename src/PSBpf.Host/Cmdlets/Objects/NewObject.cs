using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace PSBpf.Host.Cmdlets;

/// <summary>New-Object: makes an object of a .NET type.</summary>
[Cmdlet(VerbsCommon.New, "Object")]
internal sealed class NewObject : PSCmdlet
{
    /// <summary>Gets or sets the type's name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateTrustedData]
    public string TypeName { get; set; } = string.Empty;

    /// <summary>Gets or sets the constructor's arguments.</summary>
    [Parameter(Position = 1)]
    [Alias("Args")]
    [ValidateTrustedData]
    public object?[] ArgumentList { get; set; } = [];

    /// <summary>Gets or sets values for properties of the new object.</summary>
    [Parameter]
    [ValidateTrustedData]
    public IDictionary? Property { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!LanguagePrimitives.TryConvertTo(TypeName, out Type type))
        {
            Fail(
                new PSArgumentException($"Cannot find type [{TypeName}]: verify that the assembly containing this type is loaded."),
                "TypeNotFound",
                ErrorCategory.InvalidType);
            return;
        }

        PSObject created = PSObject.AsPSObject(type == typeof(PSObject) || type == typeof(PSCustomObject) ? new PSObject() : Create(type));
        foreach (DictionaryEntry entry in Property ?? new Hashtable())
            Set(created, LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value);
        WriteObject(created);
    }

    private object Create(Type type)
    {
        try
        {
            if (ArgumentList.Length == 0 && type.IsValueType)
                return Activator.CreateInstance(type)!;
            (ConstructorInfo constructor, object?[] arguments) = FindConstructor(type)
                ?? throw new MissingMethodException(
                    $"A constructor was not found. Cannot find an appropriate constructor for type {type.FullName}.");
            return constructor.Invoke(arguments);
        }
        catch (MissingMethodException exception)
        {
            Fail(exception, "CannotFindAppropriateCtor", ErrorCategory.ObjectNotFound);
            throw;
        }
        catch (TargetInvocationException exception)
        {
            Fail(exception.InnerException ?? exception, "ConstructorInvokedThrowException", ErrorCategory.InvalidOperation);
            throw;
        }
        catch (MemberAccessException exception)
        {
            Fail(exception, "CannotCreateInstance", ErrorCategory.InvalidOperation);
            throw;
        }
    }

    // Of the constructors whose parameters the arguments convert to, the one that needs the fewest conversions.
    private (ConstructorInfo Constructor, object?[] Arguments)? FindConstructor(Type type)
    {
        (ConstructorInfo, object?[])? best = null;
        int fewest = int.MaxValue;
        foreach (ConstructorInfo constructor in type.GetConstructors())
        {
            ParameterInfo[] parameters = constructor.GetParameters();
            if (parameters.Length != ArgumentList.Length)
                continue;
            var arguments = new object?[parameters.Length];
            int conversions = 0;
            bool fits = true;
            for (int index = 0; fits && index < parameters.Length; index++)
            {
                object? given = ArgumentList[index] is PSObject wrapped ? wrapped.BaseObject : ArgumentList[index];
                if (given is not null && parameters[index].ParameterType.IsInstanceOfType(given))
                {
                    arguments[index] = given;
                    conversions += parameters[index].ParameterType == given.GetType() ? 0 : 1;
                    continue;
                }

                fits = LanguagePrimitives.TryConvertTo(ArgumentList[index], parameters[index].ParameterType, out arguments[index]);
                conversions += 2;
            }

            if (fits && conversions < fewest)
                (best, fewest) = ((constructor, arguments), conversions);
        }

        return best;
    }

    private void Set(PSObject target, string name, object? value)
    {
        if (target.BaseObject is PSCustomObject)
        {
            target.Properties.Add(new PSNoteProperty(name, value));
            return;
        }

        try
        {
            if (target.Properties[name] is { } property)
                property.Value = value;
            else if (target.Methods[name] is { } method)
                method.Invoke(value);
            else
                Fail(new PSArgumentException($"The member \"{name}\" was not found for the specified .NET object."), "InvalidOperationException", ErrorCategory.InvalidOperation);
        }
        catch (SetValueException exception)
        {
            Fail(exception, "SetValueException", ErrorCategory.InvalidData);
        }
    }

    private void Fail(Exception exception, string id, ErrorCategory category) =>
        ThrowTerminatingError(new ErrorRecord(exception, id, category, TypeName));
}
