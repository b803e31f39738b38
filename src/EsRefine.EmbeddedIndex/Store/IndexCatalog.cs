using System.Buffers;
using System.IO.Enumeration;
using System.Text;

namespace EsRefine.EmbeddedIndex.Store;

/// <summary>All indices by name, under one lock: many readers or one writer.</summary>
internal sealed class IndexCatalog : IDisposable
{
    /// <summary>Largest number of indices. Elasticsearch has a similar limit, <c>cluster.max_shards_per_node</c>.</summary>
    public const int MaxIndices = 1000;

    private static readonly SearchValues<char> ForbiddenCharacters = SearchValues.Create(" \"*\\<|,>/?#:");

    private readonly SortedDictionary<string, DocumentIndex> _indices = new(StringComparer.Ordinal);
    private readonly ReaderWriterLockSlim _lock = new();

    /// <summary>Runs a function under the read lock. Its result must not refer to an index.</summary>
    public T Read<T>(Func<IndexCatalog, T> answer)
    {
        _lock.EnterReadLock();
        try
        {
            return answer(this);
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <summary>Runs a function under the write lock.</summary>
    public T Write<T>(Func<IndexCatalog, T> change)
    {
        _lock.EnterWriteLock();
        try
        {
            return change(this);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>Resolves an expression such as <c>a,logs-*</c>, <c>_all</c> or nothing (all indices). Each index is returned once.</summary>
    /// <param name="ignoreUnavailable">Whether a missing name is ignored instead of an error. A pattern may always match nothing.</param>
    /// <exception cref="ElasticsearchException">404 <c>index_not_found_exception</c>.</exception>
    public IReadOnlyList<DocumentIndex> Resolve(string? expression, bool ignoreUnavailable = false)
    {
        if (expression is null or "" or "_all" or "*")
        {
            return [.. _indices.Values];
        }

        List<DocumentIndex> found = [];
        foreach (string part in expression.Split(','))
        {
            if (part.Contains('*', StringComparison.Ordinal))
            {
                found.AddRange(_indices.Values.Where(index => FileSystemName.MatchesSimpleExpression(part, index.Name, ignoreCase: false)));
            }
            else if (_indices.TryGetValue(part, out DocumentIndex? index))
            {
                found.Add(index);
            }
            else if (!ignoreUnavailable)
            {
                throw ElasticsearchException.IndexNotFound(part);
            }
        }

        return [.. found.Distinct()];
    }

    /// <summary>Returns the index with exactly this name.</summary>
    /// <exception cref="ElasticsearchException">404 <c>index_not_found_exception</c>.</exception>
    public DocumentIndex Get(string name) => _indices.GetValueOrDefault(name) ?? throw ElasticsearchException.IndexNotFound(name);

    /// <summary>Returns the index with this name and creates it if it does not exist, as for a write to a missing index.</summary>
    /// <exception cref="ElasticsearchException">400: the name is invalid, or there are too many indices.</exception>
    public DocumentIndex GetOrCreate(string name, TimeProvider clock)
    {
        if (!_indices.TryGetValue(name, out DocumentIndex? index))
        {
            index = new DocumentIndex(name, clock.GetUtcNow());
            Add(index);
        }

        return index;
    }

    /// <exception cref="ElasticsearchException">400: the index exists, the name is invalid, or there are too many indices.</exception>
    public void Add(DocumentIndex index)
    {
        CheckName(index.Name);
        if (_indices.TryGetValue(index.Name, out DocumentIndex? existing))
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "resource_already_exists_exception", $"index [{index.Name}/{existing.Uuid}] already exists")
            {
                Details = [("index_uuid", existing.Uuid), ("index", index.Name)],
            };
        }

        if (_indices.Count == MaxIndices)
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "validation_exception", $"the embedded index holds at most [{MaxIndices}] indices");
        }

        _indices.Add(index.Name, index);
    }

    public void Remove(DocumentIndex index) => _indices.Remove(index.Name);

    public void Dispose() => _lock.Dispose();

    private static void CheckName(string name)
    {
        string? fault =
            name.Any(char.IsUpper) ? "must be lowercase"
            : name.Length == 0 || "-_+".Contains(name[0], StringComparison.Ordinal) ? "must not start with '_', '-', or '+'"
            : name is "." or ".." ? "must not be '.' or '..'"
            : name.AsSpan().IndexOfAny(ForbiddenCharacters) >= 0 ? "must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?, #, :]"
            : Encoding.UTF8.GetByteCount(name) > 255 ? "index name is too long, (> 255)"
            : null;
        if (fault is not null)
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "invalid_index_name_exception", $"Invalid index name [{name}], {fault}")
            {
                Details = [("index_uuid", "_na_"), ("index", name)],
            };
        }
    }
}
