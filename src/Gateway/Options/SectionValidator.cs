using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Options;

/// <summary>Checks the attributes of an options type and names the configuration key of each that is wrong.</summary>
internal sealed class SectionValidator<T>(string section) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var wrong = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(result => $"{section}:{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}"));
    }
}
