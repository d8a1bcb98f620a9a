"""What changes pods on their way into the cluster: EKS's webhook for their identity, and authorities of databases.

RDS's certificates are signed by AWS, those of the databases here by authorities of the rehearsal: one for each of
RDS's. So a pod that mounts a ConfigMap with an authority of RDS finds the one that stands in its place after it; where
there is none, or another region's, the pod trusts no database here, as it would trust none there. The ConfigMap itself
is the stack's, and stays as it is: the pod gets the changed file from one beside it.
"""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

from cryptography import x509
from cryptography.x509.oid import NameOID

from rehearsal.live.data.apis.apis import Environment, Respond
from rehearsal.live.data.apis.pod_identity import identity_patch
from rehearsal.live.data.authority import Authorities, Certificate
from rehearsal.live.data.estate import Estate

Object = Mapping[str, Any]
NAME = "rehearsal-of-aws"
_OWN, _HOST = "EKS webhooks", "localhost"
BESIDE = "-with-rehearsal"
"""What the ConfigMap beside another one ends with."""
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def webhook_certificate(authorities: Authorities) -> Certificate:
    """Of the webhook itself: the API server calls it by a loopback address."""
    return authorities.of(_OWN).server([_HOST])


def configuration(port: int, authorities: Authorities) -> Object:
    """The MutatingWebhookConfiguration. port: of loopback, by which the API server reaches it.

    As EKS's own: a pod is made even where the webhook doesn't answer.
    """
    url, authority = f"https://{_HOST}:{port}/pods", authorities.of(_OWN).certificate
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": NAME},
        "webhooks": [
            {
                "name": f"pods.{NAME}.local",
                "rules": [rule],
                "clientConfig": {"url": url, "caBundle": base64.b64encode(authority.encode()).decode()},
                "admissionReviewVersions": ["v1"],
                "sideEffects": "NoneOnDryRun",
                "reinvocationPolicy": "Never",
                "failurePolicy": "Ignore",
                "timeoutSeconds": 5,
            }
        ],
    }


class ConfigMaps(Protocol):
    """Of the cluster."""

    def read(self, namespace: str, name: str) -> Mapping[str, str]:
        """Its texts; none where there is none."""
        ...

    def write(self, namespace: str, name: str, texts: Mapping[str, str]) -> None:
        """Makes it so."""
        ...


class Webhook:
    """A WSGI application."""

    def __init__(
        self, estate: Callable[[], Estate], authorities: Authorities, cluster: str, config_maps: ConfigMaps
    ) -> None:
        self._estate, self._authorities, self._cluster, self._maps = estate, authorities, cluster, config_maps

    def __call__(self, environ: Environment, respond: Respond) -> Iterable[bytes]:
        """Answers an AdmissionReview."""
        review = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        request = review["request"]
        patch = self._patch(request)
        response: dict[str, Any] = {"uid": request["uid"], "allowed": True}
        if patch:
            response |= {"patchType": "JSONPatch", "patch": base64.b64encode(json.dumps(patch).encode()).decode()}
        body = json.dumps({"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response}).encode()
        respond("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _patch(self, request: Object) -> Sequence[Object]:
        namespace, spec = request["namespace"], request["object"]["spec"]
        stated = cast("list[Object]", spec.get("volumes") or [])
        volumes = [self._volume(namespace, volume, dry=bool(request.get("dryRun"))) for volume in stated]
        account = spec.get("serviceAccountName") or "default"
        association = self._estate().association(self._cluster, namespace, account)
        if association:
            return identity_patch({**request["object"], "spec": {**spec, "volumes": volumes}}, association)
        return [{"op": "add", "path": "/spec/volumes", "value": volumes}] if volumes != stated else []

    def _volume(self, namespace: str, volume: Object, *, dry: bool) -> Object:
        """The volume, with the files of the ConfigMap beside in the place of those that name RDS."""
        source = volume.get("configMap")
        changed = self._changed(self._maps.read(namespace, source["name"])) if source else {}
        if not source or not changed:
            return volume
        beside = f"{source['name']}{BESIDE}"
        if not dry:
            self._maps.write(namespace, beside, changed)
        mode = {"defaultMode": source["defaultMode"]} if "defaultMode" in source else {}
        own = {name: source[name] for name in ("name", "items", "optional") if name in source}
        places = {item["key"]: item["path"] for item in source.get("items") or ()} or {key: key for key in changed}
        more = [{"key": key, "path": places[key]} for key in changed if key in places]
        # Of two sources of a file the later one counts.
        sources = [{"configMap": own}, {"configMap": {"name": beside, "items": more}}]
        return {"name": volume["name"], "projected": {"sources": sources, **mode}}

    def _changed(self, texts: Mapping[str, str]) -> dict[str, str]:
        found = {key: database_authorities(text) for key, text in texts.items() if _BEGIN in text}
        return {
            key: texts[key].rstrip("\n") + "\n" + "".join(self._authorities.of(name).certificate for name in names)
            for key, names in found.items()
            if names
        }


def database_authorities(text: str) -> Sequence[str]:
    """Names of RDS's authorities in a PEM file."""
    found: list[str] = []
    for part in text.split(_BEGIN)[1:]:
        try:
            certificate = x509.load_pem_x509_certificate(f"{_BEGIN}{part.partition(_END)[0]}{_END}\n".encode())
        except ValueError:
            continue  # what isn't one trusts nobody
        names = [str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        found += [name for name in names if name.startswith("Amazon RDS ")]
    return found
