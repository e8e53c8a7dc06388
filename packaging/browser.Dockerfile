# authconform with a browser. From a clone of the repository:
#   docker build -f packaging/browser.Dockerfile -t authconform:browser .
#   docker run --rm --init --shm-size=1g -e AUTHCONFORM_PASSWORD authconform:browser run http://home:8123 --user ada
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN script/build /authconform

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates chromium-headless-shell \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 65532 --create-home --home-dir /work authconform
COPY --from=build /authconform /usr/bin/authconform
USER 65532
WORKDIR /work
ENTRYPOINT ["/usr/bin/authconform"]
