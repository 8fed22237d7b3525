# The console, then the wheel with the console in it, then only what runs.

FROM node:22.22.0-bookworm-slim AS console
WORKDIR /ui
COPY ui/package.json ui/package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY ui ./
RUN npm run build

FROM python:3.11.14-slim-bookworm AS install
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
COPY ops/requirements/run.lock ops/requirements/build.lock ops/requirements/
RUN python -m venv /civicwatt \
    && /civicwatt/bin/pip install --require-hashes -r ops/requirements/run.lock \
    && pip install --require-hashes -r ops/requirements/build.lock
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY store store
COPY ingest ingest
COPY analytics analytics
COPY api api
COPY device_sim device_sim
COPY civicwatt civicwatt
COPY --from=console /ui/dist api/console
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
    && /civicwatt/bin/pip install --no-deps /wheel/*.whl \
    && /civicwatt/bin/python -m compileall -q /civicwatt/lib

FROM python:3.11.14-slim-bookworm
# Pango lays out the PDF of statements; Chinese wants a font that has it.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home civicwatt
COPY --from=install /civicwatt /civicwatt
COPY ops/entrypoint.sh /entrypoint.sh
ENV PATH=/civicwatt/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
ENTRYPOINT ["/entrypoint.sh"]
CMD ["--help"]
