"""What boto3-s3.test.ts runs: one function, named on the command line, which prints a JSON value."""

import io
import json
import os
import sys
import urllib.request
import uuid

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

MEBIBYTE = 1024 * 1024
PARTS = TransferConfig(multipart_threshold=5 * MEBIBYTE, multipart_chunksize=5 * MEBIBYTE, max_concurrency=4)

s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 0}))


def transfer():
    body = os.urandom(11 * MEBIBYTE)
    s3.upload_fileobj(io.BytesIO(body), "photos", "parts", Config=PARTS)
    back = io.BytesIO()
    s3.download_fileobj("photos", "parts", back, Config=PARTS)
    s3.copy({"Bucket": "photos", "Key": "parts"}, "photos", "copy")
    copy = s3.get_object(Bucket="photos", Key="copy")["Body"].read()
    return {"same": back.getvalue() == body, "copied": copy == body}


def refused():
    try:
        s3.put_object(Bucket="photos", Key="refused", Body=b"x")
    except ClientError as error:
        return {"code": error.response["Error"]["Code"], "text": error.response["Error"]["Message"]}
    return {}


def presigned():
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "photos", "Key": "url"})
    put = urllib.request.Request(url, data=b"presigned", method="PUT", headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(put)
    post = s3.generate_presigned_post("photos", "form", Conditions=[["content-length-range", 1, 100]])
    boundary = uuid.uuid4().hex
    fields = [*post["fields"].items(), ("file", "formed")]
    text = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    form = urllib.request.Request(post["url"], data=f"{text}--{boundary}--\r\n".encode(), headers=headers)
    urllib.request.urlopen(form)
    read = lambda key: s3.get_object(Bucket="photos", Key=key)["Body"].read().decode()
    return {"url": read("url"), "form": read("form")}


print(json.dumps({"transfer": transfer, "refused": refused, "presigned": presigned}[sys.argv[1]]()))
