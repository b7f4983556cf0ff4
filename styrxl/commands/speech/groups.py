"""Commands in the order of the work, under headings."""

from __future__ import annotations

from gettext import gettext as translate
from pathlib import Path

import click

from styrxl.commands.speech.language import read_texts, spoken
from styrxl.commands.speech.typed_rounds import join_round


class OrderedGroup(click.Group):
    """Commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- as click calls it
        """Return the commands' names."""
        return list(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command and its words, a round that was typed in several words joined to one."""
        name, command, words = super().resolve_command(ctx, args)
        return name, command, join_round(command, words, ctx.find_root().params.get("workspace") or Path())

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their first sentences, whole; the program's own under the headings of ``commands.toml``."""
        for heading, names in self._headed(context):
            with formatter.section(heading):
                formatter.write_dl(
                    [(name, self.commands[name].short_help or self.commands[name].get_short_help_str(200)) for name in names]
                )

    def _headed(self, context: click.Context) -> list[tuple[str, list[str]]]:
        """Return headings, each with its commands; those that no heading names come last."""
        there, texts = self.list_commands(context), read_texts()
        if context.parent is not None:
            return [(translate("Commands"), there)]
        grouped = [(group[spoken()], [name for name in group["commands"] if name in there]) for group in texts["groups"]]
        named = {name for _, names in grouped for name in names}
        rest = [name for name in there if name not in named]
        return [(heading, names) for heading, names in [*grouped, (texts["words"]["others"][spoken()], rest)] if names]
