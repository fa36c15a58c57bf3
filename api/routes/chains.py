"""Chains over the scales: what there is, run one, and see how it goes."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

import yaml
from fastapi import APIRouter, Request, Response

from api.database import read
from api.errors import NotFoundError
from api.idempotency import Key, digest_of, key_of
from api.routes.jobs import answer_job
from api.schemas.chains import (
    Answer,
    Chain,
    ChainRun,
    ChainStep,
    ChainStructure,
    Found,
    HandedOver,
    Handover,
    NewOwnRun,
    NewRun,
    RunStep,
)
from api.schemas.jobs import Job
from api.security import Reader, Submitter
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.chains import chain as chains
from nanoos_plugins.chains.document import read_chain
from nanoos_plugins.data.template import SYSTEM_TEMPLATES
from nanoos_plugins.engines.contract import engine_names, load_engine
from nanoos_plugins.graph import chains as graph
from nanoos_plugins.graph.jobs import find_job
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(tags=['chains'])

MADE: dict[int | str, dict[str, Any]] = {200: {'model': Job, 'description': 'the key came before'}}


@router.get('/chains')
async def list_chains(request: Request, caller: Reader) -> list[Chain]:
    """List the chains that NANO-OS ships."""
    return await read(request, lambda: [_shipped(name) for name in chains.chain_names()])


@router.get('/chains/{name}')
async def get_chain(request: Request, caller: Reader, name: str) -> Chain:
    """Return a chain: its steps with their engines, what each takes from which, and what is reported."""
    return await read(request, _shipped, _known(name))


def _known(name: str) -> str:
    """Return the name of a shipped chain; a path, which the command line takes, is none."""
    names = dict.fromkeys(chains.chain_names())
    if name not in names:
        raise NotFoundError(f'there is no chain {name[:100]!r}{chains.like(name, names)}')
    return name


@cache
def _shipped(name: str) -> Chain:
    chain, engines = chains.load_chain(name), _engines_of_templates()
    return Chain(
        name=chain.name,
        description=chain.description,
        structures=[
            ChainStructure(name=one, **given.model_dump()) for one, given in chain.structures.items()
        ],
        steps=[_chain_step(label, step, engines.get(step.template)) for label, step in chain.steps.items()],
        report=[Answer(name=one, **_source(source)) for one, source in chain.report.items()],
    )


@cache
def _engines_of_templates() -> dict[str, str]:
    """Return the engines of the templates that NANO-OS ships, by name."""
    shipped = yaml.safe_load(SYSTEM_TEMPLATES.read_text(encoding='utf-8'))
    return {name: entry['engine'] for name, entry in shipped.items()}


def _chain_step(label: str, step: chains.Step, engine: str | None) -> ChainStep:
    takes = [
        Handover(**_source(source), parameter=parameter, unit=_unit(engine, parameter))
        for parameter, source in step.take.items()
    ]
    return ChainStep(**_step(label, step, engine), takes=takes)


def _step(label: str, step: chains.Step, engine: str | None) -> dict[str, Any]:
    """Return what is said of a step beside what it takes."""
    structure = step.structure
    most_stable = structure.most_stable if isinstance(structure, chains.MostStable) else []
    return {
        'label': label,
        **step.model_dump(exclude={'take', 'structure'}),
        'structure': None if most_stable else structure,
        'most_stable': most_stable,
        'engine': engine,
        'scale': load_engine(engine).scale if engine in engine_names() else None,
        'needs': sorted(step.needs()),
    }


def _source(source: chains.Source) -> dict[str, Any]:
    return {
        'step': source.step,
        'output': source.output,
        'quantity': source.quantity,
        'at': source.at,
    }


def _unit(engine: str | None, parameter: str) -> str | None:
    """Return the unit of an engine's parameter."""
    if engine not in engine_names():
        return None
    fields = load_engine(engine).parameters.model_json_schema()['properties']
    unit: str | None = fields.get(parameter, {}).get('unit')
    return unit


@router.post('/chains/runs', status_code=201, responses=MADE)
async def run_own_chain(
    request: Request, response: Response, caller: Submitter, body: NewOwnRun, key: Key = None
) -> Job:
    """Run a chain of one's own. The same request with the same `Idempotency-Key` gives the same job."""
    return await _run(request, response, caller, await read(request, read_chain, body.chain), body, key)


@router.post('/chains/{name}/runs', status_code=201, responses=MADE)
async def run_chain(
    request: Request, response: Response, caller: Submitter, name: str, body: NewRun, key: Key = None
) -> Job:
    """Run a chain. The same request with the same `Idempotency-Key` gives the same job."""
    chain = await read(request, chains.load_chain, _known(name))
    return await _run(request, response, caller, chain, body, key)


async def _run(
    request: Request, response: Response, caller: Caller, chain: chains.Chain, body: NewRun, key: str | None
) -> Job:
    inputs = {
        'chain': chain.model_dump(mode='json', by_alias=True),
        **body.model_dump(mode='json', exclude={'chain', 'options'}),
        'options': body.options.given(),
    }
    made = await request.app.state.writer.write(
        'submit_chain',
        caller,
        key=key_of(key),
        digest=digest_of('chain', inputs),
        group_pk=caller.group_pk,
        is_admin=caller.is_admin,
        **inputs,
    )
    return await answer_job(request, response, caller, made)


@router.get('/jobs/{uuid}/chain')
async def get_job_chain(request: Request, caller: Reader, uuid: UUID) -> ChainRun:
    """Return how the run of a chain goes: its steps, what was handed over, and what was found."""
    return await read(request, _chain_run, uuid, caller.viewer)


def _chain_run(uuid: UUID, viewer: Viewer) -> ChainRun:
    run = graph.find_run(find_job(uuid, viewer), viewer)
    chain = chains.parse_chain(run.chain)
    return ChainRun(
        name=chain.name,
        description=chain.description,
        structures={name: UUID(one) for name, one in run.structures.items()},
        steps=[_run_step(label, step, run) for label, step in chain.steps.items()],
        report=[
            Found(
                name=name,
                **_source(source),
                **{key: run.found.get(name, {}).get(key) for key in ('value', 'unit', 'uncertainty')},
            )
            for name, source in chain.report.items()
        ],
        report_node=None if run.report is None else UUID(run.report),
    )


def _run_step(label: str, step: chains.Step, run: graph.ChainRun) -> RunStep:
    template = run.templates.get(label, {})
    engine = template.get('engine')
    told = _step(label, step, engine) | ({'template': template['name']} if template else {})
    jobs = [Job.model_validate(job) for job in run.jobs.get(label, [])]
    return RunStep(
        **told,
        takes=[
            _handed(parameter, source, engine, run.handed.get(label))
            for parameter, source in step.take.items()
        ],
        job=jobs[0] if jobs else None,
        varied=jobs[1:],
    )


def _handed(
    parameter: str, source: chains.Source, engine: str | None, handed: graph.Handed | None
) -> HandedOver:
    found = None if handed is None else handed.values.get(parameter)
    return HandedOver(
        **_source(source),
        parameter=parameter,
        unit=_unit(engine, parameter),
        value=None if found is None else found.value,
        uncertainty=None if found is None else found.uncertainty,
        node=None if handed is None else UUID(handed.uuid),
    )
