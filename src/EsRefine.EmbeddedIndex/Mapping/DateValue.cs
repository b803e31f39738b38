using System.Globalization;

namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>The time span of a date, which is ISO 8601 text of any precision or epoch milliseconds.</summary>
/// <param name="First">First millisecond of the span, since 1970 in UTC.</param>
/// <param name="Last">Last millisecond of the span: 2020-01-31T23:59:59.999 for <c>2020-01</c>.</param>
internal readonly record struct DateValue(long First, long Last)
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    private static readonly (string Format, Func<DateTime, DateTime> Next)[] Precisions =
    [
        ("yyyy", static date => date.AddYears(1)),
        ("yyyy-MM", static date => date.AddMonths(1)),
        ("yyyy-MM-dd", static date => date.AddDays(1)),
        ("yyyy-MM-dd'T'HHK", static date => date.AddHours(1)),
        ("yyyy-MM-dd'T'HH:mmK", static date => date.AddMinutes(1)),
        ("yyyy-MM-dd'T'HH:mm:ssK", static date => date.AddSeconds(1)),
        ("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", static date => date.AddMilliseconds(1)),
    ];

    /// <summary>Parses a text. Only <see cref="TryParseLenient"/> accepts a year alone, because a bare number in a document is not a date.</summary>
    public static bool TryParse(string text, out DateValue value)
    {
        value = default;
        return text.Length > 4 && TryParseIso(text, out value);
    }

    /// <summary>Parses a value of a <c>date</c> field: ISO text of any precision or epoch milliseconds.</summary>
    public static bool TryParseLenient(string text, out DateValue value)
    {
        if (TryParseIso(text, out value))
        {
            return true;
        }

        bool isEpoch = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long milliseconds);
        value = new DateValue(milliseconds, milliseconds);
        return isEpoch;
    }

    /// <summary>The format of dates in <c>fields</c>: <c>2021-01-01T00:00:00.000Z</c>.</summary>
    public static string Format(double milliseconds) =>
        DateTime.UnixEpoch.AddMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static bool TryParseIso(string text, out DateValue value)
    {
        foreach ((string format, Func<DateTime, DateTime> next) in Precisions)
        {
            if (DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, Utc, out DateTime date) && date.Year < 9999)
            {
                value = new DateValue(Milliseconds(date), Milliseconds(next(date)) - 1);
                return true;
            }
        }

        value = default;
        return false;
    }

    private static long Milliseconds(DateTime date) => (date - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;
}
