# The gateway as an image: built from the sources here, run without the build's tools and as nobody in particular.
FROM node:26-slim AS build
WORKDIR /toolgate
COPY package.json package-lock.json .npmrc ./
COPY runtime runtime
RUN npm ci --ignore-scripts
COPY build.ts ./
COPY servers servers
COPY openapi openapi
COPY src src
RUN npm run build

FROM node:26-slim
ENV NODE_ENV=production
WORKDIR /toolgate
COPY package.json package-lock.json .npmrc ./
COPY runtime/package.json runtime/package.json
# The image is a Node.js already: the one that checkouts bring is an optional dependency.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY bin bin
COPY --from=build /toolgate/dist dist
# A volume that is mounted here belongs to whom the folder belongs to.
RUN install -d -o node -g node -m 700 /config/.toolgate && install -d -o node -g node .cache
USER node
# A container has no second start that would find what the first one compiled: the image keeps it.
ENV NODE_COMPILE_CACHE=/toolgate/.cache
RUN node bin/toolgate.cjs --config '{}' --validate-only
# Where toolgate.yaml is looked for, and what relative names in it start from.
WORKDIR /config
EXPOSE 3000 15020 15021
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://localhost:15021/healthz/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No shell and no npm between: SIGTERM reaches the gateway, which drains.
ENTRYPOINT ["node", "/toolgate/bin/toolgate.cjs"]
