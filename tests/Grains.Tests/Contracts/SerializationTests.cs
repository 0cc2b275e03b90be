using System.Reflection;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace ClipOrleans.Grains.Tests.Contracts;

// Danger: a message loses a member on the wire, or a new one has no serializer, and only a cluster of two processes shows it.
// Invariant: what goes in comes out, member by member, for every type of Contracts and every answer of a grain.
// Method: the types are found by reflection, so that a new one cannot be forgotten; values are made from a seed.
public sealed class SerializationTests
{
    private const int ValuesPerType = 20;
    private static readonly int s_seed = Environment.TickCount;
    private static readonly Serializer s_serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    public static TheoryData<Type> Messages { get; } = [.. AllMessages().OrderBy(type => type.ToString(), StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_comes_out_as_it_went_in(Type type)
    {
        var random = new Random(s_seed);
        for (var i = 0; i < ValuesPerType; i++)
        {
            var value = MakeMessage(type, random, i);
            var copy = s_serializer.Deserialize<object>(s_serializer.SerializeToArray<object>(value));
            Assert.True(AnyValue.Difference(value, copy) is not { } difference, $"seed {s_seed}, {type}: {AnyValue.Difference(value, copy)}");
        }
    }

    [Fact]
    public void Messages_are_found()
    {
        // A floor that only a broken search would miss: there were 27 types and 9 answers when this was written.
        Assert.True(Messages.Count >= 30, $"{Messages.Count} messages");
        Assert.Contains(AllMessages(), type => type == typeof(ClipOrleans.Contracts.Search.ShardHits));
    }

    [Fact]
    public void Made_values_have_every_member_filled()
    {
        var random = new Random(s_seed);
        Assert.All(
            AllMessages().Where(type => !type.IsEnum && !type.IsGenericType),
            type => Assert.Empty(AnyValue.Unfilled(AnyValue.Make(type, random))));
    }

    [Fact]
    public void Every_serialized_type_has_an_alias()
    {
        Assert.All(SerializedTypes(), type => Assert.True(type.GetCustomAttribute<AliasAttribute>() is not null, $"{type} has no alias"));
    }

    [Fact]
    public void Every_type_in_a_grain_call_is_serialized_by_generated_code()
    {
        var own = typeof(IShardGrain).Assembly;
        var used = GrainMethods()
            .SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType))
            .SelectMany(Parts)
            .Where(type => type.Assembly == own)
            .Distinct();
        Assert.All(used, type => Assert.True(type.GetCustomAttribute<GenerateSerializerAttribute>() is not null, $"{type} is not serialized"));
    }

    [Fact]
    public void The_first_value_of_an_enum_is_invalid_so_that_an_empty_message_passes_for_nothing()
    {
        Assert.All(SerializedTypes().Where(type => type.IsEnum), type => Assert.Equal("Invalid", Enum.GetName(type, 0)));
    }

    [Fact]
    public void An_exception_keeps_its_type_and_what_it_says()
    {
        var thrown = SerializedTypes().Where(type => type.IsAssignableTo(typeof(Exception))).ToList();
        Assert.NotEmpty(thrown);
        Assert.All(thrown, type =>
        {
            var inner = new IOException("no room");
            var value = (Exception)Activator.CreateInstance(type, "what was wrong", inner)!;
            var copy = s_serializer.Deserialize<object>(s_serializer.SerializeToArray<object>(value));
            Assert.IsType(type, copy);
            Assert.Equal((value.Message, inner.Message), (((Exception)copy).Message, ((Exception)copy).InnerException?.Message));
        });
    }

    private static object MakeMessage(Type type, Random random, int round)
    {
        if (!type.IsGenericType)
            return AnyValue.Make(type, random);

        var (factory, content) = round % 2 == 0
            ? (nameof(Result<int>.Ok), AnyValue.Make(type.GetGenericArguments()[0], random))
            : (nameof(Result<int>.Fail), AnyValue.Make(typeof(Error), random));
        return type.GetMethod(factory)!.Invoke(null, [content])!;
    }

    private static IEnumerable<Type> AllMessages() =>
        SerializedTypes().Where(type => !type.IsGenericTypeDefinition && !type.IsAssignableTo(typeof(Exception)))
            .Concat(GrainMethods().SelectMany(method => Parts(method.ReturnType)).Where(IsResult))
            .Distinct();

    private static IEnumerable<Type> SerializedTypes() =>
        typeof(IShardGrain).Assembly.GetTypes().Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null);

    private static IEnumerable<MethodInfo> GrainMethods() =>
        typeof(IShardGrain).Assembly.GetTypes().Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain))).SelectMany(type => type.GetMethods());

    private static bool IsResult(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Result<>);

    private static IEnumerable<Type> Parts(Type type) =>
        type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];
}
