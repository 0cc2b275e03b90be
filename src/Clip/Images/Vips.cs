using NetVips;

namespace ClipOrleans.Clip.Images;

/// <summary>libvips, set up once for hostile input and many callers at a time.</summary>
internal static class Vips
{
    static Vips()
    {
        if (!ModuleInitializer.VipsInitialized)
            throw new InvalidOperationException($"libvips could not be loaded: {ModuleInitializer.Exception?.Message}", ModuleInitializer.Exception);

        // Loaders that libvips itself does not trust (SVG, PDF, ImageMagick, raw matrices, …) can't be called at all, whatever the code says.
        NetVips.NetVips.BlockUntrusted = true;

        // Requests run side by side, so one image need not be spread over cores; and no two requests share work, so nothing is cached.
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
        Cache.MaxMem = 0;
        Cache.MaxFiles = 0;

        // Damaged images make its decoders talk on standard error; what matters comes back as an exception.
        foreach (var domain in new[] { "VIPS", "GLib", "GLib-GObject" })
            Log.SetLogHandler(domain, Enums.LogLevelFlags.All, static (_, _, _) => { });
    }

    /// <summary>Makes sure that the settings are made before the first image.</summary>
    public static void Ready()
    {
    }
}
