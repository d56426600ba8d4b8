# The server, for the processor (`--target cpu`) or for CUDA (`--target gpu`). No torch in either.
FROM debian:bookworm-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY proto/gen/python proto/gen/python
COPY server server
COPY exporter exporter
COPY clients/python clients/python
RUN python3 -m venv /opt/bakeoff && /opt/bakeoff/bin/pip install --quiet --upgrade pip

FROM build AS build-cpu
RUN /opt/bakeoff/bin/pip install --no-cache-dir --quiet '.[server,cpu]'

FROM build AS build-gpu
RUN /opt/bakeoff/bin/pip install --no-cache-dir --quiet '.[server,gpu]'

FROM debian:bookworm-slim AS runtime
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home --home-dir /var/lib/bakeoff bakeoff
# Everything that is written goes below /var/lib/bakeoff and /tmp, so that the rest may be read-only.
ENV PATH=/opt/bakeoff/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BAKEOFF_ADDRESS=0.0.0.0:50051 \
    BAKEOFF_DATA_DIR=/var/lib/bakeoff/data
USER 10001
WORKDIR /var/lib/bakeoff
VOLUME /var/lib/bakeoff
EXPOSE 50051
STOPSIGNAL SIGTERM
# Calls the address and trusts the certificate that BAKEOFF_ADDRESS and BAKEOFF_TLS_CERT give: the
# server's settings belong into variables, since a check does not see its flags.
HEALTHCHECK --interval=10s --timeout=8s --start-period=20s --retries=3 \
  CMD ["bakeoff", "health"]
ENTRYPOINT ["bakeoff"]
CMD ["serve"]

FROM runtime AS gpu
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=build-gpu /opt/bakeoff /opt/bakeoff

# Last, so that it is what a build without a target makes.
FROM runtime AS cpu
COPY --from=build-cpu /opt/bakeoff /opt/bakeoff
