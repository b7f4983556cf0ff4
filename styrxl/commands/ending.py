"""How a command ends that does not end well: what the operator must do, what nobody foresaw, and Ctrl+C, each told as what it is."""

from __future__ import annotations

import errno
from typing import Any

import click

from styrxl.commands.session import OPERATOR, STOPPED
from styrxl.commands.speech.dressing import dress
from styrxl.commands.speech.groups import OrderedGroup
from styrxl.commands.speech.language import peek_language, speak
from styrxl.model.errors import StyrxlError


class CommandGroup(OrderedGroup):
    """The commands, in the language that they are to speak, and how they end."""

    def make_context(self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any) -> click.Context:
        """Find the language before the words are read: what is wrong with them is said in it."""
        language = peek_language(args)
        speak(language)
        dress(self, language)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, context: click.Context) -> Any:
        """Run the command; end with status 3 where the operator must act or nobody foresaw the error, and with 130 on Ctrl+C."""
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            _say(context, "stopped")
            context.exit(STOPPED)
        except StyrxlError as error:
            click.echo(context.obj.error_text(error), err=True)
            context.exit(OPERATOR)
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # whoever read what is printed has had enough
            _write_down(context, error)
            context.exit(OPERATOR)


def _write_down(context: click.Context, error: Exception) -> None:
    from styrxl.store.log_file import write_down

    command, file = f"{context.info_name} {context.invoked_subcommand}", getattr(error, "file_at_work", None)
    log = write_down(error, command, context.obj.log_folder)
    _say(context, "unforeseen_with_file" if file else "unforeseen", command=command, file=file, log=log)


def _say(context: click.Context, key: str, **facts: Any) -> None:
    from styrxl.model.catalogue import word

    click.echo(word(key, context.obj.language(), **facts), err=True)
