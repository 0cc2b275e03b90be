using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Tests.Codes;

// Danger: a number of dimensions for which groups ask for axes that do not exist, or for which later groups are wasted.
// Invariant: no more axes than dimensions; sizes 1, 2, 4 in this order, then groups of none; every group used that can be.
// Method: all numbers of dimensions up to the largest, for all numbers of groups.
public sealed class AxisGroupsTests
{
    private const int MostDimensions = 4_096;
    private const int MostGroups = 512;

    [Fact]
    public void Sizes_rise_and_fit_the_dimensions()
    {
        for (var groups = AxisGroups.Granularity; groups <= MostGroups; groups *= 2)
        {
            for (var dimensions = 1; dimensions <= MostDimensions; dimensions++)
                AssertFits(AxisGroups.Sizes(dimensions, groups), dimensions);
        }
    }

    [Fact]
    public void Sixty_four_groups_of_many_dimensions_take_160_axes()
    {
        var sizes = AxisGroups.Sizes(512, 64);
        Assert.Equal((16, 24, 24), (sizes.Count(size => size == 1), sizes.Count(size => size == 2), sizes.Count(size => size == 4)));
        Assert.Equal(160, sizes.Sum());
    }

    private static void AssertFits(int[] sizes, int dimensions)
    {
        var sum = sizes.Sum();
        Assert.True(sum <= dimensions, $"{sum} axes of {dimensions} dimensions");
        var used = Math.Min(dimensions, sizes.Length);
        for (var group = 0; group < sizes.Length; group++)
        {
            var fits = group < used ? sizes[group] is 1 or 2 or AxisGroups.LargestGroup && (group == 0 || sizes[group] >= sizes[group - 1]) : sizes[group] == 0;
            if (!fits)
                Assert.Fail($"Group {group} of {sizes.Length} has {sizes[group]} of {dimensions} dimensions.");
        }
    }
}
