"""Does one thing with boto3 and its transfer manager: VERB BUCKET ARGUMENTS."""

import sys

import boto3

s3 = boto3.client("s3")


def list_keys(bucket, prefix):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            print(found["Key"])


verbs = {
    "list": list_keys,
    "delete": lambda bucket, key: s3.delete_object(Bucket=bucket, Key=key),
    "put": lambda bucket, file, key: s3.upload_file(file, bucket, key),
    "get": lambda bucket, key, file: s3.download_file(bucket, key, file),
    "copy": lambda bucket, key, target: s3.copy({"Bucket": bucket, "Key": key}, bucket, target),
}
verb, *given = sys.argv[1:]
verbs[verb](*given)
