"""The command `nanoos`: its nouns are imported only when they are asked for."""

from __future__ import annotations

from importlib import import_module

import click
from click.shell_completion import CompletionItem

from nanoos_plugins.install.home import use_home

NOUNS = {
    'dataset': 'nanoos_plugins.cli.dataset:dataset',
    'demo': 'nanoos_plugins.cli.demo:demo',
    'doctor': 'nanoos_plugins.cli.doctor:doctor',
    'engines': 'nanoos_plugins.cli.engines:engines',
    'env': 'nanoos_plugins.cli.env:env',
    'job': 'nanoos_plugins.cli.job:job',
    'material': 'nanoos_plugins.cli.material:material',
    'model': 'nanoos_plugins.cli.model:model',
    'multiscale': 'nanoos_plugins.cli.multiscale:multiscale',
    'profile': 'nanoos_plugins.cli.profile:profile',
    'structure': 'nanoos_plugins.cli.structure:structure',
    'template': 'nanoos_plugins.cli.template:template',
    'up': 'nanoos_plugins.cli.up:up',
    'user': 'nanoos_plugins.cli.user:user',
}
SUMMARIES = {
    'dataset': 'Make data sets to learn from, out of files and out of results.',
    'demo': 'From a CIF to DFT, MD and a provenance graph, in minutes.',
    'doctor': 'Check this instance and say how to mend what is broken.',
    'engines': 'List, install and check the programs that compute.',
    'env': 'Print what to export so that plain `verdi` works on this instance.',
    'job': 'Submit, follow and control simulations.',
    'material': 'Create, list and revise materials.',
    'model': 'Train, compare and promote models, hand them on, and predict.',
    'multiscale': 'Run chains from electrons to a component.',
    'profile': 'Create, list, show and delete the profile of this instance.',
    'structure': 'Import, build, list and export structures.',
    'template': 'List, show and create templates of simulations.',
    'up': 'Run daemon and API until Ctrl-C.',
    'user': 'Add, list and close accounts, give passwords and roles.',
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used, so that `--help` needs no AiiDA."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the nouns, sorted."""
        return sorted(NOUNS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the noun's command; None for an unknown one, which click reports."""
        if name not in NOUNS:
            return None
        use_home()
        module, _, attribute = NOUNS[name].partition(':')
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the nouns, none of them imported: a key press may not take seconds."""
        nouns = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*options, *(CompletionItem(name, help=SUMMARIES[name]) for name in nouns)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the nouns with their summaries, none of them imported."""
        with formatter.section('Commands'):
            formatter.write_dl([(name, SUMMARIES[name]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={'help_option_names': ['-h', '--help']})
@click.version_option(package_name='nanoos')
def nanoos() -> None:
    """NANO-OS: one provenance graph from electrons to components.

    Start with `nanoos profile create embedded`, `nanoos engines install` and `nanoos demo`.
    """
