"""`naap simulate`."""

from pathlib import Path

from tests.naap.running import data, text


def test_a_day_is_told_by_plugin_and_region_and_drawn(tmp_path: Path) -> None:
    chart = tmp_path / "day.svg"
    said = text("simulate", "--stack", "prod", "--out", str(chart))

    assert "zone: every plugin is well again after" in said
    assert sum(line.startswith("my-wallet ") for line in said.splitlines()) == 2
    assert chart.read_text().startswith("<svg ")


def test_a_program_reads_the_same_day() -> None:
    found = data("simulate", "--users", "5000")
    tracks = {track["plugin"]: track for track in found["tracks"]}

    assert {"my-wallet", "base-svc"} <= tracks.keys()
    assert len(tracks["my-wallet"]["ready"]) * found["step_seconds"] == 24 * 3_600
    assert found["recovered_after_seconds"]["zone"] > 0
