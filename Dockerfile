# The released image: a static binary and nothing else, for a user who isn't root. The release's workflow puts the
# binaries into linux/amd64/ and linux/arm64/ first.
#
#   docker run --rm -v "$PWD:/work:ro" ghcr.io/initlint/initlint
FROM scratch
ARG TARGETARCH
COPY LICENSE-MIT LICENSE-APACHE /
COPY --chmod=0755 linux/${TARGETARCH}/initlint /initlint
WORKDIR /work
# Nobody's number in distroless images; `--user` takes another one, to write a report into a mounted folder.
USER 65532:65532
# Without a locale initlint takes the terminal for one that knows ASCII alone.
ENV LANG=C.UTF-8
ENTRYPOINT ["/initlint"]
