# system: what runs it. build: the packages, with debug symbols taken out. root: both, less what neither needs.
# The last stage copies that file system whole, since what a later layer removes would still be in the image.
FROM debian:trixie-slim AS system
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/*

FROM system AS build
RUN apt-get update && apt-get install --yes --no-install-recommends binutils python3-venv
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_PYTHON=/opt/dayori/bin/python
RUN python3 -m venv --without-pip /opt/dayori && python3 -m venv /opt/pip
WORKDIR /src
COPY requirements-slack.lock requirements-postgres.lock ./
RUN /opt/pip/bin/pip install --no-compile --require-hashes -r requirements-slack.lock \
    && /opt/pip/bin/pip install --no-compile --require-hashes -r requirements-postgres.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY config config
RUN /opt/pip/bin/pip install --no-compile --no-deps --no-build-isolation . \
    && /opt/pip/bin/pip uninstall --yes editables hatchling pathspec pluggy trove-classifiers \
    && find /opt/dayori -name '*.so*' -type f -exec strip --strip-unneeded {} + \
    && find /opt/dayori -name tests -type d -prune -exec rm -r {} +
# Compile what a start and each platform import; the rest is rarely or never imported.
WORKDIR /tmp/first-start
RUN /opt/dayori/bin/dayori run < /dev/null > /dev/null \
    && /opt/dayori/bin/dayori doctor --offline --json > /dev/null \
    && /opt/dayori/bin/python -c "import bot.health_server, bot.platforms.discord.platform, bot.platforms.slack.connection, \
       bot.scheduler, bot.services.feeds.bundle, bot.sources.open_sources, bot.store.postgresql_database"

# A volume that holds something, such as the site's mark, takes over the owner, and another container does not change it.
FROM system AS root
COPY --from=build /opt/dayori /opt/dayori
COPY config /app/config
RUN useradd --uid 10001 --home-dir /app --shell /bin/sh dayori \
    && install --directory --owner=dayori --mode=700 /app/data \
    && install --directory --owner=dayori /app/site /app/site/.dayori-site
RUN rm -rf /etc/apt /usr/lib/apt /usr/lib/dpkg /usr/lib/*/gconv /usr/lib/*/libapt-* /usr/lib/*/perl* \
       /usr/lib/python3*/test /usr/lib/python3*/pydoc_data /usr/share/perl* /usr/share/zoneinfo /var/cache/* /var/log/* \
       /var/lib/apt /var/lib/dpkg/info \
    && find /usr/bin /usr/sbin -mindepth 1 ! -name 'python3*' ! -name sh ! -name dash ! -name env ! -name ls ! -name cat -delete

FROM scratch
COPY --from=root / /
ENV PATH=/opt/dayori/bin:/usr/bin LANG=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DAYORI_HEALTH__LISTEN=127.0.0.1:9109
WORKDIR /app
USER dayori
VOLUME /app/data
# 200 while every platform is connected and the ticks go on. http.client asks no proxy of the environment.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 CMD ["python3", "-c", \
    "import http.client, os; port = os.environ['DAYORI_HEALTH__LISTEN'].rpartition(':')[2]; \
     c = http.client.HTTPConnection('127.0.0.1', port, timeout=8); c.request('GET', '/healthz'); \
     raise SystemExit(c.getresponse().status != 200)"]
STOPSIGNAL SIGTERM
# docker run IMAGE doctor, docker run -it IMAGE search RetNet and so on
ENTRYPOINT ["dayori"]
CMD ["run"]
