# The sidecar on Node.js as an image. Build it from the root of the repository, for one platform or several:
#
#   docker buildx build --platform linux/arm64,linux/amd64 --file sidecar/node.Dockerfile .
#
# NODE_IMAGE is any image with Node.js 24 and npm; the default is the official one of this version in Amazon
# ECR Public, for both architectures.
ARG NODE_IMAGE=public.ecr.aws/docker/library/node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Only the bundler is needed. What package.json no longer names is not installed; what it names keeps the version and
# the checksum of the lock file.
RUN npm pkg delete dependencies devDependencies \
  && npm install --ignore-scripts --no-audit --no-fund --save-exact \
    "esbuild@$(node --print "require('./package-lock.json').packages['node_modules/esbuild'].version")"
COPY sidecar ./sidecar
RUN npx --no-install esbuild sidecar/main.ts --bundle --platform=node --target=node24 --format=esm --minify \
    --banner:js='#!/usr/bin/env node' --outfile=dist/fargauge-sidecar \
  && chmod +x dist/fargauge-sidecar

FROM ${NODE_IMAGE}
COPY --from=build /build/dist/fargauge-sidecar /fargauge-sidecar
ENV NODE_ENV=production
# By number, so that it holds without a user database. The sidecar writes no files and needs no capabilities.
USER 1000:1000
EXPOSE 9546
# ECS does not look at this but at the task definition's own health check, for which the same command serves.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 CMD ["/fargauge-sidecar", "health"]
# The flag makes V8 give up speed, which the sidecar does not need, for memory: no compiled code, a small heap.
ENTRYPOINT ["node", "--lite-mode", "/fargauge-sidecar"]
