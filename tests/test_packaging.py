"""What the packaging promises: setup.cfg, the lock files and the READMEs agree with the tree."""

import configparser
import re
import tomllib
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import pytest

from agent.config import parse
from agent.options import Mistakes

ROOT = Path(__file__).parents[1]
ROOMS = ("agent", "alerts", "probes")
FOR_PROMETHEUS_NOT_FOR_THE_AGENT = ROOT / "alerts" / "rules"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
READMES = (ROOT / "README.md", ROOT / "README.id.md")


def setup_cfg(section: str) -> dict[str, str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    return dict(parser[section])


def folders_with_code() -> set[Path]:
    return {file.parent for room in ROOMS for file in (ROOT / room).rglob("*.py")}


def data_files() -> list[Path]:
    return [
        file
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.is_file()
        and file.suffix not in {".py", ".pyc"}
        and FOR_PROMETHEUS_NOT_FOR_THE_AGENT not in file.parents
    ]


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock.read_text("utf-8"), re.MULTILINE))


def required(names: str) -> set[str]:
    return {re.split(r"[<>=~! ]", line)[0].lower() for line in names.split()}


def code_blocks(readme: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", readme.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def without_comments(text: str) -> str:
    return re.sub(r" *#.*", "", text)


def test_every_folder_with_code_is_a_package() -> None:
    for folder in folders_with_code():
        assert (folder / "__init__.py").is_file(), f"{folder} would not reach a wheel"


def test_the_three_rooms_are_packages_and_nothing_else_is() -> None:
    include = setup_cfg("options.packages.find")["include"].split()
    assert sorted(include) == sorted([*ROOMS, *(f"{room}.*" for room in ROOMS)])


def test_every_file_beside_the_code_reaches_a_wheel() -> None:
    patterns = [
        f"{package.replace('.', '/')}/{pattern}"
        for package, line in setup_cfg("options.package_data").items()
        for pattern in line.replace(",", " ").split()
    ]
    for file in data_files():
        name = file.relative_to(ROOT).as_posix()
        assert any(fnmatch(name, pattern) for pattern in patterns), f"{name}: no package_data pattern takes it along"


def test_no_dependency_ships_a_package_with_the_name_of_a_room() -> None:
    for room, distributions in metadata.packages_distributions().items():
        if room in ROOMS:
            assert set(distributions) == {"jagaloket"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_release_is_exact_and_hash_pinned(lock: Path) -> None:
    lines = [line for line in lock.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    entries = "\n".join(lines).replace("\\\n", "").splitlines()
    assert entries
    for entry in entries:
        assert re.fullmatch(r"[\w.-]+==[\w.]+( ;[^\\]*?)?(\s+--hash=sha256:[0-9a-f]{64})+", entry), entry[:80]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_file_names_a_host(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^--?\w", text, re.MULTILINE)


def test_everything_required_is_locked() -> None:
    run, test = (pins(ROOT / "requirements" / name) for name in ("run.txt", "test.txt"))
    assert required(setup_cfg("options")["install_requires"]) <= run.keys()
    assert required(setup_cfg("options.extras_require")["test"]) <= test.keys()


def test_the_tests_run_with_the_releases_that_are_shipped() -> None:
    run, test = (pins(ROOT / "requirements" / name) for name in ("run.txt", "test.txt"))
    assert run.items() <= test.items()


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.name)
def test_a_readme_opens_with_the_two_commands(readme: Path) -> None:
    first = code_blocks(readme, "sh")[0]
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make run", "make test"]
    assert readme.read_text("utf-8").index("```sh") < readme.read_text("utf-8").index("\n## ")


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.name)
def test_the_configuration_in_a_readme_is_valid(readme: Path) -> None:
    mistakes = Mistakes()
    parse(tomllib.loads(code_blocks(readme, "toml")[0]), mistakes)
    assert mistakes == []


def test_both_readmes_show_the_same() -> None:
    english, indonesian = READMES
    for language in ("sh", "toml"):
        shown = [[without_comments(block) for block in code_blocks(file, language)] for file in (english, indonesian)]
        assert shown[0] == shown[1]
    assert len(re.findall("^#+ ", english.read_text("utf-8"), re.MULTILINE)) == len(
        re.findall("^#+ ", indonesian.read_text("utf-8"), re.MULTILINE)
    )


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.name)
def test_a_readme_links_to_files_that_exist(readme: Path) -> None:
    for target in re.findall(r"\]\(([\w./-]+)\)", readme.read_text("utf-8")):
        assert (ROOT / target).is_file(), f"{readme.name} links to {target}, which is not there"


def test_make_names_only_modules_and_scripts_that_exist() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8")
    for module in re.findall(r"python -m (tests[\w.]*)", recipe):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), f"make calls {module}"
    for script in re.findall(r"scripts/[\w.-]+", recipe):
        assert (ROOT / script).is_file(), f"make calls {script}"


def test_the_whole_licence_is_shipped() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability." in text
    assert "APPENDIX: How to apply the Apache License to your work." in text
