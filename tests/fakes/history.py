"""What Prometheus would have scraped, as one text that promtool makes blocks of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class History:
    """Scraped pages as one OpenMetrics text with times: each family once, as the format wants it."""

    heads: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)

    def scrape(self, labels: Mapping[str, str], at: float, page: str) -> None:
        """Take one page in, with the labels of its scrape; without a page, what Prometheus notes: up is 0."""
        family = "up"
        self.heads.setdefault(family, ["# TYPE up gauge"])
        own = ",".join(f'{name}="{escaped(text)}"' for name, text in labels.items())
        self.lines.setdefault(family, []).append(f"up{{{own}}} {int(bool(page))} {at:.3f}")
        for line in page.splitlines():
            if line.startswith("# "):
                family = line.split(" ")[2] if line != "# EOF" else family
                if line != "# EOF" and line not in self.heads.setdefault(family, []):
                    self.heads[family].append(line)
                continue
            name, brace, rest = line.partition("{")
            if not brace:
                name, _, value = line.partition(" ")
                rest = f"}} {value}"
            comma = "" if rest.startswith("}") else ","
            self.lines.setdefault(family, []).append(f"{name}{{{own}{comma}{rest} {at:.3f}")

    def write(self, file: Path) -> None:
        """The whole text."""
        with file.open("w", encoding="utf-8") as out:
            for family, lines in self.lines.items():
                out.writelines(f"{line}\n" for line in (*self.heads.get(family, ()), *lines))
            out.write("# EOF\n")


def escaped(text: str) -> str:
    """A label's value as the formats write it."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
