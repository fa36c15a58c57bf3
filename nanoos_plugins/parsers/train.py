"""The parser of `nanoos.train`: the checkpoint becomes a model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from aiida.engine import ExitCode

from nanoos_plugins.data.model import Model
from nanoos_plugins.parsers.runner import RunnerParser


class TrainParser(RunnerParser):
    """Parse what `nanoos_plugins.runners.train` writes."""

    summary_keys: ClassVar[frozenset[str]] = RunnerParser.summary_keys | {'digest', 'learnt', 'tested'}

    def parse(self, retrieved_temporary_folder: str | None = None, **kwargs: Any) -> ExitCode | None:
        """Expose the model beside `arrays` and `summary`, or return the exit code that says what is wrong."""
        error = super().parse(retrieved_temporary_folder, **kwargs)
        if error is not None:
            return error
        codes: Mapping[str, ExitCode] = self.exit_codes
        inputs = self.node.inputs
        try:
            model = Model(
                inputs.name.value,
                inputs.dataset.target,
                inputs.dataset.unit,
                Path(retrieved_temporary_folder or '.'),
            )
        except ValueError as wrong:
            return codes['ERROR_INVALID_RESULTS'].format(reason=str(wrong))
        self.out('model', model)
        return None
