# docker build -t esrefine:0.1.0 .
# Other base images (a mirror, a local build): --build-arg SDK_IMAGE=… --build-arg RUNTIME_IMAGE=…
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
# chiseled-extra has no shell and no package manager, and it has a non-root user and ICU. Without ICU, normalization would keep accents, which would change
# the vectors of texts.
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra

FROM ${SDK_IMAGE} AS build
WORKDIR /source
ENV CI=true DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# The restore layer. It is rebuilt only when a package changes.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt ./
COPY src/EsRefine/EsRefine.csproj src/EsRefine/packages.*.lock.json src/EsRefine/
COPY src/EsRefine.Refinement/EsRefine.Refinement.csproj src/EsRefine.Refinement/packages.*.lock.json src/EsRefine.Refinement/
COPY src/EsRefine.Evaluation/EsRefine.Evaluation.csproj src/EsRefine.Evaluation/packages.*.lock.json src/EsRefine.Evaluation/
COPY src/EsRefine.EmbeddedIndex/EsRefine.EmbeddedIndex.csproj src/EsRefine.EmbeddedIndex/packages.*.lock.json src/EsRefine.EmbeddedIndex/
RUN dotnet restore src/EsRefine/EsRefine.csproj --locked-mode

COPY .editorconfig LICENSE ./
COPY protos protos
COPY src src
# Native code for other systems is removed. The model (91 MB) is included, so that "demo" and "eval" run in the image without further files.
RUN dotnet publish src/EsRefine/EsRefine.csproj --no-restore --configuration Release --output /app -p:IncludeDemoModel=true \
 && find /app/runtimes -mindepth 1 -maxdepth 1 ! -name 'linux*' ! -name unix -exec rm -rf {} +

FROM ${RUNTIME_IMAGE}
COPY --from=build /app /app
# An esrefine.yaml mounted in this folder is found without --config.
WORKDIR /etc/esrefine
# Inside a container, a loopback listener is unreachable from outside, so these listen on all addresses. Environment variables override the file: set these
# variables to listen elsewhere. Publish port 9282, the admin listener, only to operators.
ENV ESREFINE__LISTEN__DATA=*:9280 ESREFINE__LISTEN__GRPC=*:9281 ESREFINE__LISTEN__ADMIN=*:9282
# A container's memory is small beside a machine's caches, after which the garbage collector sizes its youngest generation: 16 MiB here.
ENV DOTNET_GCgen0size=0x1000000 DOTNET_GCConserveMemory=5
EXPOSE 9280 9281 9282
# 1654 is the user "app" of the base image. Kubernetes can verify runAsNonRoot only for a numeric user.
USER 1654
ENTRYPOINT ["dotnet", "/app/esrefine.dll"]
CMD ["run"]
