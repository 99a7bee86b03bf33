# The tap alone, for orchestrators that run containers. Build it from a wheel:
#   make dist && docker build --tag tap-kustomer .
#   docker run --rm --env TAP_KUSTOMER_API_KEY tap-kustomer --config ENV

FROM python:3.13-slim AS build
COPY requirements.txt /build/
RUN python -m venv /tap \
    && /tap/bin/python -m pip install --no-cache-dir --no-deps --require-hashes \
        --requirement /build/requirements.txt
COPY dist/*.whl /build/
RUN /tap/bin/python -m pip install --no-cache-dir --no-deps /build/*.whl \
    && /tap/bin/python -m pip check \
    && /tap/bin/python -m pip uninstall --yes pip

FROM python:3.13-slim
COPY --from=build /tap /tap
# Not root. The tap writes to standard output only, and to the files that its settings name.
USER 10001:10001
WORKDIR /home
ENTRYPOINT ["/tap/bin/tap-kustomer"]
CMD ["--help"]
