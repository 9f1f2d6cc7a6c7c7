"""The report's picture: requests per second of each server, as bars, one chart for each workload (SVG)."""

from collections.abc import Iterator, Mapping
from html import escape

# Requests per second by workload and server.
Speeds = Mapping[str, Mapping[str, float]]

COLUMNS = 3
CHART_WIDTH, BAR_HEIGHT, GAP, HEADING = 290, 18, 4, 34
LABEL_WIDTH, BAR_WIDTH = 92, 138
OURS, LIMIT, OTHERS = "#2563eb", "#94a3b8", "#cbd5e1"
# Variants of our server are left out, so that one bar stands for one choice.
LEFT_OUT = ("customer360-apart", "customer360-allow-all")


def draw_bars(speeds: Speeds) -> str:
    """Draw all workloads in rows of `COLUMNS`. Within a workload the longest bar is the fastest server."""
    most = max(len(_shown(by_server)) for by_server in speeds.values())
    height = HEADING + most * (BAR_HEIGHT + GAP) + 14
    rows = -(-len(speeds) // COLUMNS)
    charts = (
        f'<g transform="translate({number % COLUMNS * CHART_WIDTH + 14},{number // COLUMNS * height})">'
        f"{''.join(_chart(name, _shown(by_server)))}</g>"
        for number, (name, by_server) in enumerate(speeds.items())
    )
    size = f'width="{COLUMNS * CHART_WIDTH + 14}" height="{rows * height + 10}"'
    style = 'font-family="system-ui,sans-serif" font-size="12" fill="#1e293b"'
    background = '<rect width="100%" height="100%" rx="8" fill="#ffffff"/>'
    body = "\n".join((background, *charts))
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style} role="img">\n{body}\n</svg>\n'


def _shown(by_server: Mapping[str, float]) -> list[tuple[str, float]]:
    """The servers by speed, fastest first."""
    return sorted(((n, speed) for n, speed in by_server.items() if n not in LEFT_OUT), key=lambda each: -each[1])


def _chart(name: str, servers: list[tuple[str, float]]) -> Iterator[str]:
    fastest = servers[0][1]
    yield f'<text y="22" font-weight="600">{escape(name)}, requests/s</text>'
    for number, (server, speed) in enumerate(servers):
        y = HEADING + number * (BAR_HEIGHT + GAP)
        width = max(1.0, speed / fastest * BAR_WIDTH)
        color = {"customer360": OURS, "limit": LIMIT}.get(server, OTHERS)
        yield f'<text x="{LABEL_WIDTH - 6}" y="{y + 13}" text-anchor="end">{escape(server)}</text>'
        yield f'<rect x="{LABEL_WIDTH}" y="{y}" width="{width:.1f}" height="{BAR_HEIGHT}" rx="2" fill="{color}"/>'
        yield f'<text x="{LABEL_WIDTH + width + 5:.1f}" y="{y + 13}" fill="#475569">{speed:,.0f}</text>'
