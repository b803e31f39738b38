using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace EsRefine.Http;

/// <summary>EsRefine's own headers: <c>EsRefine-Query</c> and <c>EsRefine-Mode</c> in requests, the outcome and timings in replies.</summary>
internal static class EsRefineHeaders
{
    private const string Query = "EsRefine-Query";
    private const string Mode = "EsRefine-Mode";
    private const string Reply = "EsRefine";
    private const string ServerTiming = "Server-Timing";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The query text: percent-encoded UTF-8 if every <c>%</c> starts an escape, else UTF-8, else Latin-1. Null if absent or blank.
    /// </summary>
    public static string? ReadQuery(IHeaderDictionary headers)
    {
        if (headers[Query] is not [{ } value, ..] || string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        byte[] bytes = Encoding.Latin1.GetBytes(value);
        string text = (Unescape(bytes) is { } unescaped ? DecodeUtf8(unescaped) : null) ?? DecodeUtf8(bytes) ?? value;
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    /// <summary>The mode asked for, of several the lowest; null: none, or none we know, which is no reason for an error of ours.</summary>
    public static RefinementMode? ReadMode(IHeaderDictionary headers)
    {
        RefinementMode? lowest = null;
        foreach (string? line in headers[Mode])
        {
            foreach (string word in (line ?? "").Split(','))
            {
                RefinementMode? mode = word.Trim().ToUpperInvariant() switch
                {
                    "REFINE" => RefinementMode.Refine,
                    "SHADOW" => RefinementMode.Shadow,
                    "LEARN" => RefinementMode.Learn,
                    "OFF" => RefinementMode.Off,
                    _ => null,
                };
                lowest = mode is { } known && lowest is { } other ? RefinementModes.Lower(known, other) : mode ?? lowest;
            }
        }

        return lowest;
    }

    /// <summary>Adds <c>EsRefine</c> and <c>Server-Timing</c> to a reply.</summary>
    public static void Write(RefinementSummary summary, IHeaderDictionary headers)
    {
        headers[Reply] = FormatOutcome(summary);
        if (FormatTimings(summary.Timings) is { Length: > 0 } timings)
        {
            headers[ServerTiming] = StringValues.Concat(headers[ServerTiming], timings);
        }
    }

    /// <summary>
    /// An RFC 9651 item, with only the parameters that apply: <c>refined;judged=18;sample=20;angle=0.21;rule="rocchio@0.3"</c>. For several searches, a
    /// dictionary of counts: <c>refined=3, no-signal=1</c>.
    /// </summary>
    public static string FormatOutcome(RefinementSummary summary)
    {
        if (summary.Counts.Count > 0)
        {
            return string.Join(
                ", ", summary.Counts.Select(static count => string.Create(CultureInfo.InvariantCulture, $"{count.Outcome.ToName()}={count.Count}")));
        }

        StringBuilder item = new(summary.Outcome.ToName());
        if (summary.Sampled > 0)
        {
            item.Append(CultureInfo.InvariantCulture, $";judged={summary.Judged};sample={summary.Sampled}");
        }

        if (summary.Rule is not null)
        {
            // A structured field's decimal has one to three digits after the point.
            item.Append(CultureInfo.InvariantCulture, $";angle={summary.Angle:0.0##};rule=\"{summary.Rule}\"");
        }

        return item.ToString();
    }

    /// <summary>The stages that ran, with their durations in milliseconds: <c>recognize;dur=0.1, sample;dur=4.2</c>. Empty if none ran.</summary>
    public static string FormatTimings(StageTimings timings)
    {
        StringBuilder list = new();
        Add("recognize", timings.Recognize);
        Add("sample", timings.Sample);
        Add("judge", timings.Judge);
        Add("refine", timings.Refine);
        return list.ToString();

        void Add(string stage, TimeSpan time)
        {
            if (time != default)
            {
                list.Append(CultureInfo.InvariantCulture, $"{(list.Length > 0 ? ", " : "")}{stage};dur={time.TotalMilliseconds:0.###}");
            }
        }
    }

    /// <summary>Decodes percent-encoding. Null if a <c>%</c> is not followed by two hexadecimal digits.</summary>
    private static byte[]? Unescape(ReadOnlySpan<byte> bytes)
    {
        byte[] unescaped = new byte[bytes.Length];
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte value = bytes[i];
            if (value == '%')
            {
                if (i + 2 >= bytes.Length || !byte.TryParse(bytes.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
                {
                    return null;
                }

                i += 2;
            }

            unescaped[length++] = value;
        }

        return unescaped[..length];
    }

    private static string? DecodeUtf8(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
