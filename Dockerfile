# Two stages: the first builds, the second holds the program, the certificates and nothing to build with.
#
#   docker build -t goodturn .
#   docker run -v goodturn:/var/lib/goodturn/data -e SLACK_BOT_TOKEN -e SLACK_APP_TOKEN goodturn

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin goodturn && mkdir /empty

FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/target/release/goodturn /usr/local/bin/goodturn
# The default database, data/goodturn.db, lies here; the folder belongs to the user below.
COPY --from=build --chown=10001:10001 /empty /var/lib/goodturn/data
WORKDIR /var/lib/goodturn
VOLUME /var/lib/goodturn/data
# Health, readiness and metrics, for whoever looks after the container.
ENV GOODTURN_LISTEN=0.0.0.0:8080
EXPOSE 8080
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/goodturn"]
