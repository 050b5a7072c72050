"""The errors as a picture: misallocated population by method and distance, readable in grey."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pandas as pd

mpl.use("Agg")
import matplotlib.pyplot as plt

# Marker, its size, line: where two methods agree, the one is seen within the other.
SHOWN = {"target": ("s", 9, "--"), "grid": ("^", 7, ":"), "points": ("o", 4, "-")}


def draw(report: pd.DataFrame, path: Path) -> None:
    """One panel a change: years between weights and figure across, per cent of the population in the wrong area up."""
    rows = report[(report["part"] == "changed") & (report["indicator"] == "population")]
    changes = list(dict.fromkeys(rows["change"]))
    figure, panels = plt.subplots(1, len(changes), figsize=(9, 3.2), sharey=True, layout="constrained")
    for panel, change in zip(panels, changes, strict=True):
        mine = rows[rows["change"] == change]
        exact = mine.loc[mine["way"] == "points, same year", "misallocated"].mean()
        for name, (marker, size, line) in SHOWN.items():
            found = mine[mine["way"] == name].sort_values("distance")
            x, y = found["distance"].tolist(), found["misallocated"].tolist()
            if name == "points":
                x, y = [0, *x], [exact, *y]
            style = {"marker": marker, "markersize": size, "linestyle": line, "markerfacecolor": "white"}
            panel.plot(x, y, color="black", label=name, **style)
        area = mine.loc[mine["way"] == "area", "misallocated"].mean()
        panel.axhline(area, color="0.5", linewidth=2, label="area (any year)")
        panel.set_title(change, fontsize=9)
        panel.set_xticks([0, 1, 3, 6])
        panel.set_xlabel("years between weights and figure", fontsize=8)
        panel.set_ylim(bottom=0)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("population in the wrong area, %\n(changed areas)", fontsize=8)
    panels[0].legend(fontsize=8, frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)
