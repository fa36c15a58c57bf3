"""The OpenAPI document: checked in, complete, and with names that clients can be generated from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.openapi import PATH, document


@pytest.fixture(scope='module')
def openapi() -> Any:
    """Return the document."""
    return json.loads(document())


def operations(openapi: Any) -> list[tuple[str, Any]]:
    return [
        (f'{method.upper()} {path}', operation)
        for path, methods in openapi['paths'].items()
        for method, operation in methods.items()
    ]


def test_the_checked_in_document_is_that_of_the_application() -> None:
    assert PATH.read_text(encoding='utf-8') == document(), 'write it anew: python -m api.openapi'


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(openapi: Any) -> None:
    names = [operation['operationId'] for _, operation in operations(openapi)]
    assert len(set(names)) == len(names)
    assert not [where for where, operation in operations(openapi) if not operation.get('description')]


def test_every_reference_leads_somewhere(openapi: Any) -> None:
    text = json.dumps(openapi)
    wanted = {part.split('"')[0] for part in text.split('#/components/schemas/')[1:]}
    assert wanted <= set(openapi['components']['schemas'])
    assert 'Problem' in wanted


def test_all_but_signing_in_and_health_need_a_token(openapi: Any) -> None:
    free = {where for where, operation in operations(openapi) if 'security' not in operation}
    assert free == {
        'GET /api/auth/ways',
        'POST /api/auth/sign-up',
        'POST /api/auth/sign-in',
        'POST /api/auth/refresh',
        'POST /api/auth/oidc/begin',
        'POST /api/auth/oidc/finish',
        'GET /api/health',
        'GET /api/health/ready',
    }
