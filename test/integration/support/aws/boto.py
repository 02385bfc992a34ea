"""Calls AWS APIs for a test: a call, as JSON, in each line of standard input; its outcome in a line of standard output."""

import json
import sys

import boto3
import jmespath
from botocore.exceptions import ClientError

clients = {}


def client_of(service, settings):
    key = (service, *settings.values())
    if key not in clients:
        clients[key] = boto3.client(service, **settings)
    return clients[key]


for line in sys.stdin:
    call = json.loads(line)
    client = client_of(call["service"], call["settings"])
    try:
        output = getattr(client, call["operation"])(**call["input"])
        output.pop("ResponseMetadata", None)
        if call["query"] is not None:
            output = jmespath.search(call["query"], output)
        outcome = {"output": output}
    except ClientError as error:
        outcome = {"code": error.response["Error"]["Code"], "message": str(error)}
    print(json.dumps(outcome, default=str), flush=True)
