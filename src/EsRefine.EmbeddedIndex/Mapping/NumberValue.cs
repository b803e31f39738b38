using System.Globalization;

namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>Reads numbers according to the type of their field.</summary>
internal static class NumberValue
{
    /// <summary>Reads a number. Integer fields drop the fraction. Integers beyond 2^53 lose their last digits.</summary>
    /// <exception cref="ElasticsearchException">400 <c>number_format_exception</c>, or the number is out of range.</exception>
    public static double Parse(FieldType type, string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            throw new ElasticsearchException(StatusCodes.Status400BadRequest, "number_format_exception", $"For input string: \"{text}\"");
        }

        bool inRange = type switch
        {
            FieldType.Integer => number is >= int.MinValue and <= int.MaxValue,
            FieldType.Long => number is >= long.MinValue and <= long.MaxValue,
            FieldType.Float => float.IsFinite((float)number),
            _ => double.IsFinite(number),
        };
        if (!inRange)
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "x_content_parse_exception", $"Numeric value ({text}) out of range of {type.Name()}");
        }

        return type switch
        {
            FieldType.Integer or FieldType.Long => Math.Truncate(number),
            FieldType.Float => (float)number,
            _ => number,
        };
    }
}
