"""What a page did: its complaints on the console, what its policy refused, the requests it sent."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


class Witness:
    def __init__(self, context: BrowserContext, server_url: str) -> None:
        self.origin = urlsplit(server_url).netloc
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("request", self._note)
        context.on("console", self._hear)
        context.on("page", self._watch)

    @property
    def elsewhere(self) -> list[str]:
        """Requests that left the origin; what is in the page itself (data:) leaves nothing."""
        urls = [urlsplit(request.url) for request in self.requests]
        return [url.geturl() for url in urls if url.scheme != "data" and url.netloc != self.origin]

    @property
    def operations(self) -> list[str]:
        """The bodies of the operations sent so far."""
        return [request.post_data or "" for request in self.requests if request.method == "POST"]

    def _note(self, request: Request) -> None:
        self.requests.append(request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
