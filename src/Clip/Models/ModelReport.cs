namespace ClipOrleans.Clip.Models;

/// <summary>What <see cref="ModelCheck"/> found of a model that works.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Inferred">The folder has no <c>model.json</c>; the manifest was made from the export's own files.</param>
/// <param name="LoadTime">From the folder to a model in memory.</param>
/// <param name="TextTime">One text of usual length, alone.</param>
/// <param name="ImageTime">One image, alone, without decoding.</param>
/// <param name="ColourMatches">Of <paramref name="ColourProbes"/> plain coloured images, how many are closest to their own colour's name. A model of photographs need not know all; chance is one.</param>
/// <param name="ColourProbes">Colours tried.</param>
public sealed record ModelReport(
    ModelManifest Manifest,
    bool Inferred,
    TimeSpan LoadTime,
    TimeSpan TextTime,
    TimeSpan ImageTime,
    int ColourMatches,
    int ColourProbes);
