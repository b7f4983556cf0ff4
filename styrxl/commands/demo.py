"""The command ``demo``."""

from __future__ import annotations

from pathlib import Path

import click

from styrxl.commands.session import Session, with_session


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--units", type=click.IntRange(1, 20000), default=40, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@with_session
def demo(session: Session, folder: Path, units: int, seed: int) -> None:
    """Play a sample municipality's year in DIR, plan to annual report: workbooks out, returns in, some faulty, and the results."""
    from styrxl.model.catalogue import word
    from styrxl.sample.play import Stage, play, run_in_process

    commands = click.get_current_context().find_root().command
    language = session.language()
    made = play(Stage(folder, units, seed, language, run_in_process(commands.main), click.echo))
    click.echo("\n" + word("demo_open", language))
    for path in made:
        click.echo(f"  {path}")
    click.echo("\n" + word("demo_desk" if _has_desk() else "demo_desk_missing", language, command=_name_command(folder)))


def _has_desk() -> bool:
    """Tell whether the extra is installed that the desk needs."""
    from importlib.util import find_spec

    return all(find_spec(name) for name in ("starlette", "uvicorn", "itsdangerous", "multipart", "tomlkit"))


def _name_command(folder: Path) -> str:
    """Return the command that opens the desk in a folder, as it can be typed here: by the program's path where it is not found by name."""
    import shutil
    import sys

    program = Path(sys.argv[0])
    found = shutil.which("styrxl")
    here = "styrxl" if program.stem != "styrxl" or (found and Path(found).resolve() == program.resolve()) else str(program)
    return f"{_quote(here)} --workspace {_quote(str(folder))} desk"


def _quote(text: str) -> str:
    return f'"{text}"' if " " in text else text
