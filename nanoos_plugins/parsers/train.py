"""The parser of `nanoos.train`: the checkpoint becomes a model, or states what the next run goes on from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from aiida import orm
from aiida.engine import ExitCode

from nanoos_plugins.calculations.train import STATES
from nanoos_plugins.data.model import Model
from nanoos_plugins.ml.state import SUFFIX, epochs_in
from nanoos_plugins.parsers.runner import RunnerParser


class TrainParser(RunnerParser):
    """Parse what `nanoos_plugins.runners.train` writes."""

    summary_keys: ClassVar[frozenset[str]] = RunnerParser.summary_keys | {'digest', 'learnt', 'tested'}

    def parse(self, retrieved_temporary_folder: str | None = None, **kwargs: Any) -> ExitCode | None:
        """Expose the model beside `arrays` and `summary`, or return the exit code that says what is wrong."""
        codes: Mapping[str, ExitCode] = self.exit_codes
        folder = Path(retrieved_temporary_folder or '.')
        error = super().parse(retrieved_temporary_folder, **kwargs)
        if error is not None and error.status == codes['ERROR_NO_RESULTS'].status:
            return self._interrupted(folder / STATES) or error
        if error is not None:
            return error
        inputs = self.node.inputs
        try:
            model = Model(inputs.name.value, inputs.dataset.target, inputs.dataset.unit, folder)
        except ValueError as wrong:
            return codes['ERROR_INVALID_RESULTS'].format(reason=str(wrong))
        self.out('model', model)
        return None

    def _interrupted(self, folder: Path) -> ExitCode | None:
        """Expose the states that a run left, and return the exit code that says so; None if it left none."""
        if not any(folder.glob(f'*{SUFFIX}')):
            return None
        codes: Mapping[str, ExitCode] = self.exit_codes
        try:
            epochs = epochs_in(folder)
        except ValueError as wrong:
            return codes['ERROR_INVALID_RESULTS'].format(reason=str(wrong))
        self.out('states', orm.FolderData(tree=str(folder)))
        return codes['ERROR_INTERRUPTED'].format(epochs=str(epochs), reason=self._end_of_stderr())
