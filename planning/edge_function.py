"""Programs that CloudFront runs on each request, in its own JavaScript (runtime cloudfront-js-2.0).

They are text here, with no value from a person in it: nothing to escape.
"""

import json
from collections.abc import Sequence

RUNTIME = "cloudfront-js-2.0"

_SITE = """\
// A path without a file's ending is a page of the shell: one document serves them all.
function handler(event) {
  var request = event.request;
  if (!/\\.[A-Za-z0-9]+$/.test(request.uri)) {
    request.uri = '/index.html';
  }
  return request;
}
"""

_ROUTER = """\
// Sends a request to the active region first; CloudFront asks the next one where a GET, HEAD or OPTIONS fails.
import cf from 'cloudfront';

const REGIONS = __REGIONS__;

async function handler(event) {
  const request = event.request;
  let active = REGIONS[0];
  try {
    const named = await cf.kvs().get('active');
    if (REGIONS.includes(named)) active = named;
  } catch (error) {
    // Without an answer the home region stays first.
  }
  const next = REGIONS.find((region) => region !== active);
  cf.createRequestOriginGroup({
    originIds: [`gateway-${active}`, `gateway-${next}`],
    failoverCriteria: { statusCodes: [500, 502, 503, 504] },
  });
  return request;
}
"""


def site_code() -> str:
    """Serves the shell's one document for every page of it."""
    return _SITE


def router_code(regions: Sequence[str]) -> str:
    """Chooses the region of a request to the gateway. regions: codes, home first."""
    return _ROUTER.replace("__REGIONS__", json.dumps(list(regions)))
