"""The layout of docs/development.md: imports go one way, data stays data, only gate.py knows pandera's errors."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from click.testing import CliRunner

from settle.cli import COMMANDS, cli

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "settle"
MODULES = sorted(PACKAGE.rglob("*.py"))


PARTS_APART = {"labour": "judging"}  # a part of another unit that lives in a folder of its own


def unit(dotted: str) -> str:
    """settle.judging.kinds.caps -> judging: a top-level module or a whole sub-package."""
    name = dotted.split(".")[1] if "." in dotted else "settle"
    return PARTS_APART.get(name, name)


def own_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


class Imports(ast.NodeVisitor):
    """Everything a module imports, in functions too, but not under `if TYPE_CHECKING`."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.found |= {alias.name for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, "relative import"
        module = node.module or ""
        self.found |= {f"{module}.{alias.name}" for alias in node.names}


def imports(path: Path) -> set[str]:
    seen = Imports()
    seen.visit(ast.parse(path.read_text(encoding="utf-8")))
    return seen.found


def files() -> dict[str, set[str]]:
    """Module -> modules it imports."""
    known = {own_name(path): path for path in MODULES}

    def there(name: str) -> str:
        return name if name in known else name.rpartition(".")[0]

    return {name: {there(n) for n in imports(path)} & set(known) - {name} for name, path in known.items()}


def graph() -> dict[str, set[str]]:
    """Unit -> units it imports."""
    edges: dict[str, set[str]] = {}
    for here, found in files().items():
        edges.setdefault(unit(here), set()).update({unit(name) for name in found} - {unit(here)})
    return edges


def listed() -> list[str]:
    """The units of docs/development.md, in their order."""
    text = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    block = text.split("```")[1]
    return re.findall(r"^(\w+)/?\s", block, flags=re.MULTILINE)


@pytest.mark.parametrize("edges", [files, graph])
def test_nothing_imports_another_in_a_circle(edges: Callable[[], dict[str, set[str]]]) -> None:
    try:
        list(TopologicalSorter(edges()).static_order())
    except CycleError as error:
        pytest.fail(f"circle: {' -> '.join(error.args[1])}")


def test_every_unit_stands_in_the_documentation_and_imports_only_from_above() -> None:
    order = {name: place for place, name in enumerate(listed())}
    edges = graph()
    missing = set(edges) - set(order) - {"settle", "__main__", "cli"}
    assert len([path for path in MODULES if path.parent == PACKAGE]) <= 10, "modules flat in settle/"
    assert not missing, f"not in docs/development.md: {sorted(missing)}"
    upward = [f"{a} imports {b}" for a in edges for b in edges[a] if a in order and b in order and order[b] > order[a]]
    assert not upward


def test_the_walk_sees_imports_inside_functions_and_would_fail_on_an_upward_one(tmp_path: Path) -> None:
    path = tmp_path / "below.py"
    path.write_text("def f():\n    from settle.commands import check\n", encoding="utf-8")
    assert imports(path) == {"settle.commands.check"}


def test_only_the_gate_touches_the_errors_of_pandera() -> None:
    touching = {own_name(p) for p in MODULES if any(name.startswith("pandera.errors") for name in imports(p))}
    assert touching == {"settle.judging.gate"}


def test_only_the_command_line_uses_click() -> None:
    using = {unit(own_name(p)) for p in MODULES if any(name.split(".")[0] == "click" for name in imports(p))}
    assert using <= {"cli", "commands"}


def test_only_the_desk_serves_and_nothing_else_imports_it_unless_it_is_opened() -> None:
    serving = {"starlette", "uvicorn", "jinja2", "markupsafe", "multipart", "anyio"}
    using = {unit(own_name(p)) for p in MODULES if any(name.split(".")[0] in serving for name in imports(p))}
    assert using == {"web"}
    importing = {name for name, found in files().items() if any(one.startswith("settle.web") for one in found)}
    assert {name for name in importing if not name.startswith("settle.web")} == {"settle.commands.open"}


def test_no_python_among_the_data_and_no_package_named_like_it() -> None:
    for folder in ("schemas", "ledgers", "reports"):
        assert not list((ROOT / folder).rglob("*.py"))
        assert not (PACKAGE / folder).exists()


def test_no_module_is_left_unfinished() -> None:
    words = re.compile(r"raise NotImplementedError|\bTODO\b|\bFIXME\b")
    assert [own_name(p) for p in MODULES if words.search(p.read_text(encoding="utf-8"))] == []


HELPS = (["--help"], ["--version"], ["check", "--help"], ["template", "--help"], ["open", "--help"])
HEAVY = (
    "{'pandas', 'pandera', 'numpy', 'pyarrow', 'reportlab', 'xlsxwriter', 'scipy', 'starlette', 'uvicorn', 'jinja2'}"
)


@pytest.mark.parametrize("arguments", HELPS)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from settle.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"heavy = {HEAVY} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


def test_every_command_of_the_help_is_there() -> None:
    for name in COMMANDS:
        done = CliRunner().invoke(cli, [name, "--help"])
        assert done.exit_code == 0, (name, done.output)
        assert re.search("[가-힣]", done.output), name


def test_a_long_module_says_why() -> None:
    long = [path for path in MODULES if path.read_text(encoding="utf-8").count("\n") > 400]
    assert [
        str(path.relative_to(ROOT)) for path in long if "\n# Over 400 lines" not in path.read_text(encoding="utf-8")
    ] == []


def test_few_modules_lie_flat() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 10
