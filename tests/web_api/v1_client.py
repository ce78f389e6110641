"""A client of ``/api/v1`` as it was written for its first version. It is never changed."""

from __future__ import annotations

from typing import Any

import httpx


class Client:
    """Three questions that a city's platform asks."""

    def __init__(self, address: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def verdicts(self, firms: list[dict[str, Any]], as_of: str) -> list[tuple[str, float, float]]:
        """Verdict and score interval of each firm."""
        answer = self._http.post("/api/v1/assess", json={"firms": firms, "as_of": as_of})
        answer.raise_for_status()
        return [
            (each["verdict"], each["score"]["low"], each["score"]["high"]) for each in answer.json()
        ]

    def unmet(self, firm: dict[str, Any], as_of: str) -> dict[str, str]:
        """Conditions that a firm does not meet, with the article of each."""
        answer = self._http.post("/api/v1/assess", json={"firms": [firm], "as_of": as_of})
        answer.raise_for_status()
        return {
            finding["id"]: finding["citation"]["article"]
            for finding in answer.json()[0]["findings"]
            if finding["status"] == "unmet"
        }

    def why_refused(self, firm: dict[str, Any]) -> tuple[int, str, str]:
        """Status, field and sentence of a refusal."""
        answer = self._http.post("/api/v1/assess", json={"firms": [firm]})
        told = answer.json()
        return answer.status_code, told["errors"][0]["field"], told["errors"][0]["detail"]
