using System.Text;

namespace EsRefine.Terminal;

/// <summary>A writer that removes trailing spaces from lines, which tables use to pad their last column.</summary>
/// <param name="inner">Receives the lines; not disposed.</param>
internal sealed class TrimmedLines(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    /// <summary>Number of spaces not written yet; they are written if another character follows on the line.</summary>
    private int _held;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (value == ' ')
        {
            _held++;
            return;
        }

        if (value is not ('\r' or '\n'))
        {
            inner.Write(new string(' ', _held));
        }

        _held = 0;
        inner.Write(value);
    }

    public override void Flush() => inner.Flush();
}
