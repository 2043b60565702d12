# One image for every part; the part is the command: python -m bot serve, python -m casebridge worker …
FROM python:3.13-slim AS build
WORKDIR /service
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements.lock

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /service --uid 10001 service
WORKDIR /service
COPY --from=build /venv /venv
COPY bot bot
COPY casebridge casebridge
COPY flows flows
COPY locales locales
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 VAR_DIR=/var/service
RUN install -d -o service -m 0700 /var/service /var/service/public /var/service/public/kept
USER service
VOLUME /var/service
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["python", "-m", "bot", "serve"]
