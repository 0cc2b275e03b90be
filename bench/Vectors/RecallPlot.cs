using System.Globalization;
using System.Text;

namespace ClipOrleans.Bench.Vectors;

/// <summary>Recall@10 against queries a second of processor time, as SVG: further up and right is better.</summary>
internal static class RecallPlot
{
    private const int Width = 860;
    private const int Height = 520;
    private const int Left = 70;
    private const int Right = 200;
    private const int Top = 40;
    private const int Bottom = 50;
    private const double MinRecall = 0.8;
    private static readonly string[] Colours = ["#c0392b", "#2471a3", "#5dade2", "#7d6608", "#229954", "#82e0aa", "#8e44ad", "#d35400"];

    public static string Draw(string title, IReadOnlyList<Contender> contenders)
    {
        var rates = contenders.SelectMany(contender => contender.Points).Where(point => point.Recall >= MinRecall).Select(point => point.QueriesPerCpuSecond).DefaultIfEmpty(1).ToList();
        var low = Math.Floor(Math.Log10(rates.Min()));
        var high = Math.Ceiling(Math.Log10(rates.Max()));
        high = high > low ? high : low + 1;
        double X(double recall) => Left + ((recall - MinRecall) / (1 - MinRecall) * (Width - Left - Right));
        double Y(double rate) => Height - Bottom - ((Math.Log10(rate) - low) / (high - low) * (Height - Top - Bottom));

        var svg = new StringBuilder();
        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Add($"<rect width=\"100%\" height=\"100%\" fill=\"white\"/><text x=\"{Left}\" y=\"22\" font-size=\"15\">{title}</text>");
        for (var recall = MinRecall; recall <= 1.0001; recall += 0.05)
            Add($"<line x1=\"{X(recall):F0}\" x2=\"{X(recall):F0}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" stroke=\"#ddd\"/><text x=\"{X(recall):F0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{recall:F2}</text>");
        for (var power = low; power <= high; power++)
            Add($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(Math.Pow(10, power)):F0}\" y2=\"{Y(Math.Pow(10, power)):F0}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{Y(Math.Pow(10, power)) + 4:F0}\" text-anchor=\"end\">{Math.Pow(10, power):F0}</text>");
        Add($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">recall@10</text><text transform=\"translate(16 {Height / 2}) rotate(-90)\" text-anchor=\"middle\">queries per second of processor time</text>");
        foreach (var (i, contender) in contenders.Index())
        {
            var colour = Colours[i % Colours.Length];
            var points = contender.Points.Where(point => point.Recall >= MinRecall).OrderBy(point => point.Recall).ToList();
            Add($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Recall):F1},{Y(point.QueriesPerCpuSecond):F1}")))}\"/>");
            foreach (var point in points)
                Add($"<circle cx=\"{X(point.Recall):F1}\" cy=\"{Y(point.QueriesPerCpuSecond):F1}\" r=\"3\" fill=\"{colour}\"/>");
            Add($"<rect x=\"{Width - Right + 14}\" y=\"{Top + (20 * i)}\" width=\"12\" height=\"12\" fill=\"{colour}\"/><text x=\"{Width - Right + 32}\" y=\"{Top + (20 * i) + 10}\">{contender.Name}</text>");
        }

        return svg.Append("</svg>\n").ToString();
    }
}
