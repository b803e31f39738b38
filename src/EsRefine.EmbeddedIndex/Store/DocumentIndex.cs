using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using EsRefine.EmbeddedIndex.Mapping;

namespace EsRefine.EmbeddedIndex.Store;

/// <summary>
/// One index with one shard: documents by ordinal, in the order they were written, and a column for each field. A write is visible at once;
/// there is nothing to refresh. Not thread-safe: <see cref="IndexCatalog"/> holds the lock.
/// </summary>
internal sealed class DocumentIndex(string name, DateTimeOffset createdAt)
{
    /// <summary>Deleted documents are merged away when they are the greater part and more than this many.</summary>
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

    /// <summary>As given when the index was made; printed, otherwise without effect.</summary>
    public JsonObject Settings { get; init; } = [];

    /// <summary>Living documents.</summary>
    public int Count => _ordinals.Count;

    public int Deleted => _documents.Count - _ordinals.Count;

    /// <summary>Ordinals run from 0 to here, deleted ones included: the length of a score array.</summary>
    public int OrdinalCount => _documents.Count;

    /// <summary>Twenty characters, URL-safe, like those Elasticsearch makes up.</summary>
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

    /// <summary>Writes a document; the one with the same id is replaced, and goes to the end of the order.</summary>
    /// <param name="mustBeNew">For <c>create</c>: an existing id is a conflict.</param>
    /// <exception cref="ElasticsearchException">409 for a conflict, 400 for a document that does not fit the mapping; nothing has changed then.</exception>
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
