using System.Text;

namespace EsRefine.Terminal;

/// <summary>Writes lines without the spaces at their ends, with which tables fill their columns: nobody wants them in a file.</summary>
/// <param name="inner">Takes the lines; not disposed.</param>
internal sealed class TrimmedLines(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    /// <summary>Spaces that are written once something follows them.</summary>
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
