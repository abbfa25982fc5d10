FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements-slack.lock ./
RUN pip install --require-hashes -r requirements-slack.lock

COPY pyproject.toml README.md LICENSE ./
COPY bot bot
RUN pip install --no-deps --no-build-isolation .

COPY config config
RUN useradd --system --uid 10001 dayori && install -d -o dayori /app/data /app/site
USER dayori
VOLUME /app/data

HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["dayori", "doctor", "--offline"]
CMD ["dayori", "run"]
