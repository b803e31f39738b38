using EsRefine.Grpc.V1;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace EsRefine.Grpc;

/// <summary>
/// The methods of <c>esrefine.v1</c>. Requests arrive as bytes and are parsed here: in the generated code a malformed request would end as UNKNOWN
/// with a stack trace in the log.
/// </summary>
internal sealed class RefinementMethods : IServiceMethodProvider<RefinementGrpcService>
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    private static readonly Marshaller<SearchResponse> Response =
        Marshallers.Create(static response => response.ToByteArray(), SearchResponse.Parser.ParseFrom);

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<RefinementGrpcService> context)
    {
        string service = RefinementService.Descriptor.FullName;
        context.AddUnaryMethod(
            new Method<byte[], SearchResponse>(MethodType.Unary, service, nameof(RefinementGrpcService.Search), Bytes, Response),
            metadata: [],
            static (service, request, call) => service.Search(Read(request), call));
    }

    private static V1.SearchRequest Read(byte[] request)
    {
        try
        {
            return V1.SearchRequest.Parser.ParseFrom(request);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or ArgumentException)   // the latter: text that is no UTF-8
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "the request is no esrefine.v1.SearchRequest, or a text in it is not UTF-8"));
        }
    }
}
