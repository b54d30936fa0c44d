"""Carries out calls for boto3.test.ts: one JSON object per line on stdin, one answer per line on stdout.

A call has service, method, input, region and credentials (none: the environment's profile). A presign has presign: the method.
"""
import base64
import datetime
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def plain(value):
    """What JSON can hold: bytes in base64, times in ISO 8601."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def client(call):
    given = call.get("credentials")
    keys = (
        {}
        if given is None
        else {
            "aws_access_key_id": given["accessKeyId"],
            "aws_secret_access_key": given["secretAccessKey"],
            "aws_session_token": given.get("sessionToken"),
        }
    )
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(call["service"], region_name=call.get("region"), config=config, **keys)


def carry_out(call):
    ready = client(call)
    if "presign" in call:
        url = ready.generate_presigned_url(call["presign"], Params=call["input"], HttpMethod="GET")
        return {"url": url}
    if "pages" in call:
        pages = ready.get_paginator(call["pages"]).paginate(**call["input"])
        return {"pages": list(pages)}
    return getattr(ready, call["method"])(**call["input"])


for line in sys.stdin:
    try:
        answer = {"output": carry_out(json.loads(line))}
    except ClientError as error:
        answer = {"error": {"text": str(error), "code": error.response["Error"]["Code"]}}
    print(json.dumps(answer, default=plain), flush=True)
