# syntax=docker/dockerfile:1
# Signalbox and git, without root; the state of projects in a volume. docs/install.md says how it is run.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY tools tools
RUN npm ci
COPY . .
RUN npm run package && mv signalbox-*.tgz /signalbox.tgz

FROM node:24-bookworm-slim
# tini: runs leave processes behind that the first process has to collect. procps: how a run's processes are found.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git procps tini \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /signalbox.tgz /tmp/signalbox.tgz
RUN npm install --global --ignore-scripts /tmp/signalbox.tgz && npm cache clean --force
# Signalbox refuses a state folder that others may open.
RUN install -d -m 700 -o node -g node /state /project
USER node
ENV XDG_STATE_HOME=/state
VOLUME /state
WORKDIR /project
# Over the Unix socket: no token is needed, and nobody outside learns anything.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["signalbox", "status"]
ENTRYPOINT ["tini", "--", "signalbox"]
CMD ["start", "--foreground", "--log-format", "json"]
