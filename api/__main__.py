"""`python -m api`: serve the API on the profile of this home, with the settings of `api.settings`."""

from __future__ import annotations

import uvicorn

from api.logs import use_json
from api.settings import Settings


def main() -> None:
    """Serve until SIGINT or SIGTERM, then finish the requests that are being answered."""
    settings = Settings()
    use_json()
    uvicorn.run(
        'api.main:create_app',
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == '__main__':
    main()
