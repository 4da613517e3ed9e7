"""Facts about which path is which API."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.errors import MethodNotAllowed, NotFound
from wrp_router.wire.paths import ENDPOINTS, Endpoint, allowed, find, shown


@pytest.mark.parametrize(
    ("path", "purpose", "operation"),
    [
        ("/v1/chat/completions", "generate", "chat"),
        ("/v1/completions", "generate", "completion"),
        ("/v1/embeddings", "generate", "embedding"),
        ("/v1/responses", "generate", "responses"),
        ("/v1/messages", "generate", "messages"),
        ("/v1/messages/count_tokens", "count_tokens", "messages"),
    ],
)
def test_paths_that_take_bodies(path: str, purpose: str, operation: str) -> None:
    """Each is one API, and takes POST only."""
    endpoint = find("POST", path)
    assert (endpoint.purpose, endpoint.operation, endpoint.methods) == (purpose, operation, ("POST",))


@pytest.mark.parametrize("path", ["/v1/models", "/healthz", "/readyz", "/metrics", "/admin/servers", "/v1/models/x"])
def test_paths_to_look_at(path: str) -> None:
    """Take GET and HEAD."""
    assert find("GET", path) == find("HEAD", path)
    assert allowed(path) == ("GET", "HEAD")


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1/models/gpt-4o", "gpt-4o"),
        ("/v1/models/org/name:tag", "org/name:tag"),
        ("/v1/models/org%2Fname", "org/name"),
        ("/v1/models/caf%C3%A9", "café"),
        ("/v1/models/a%252Fb", "a%2Fb"),
    ],
)
def test_models_in_paths(path: str, model: str) -> None:
    """May hold slashes; escapes are undone once."""
    assert find("GET", path) == Endpoint("model", methods=("GET", "HEAD"), argument=model)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//v1/chat/completions",
        "/v1//chat/completions",
        "/v1/chat/completions/",
        "/v1/./chat/completions",
        "/v1/x/../chat/completions",
        "/v1/chat%2fcompletions",
        "/v1/chat/completions;a=b",
        "/V1/chat/completions",
        "/admin",
        "http://host/v1/models",
        "/v1/models/",
        "/v1/models/a%00b",
        "/v1/models/a%0d%0ab",
        "/v1/models/%ff",
        "/v1/models/" + "x" * 257,
        "/v1/models/" + "x" * 100_000,
        "/v1/models/\udcff",
    ],
)
def test_other_spellings_do_not_exist(path: str) -> None:
    """Nothing is normalised, so nothing can be smuggled past whoever reads the path first."""
    with pytest.raises(NotFound):
        find("GET", path)
    assert allowed(path) == ()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "post", ""])
def test_wrong_methods(method: str) -> None:
    """Are told the right one."""
    with pytest.raises(MethodNotAllowed) as caught:
        find(method, "/v1/chat/completions")
    assert "POST" in caught.value.message
    assert caught.value.status == 405


def test_what_may_be_written_down() -> None:
    """The table's own paths; of a model only that it is one: it may be anything that somebody sent."""
    assert [shown(path) for path in ENDPOINTS] == list(ENDPOINTS)
    assert shown("/v1/models/sk-a-key-in-the-wrong-place") == "/v1/models/{id}"


@given(st.text(max_size=30), st.text(max_size=30) | st.text(max_size=30).map(lambda text: "/v1/models/" + text))
def test_any_path_is_found_or_not(method: str, path: str) -> None:
    """And raises nothing else."""
    if path in ENDPOINTS:
        return
    with pytest.raises((NotFound, MethodNotAllowed)):
        find(method + "?", path)
