"""The wheel: built from the tree, installed elsewhere, used offline."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_carries_the_rooms_and_nothing_of_the_tests(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    for name in ("ontology/partnergraph.ttl", "shapes/scope.ttl", "queries/value-types.rq",
                 "data/actors.csv", "ontology/schemes/value-type.ttl"):  # fmt: skip
        assert f"partnergraph/rooms/{name}" in inside
    for name in ("reason.ru", "web/texts.yaml", "web/static/style.css", "web/templates/home.html"):
        assert f"partnergraph/{name}" in inside
    assert not any("test" in Path(name).name for name in inside)
    assert any(name.endswith("licenses/LICENSE") for name in inside)


@pytest.mark.slow
def test_the_installed_wheel_works_offline_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """Its dependencies come from this environment; its own files only from the wheel."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )
    site = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    (next((home / "lib").glob("python*")) / "site-packages" / "others.pth").write_text(f"{site}\n")
    work = tmp_path / "work"
    work.mkdir()
    # A namespace of its own has no way out but loopback; where it may not be made, plain.
    isolated = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*isolated, "true"], check=False, capture_output=True).returncode:
        isolated = []
    for arguments in (
        ["load"],
        ["query", "value-types", "--format", "csv"],
        ["trace", "S22.a"],
        ["store", "stats"],
    ):
        ended = subprocess.run(
            [*isolated, home / "bin" / "partnergraph", *arguments, "--store", "store"],
            cwd=work, capture_output=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
    where = subprocess.run(
        [python, "-c", "from partnergraph import rooms; print(rooms.root())"],
        cwd=work, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(home) in where.stdout
