"""Queries: a QueryBuilder's dictionary or the readable form of it, the rows, and what it will cost."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Object = dict[str, Any]


class Query(BaseModel):
    """A query: what `QueryBuilder.as_dict()` gives, with `path`, or the readable form, with `vertices`."""

    # A key that is unknown is answered with the one that is meant, which takes our own check.
    model_config = ConfigDict(extra='allow')

    vertices: list[Object] | None = Field(
        None,
        description='readable form: `type`, `tag`, `filters`, `project`, from the second on a word of AiiDA'
        ' with the tag that is joined (`with_incoming`), `outerjoin`, `edge_filters`, `edge_project`',
        examples=[
            [{'type': 'core.structure', 'tag': 'structure', 'project': ['uuid', 'attributes.formula']}]
        ],
    )
    path: list[Object] | None = Field(None, description="vertices of a QueryBuilder's dictionary")
    filters: dict[str, Object] | None = Field(None, description='with `path`: filters by tag')
    project: dict[str, list[str | Object]] | None = Field(None, description='with `path`: columns by tag')
    project_map: dict[str, dict[str, str]] | None = Field(None, description='with `path`: names by tag')
    order_by: list[Object] | Object | None = Field(
        None, description='columns by tag, `[{"structure": [{"ctime": "desc"}]}]`; newest first without it'
    )
    limit: int | None = Field(None, description='most rows of all pages')
    offset: int | None = Field(None, description='only 0: pages go by cursor')
    distinct: bool | None = Field(None, description='no row twice')


class QueryRows(BaseModel):
    """A page of rows."""

    items: list[dict[str, Object]] = Field(description='what was asked for, by tag and column')
    after: str | None = Field(description='cursor of the next page; null at the end')


class Explanation(BaseModel):
    """What a query will cost."""

    model_config = ConfigDict(from_attributes=True)

    starts: Literal['hits', 'newest', 'all'] = Field(description='where the database begins')
    cost: str = Field(description='what a page costs, in words')
    notes: list[str] = Field(description='which filters are looked up and which are not')
    steps: list[str] = Field(description='steps of the database on the tables of the query, by tag')


class Type(BaseModel):
    """A type that a vertex may have."""

    type: str
    of: str = Field(description='what it is a type of: data, workflow, calculation, kind of node, group')


class Vocabulary(BaseModel):
    """The words of a query by what they are for."""

    entities: list[str]
    types: list[Type]
    keys: list[str] = Field(description='of the readable form')
    builder_keys: list[str] = Field(description="of a QueryBuilder's dictionary")
    vertex_keys: list[str]
    columns: dict[str, dict[str, str]] = Field(description='by entity (`link`: an edge): what a column holds')
    joins: dict[str, dict[str, str]] = Field(description='by entity: the word, and what it joins')
    operators: dict[str, list[str]] = Field(description='by what a column holds')
    logical: list[str] = Field(description='what joins conditions')
    json_types: list[str] = Field(description='that `of_type` takes')
    functions: list[str]
    casts: list[str]
    declared: dict[str, list[str]] = Field(description='attributes with an index, by how a type begins')


class Python(BaseModel):
    """A query as a program."""

    code: str
