"""Which pods run and which are played: decided at their admission, by the images that are known here.

A pod all of whose images are known gets them by tag alone (their digests are those of the real ones), never pulled, and
a place on a live node; any other one a place on a node that KWOK plays. No Deployment is changed. Programs in Node are
told to trust their system's authorities as well: AWS's are among those that Node brings, the rehearsal's are not.
"""

import json
from collections.abc import Iterable

from rehearsal.control_plane.kube_api import COLLECTIONS, KubeApi, Object
from rehearsal.control_plane.nodes import KIND, LIVE, PLAYED
from rehearsal.waiting import wait

NAME = "rehearsal-live-pods"
SECONDS = 60.0
_API = "admissionregistration.k8s.io/v1"
_ARCH = "kubernetes.io/arch"
_SYSTEM_CA = "NODE_USE_SYSTEM_CA"
"""Of Node from 22.19 on."""

_CONTAINERS = "object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : [])"
_LIVE = """variables.containers.all(c, c.image.split('@')[0] in variables.images)
  && (!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.persistentVolumeClaim)))"""
"""Volumes are played: a pod that has one is, too."""

_PLACE = f"""(has(object.spec.nodeSelector) ? [] : [JSONPatch{{op: 'add', path: '/spec/nodeSelector', value: {{}}}}])
  + (variables.live && has(object.spec.nodeSelector) && '{_ARCH}' in object.spec.nodeSelector
     ? [JSONPatch{{op: 'remove', path: '/spec/nodeSelector/' + jsonpatch.escapeKey('{_ARCH}')}}] : [])
  + [JSONPatch{{op: 'add', path: '/spec/nodeSelector/' + jsonpatch.escapeKey('{KIND}'),
                value: variables.live ? '{LIVE}' : '{PLAYED}'}}]"""
"""Images that are known here are of this machine's own architecture."""


def policy(images: Iterable[str]) -> list[Object]:
    """The policy and its binding. images: references without digests.

    They stand in the policy itself: a ConfigMap beside it is read again only while there is a policy that names it.
    """
    variables = {
        "images": json.dumps(sorted(images)),
        "containers": _CONTAINERS,
        "live": _LIVE,
    }
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    kinds = ("containers", "initContainers")
    mutations = [*map(_image, kinds), *map(_trust, kinds), _PLACE]
    return [
        {
            "apiVersion": _API,
            "kind": "MutatingAdmissionPolicy",
            "metadata": {"name": NAME},
            "spec": {
                "matchConstraints": {"resourceRules": [rule]},
                "failurePolicy": "Fail",
                "reinvocationPolicy": "IfNeeded",
                "variables": [{"name": name, "expression": text} for name, text in variables.items()],
                "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": text}} for text in mutations],
            },
        },
        {
            "apiVersion": _API,
            "kind": "MutatingAdmissionPolicyBinding",
            "metadata": {"name": NAME},
            "spec": {"policyName": NAME},
        },
    ]


def tells(api: KubeApi, image: str) -> bool:
    """Whether a pod of this image would run by now: the API server takes a policy up some time after it was made."""
    body: Object = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "admitted-"},
        "spec": {"containers": [{"name": "main", "image": image}]},
    }
    made = api.request("POST", "/api/v1/namespaces/kube-system/pods", body, dryRun="All")
    selector: Object = made["spec"].get("nodeSelector") or {}
    return selector.get(KIND) == LIVE


def add(api: KubeApi, image: str) -> None:
    """One more image is known, if it wasn't yet."""
    stated = api.request("GET", f"{COLLECTIONS['MutatingAdmissionPolicy']}/{NAME}")["spec"]["variables"]
    known = json.loads(next(each["expression"] for each in stated if each["name"] == "images"))
    if image not in known:
        api.apply(policy([*known, image]))
        wait(f"{image} to be known", lambda: tells(api, image), SECONDS, str)


def _image(kind: str) -> str:
    each, path, untouched = _of(kind)
    return f"""{untouched} ? [] :
  {each}.map(c, JSONPatch{{op: 'replace', path: {path} + '/image', value: c.image.split('@')[0]}})
  + {each}.map(c, JSONPatch{{op: 'add', path: {path} + '/imagePullPolicy', value: 'Never'}})"""


def _trust(kind: str) -> str:
    each, path, untouched = _of(kind)
    told = f"{{'name': '{_SYSTEM_CA}', 'value': '1'}}"
    return f"""{untouched} ? [] :
  {each}.filter(c, !has(c.env) || !c.env.exists(e, e.name == '{_SYSTEM_CA}')).map(c, has(c.env)
    ? JSONPatch{{op: 'add', path: {path} + '/env/-', value: {told}}}
    : JSONPatch{{op: 'add', path: {path} + '/env', value: [{told}]}})"""


def _of(kind: str) -> tuple[str, str, str]:
    """Containers of a kind; the path of one, c; whether they stay as they are."""
    each = f"object.spec.{kind}"
    absent = "" if kind == "containers" else f"!has({each}) || "
    return each, f"'/spec/{kind}/' + string({each}.indexOf(c))", f"{absent}!variables.live"
