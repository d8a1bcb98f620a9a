"""AWS's own SDK for Python against the played APIs: run by test_apis.py in a process with moto's packages.

Reads {"inventory": FILE} from its input; prints {call: "ok" | error's code} as JSON.
"""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import requests

from rehearsal.live.data.apis import apis
from rehearsal.live.data.apis.http_servers import serve
from rehearsal.live.data.apis.object_store import ObjectStore
from rehearsal.live.data.apis.sessions import Credentials, Sessions
from rehearsal.live.data.estate import read_estate
from rehearsal.standins.aws.account.inventory import Inventory

KEY = "community/a b+ü.txt"
answers = dict[str, Any]()
boto3, config = import_module("boto3"), import_module("botocore.config")
boto_errors = import_module("botocore.exceptions")


def tried(name: str, call: Callable[[], object]) -> None:
    """Keeps what comes of a call."""
    try:
        found = call()
        answers[name] = found if isinstance(found, str) else "ok"
    except boto_errors.ClientError as error:
        answers[name] = error.response["Error"]["Code"]
    except requests.HTTPError as error:
        answers[name] = str(error.response.status_code)


def main() -> None:
    """Serves, asks, and prints."""
    stated = json.load(sys.stdin)
    inventory = Inventory(stated["inventory"])
    estate, sessions = read_estate(inventory.items()), Sessions(b"root")
    later = Path(stated["inventory"]).with_name("released")
    objects = ObjectStore(lambda: estate, {"bundles/a/1/a.js": __file__}, later)
    # A client of this process can't reach port 443 of an address that isn't there: the connection stands for TLS.
    apis_over_tls = apis.Apis(lambda: estate, sessions, objects, trusts=True)
    port = serve(lambda environ, respond: apis_over_tls({**environ, "wsgi.url_scheme": "https"}, respond), *HERE)
    clear = serve(apis.Apis(lambda: estate, sessions, objects, trusts=False), *HERE)
    roles = {one.account: one.role for one in estate.associations}
    names = {bucket.name.split("-")[3]: bucket.name for bucket in estate.buckets}

    def client(service: str, who: Credentials, at: int = port) -> Any:
        options = config.Config(s3={"addressing_style": "path"}, signature_version="v4" if service != "s3" else "s3v4")
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=f"http://127.0.0.1:{at}",
            aws_access_key_id=who.key,
            aws_secret_access_key=who.secret,
            aws_session_token=who.token,
            config=options.merge(config.Config(retries={"max_attempts": 1})),
        )

    own, uploads = sessions.begin(roles["community"]), names["uploads"]
    s3, text = client("s3", own), {"Bucket": uploads, "Key": KEY}
    tried("put own", lambda: s3.put_object(**text, Body=b"1"))
    tried("get own", lambda: s3.get_object(**text)["Body"].read().decode())
    tried("list own", lambda: s3.list_objects_v2(Bucket=uploads, Prefix="community/")["Contents"][0]["Key"])
    tried("get missing", lambda: s3.get_object(Bucket=uploads, Key="community/none"))
    tried("parts own", lambda: in_parts(s3, uploads))
    tried("list all", lambda: s3.list_objects_v2(Bucket=uploads))
    tried("list another's", lambda: s3.list_objects_v2(Bucket=uploads, Prefix="base-svc/"))
    tried("put another's", lambda: s3.put_object(Bucket=uploads, Key="base-svc/a", Body=b"1"))
    tried("get another's", lambda: s3.get_object(Bucket=uploads, Key="base-svc/a"))
    tried("get twin's", lambda: s3.get_object(Bucket=uploads, Key="community-x/a"))
    tried("get backup", lambda: s3.get_object(Bucket=names["backups"], Key="archives/x"))
    tried("put in clear", lambda: client("s3", own, clear).put_object(**text, Body=b"1"))
    wrong = Credentials(key=own.key, secret="guessed", token=own.token, ends=own.ends)  # noqa: S106  # nobody's
    tried("wrong secret", lambda: client("s3", wrong).get_object(**text))
    stranger = Credentials(key="AKIA", secret="x", token="", ends=0)  # noqa: S106  # nobody's
    tried("stranger", lambda: client("s3", stranger).get_object(**text))
    presigned = s3.generate_presigned_url("get_object", Params=text, ExpiresIn=60)
    tried("presigned", lambda: fetched(presigned))
    tried("presigned, another's", lambda: fetched(presigned.replace("community/", "base-svc/")))
    tried("anonymous", lambda: fetched(f"http://127.0.0.1:{port}/{uploads}/community/a"))
    (secret,) = estate.secrets
    for name in ("schema", "community"):
        asking = client("secretsmanager", sessions.begin(roles[name]))
        tried(f"secret as {name}", lambda asking=asking: asking.get_secret_value(SecretId=secret.arn)["SecretString"])
    answers["secret"] = secret.text
    (arn,) = (item.properties["arn"] for item in inventory.items() if item.kind == "cloudfront/distribution")
    for name, source in {"cdn": arn, "another cdn": "arn:aws:cloudfront::123456789012:distribution/OTHER"}.items():
        path = f"{names['assets']}/bundles/a/1/a.js"
        headers = {"X-Played-Service": "cloudfront.amazonaws.com", "X-Played-Source-Arn": source}
        for said, at in ((name, port), (f"{name} unheard", clear)):
            url = f"http://127.0.0.1:{at}/{path}"
            tried(said, lambda url=url, headers=headers: fetched(url, headers))
    url, file = f"http://127.0.0.1:{port}/{names['assets']}/bundles/a/1/a.js", later / "bundles/a/1/a.js"
    headers = {"X-Played-Service": "cloudfront.amazonaws.com", "X-Played-Source-Arn": arn}
    file.parent.mkdir(parents=True)
    for word in ("once", "again"):
        file.write_text(word)
        tried(f"released {word}", lambda: fetched(url, headers))
    sys.stdout.write(json.dumps(answers))


HERE = ("127.0.0.1", 0)


def in_parts(s3: Any, bucket: str) -> object:
    """An upload in parts."""
    whole = {"Bucket": bucket, "Key": "community/parts"}
    upload = s3.create_multipart_upload(**whole)["UploadId"]
    part = s3.upload_part(**whole, UploadId=upload, PartNumber=1, Body=b"x" * 10)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    return s3.complete_multipart_upload(**whole, UploadId=upload, MultipartUpload=parts)


def fetched(url: str, headers: dict[str, str] | None = None) -> str:
    """What a browser gets."""
    answer = requests.get(url, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.content.decode()


if __name__ == "__main__":
    main()
