"""The Python client of the API: sign in once, then ask for JSON, walk through lists, follow events."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

#: [s] How long an answer may take; a stream of events shows a sign of life more often.
TIMEOUT = 60.0
#: [s] Before a stream of events that was cut off is asked for again.
PAUSE = 1.0


class ApiError(Exception):
    """An answer that is an error; `problem` has the API's own words (RFC 9457), `status` its HTTP status."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f'{problem.get("status")} {problem.get("title")}: {problem.get("detail")}')
        self.problem = problem

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return int(self.problem.get('status', 0))


class Client:
    """A client of the API at `url`, with a personal access token, or with a session (`sign_in`)."""

    def __init__(self, url: str = 'http://127.0.0.1:8000', token: str | None = None) -> None:
        """Make a client; nothing is sent.

        :param url: where the API is, without `/api`.
        :param token: personal access token; None to `sign_in` instead.
        """
        self._http = httpx2.Client(base_url=f'{url.rstrip("/")}/api', timeout=TIMEOUT)
        self._refresh: str | None = None
        self._token = token

    def sign_in(self, email: str, password: str) -> Self:
        """Begin a session, which is refreshed by itself, and return this client.

        :raises ApiError: 401 when e-mail address or password is wrong.
        """
        self._keep(self.request('POST', '/auth/sign-in', json={'email': email, 'password': password}))
        return self

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON that GET `path` answers; None in a query leaves the word out.

        :raises ApiError: when the answer is an error.
        """
        return self.request('GET', path, params=_given(query))

    def post(self, path: str, body: Any = None, idempotency_key: str | None = None) -> Any:
        """Return the JSON that POST `path` answers.

        :param idempotency_key: of a request that may be repeated without being carried out twice.
        :raises ApiError: when the answer is an error.
        """
        headers = {} if idempotency_key is None else {'Idempotency-Key': idempotency_key}
        return self.request('POST', path, json=body, headers=headers)

    def put(self, path: str, body: Any = None) -> Any:
        """Return the JSON that PUT `path` answers.

        :raises ApiError: when the answer is an error.
        """
        return self.request('PUT', path, json=body)

    def patch(self, path: str, body: Any = None) -> Any:
        """Return the JSON that PATCH `path` answers, None for an empty answer.

        :raises ApiError: when the answer is an error.
        """
        return self.request('PATCH', path, json=body)

    def delete(self, path: str, **query: Any) -> None:
        """Delete what is at `path`; None in a query leaves the word out.

        :raises ApiError: when the answer is an error.
        """
        self.request('DELETE', path, params=_given(query))

    def items(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield the items of a list, page after page, newest first.

        :raises ApiError: when the answer is an error.
        """
        page = self.get(path, **query)
        yield from page['items']
        while page['after'] is not None:
            page = self.get(path, **{**query, 'after': page['after']})
            yield from page['items']

    def query(self, query: Mapping[str, Any], page: int = 200) -> Iterator[dict[str, dict[str, Any]]]:
        """Yield the rows of a query, page after page: `{tag: {column: value}}`.

        :param query: what `QueryBuilder.as_dict` gives, or the readable form of it, see docs/querying.md.
        :param page: how many rows are asked for at a time, at most 1000.
        :raises ApiError: when the answer is an error: 422 says what is wrong in the query.
        """
        after = None
        while True:
            found = self.request('POST', '/query', json=query, params=_given({'limit': page, 'after': after}))
            yield from found['items']
            after = found['after']
            if after is None:
                return

    def events(self, last_event_id: str | None = None, **filters: Any) -> Generator[dict[str, Any]]:
        """Yield events for ever; a connection that is lost is made again, and nothing is missed.

        :param last_event_id: `id` of the last event that was seen; None for what happens from now on.
        :param filters: `kinds`, `node_type`, `uuids`, as in the API.
        :raises ApiError: when the answer is an error.
        """
        while True:
            try:
                for identifier, data in self._stream(last_event_id, filters):
                    last_event_id = identifier
                    if data is not None:
                        yield data
            except httpx2.TransportError:
                time.sleep(PAUSE)
            except ApiError as error:
                if error.status != 401 or not self._refreshed():
                    raise

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Return the JSON that a request answers; None for an empty answer.

        :param options: of `httpx2.Client.request`: json, params, files, headers …
        :raises ApiError: when the answer is an error.
        """
        answer = self._http.request(method, path, **self._signed(options))
        if answer.status_code == 401 and self._refreshed():
            answer = self._http.request(method, path, **self._signed(options))
        _check(answer)
        return answer.json() if answer.content else None

    def download(self, method: str, path: str, to: Path | str, **options: Any) -> None:
        """Write what a request answers to the file `to`, as it comes.

        :param options: as of `request`.
        :raises ApiError: when the answer is an error; the file is not touched then.
        """
        for is_last in (False, True):
            with self._http.stream(method, path, **self._signed(options)) as answer:
                if answer.is_success:
                    with Path(to).open('wb') as handle:
                        handle.writelines(answer.iter_bytes())
                    return
                answer.read()
            if is_last or answer.status_code != 401 or not self._refreshed():
                _check(answer)

    def close(self) -> None:
        """Close the connections; a session goes on on the server until it is signed out or expires."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _stream(
        self, last_event_id: str | None, filters: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """Yield the id of each event, and its data unless it is a sign of life."""
        headers = {} if last_event_id is None else {'Last-Event-ID': last_event_id}
        options = self._signed({'headers': headers, 'params': _given(filters)})
        with self._http.stream('GET', '/events', **options) as answer:
            if answer.status_code != 200:
                answer.read()
            _check(answer)
            identifier, data = '', None
            for line in answer.iter_lines():
                if line.startswith('id: '):
                    identifier = line[4:]
                elif line.startswith('data: '):
                    data = json.loads(line[6:])
                elif not line and identifier:
                    yield identifier, data
                    data = None

    def _signed(self, options: dict[str, Any]) -> dict[str, Any]:
        token = {} if self._token is None else {'Authorization': f'Bearer {self._token}'}
        return {**options, 'headers': {**options.get('headers', {}), **token}}

    def _refreshed(self) -> bool:
        """Refresh the session; return whether that was possible."""
        if self._refresh is None:
            return False
        answer = self._http.post('/auth/refresh', json={'refresh_token': self._refresh})
        if answer.status_code == 401:
            self._refresh = None
        if answer.status_code != 200:
            return False
        self._keep(answer.json())
        return True

    def _keep(self, session: dict[str, Any]) -> None:
        self._token, self._refresh = session['access_token'], session['refresh_token']


def _given(query: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value is not None}


def _check(answer: httpx2.Response) -> None:
    if answer.is_success:
        return
    try:
        problem = answer.json()
    except ValueError:
        problem = {'status': answer.status_code, 'title': answer.reason_phrase, 'detail': answer.text[:200]}
    raise ApiError(problem)
