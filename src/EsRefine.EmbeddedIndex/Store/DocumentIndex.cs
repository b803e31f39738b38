using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using EsRefine.EmbeddedIndex.Mapping;

namespace EsRefine.EmbeddedIndex.Store;

/// <summary>
/// An index with one shard. It stores documents by ordinal, in the order they were written, and a column for each field. A write is visible at once,
/// without a refresh. Not thread-safe: <see cref="IndexCatalog"/> holds the lock.
/// </summary>
internal sealed class DocumentIndex(string name, DateTimeOffset createdAt)
{
    /// <summary>Deleted documents are removed by a merge when they are the majority and more than this many.</summary>
    private const int MinDeletedToMerge = 1000;

    private readonly Dictionary<string, int> _ordinals = new(StringComparer.Ordinal);
    private readonly List<StoredDocument?> _documents = [];
    private Dictionary<string, TermColumn> _terms = new(StringComparer.Ordinal);
    private Dictionary<string, NumberColumn> _numbers = new(StringComparer.Ordinal);
    private Dictionary<string, VectorColumn> _vectors = new(StringComparer.Ordinal);
    private long _nextSequenceNumber;

    public string Name => name;

    public DateTimeOffset CreatedAt => createdAt;

    public string Uuid { get; } = NewId();

    public IndexMapping Mapping { get; set; } = IndexMapping.Empty;

    /// <summary>The settings given when the index was created. They are returned but have no effect.</summary>
    public JsonObject Settings { get; init; } = [];

    /// <summary>Number of documents that are not deleted.</summary>
    public int Count => _ordinals.Count;

    public int Deleted => _documents.Count - _ordinals.Count;

    /// <summary>Number of ordinals, including those of deleted documents: the length of a score array.</summary>
    public int OrdinalCount => _documents.Count;

    /// <summary>Creates an id of twenty URL-safe characters, like the ids that Elasticsearch generates.</summary>
    public static string NewId() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(15)).Replace('+', '-').Replace('/', '_');

    public bool IsLive(int ordinal) => _documents[ordinal] is not null;

    public StoredDocument Document(int ordinal) => _documents[ordinal]!;

    public int? FindOrdinal(string id) => _ordinals.TryGetValue(id, out int ordinal) ? ordinal : null;

    public TermColumn? Terms(string field) => _terms.GetValueOrDefault(field);

    public NumberColumn? Numbers(string field) => _numbers.GetValueOrDefault(field);

    public VectorColumn? Vectors(string field) => _vectors.GetValueOrDefault(field);

    /// <summary>Ordinals of the documents that have the field.</summary>
    public IEnumerable<int> DocumentsWith(string field) =>
        Terms(field)?.Documents ?? Numbers(field)?.Documents ?? (IEnumerable<int>?)Vectors(field)?.Documents ?? [];

    /// <summary>Writes a document. It replaces the document with the same id and gets a new ordinal at the end.</summary>
    /// <param name="mustBeNew">True for <c>create</c>: an existing id is then a conflict.</param>
    /// <exception cref="ElasticsearchException">409 for a conflict, 400 for a document that does not fit the mapping. The index is unchanged then.</exception>
    public WriteResult Write(string id, JsonElement source, bool mustBeNew)
    {
        StoredDocument? existing = FindOrdinal(id) is { } known ? Document(known) : null;
        if (mustBeNew && existing is not null)
        {
            throw new ElasticsearchException(
                StatusCodes.Status409Conflict,
                "version_conflict_engine_exception",
                $"[{id}]: version conflict, document already exists (current version [{existing.Version}])")
            {
                Details = [("index_uuid", Uuid), ("shard", "0"), ("index", name)],
            };
        }

        ParsedDocument parsed = DocumentParser.Parse(Mapping, id, source);
        if (parsed.NewFields.Count > 0)
        {
            Mapping = Mapping.With(parsed.NewFields.Values);
        }

        Remove(id);
        StoredDocument document = new(
            id,
            (existing?.Version ?? 0) + 1,
            _nextSequenceNumber++,
            StoredDocument.StripVectors(source, parsed.Vectors.Select(static entry => entry.Field.Path).ToHashSet(StringComparer.Ordinal)));
        Add(document, parsed);
        return new WriteResult(id, document.Version, document.SequenceNumber, existing is null ? "created" : "updated");
    }

    public WriteResult Delete(string id)
    {
        StoredDocument? existing = Remove(id);
        return new WriteResult(id, (existing?.Version ?? 0) + 1, _nextSequenceNumber++, existing is null ? "not_found" : "deleted");
    }

    private void Add(StoredDocument document, ParsedDocument parsed)
    {
        MergeDeletedAway();
        int ordinal = _documents.Count;
        _documents.Add(document);
        _ordinals[document.Id] = ordinal;
        foreach (IGrouping<FieldDefinition, string> values in parsed.Terms.GroupBy(static entry => entry.Field, static entry => entry.Value))
        {
            bool isText = values.Key.Type == FieldType.Text;
            Column(_terms, values.Key.Path, () => new TermColumn(hasNorms: isText))
                .Add(ordinal, isText ? values.SelectMany(StandardTokens.Of) : values);
        }

        foreach ((FieldDefinition field, double value) in parsed.Numbers)
        {
            Column(_numbers, field.Path, static () => new NumberColumn()).Add(ordinal, value);
        }

        foreach ((FieldDefinition field, float[] value) in parsed.Vectors)
        {
            Column(_vectors, field.Path, () => new VectorColumn(value.Length)).Add(ordinal, value);
        }
    }

    private StoredDocument? Remove(string id)
    {
        if (!_ordinals.Remove(id, out int ordinal))
        {
            return null;
        }

        StoredDocument? document = _documents[ordinal];
        _documents[ordinal] = null;
        return document;
    }

    private void MergeDeletedAway()
    {
        if (Deleted <= Math.Max(MinDeletedToMerge, Count))
        {
            return;
        }

        int[] newOrdinals = new int[_documents.Count];
        int next = 0;
        for (int ordinal = 0; ordinal < newOrdinals.Length; ordinal++)
        {
            newOrdinals[ordinal] = IsLive(ordinal) ? next++ : -1;
        }

        _terms = _terms.ToDictionary(static column => column.Key, column => column.Value.Renumber(newOrdinals), StringComparer.Ordinal);
        _numbers = _numbers.ToDictionary(static column => column.Key, column => column.Value.Renumber(newOrdinals), StringComparer.Ordinal);
        _vectors = _vectors.ToDictionary(static column => column.Key, column => column.Value.Renumber(newOrdinals), StringComparer.Ordinal);
        _documents.RemoveAll(static document => document is null);
        foreach (string id in _ordinals.Keys.ToArray())
        {
            _ordinals[id] = newOrdinals[_ordinals[id]];
        }
    }

    private static TColumn Column<TColumn>(Dictionary<string, TColumn> columns, string field, Func<TColumn> create) =>
        columns.TryGetValue(field, out TColumn? column) ? column : columns[field] = create();
}
