"""The web process starts without the libraries that only counting needs, and stays small."""

from pathlib import Path

from bench.web_process import MOST, weighed


def test_serving_a_page_loads_no_heavy_library_and_little_memory(tmp_path: Path) -> None:
    megabytes, loaded = weighed(tmp_path)
    assert loaded == []
    assert 20 < megabytes < MOST
