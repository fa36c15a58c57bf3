"""Where to look next for better parameters of models.

The tree-structured Parzen estimator (Bergstra et al. 2011, Adv. Neural Inf. Process. Syst. 24) of optuna
(Akiba et al. 2019, doi:10.1145/3292500.3330701). Nothing is kept between two looks: its study is made anew
of what has been tried.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

#: Trials at random before the estimator has something to go by.
RANDOM_FIRST = 6
#: Looks for what has not been tried yet, before a space counts as exhausted.
MOST_LOOKS = 50
#: Name of the choice between kinds of models.
MODEL = 'model'


class Range(BaseModel):
    """All numbers from `low` to `high`, integers if both are; `log`: evenly on the logarithmic scale."""

    model_config = ConfigDict(extra='forbid', strict=True)

    low: int | float
    high: int | float
    log: bool = False

    @model_validator(mode='after')
    def check(self) -> Self:
        """Refuse a range without numbers."""
        if not self.low < self.high:
            raise ValueError(f'expected low below high, got {self.low} and {self.high}')
        if self.log and self.low <= 0:
            raise ValueError(f'expected low above 0 on a logarithmic scale, got {self.low}')
        return self

    @property
    def of_integers(self) -> bool:
        """Whether its numbers are integers."""
        return isinstance(self.low, int) and isinstance(self.high, int)


#: Of a parameter: a range, choices, or its one value.
Values = Range | list[Any] | bool | int | float | str | None
_SPACE = TypeAdapter(dict[str, dict[str, Values]])


@dataclass(frozen=True)
class Trial:
    """Settings that were tried; `error` that they led to, None when they failed or are `running`."""

    model: str
    parameters: Mapping[str, Any]
    error: float | None = None
    running: bool = False


class Space(BaseModel):
    """What is searched: for each kind of model the values of its parameters."""

    kinds: dict[str, dict[str, Values]] = Field(min_length=1)

    @classmethod
    def read(cls, document: Any) -> Self:
        """Return the space of a document: {kind: {parameter: {low, high, log} or [choices] or value}}.

        :raises ValueError: in one line, for what is none.
        """
        try:
            space = cls(kinds=_SPACE.validate_python(document))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = '.'.join(map(str, first['loc']))
            raise ValueError(f'space {where}: {first["msg"]} (got {first["input"]!r:.80})') from error
        empty = [
            f'{kind}.{name}'
            for kind, given in space.kinds.items()
            for name, one in given.items()
            if one == []
        ]
        if empty:
            raise ValueError(f'space {empty[0]}: expected at least one choice, got none')
        return space

    def free(self, kind: str) -> Iterator[tuple[str, Range | list[Any]]]:
        """Yield the parameters of a kind that have more than one value, with these."""
        for name, values in self.kinds[kind].items():
            if isinstance(values, Range | list):
                yield name, values

    def distributions(self, kind: str) -> dict[str, BaseDistribution]:
        """Return what optuna chooses from for a kind, by its names."""
        from optuna.distributions import CategoricalDistribution

        found: dict[str, BaseDistribution] = {MODEL: CategoricalDistribution(list(self.kinds))}
        for name, values in self.free(kind):
            found[f'{kind}.{name}'] = _distribution(values)
        return found

    def encoded(self, trial: Trial) -> dict[str, Any]:
        """Return what was tried by optuna's names."""
        chosen: dict[str, Any] = {MODEL: trial.model}
        for name, values in self.free(trial.model):
            value = trial.parameters[name]
            chosen[f'{trial.model}.{name}'] = json.dumps(value) if isinstance(values, list) else value
        return chosen

    def decoded(self, chosen: Mapping[str, Any]) -> Trial:
        """Return what is to be tried."""
        kind = chosen[MODEL]
        parameters = dict(self.kinds[kind])
        for name, values in self.free(kind):
            value = chosen[f'{kind}.{name}']
            parameters[name] = json.loads(value) if isinstance(values, list) else value
        return Trial(kind, parameters, running=True)


def propose(space: Space, tried: Sequence[Trial], seed: int) -> Trial | None:
    """Return what to try next, or None when nothing is left that has not been.

    The same for the same trials in the same order and the same seed.

    :param tried: all so far, those that still run among them.
    """
    import optuna
    from optuna.samplers import TPESampler

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = TPESampler(n_startup_trials=RANDOM_FIRST, seed=seed + len(tried))
    study = optuna.create_study(direction='minimize', sampler=sampler)
    study.add_trials([_frozen(space, trial) for trial in tried])
    known = [space.encoded(trial) for trial in tried]
    for _ in range(MOST_LOOKS):
        asked = study.ask()
        chosen = {MODEL: asked.suggest_categorical(MODEL, list(space.kinds))}
        for name, values in space.free(chosen[MODEL]):
            key = f'{chosen[MODEL]}.{name}'
            chosen[key] = _suggested(asked, key, values)
        if chosen not in known:
            return space.decoded(chosen)
    return None


def _words(values: list[Any]) -> list[str]:
    """Return choices as optuna takes them: numbers or words, ours are any JSON."""
    return [json.dumps(one) for one in values]


def _distribution(values: Range | list[Any]) -> BaseDistribution:
    """Return what optuna chooses from."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(values, list):
        return CategoricalDistribution(_words(values))
    if values.of_integers:
        return IntDistribution(int(values.low), int(values.high), log=values.log)
    return FloatDistribution(values.low, values.high, log=values.log)


def _suggested(asked: Any, key: str, values: Range | list[Any]) -> Any:
    """Return optuna's value of a parameter."""
    if isinstance(values, list):
        return asked.suggest_categorical(key, _words(values))
    suggest = asked.suggest_int if values.of_integers else asked.suggest_float
    return suggest(key, values.low, values.high, log=values.log)


def _frozen(space: Space, trial: Trial) -> Any:
    """Return what was tried as a trial of optuna."""
    from optuna.trial import TrialState, create_trial

    state = TrialState.RUNNING if trial.running else TrialState.FAIL
    return create_trial(
        state=state if trial.error is None else TrialState.COMPLETE,
        value=trial.error,
        params=space.encoded(trial),
        distributions=space.distributions(trial.model),
    )
