"""Templates: an engine and parameters for it, under a name."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, status

from api.database import read, read_slowly
from api.paging import After, Limit, Page, decode, encode
from api.routes.materials import Filter, Maker
from api.schemas.templates import NewTemplate, Parameter, Template, TemplateRow
from api.security import Reader
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.engines.contract import engine_names, load_engine
from nanoos_plugins.graph.templates import find_template, list_templates

router = APIRouter(prefix='/templates', tags=['templates'])


@router.get('')
async def get_templates(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    engine: Filter = None,
    origin: Literal['system', 'user'] | None = None,
) -> Page[TemplateRow]:
    """List the templates, newest first: one's own, those that are shared, those that NANO-OS ships."""
    await _store_shipped(request)
    rows, rest = await read(
        request, list_templates, limit, decode(after), engine, origin, viewer=caller.viewer
    )
    return Page(items=[TemplateRow.model_validate(row) for row in rows], after=encode(rest))


async def _store_shipped(request: Request) -> None:
    """Store the templates that NANO-OS ships, once in the life of this process."""
    if not getattr(request.app.state, 'has_shipped_templates', False):
        await request.app.state.writer.write('store_system_templates', None)
        request.app.state.has_shipped_templates = True


@router.post('', status_code=status.HTTP_201_CREATED)
async def create_template(request: Request, caller: Maker, body: NewTemplate) -> Template:
    """Make a template; an interatomic potential that is a path needs the scope admin."""
    made = await request.app.state.writer.write(
        'make_template', caller, attributes=body.model_dump(), is_admin=caller.is_admin
    )
    return await read_slowly(request, _template, made, caller)


@router.get('/{template_uuid}')
async def get_template(request: Request, caller: Reader, template_uuid: UUID) -> Template:
    """Return a template with all parameters of its engine."""
    return await read_slowly(request, _template, str(template_uuid), caller)


def _template(uuid: str, caller: Caller) -> Template:
    found = find_template(uuid, caller.viewer)
    return Template.model_validate(
        {**found, 'all_parameters': _parameters(found['engine'], found['parameters'])}
    )


def _parameters(engine: str, own: dict[str, Any]) -> list[Parameter]:
    """Return all parameters of an engine, with the values of a template."""
    if engine not in engine_names():
        return []
    schema = load_engine(engine).parameters.model_json_schema()['properties']
    return [
        Parameter(
            name=name,
            value=own.get(name, field.get('default')),
            unit=field.get('unit', ''),
            is_set=name in own,
            description=field.get('description', ''),
        )
        for name, field in schema.items()
    ]
