using ClipOrleans.Grains.Cluster;
using ClipOrleans.Grains.Encoders;

namespace ClipOrleans.Grains.Tests.Cluster;

// Danger: a model is loaded beside shards by chance; a grain that reads the data folder runs where it is not mounted.
// Invariant: every grain class of ours is hosted by exactly the silos that have its role.
// Method: all classes there are, against each set of roles.
public sealed class GrainRolesTests
{
    private static readonly Type[] s_grains = [.. typeof(GrainRoles).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Grain)) && !type.IsAbstract)];

    [Fact]
    public void Grains_that_run_models_are_with_encoders_and_all_others_with_shards()
    {
        Assert.NotEmpty(s_grains);
        Type[] encoding = [.. s_grains.Where(type => type.Namespace == typeof(EncoderGrain).Namespace)];
        Type[] everywhere = [typeof(SiloGrain)];
        Assert.Equivalent(encoding.Concat(everywhere), Hosted(SiloRoles.Of(SiloRoles.Encoder)));
        Assert.Equivalent(s_grains.Except(encoding), Hosted(SiloRoles.Of(SiloRoles.Gateway, SiloRoles.Shard)));
        Assert.Equivalent(s_grains, Hosted(SiloRoles.All));
    }

    [Fact]
    public void Grains_of_Orleans_run_everywhere()
    {
        Assert.True(GrainRoles.MayHost(SiloRoles.Of(SiloRoles.Encoder), typeof(Grain)));
    }

    [Fact]
    public void Roles_are_what_they_were_asked_to_be()
    {
        Assert.Equal("gateway, shard", SiloRoles.Of("shard", "gateway", "shard").ToString());
        Assert.False(SiloRoles.Of(SiloRoles.Gateway).IsSilo);
        Assert.Throws<ArgumentException>(() => SiloRoles.Of("cook"));
    }

    private static IEnumerable<Type> Hosted(SiloRoles roles) => s_grains.Where(type => GrainRoles.MayHost(roles, type));
}
