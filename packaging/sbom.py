"""The frozen folder's bill of materials, in CycloneDX 1.6: every part, and each of its files with its digest."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from inventory import Part, digest

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562's for URLs


def document(folder: Path, found: Iterable[Part], version: str) -> dict[str, object]:
    """The bill of what lies in `folder`. The same files give the same document, but for SOURCE_DATE_EPOCH."""
    held = {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*")) if file.is_file()}
    owners = {name: part.purl for part in found for name in part.files}
    purl = f"pkg:generic/metercalc@{version}"
    files: dict[str, list[dict[str, object]]] = {}
    for name, file in held.items():
        owner = owners.get(name.removeprefix("_internal/"), purl)
        hashes = [{"alg": "SHA-256", "content": digest(file)}]
        files.setdefault(owner, []).append({"type": "file", "name": name, "hashes": hashes})
    components = [_component(part, files.get(part.purl, [])) for part in found]
    own = {"type": "application", "name": "metercalc", "version": version, "purl": purl, "bom-ref": purl}
    own_licence = {"licenses": [{"license": {"id": "MIT"}}], "components": files.get(purl, [])}
    body = json.dumps([components, own_licence], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, body)}",
        "version": 1,
        "metadata": {**_timestamp(), "component": own | own_licence},
        "components": components,
        "dependencies": [{"ref": purl, "dependsOn": [part.purl for part in found]}],
    }


def _component(part: Part, files: list[dict[str, object]]) -> dict[str, object]:
    component: dict[str, object] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
    }
    if part.licence:
        component["licenses"] = [{"license": {"name": part.licence}}]
    if files:
        component["components"] = files
    return component


def _timestamp() -> dict[str, object]:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return {"timestamp": datetime.fromtimestamp(int(epoch), UTC).isoformat()} if epoch else {}


def write(file: Path, folder: Path, found: list[Part], version: str) -> None:
    """Write the bill to `file`, which may lie in the folder: it does not name itself."""
    file.unlink(missing_ok=True)
    file.write_text(json.dumps(document(folder, found, version), indent=1) + "\n", encoding="utf-8")
