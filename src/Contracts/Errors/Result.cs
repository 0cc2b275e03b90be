using System.Diagnostics.CodeAnalysis;

namespace ClipOrleans.Contracts.Errors;

/// <summary>The answer of a grain: a value, or the <see cref="Errors.Error"/> that the caller caused or must know.</summary>
[GenerateSerializer, Immutable, Alias("clip.Result`1")]
public sealed class Result<T>
{
    [Id(0)]
    private readonly T? _value;

    private Result(T? value, Error? error)
    {
        _value = value;
        Error = error;
    }

    [Id(1)]
    public Error? Error { get; }

    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <exception cref="InvalidOperationException">The result is an error.</exception>
    public T Value => IsSuccess ? _value! : throw new InvalidOperationException($"The result is an error: {Error.Slug}: {Error.Detail}");

#pragma warning disable CA1000 // The named factories are the only doors: Result.Ok(x) would need a second type.
    public static Result<T> Ok(T value) => new(value, null);

    public static Result<T> Fail(Error error) => new(default, error);
#pragma warning restore CA1000

#pragma warning disable CA2225 // Ok and Fail are the named alternatives.
    public static implicit operator Result<T>(T value) => Ok(value);

    public static implicit operator Result<T>(Error error) => Fail(error);
#pragma warning restore CA2225
}
