"""Programs that CloudFront runs on each request, in its own JavaScript (runtime cloudfront-js-2.0).

They are text here, with no value from a person in it: nothing to escape.
"""

import json
from collections.abc import Sequence

RUNTIME = "cloudfront-js-2.0"

FILE_ENDINGS = (
    *("avif", "css", "gif", "html", "ico", "jpeg", "jpg", "js", "json", "map", "mjs", "mp3", "mp4", "ogg", "otf"),
    *("pdf", "png", "svg", "ttf", "txt", "wasm", "webm", "webmanifest", "webp", "woff", "woff2", "xml"),
)
"""Of what a shell consists of. Any other dot is part of a page's path: a version, a user's name, a domain."""

_SITE = """\
// A path without a file's ending is a page of the shell: one document serves them all.
function handler(event) {
  var request = event.request;
  if (!/\\.(__ENDINGS__)$/i.test(request.uri)) {
    request.uri = '/index.html';
  }
  return request;
}
"""

_ROUTER = """\
// Sends a request to the active region; where a GET, HEAD or OPTIONS fails there, CloudFront asks the next one.
import cf from 'cloudfront';

const REGIONS = __REGIONS__;

async function handler(event) {
  const request = event.request;
  let active = REGIONS[0];
  try {
    const named = await cf.kvs().get('active');
    if (REGIONS.includes(named)) active = named;
  } catch (error) {
    // Without an answer the home region stays the active one.
  }
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) {
    const next = REGIONS.find((region) => region !== active);
    cf.createRequestOriginGroup({
      originIds: [{ originId: `gateway-${active}` }, { originId: `gateway-${next}` }],
      failoverCriteria: { statusCodes: [500, 502, 503, 504] },
    });
  } else {
    // Never sent twice: the first region may have done it before it failed.
    cf.selectRequestOriginById(`gateway-${active}`);
  }
  return request;
}
"""

_HEALTH = """\
// Asks one region's gateway how it is, for the health checks of that region.
function handler(event) {
  var request = event.request;
  request.uri = __PATH__;
  return request;
}
"""


def site_code() -> str:
    """Serves the shell's one document for every page of it."""
    return _SITE.replace("__ENDINGS__", "|".join(FILE_ENDINGS))


def router_code(regions: Sequence[str]) -> str:
    """Chooses the region of a request to the gateway. regions: codes, home first."""
    return _ROUTER.replace("__REGIONS__", json.dumps(list(regions)))


def health_code(path: str) -> str:
    """Turns a region's own health path into the one that its gateway answers."""
    return _HEALTH.replace("__PATH__", json.dumps(path))
