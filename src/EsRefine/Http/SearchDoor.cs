namespace EsRefine.Http;

internal sealed class SearchDoor
{
    public Task InvokeAsync(HttpContext context) => throw new NotSupportedException();
}
