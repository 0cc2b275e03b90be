using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace ClipOrleans.Silo.Configuration;

/// <summary>One key that an operator can set.</summary>
internal sealed record Setting(string Section, PropertyInfo Property)
{
    public string Key => Section.Length == 0 ? Property.Name : $"{Section}:{Property.Name}";

    public object? Default => Property.GetValue(Activator.CreateInstance(Property.DeclaringType!));

    /// <summary>Its value is told to nobody.</summary>
    public bool IsSecret => Property.GetCustomAttribute<DataTypeAttribute>() is { DataType: DataType.Password };

    /// <summary>What is wrong with a value, or null.</summary>
    public string? Check(string text)
    {
        object? value;
        try
        {
            value = TypeDescriptor.GetConverter(Property.PropertyType).ConvertFromInvariantString(text);
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException)
        {
            return $"it must be {TypeWords(Property.PropertyType)}";
        }

        var context = new ValidationContext(new object()) { MemberName = Property.Name, DisplayName = Key };
        return Property.GetCustomAttributes<ValidationAttribute>()
            .Select(rule => rule.GetValidationResult(value, context) is { } wrong ? Words(rule) ?? wrong.ErrorMessage : null)
            .FirstOrDefault(words => words is not null);
    }

    public static string TypeWords(Type type) =>
        type == typeof(bool) ? "true or false" : type == typeof(int) || type == typeof(long) ? "a whole number" : "a text";

    public static string? Words(ValidationAttribute rule) => rule switch
    {
        RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"it must be from {range.Minimum} to {range.Maximum}"),
        AllowedValuesAttribute allowed => $"it must be {string.Join(" or ", allowed.Values)}: nothing else is there in this version",
        RequiredAttribute => "it must not be empty",
        _ => null,
    };
}
