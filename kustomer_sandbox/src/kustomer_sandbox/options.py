"""Options: how the sandbox behaves, also where the documentation does not say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

RatelimitHeaders = Literal["none", "normal", "always-reset", "ms"]


@dataclass
class Options:
    """All options of the sandbox. They may be changed while it runs."""

    api_key: str = "sandbox-key"
    # The application that people sign in to; no secret is needed if it has none.
    client_id: str = "sandbox-client"
    client_secret: str = ""
    # The refresh token of a person who is signed in already.
    signed_in: str = "sandbox-refresh-token"
    # Whether a refresh token is replaced when it is used, which is not documented.
    rotate_refresh_tokens: bool = True
    # Roles that the default key lacks.
    deny: frozenset[str] = frozenset()
    # Further keys, with their roles.
    keys: dict[str, frozenset[str]] = field(default_factory=dict)
    # 401 or 403; the documentation has both.
    missing_role_status: int = 403
    # Effect of a missing role for the object in a search, which is not documented.
    object_roles: Literal["refuse", "hide", "ignore"] = "refuse"

    refused_criteria: frozenset[str] = frozenset()
    # Undocumented times, such as work_item_updated_at, to accept as criteria and sort keys.
    accepted_criteria: frozenset[str] = frozenset()
    unsorted_contexts: frozenset[str] = frozenset()
    shuffle_ties: bool = False
    page_limit: int = 100
    row_limit: int = 0
    # Where meta.total stops counting unless a search has trackTotalHits; 0 for no limit.
    total_cap: int = 0
    # Query parameters of searches to answer with 400.
    refused_parameters: frozenset[str] = frozenset()
    index_lag: float = 0.0
    archive_overlap_days: float = 2.0
    # Paths to answer with 404, as in an organisation without the feature.
    absent: frozenset[str] = frozenset()

    # Requests a minute; 0 for no limit
    # (https://developer.kustomer.com/docs/concepts/rate-limits).
    org_limit: int = 1000
    search_limit: int = 100
    ratelimit_headers: RatelimitHeaders = "normal"
    # Which of the two limits the headers of a search describe.
    ratelimit_scope: Literal["organisation", "search"] = "organisation"
    latency: float = 0.0
