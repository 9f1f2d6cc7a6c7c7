import gzip
import html
import json
import re
import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.graphiql.bundle import FINGERPRINT, HOME, is_fresh, source_files, source_fingerprint
from server.graphiql.page import routes
from server.graphiql.sign_in import SignIn

QUERY = 'query Pop($phone: PhoneNumber!) { customer(by: {phone: $phone}) { number } } # <"quoted">'
VARIABLES = {"phone": "+4612345", "note": "<&'\">"}
SCRIPT, STYLE, SIGNED_IN, LICENSES = "page-ABC.js", "page-DEF.css", "signed-in-GHI.js", "licenses-123.txt"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A built page in small."""
    dist = tmp_path / "dist"
    dist.mkdir()
    files = [SCRIPT, STYLE, SIGNED_IN, LICENSES]
    for name in files:
        (dist / name).write_text(f"content of {name}")
        (dist / f"{name}.gz").write_bytes(gzip.compress(f"content of {name}".encode()))
    manifest = {"script": SCRIPT, "style": STYLE, "signedIn": SIGNED_IN, "licenses": LICENSES, "files": files}
    (dist / "manifest.json").write_text(json.dumps(manifest))
    return dist


def client_for(dist: Path) -> TestClient:
    return TestClient(Starlette(routes=routes("/graphql", QUERY, VARIABLES, dist=dist)))


@pytest.fixture
def client(dist: Path) -> TestClient:
    return client_for(dist)


SIGN_IN = SignIn(
    "https://idp.example.com",
    "https://idp.example.com/auth",
    "https://tokens.example.com/token",
    "graphiql",
    "https://customers.example.com/graphiql/signed-in",
    "urn:customer360",
    "openid",
)


def test_the_page_is_told_where_to_sign_in_and_may_fetch_tokens_there_only(dist: Path) -> None:
    client = TestClient(Starlette(routes=routes("/graphql", QUERY, VARIABLES, SIGN_IN, dist=dist)))
    page = client.get("/graphiql")
    assert json.loads(attribute(page.text, "sign-in")) == {
        "issuer": "https://idp.example.com",
        "namesItself": True,
        "authorizationEndpoint": "https://idp.example.com/auth",
        "tokenEndpoint": "https://tokens.example.com/token",
        "clientId": "graphiql",
        "redirectUri": "https://customers.example.com/graphiql/signed-in",
        "resource": "urn:customer360",
        "scope": "openid",
    }
    assert "connect-src 'self' https://tokens.example.com;" in page.headers["content-security-policy"]


def test_sign_ins_come_back_to_a_page_that_holds_no_script_of_its_own(dist: Path) -> None:
    client = TestClient(Starlette(routes=routes("/graphql", QUERY, VARIABLES, SIGN_IN, dist=dist)))
    page = client.get("/graphiql/signed-in?code=c360_ac_x&state=y")
    assert re.findall(r"<script[^>]*>(.*?)</script>", page.text, re.DOTALL) == [""]
    assert f'src="assets/{SIGNED_IN}"' in page.text
    assert "c360_ac_x" not in page.text
    assert "connect-src 'self';" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"


def test_without_a_server_to_sign_in_at_nobody_comes_back(client: TestClient) -> None:
    assert attribute(client.get("/graphiql").text, "sign-in") == "null"
    assert client.get("/graphiql/signed-in").status_code == 404


def attribute(page: str, name: str) -> str:
    match = re.search(rf'data-{name}="([^"]*)"', page)
    assert match
    return html.unescape(match[1])


def test_page_hands_over_its_settings_unharmed(client: TestClient) -> None:
    page = client.get("/graphiql").text
    assert attribute(page, "endpoint") == "/graphql"
    assert attribute(page, "query") == QUERY
    assert json.loads(attribute(page, "variables")) == VARIABLES
    assert "viewer" in attribute(page, "viewer")


def test_page_names_hashed_files_and_holds_no_script(client: TestClient) -> None:
    page = client.get("/graphiql").text
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL) == [""]
    assert re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page) == [
        f"graphiql/assets/{name}" for name in (LICENSES, STYLE, SCRIPT)
    ]


@pytest.mark.parametrize("path", ["/graphiql", f"/graphiql/assets/{SCRIPT}", "/graphiql/assets/none"])
def test_every_response_carries_the_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    directives = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["worker-src"] == directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["base-uri"] == directives["form-action"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_files_are_kept_for_good_and_the_page_is_not(client: TestClient) -> None:
    assert "immutable" in client.get(f"/graphiql/assets/{SCRIPT}").headers["cache-control"]
    assert client.get("/graphiql").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("name", "media_type"), [(SCRIPT, "text/javascript"), (STYLE, "text/css"), (LICENSES, "text/plain")]
)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_files_come_whole_in_either_encoding(client: TestClient, name: str, media_type: str, encoding: str) -> None:
    response = client.get(f"/graphiql/assets/{name}", headers={"Accept-Encoding": encoding})
    assert response.text == f"content of {name}"
    assert response.headers.get("content-encoding", "identity") == encoding
    assert response.headers["content-type"].startswith(media_type)
    assert response.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["manifest.json", FINGERPRINT, f"{SCRIPT}.gz", "..%2Fmanifest.json", "none.js"])
def test_only_files_of_the_manifest_are_served(client: TestClient, dist: Path, name: str) -> None:
    (dist / FINGERPRINT).write_text("0")
    assert client.get(f"/graphiql/assets/{name}").status_code == 404


def test_a_page_that_was_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    response = client_for(tmp_path / "none").get("/graphiql")
    assert response.status_code == 503
    assert "python -m server.graphiql.build" in response.text
    assert client_for(tmp_path / "none").get(f"/graphiql/assets/{SCRIPT}").status_code == 404


def test_a_page_that_is_built_later_is_found(dist: Path) -> None:
    moved = dist.rename(dist.with_name("elsewhere"))
    client = client_for(dist)
    assert client.get("/graphiql").status_code == 503
    moved.rename(dist)
    assert client.get("/graphiql").status_code == 200


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the page's source, as if it had just been built."""
    home = tmp_path / "graphiql"
    for path in source_files():
        target = home / path.relative_to(HOME)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    (home / "dist").mkdir()
    (home / "dist" / FINGERPRINT).write_text(source_fingerprint(home))
    return home


def test_what_was_just_built_is_fresh(source: Path) -> None:
    assert is_fresh(source)


@pytest.mark.parametrize("name", ["src/App.tsx", "src/style.css", "package-lock.json", "build.mjs"])
def test_a_change_anywhere_in_the_source_asks_for_a_build(source: Path, name: str) -> None:
    changed = source / name
    changed.write_text(changed.read_text() + "\n")
    assert not is_fresh(source)


def test_the_lock_has_hashes_and_no_addresses() -> None:
    lock = json.loads((HOME / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_version_is_exact() -> None:
    package = json.loads((HOME / "package.json").read_text())
    versions = package["dependencies"] | package["devDependencies"]
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
