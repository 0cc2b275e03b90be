using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ClipOrleans.Grains.Tests.Contracts;

/// <summary>Makes a value of any message type with every member filled, and compares two by what is in them.</summary>
internal static class AnyValue
{
    private static readonly MethodInfo s_immutableArray =
        typeof(AnyValue).GetMethod(nameof(MakeArray), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static object Make(Type type, Random random)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Make(inner, random);
        if (type.IsEnum)
            return random.GetItems(Enum.GetValues(type).Cast<object>().ToArray(), 1)[0];
        if (type == typeof(byte[]))
            return Bytes(random);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return s_immutableArray.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, [random])!;
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => "text " + random.Next() + " ünï 猫",
            TypeCode.Int32 => random.Next(int.MinValue, int.MaxValue),
            TypeCode.Int64 => random.NextInt64(long.MinValue, long.MaxValue),
            TypeCode.Single => random.NextSingle(),
            TypeCode.Double => random.NextDouble(),
            TypeCode.Boolean => random.Next(2) == 1,
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch.AddTicks(random.NextInt64(1L << 54)),
            _ when type == typeof(Guid) => MakeGuid(random),
            _ => MakeByConstructor(type, random),
        };
    }

    /// <returns>Where they differ, or null.</returns>
    public static string? Difference(object? expected, object? actual, string path = "")
    {
        if (expected is null || actual is null || expected is string || expected.GetType().IsPrimitive || expected.GetType().IsEnum || expected is DateTimeOffset)
            return Equals(expected, actual) ? null : $"{path}: {expected ?? "null"} became {actual ?? "null"}";
        if (expected.GetType() != actual.GetType())
            return $"{path}: {expected.GetType()} became {actual.GetType()}";
        if (IsDefaultArray(expected) || IsDefaultArray(actual))
            return IsDefaultArray(expected) && IsDefaultArray(actual) ? null : $"{path}: only one of the arrays is not there";
        if (expected is IEnumerable some)
        {
            var (left, right) = (some.Cast<object?>().ToArray(), ((IEnumerable)actual).Cast<object?>().ToArray());
            return left.Length != right.Length
                ? $"{path}: {left.Length} elements became {right.Length}"
                : left.Select((one, i) => Difference(one, right[i], $"{path}[{i}]")).FirstOrDefault(found => found is not null);
        }

        return Fields(expected.GetType())
            .Select(field => Difference(field.GetValue(expected), field.GetValue(actual), $"{path}.{field.Name}"))
            .FirstOrDefault(found => found is not null);
    }

    /// <summary>Fields that a fresh value of the type leaves at their default: the maker must fill them all, or the round trip proves nothing.</summary>
    public static IEnumerable<string> Unfilled(object value) =>
        from field in Fields(value.GetType())
        let content = field.GetValue(value)
        where content is null || (content is not (bool or Enum) && content.Equals(Default(field.FieldType)))
        select field.Name;

    /// <summary>The value of a result that is an error: an <see cref="ImmutableArray{T}"/> that was never made.</summary>
    private static bool IsDefaultArray(object value) =>
        value.GetType().GetProperty(nameof(ImmutableArray<int>.IsDefault))?.GetValue(value) is true;

    private static object? Default(Type type) => type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type) : null;

    private static FieldInfo[] Fields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(1, 100)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static ImmutableArray<T> MakeArray<T>(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (T)Make(typeof(T), random))];

    private static Guid MakeGuid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static object MakeByConstructor(Type type, Random random)
    {
        var constructor = type.GetConstructors().MaxBy(one => one.GetParameters().Length)
            ?? throw new InvalidOperationException($"{type} has no public constructor: teach {nameof(AnyValue)} how to make one");
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Make(parameter.ParameterType, random))]);
    }
}
