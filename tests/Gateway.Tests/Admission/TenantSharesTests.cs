using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Admission;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: a tenant that floods takes all places, and another's single request is refused.
// Invariant: a tenant alone has all places; a newcomer has its share at once; what was let in leaves its place when it ends.
// Method: enter and leave in order.
public sealed class TenantSharesTests
{
    private static readonly TenantId s_flood = TenantId.Parse("flood");
    private static readonly TenantId s_quiet = TenantId.Parse("quiet");

    [Fact]
    public void A_newcomer_finds_its_share_beside_a_tenant_that_has_taken_everything()
    {
        var shares = new TenantShares(10);
        for (var i = 0; i < 10; i++)
            Assert.True(shares.TryEnter(s_flood));
        Assert.False(shares.TryEnter(s_flood));
        for (var i = 0; i < 5; i++)
            Assert.True(shares.TryEnter(s_quiet));
        Assert.False(shares.TryEnter(s_quiet));

        for (var i = 0; i < 6; i++)
            shares.Leave(s_flood);
        Assert.True(shares.TryEnter(s_flood));
        Assert.False(shares.TryEnter(s_flood));
    }

    [Fact]
    public void Everybody_gets_in_once_and_those_who_have_gone_count_no_more()
    {
        var shares = new TenantShares(2);
        var tenants = Enumerable.Range(0, 20).Select(number => TenantId.Parse($"t{number}")).ToList();
        Assert.All(tenants, tenant => Assert.True(shares.TryEnter(tenant)));
        Assert.All(tenants, tenant => Assert.False(shares.TryEnter(tenant)));
        tenants.ForEach(shares.Leave);
        Assert.True(shares.TryEnter(s_flood));
        Assert.True(shares.TryEnter(s_flood));
        Assert.False(shares.TryEnter(s_flood));
    }
}
