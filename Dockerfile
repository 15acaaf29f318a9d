# Frontdesk in a container: the make targets that CI runs, and nothing else but system packages.
#   docker build -t frontdesk . && docker run -p 8080:8080 -v frontdesk:/data frontdesk

FROM node:20-bookworm-slim AS web
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY Makefile ./
COPY web web
RUN make web

FROM python:3.11-slim-bookworm AS python
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN make runtime

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin frontdesk \
    && install -d -o frontdesk -g frontdesk -m 0700 /data
WORKDIR /app
COPY --from=python /app /app
COPY --from=web /app/web/dist web/dist
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    FRONTDESK_HOST=0.0.0.0 FRONTDESK_PORT=8080 FRONTDESK_DATA=/data FRONTDESK_LOG=json
USER frontdesk
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['FRONTDESK_PORT'] + '/healthz', timeout=3)"]
CMD ["frontdesk", "serve"]
