namespace ClipOrleans.Client.Json;

/// <summary>
/// An array that is null becomes an empty memory when it is assigned to an optional one, and would be sent as an image of no
/// bytes. Neither images nor vectors are ever empty, so empty means absent.
/// </summary>
internal static class OptionalMemory
{
    public static ReadOnlyMemory<T>? Of<T>(ReadOnlyMemory<T>? value) => value is { IsEmpty: true } ? null : value;
}
