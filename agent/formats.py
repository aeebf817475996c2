"""The two languages a Prometheus server speaks, and which one it asks for."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector


@dataclass(frozen=True, slots=True)
class Format:
    """One of the two languages a Prometheus server speaks."""

    content_type: str
    encode: Callable[[Collector], bytes]
    end: str


TEXT = Format(CONTENT_TYPE_PLAIN_0_0_4, generate_latest, "")
OPENMETRICS = Format(openmetrics.CONTENT_TYPE_LATEST, openmetrics.generate_latest, "# EOF\n")


def negotiate(accept: str) -> Format:
    """The format an Accept header likes best: OpenMetrics 1.0 where it is named, else text 0.0.4."""
    likes = {"application/openmetrics-text": 0.0, "text/plain": 0.0}
    for offer in accept.split(","):
        name, *parameters = (part.strip() for part in offer.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        if name in likes and re.fullmatch(r"[01](\.\d{0,3})?", quality):
            likes[name] = max(likes[name], float(quality))
    liked = likes["application/openmetrics-text"]
    return OPENMETRICS if liked and liked >= likes["text/plain"] else TEXT
